"""What is unfinished is hidden while somebody works on it, and is cleared away once nobody does."""

from __future__ import annotations

import errno
import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import pytest

from stackkit.errors import ArtifactNotFoundError
from stackkit.flavors.artifact_store.local import LocalArtifactStore
from stackkit.flavors.local_files.temporary import GRACE, clear_folder, is_reserved, make_temporary, temporary_name
from stackkit.testing.contracts.artifact_store import everything, read, write

ELSEWHERE = ".stackkit-tmp-00000000-0123456789abcdef"
"""What another host made."""


@pytest.fixture
def store(tmp_path: Path) -> LocalArtifactStore:
    return LocalArtifactStore(name="store", path=str(tmp_path))


def age(path: Path, seconds: float) -> None:
    changed = time.time() - seconds
    os.utime(path, (changed, changed))


def test_reserved_names_are_told_apart_from_all_others() -> None:
    assert is_reserved(temporary_name())
    assert is_reserved(temporary_name().upper())
    for name in (".stackkit-tmp", "stackkit-tmp-", ".stackkit", "a.stackkit-tmp-", ""):
        assert not is_reserved(name)
    assert len({temporary_name() for _ in range(100)}) == 100


COMERS: dict[str, Callable[[LocalArtifactStore], object]] = {
    "listdir": lambda store: store.listdir(""),
    "glob": lambda store: store.glob("*"),
    "walk": lambda store: list(store.walk()),
    "write": lambda store: write(store, "file"),
    "copyfile": lambda store: store.copyfile("source/file", "file"),
}


@pytest.mark.parametrize("comer", list(COMERS))
def test_an_abandoned_file_of_this_host_is_cleared_away_by_who_comes_by(
    store: LocalArtifactStore, tmp_path: Path, comer: str
) -> None:
    write(store, "source/file")
    abandoned = tmp_path / temporary_name()
    abandoned.write_bytes(b"unfinished")
    COMERS[comer](store.replace())
    assert not abandoned.exists()


def test_an_abandoned_file_of_another_host_is_kept_for_a_day(store: LocalArtifactStore, tmp_path: Path) -> None:
    other = tmp_path / ELSEWHERE
    other.write_bytes(b"maybe somebody is writing this")
    age(other, GRACE - 60)
    assert store.listdir("") == []
    assert other.exists()
    age(other, GRACE + 60)
    assert store.listdir("") == []
    assert not other.exists()


def test_what_somebody_holds_is_kept_however_old_it_is(store: LocalArtifactStore, tmp_path: Path) -> None:
    for name in (ELSEWHERE, temporary_name()):
        held = tmp_path / name
        with held.open("wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            age(held, 10 * GRACE)
            store.listdir("")
            assert held.exists()
        store.listdir("")
        assert not held.exists()


def test_a_file_that_is_being_written_is_held(store: LocalArtifactStore, tmp_path: Path) -> None:
    with store.open("file", "w") as file:
        (unfinished,) = tmp_path.iterdir()
        age(unfinished, 10 * GRACE)
        for look in (store, LocalArtifactStore(name="other", path=str(tmp_path))):
            look.listdir("")
            write(look, "other")
        assert unfinished.exists()
        file.write("content")
    assert read(store, "file") == b"content"


def test_only_names_of_the_whole_form_are_cleared_away(store: LocalArtifactStore, tmp_path: Path) -> None:
    names = (".stackkit-tmp-", ".stackkit-tmp-mine", f"{temporary_name()}.bak", temporary_name().upper())
    kept = [tmp_path / name for name in names]
    for path in kept:
        path.write_bytes(b"whose?")
        age(path, 10 * GRACE)
    assert store.listdir("") == []
    assert all(path.exists() for path in kept)


def test_a_reserved_name_that_is_a_link_leads_nowhere(store: LocalArtifactStore, tmp_path: Path) -> None:
    write(store, "folder/file")
    link = tmp_path / temporary_name()
    link.symlink_to("folder")
    assert store.listdir("") == ["folder"]
    assert read(store, "folder/file") == b"content"


def test_a_half_removed_folder_is_cleared_away(store: LocalArtifactStore, tmp_path: Path) -> None:
    half = tmp_path / temporary_name()
    (half / "a/b").mkdir(parents=True)
    (half / "a/file").write_bytes(b"to be removed")
    assert everything(store) == []
    assert not half.exists()


def test_a_folder_is_out_of_sight_before_it_is_removed(store: LocalArtifactStore, tmp_path: Path) -> None:
    whole = sorted(str(number) for number in range(300))
    for name in whole:
        write(store, f"folder/{name}")
    seen: list[list[str]] = []
    begun, enough = threading.Event(), threading.Event()

    def look() -> None:
        while not enough.is_set():
            with suppress(ArtifactNotFoundError):
                seen.append(store.listdir("folder"))
            begun.set()

    looking = threading.Thread(target=look)
    looking.start()
    begun.wait(60)
    store.rmtree("folder")
    enough.set()
    looking.join()
    assert seen
    assert all(names == whole for names in seen)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("made_again", [False, True])
def test_a_folder_that_is_removed_while_it_is_listed_is_not_listed_in_part(
    store: LocalArtifactStore, monkeypatch: pytest.MonkeyPatch, made_again: bool
) -> None:
    write(store, "folder/file")

    def remove_and_scan(descriptor: int) -> AbstractContextManager[Iterator[os.DirEntry[str]]]:
        """Stands for another process that comes between."""
        monkeypatch.undo()
        store.rmtree("folder")
        if made_again:
            write(store, "folder/new")
        return os.scandir(descriptor)

    monkeypatch.setattr(os, "scandir", remove_and_scan)
    with pytest.raises(ArtifactNotFoundError):
        store.listdir("folder")


def test_writers_and_those_who_clear_away_do_not_hinder_each_other(store: LocalArtifactStore, tmp_path: Path) -> None:
    folder = os.open(tmp_path, os.O_RDONLY)
    enough = threading.Event()

    def clear() -> None:
        while not enough.is_set():
            clear_folder(folder)

    clearing = [threading.Thread(target=clear) for _ in range(2)]
    for thread in clearing:
        thread.start()
    try:
        for number in range(500):
            write(store, "file", str(number).encode())
            assert read(store, "file") == str(number).encode()
    finally:
        enough.set()
        for thread in clearing:
            thread.join()
        os.close(folder)


def test_a_file_that_was_cleared_away_before_it_was_held_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = fcntl.flock
    removed: list[str] = []

    def remove_and_lock(descriptor: int, how: int) -> None:
        """Stands for another process that comes between; only the first time."""
        if not removed:
            removed.extend(os.listdir(tmp_path))  # noqa: PTH208 - names
            os.unlink(tmp_path / removed[0])  # noqa: PTH108 - the same
        lock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", remove_and_lock)
    folder = os.open(tmp_path, os.O_RDONLY)
    descriptor, name = make_temporary(folder)
    assert name not in removed
    assert os.path.samestat(os.fstat(descriptor), (tmp_path / name).stat())
    os.close(descriptor)
    os.close(folder)


def test_without_locks_files_are_written_all_the_same(
    store: LocalArtifactStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: int) -> None:
        """What some network file systems do; there is none here to try."""
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with store.open("file", "w") as file:
        assert LocalArtifactStore(name="other", path=str(tmp_path)).listdir("") == []
        file.write("content")
    assert read(store, "file") == b"content"
    write(store, "folder/file")
    store.rmtree("folder")
    assert everything(store) == ["file"]
