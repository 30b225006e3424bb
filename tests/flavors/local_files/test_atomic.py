"""A file is there whole, or not at all: when its writer is killed, forgotten, forked, beaten, or read by others meanwhile."""

from __future__ import annotations

import gc
import io
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, cast

import pytest

from stackkit.components.text_file import TextWriter
from stackkit.errors import ArtifactError, ArtifactExistsError, ArtifactNotFoundError
from stackkit.flavors.artifact_store.local import LocalArtifactStore
from stackkit.testing.contracts.artifact_store import everything, read, write

WORKER = Path(__file__).parents[1] / "artifact_store" / "artifact_store_worker.py"

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "root"


@pytest.fixture
def store(root: Path) -> LocalArtifactStore:
    return LocalArtifactStore(name="store", path=str(root))


@pytest.fixture
def start(root: Path) -> Iterator[Start]:
    """Starts workers, which end with the test."""
    with ExitStack() as stack:

        def begin(*arguments: str) -> subprocess.Popen[str]:
            command = [sys.executable, str(WORKER), str(root), *arguments]
            worker = stack.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
            stack.callback(worker.kill)
            return worker

        yield begin


def pipe(end: IO[str] | None) -> IO[str]:
    assert end is not None
    return end


def wait_until_ready(worker: subprocess.Popen[str]) -> None:
    assert pipe(worker.stdout).readline() == "ready\n"


def result(worker: subprocess.Popen[str]) -> str:
    """Let a worker go on, and what it prints at its end."""
    printed, _ = worker.communicate("go\n", timeout=60)
    assert worker.returncode == 0
    return printed.strip()


def hidden(root: Path) -> list[Path]:
    return sorted(root.rglob(".stackkit-tmp-*"))


# Killed


@pytest.mark.parametrize("mode", ["w", "a", "x"])
def test_a_writer_that_is_killed_leaves_the_old_content_and_nothing_visible(
    store: LocalArtifactStore, root: Path, start: Start, mode: str
) -> None:
    write(store, "folder/old", b"old")
    path = "folder/new" if mode == "x" else "folder/old"
    worker = start("write_slowly", path, mode)
    wait_until_ready(worker)
    (unfinished,) = hidden(root)
    assert unfinished.stat().st_size >= 1_000_000
    assert everything(store) == ["folder", "folder/old"]
    assert hidden(root) == [unfinished], "its writer lives"
    worker.kill()
    worker.wait()
    assert read(store, "folder/old") == b"old"
    assert not store.exists("folder/new")
    assert hidden(root) == [unfinished]
    assert store.listdir("folder") == ["old"]
    assert hidden(root) == [], "whoever comes by clears away what is abandoned"


def test_the_next_writer_clears_away_what_a_killed_one_left(store: LocalArtifactStore, root: Path, start: Start) -> None:
    worker = start("write_slowly", "folder/file", "w")
    wait_until_ready(worker)
    worker.kill()
    worker.wait()
    write(store, "folder/other")
    assert [path.name for path in (root / "folder").iterdir()] == ["other"]


def test_a_writer_killed_at_any_moment_leaves_a_whole_version(store: LocalArtifactStore, root: Path, start: Start) -> None:
    size = 300_000
    write(store, "file", bytes(size))
    versions: set[int] = set()
    for attempt in range(8):
        worker = start("write_versions", "file", str(size))
        wait_until_ready(worker)
        pipe(worker.stdin).write("go\n")
        pipe(worker.stdin).flush()
        time.sleep(0.002 * attempt)  # not to wait for anything: to be killed at another moment each time
        worker.kill()
        worker.wait()
        content = read(store, "file")
        assert len(content) == size
        assert len(set(content)) == 1
        assert everything(store) == ["file"]
        versions.add(content[0])
    assert [path.name for path in root.iterdir()] == ["file"]


# Forgotten


def test_what_is_open_when_a_process_ends_is_discarded(store: LocalArtifactStore, root: Path, start: Start) -> None:
    worker = start("leave_open", "file")
    assert result(worker) == "left"
    assert everything(store) == []
    assert list(root.iterdir()) == []


@pytest.mark.filterwarnings("ignore:.*never closed:ResourceWarning")
@pytest.mark.parametrize("mode", ["w", "wb"])
def test_what_is_forgotten_in_a_circle_is_discarded(store: LocalArtifactStore, root: Path, mode: str) -> None:
    circle: list[object] = [store.open("file", "w") if mode == "w" else store.open("file", "wb")]
    circle.append(circle)
    assert len(hidden(root)) == 1
    del circle
    gc.collect()
    assert list(root.iterdir()) == []


def test_a_text_file_can_be_exchanged_for_the_bytes_below(store: LocalArtifactStore) -> None:
    text = store.open("file", "w")
    assert isinstance(text, TextWriter)
    text.write("text ")
    binary = cast("io.BufferedWriter", text.detach())
    del text
    gc.collect()
    binary.write(b"bytes")
    binary.close()
    assert read(store, "file") == b"text bytes"


