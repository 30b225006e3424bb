"""A process beside the tests that uses a local artifact store: `artifact_store_worker.py ROOT DOING [ARGUMENT ...]`.

It says `ready` when it is, and goes on at the next line of its input; what it prints then is its result.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable

from stackkit.errors import ArtifactError, ArtifactExistsError
from stackkit.flavors.artifact_store.local import LocalArtifactStore


def wait() -> None:
    """Say so, and wait to be told to go on."""
    print("ready", flush=True)  # noqa: T201 - how it talks
    sys.stdin.readline()


def write_slowly(store: LocalArtifactStore, path: str, mode: str) -> str:
    """Have much written, and nothing closed."""
    with store.open(path, "ab" if mode == "a" else "xb" if mode == "x" else "wb") as file:
        file.write(b"unfinished" * 100_000)
        file.flush()
        wait()
    return "done"


def write_versions(store: LocalArtifactStore, path: str, size: str) -> str:
    """Overwrite a file for ever, each version of one byte."""
    wait()
    version = 0
    while True:
        with store.open(path, "wb") as file:
            file.write(bytes([version % 256]) * int(size))
        version += 1


def make_new(store: LocalArtifactStore, own: str, *paths: str) -> str:
    """Try to be the one who makes each of several files."""
    wait()
    made: list[str] = []
    for path in paths:
        try:
            with store.open(path, "x") as file:
                file.write(own)
        except ArtifactExistsError:
            continue
        made.append(path)
    return " ".join(made)


def take(store: LocalArtifactStore, prefix: str, *paths: str) -> str:
    """Try to rename files, each to a prefix and its number."""
    wait()
    taken: list[str] = []
    for path in paths:
        try:
            store.rename(path, f"{prefix}{path.partition('-')[2]}")
        except ArtifactError:
            continue
        taken.append(path)
    return " ".join(taken)


def leave_open(store: LocalArtifactStore, path: str) -> str:
    """End with files open, one of them in a circle that nobody collected."""
    gc.disable()
    first = store.open(path, "w")
    first.write("never closed")
    circle: list[object] = [store.open(f"{path}-circle", "wb")]
    circle.append(circle)
    globals()["kept"] = first
    return "left"


def fork(store: LocalArtifactStore, path: str) -> str:
    """Fork while a file is open: the child closes what it inherited, and drops it, and closes nothing of its parent's."""
    file, dropped = store.open(path, "wb"), store.open(f"{path}-dropped", "w")
    file.write(b"of the parent")
    dropped.write("of the parent")
    child = os.fork()
    if child == 0:
        file.close()
        del dropped
        gc.collect()
        os._exit(0 if not store.exists(path) else 1)
    _, status = os.waitpid(child, 0)
    file.close()
    dropped.close()
    return str(os.waitstatus_to_exitcode(status))


DOINGS: dict[str, Callable[..., str]] = {
    doing.__name__: doing for doing in (write_slowly, write_versions, make_new, take, leave_open, fork)
}

if __name__ == "__main__":
    print(DOINGS[sys.argv[2]](LocalArtifactStore(name="worker", path=sys.argv[1]), *sys.argv[3:]))  # noqa: T201 - its result
