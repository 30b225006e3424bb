"""How the local artifact store compares with `open` and `shutil`: `python benchmarks/artifact_store.py [FOLDER]`.

Each line is the median of several rounds, the two sides by turns, so that what else the machine does falls on both.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from stackkit.flavors.artifact_store.local import LocalArtifactStore

FILES = 1_000
SMALL = b"x" * 1_000
CHUNK = b"x" * (1 << 20)
CHUNKS = 64
ROUNDS = 7

Side = Callable[[], object]


def seconds(side: Side) -> float:
    """How long one run takes."""
    begun = time.perf_counter()
    side()
    return time.perf_counter() - begun


def compare(title: str, plain: Side, store: Side) -> None:
    """Print both times, and the second as a multiple of the first."""
    for side in (plain, store):  # the first time is another one
        side()
    rounds = [(seconds(plain), seconds(store)) for _ in range(ROUNDS)]
    expected, found = (statistics.median(times) for times in zip(*rounds, strict=True))
    print(f"{title:32} {1e3 * expected:9.1f} ms {1e3 * found:9.1f} ms {found / expected:7.2f}")


def small_files(folder: Path, store: LocalArtifactStore) -> None:
    """Many files of 1,000 bytes, in one folder."""
    plain = folder / "plain"
    plain.mkdir()
    store.mkdir("small")
    names = [f"{number}.bin" for number in range(FILES)]

    def write_plain() -> None:
        for name in names:
            with (plain / name).open("wb") as file:
                file.write(SMALL)

    def write_store() -> None:
        for name in names:
            with store.open(f"small/{name}", "wb") as file:
                file.write(SMALL)

    def replace_plain() -> None:
        """What plain code must do to write whole files: the fair comparison."""
        for name in names:
            with (plain / f"{name}.new").open("wb") as file:
                file.write(SMALL)
            (plain / f"{name}.new").replace(plain / name)

    def read_plain() -> None:
        for name in names:
            with (plain / name).open("rb") as file:
                file.read()

    def read_store() -> None:
        for name in names:
            with store.open(f"small/{name}", "rb") as file:
                file.read()

    compare(f"write {FILES} files", write_plain, write_store)
    compare(f"write {FILES} files, by renaming", replace_plain, write_store)
    compare(f"read {FILES} files", read_plain, read_store)
    compare(
        f"exists {FILES} files",
        lambda: [(plain / n).exists() for n in names],
        lambda: [store.exists(f"small/{n}") for n in names],
    )
    compare(f"list {FILES} files", lambda: sorted(path.name for path in plain.iterdir()), lambda: store.listdir("small"))
    compare(f"match {FILES} files", lambda: sorted(folder.glob("plain/*.bin")), lambda: store.glob("small/*.bin"))


def large_file(folder: Path, store: LocalArtifactStore) -> None:
    """One file of 64 MiB."""
    plain = folder / "large"

    def write_plain() -> None:
        with plain.open("wb") as file:
            for _ in range(CHUNKS):
                file.write(CHUNK)

    def write_store() -> None:
        with store.open("large", "wb") as file:
            for _ in range(CHUNKS):
                file.write(CHUNK)

    def read_plain() -> None:
        with plain.open("rb") as file:
            while file.read(len(CHUNK)):
                pass

    def read_store() -> None:
        with store.open("large", "rb") as file:
            while file.read(len(CHUNK)):
                pass

    compare("write 64 MiB", write_plain, write_store)
    compare("read 64 MiB", read_plain, read_store)
    compare(
        "copy 64 MiB",
        lambda: shutil.copyfile(plain, folder / "copy"),
        lambda: store.copyfile("large", "copy", overwrite=True),
    )


def main() -> None:
    """Compare, in a folder of its own."""
    print(f"{'':32} {'plain':>12} {'store':>12} {'ratio':>7}")
    with TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as name:
        store = LocalArtifactStore(name="benchmark", path=f"{name}/store")
        store.provision()
        small_files(Path(name), store)
        large_file(Path(name), store)


if __name__ == "__main__":
    main()