def test_a_fork_neither_publishes_nor_discards_what_its_parent_writes(store: LocalArtifactStore, start: Start) -> None:
    assert result(start("fork", "file")) == "0"
    assert everything(store) == ["file", "file-dropped"]
    assert read(store, "file") == read(store, "file-dropped") == b"of the parent"


def test_a_file_that_cannot_be_published_is_discarded_and_closed(store: LocalArtifactStore, root: Path) -> None:
    file = store.open("folder/file", "w")
    file.write("content")
    store.rmtree("folder")
    with pytest.raises(ArtifactNotFoundError, match="folder above"):
        file.close()
    assert file.closed
    assert list(root.iterdir()) == []
    binary = store.open("file", "wb")
    store.mkdir("file")
    with pytest.raises(ArtifactError, match="is a folder"):
        binary.close()
    assert binary.closed
    assert hidden(root) == []


def test_a_file_is_published_in_its_folder_wherever_that_was_moved(store: LocalArtifactStore) -> None:
    with store.open("folder/file", "w") as file:
        file.write("content")
        store.rename("folder", "other")
    assert everything(store) == ["other", "other/file"]


# Beaten


@pytest.mark.parametrize("processes", [2, 3])
def test_of_processes_that_make_a_new_file_at_once_one_does(
    store: LocalArtifactStore, root: Path, start: Start, processes: int
) -> None:
    paths = [f"folder-{number}/file" for number in range(100)]
    workers = [start("make_new", str(number), *paths) for number in range(processes)]
    for worker in workers:
        wait_until_ready(worker)
    for worker in workers:
        pipe(worker.stdin).write("go\n")
        pipe(worker.stdin).flush()
    made = [result(worker).split() for worker in workers]
    assert sorted(path for own in made for path in own) == sorted(paths)
    for number, own in enumerate(made):
        assert {read(store, path) for path in own} <= {str(number).encode()}
    assert hidden(root) == []


def test_of_processes_that_rename_to_one_name_at_once_one_does(store: LocalArtifactStore, start: Start) -> None:
    numbers = range(100)
    for own in "ab":
        for number in numbers:
            write(store, f"{own}-{number}", own.encode())
    workers = {own: start("take", "taken-", *(f"{own}-{number}" for number in numbers)) for own in "ab"}
    for worker in workers.values():
        wait_until_ready(worker)
    for worker in workers.values():
        pipe(worker.stdin).write("go\n")
        pipe(worker.stdin).flush()
    taken = {own: result(worker).split() for own, worker in workers.items()}
    assert len(taken["a"]) + len(taken["b"]) == len(numbers)
    for own, paths in taken.items():
        for path in paths:
            assert read(store, f"taken-{path[2:]}") == own.encode()
            assert not store.exists(path)
    assert len(everything(store)) == 2 * len(numbers)


@pytest.mark.parametrize("targets", [("taken-", "taken-"), ("first-", "second-")], ids=["same", "different"])
def test_of_two_who_rename_one_file_one_does(store: LocalArtifactStore, start: Start, targets: tuple[str, str]) -> None:
    numbers = range(100)
    for number in numbers:
        write(store, f"a-{number}")
    workers = [start("take", target, *(f"a-{number}" for number in numbers)) for target in targets]
    for worker in workers:
        wait_until_ready(worker)
    for worker in workers:
        pipe(worker.stdin).write("go\n")
        pipe(worker.stdin).flush()
    taken = [[path[2:] for path in result(worker).split()] for worker in workers]
    assert sorted(taken[0] + taken[1]) == sorted(map(str, numbers))
    moved = [target + number for target, own in zip(targets, taken, strict=True) for number in own]
    assert sorted(everything(store)) == sorted(moved)


def test_a_copy_does_not_replace_what_was_made_meanwhile(store: LocalArtifactStore) -> None:
    write(store, "source", b"copied")
    file = store.open("target", "x")
    file.write("mine")
    store.copyfile("source", "target")
    with pytest.raises(ArtifactExistsError, match="somebody else was faster"):
        file.close()
    assert read(store, "target") == b"copied"


# Read meanwhile


def test_readers_see_a_whole_version_while_a_file_is_overwritten(store: LocalArtifactStore, start: Start) -> None:
    size = 200_000
    write(store, "file", bytes(size))
    worker = start("write_versions", "file", str(size))
    wait_until_ready(worker)
    torn: list[bytes] = []
    seen: set[int] = set()
    enough = threading.Event()

    def look() -> None:
        while not enough.is_set():
            content = read(store, "file")
            if len(content) != size or len(set(content)) != 1:
                torn.append(content)
            seen.add(content[0])
            if torn or len(seen) >= 20:
                enough.set()

    readers = [threading.Thread(target=look) for _ in range(2)]
    pipe(worker.stdin).write("go\n")
    pipe(worker.stdin).flush()
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(60)
    assert enough.is_set(), f"only {len(seen)} versions were seen"
    assert not torn
