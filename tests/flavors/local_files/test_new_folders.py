from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stackkit.flavors.local_files.new_folders import make_folder
from stackkit.flavors.local_files.temporary import clear_folder


@pytest.fixture
def parent(tmp_path: Path) -> Iterator[int]:
    descriptor = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    yield descriptor
    os.close(descriptor)


def test_a_folder_appears_with_its_files(parent: int, tmp_path: Path) -> None:
    assert make_folder(parent, "new", {"a": b"1", "b": b"2"})
    assert {path.name: path.read_bytes() for path in (tmp_path / "new").iterdir()} == {"a": b"1", "b": b"2"}
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_what_has_the_name_stays_as_it_is(parent: int, tmp_path: Path, kind: str) -> None:
    if kind == "folder":
        (tmp_path / "taken").mkdir()
        (tmp_path / "taken/file").write_bytes(b"old")
    else:
        (tmp_path / "taken").write_bytes(b"old")
    assert not make_folder(parent, "taken", {"file": b"new"})
    assert (tmp_path / "taken/file" if kind == "folder" else tmp_path / "taken").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_a_folder_that_cannot_be_filled_leaves_nothing(parent: int, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        make_folder(parent, "new", {"a": b"1", "no/such/folder": b"2"})
    assert list(tmp_path.iterdir()) == []


def test_of_several_who_make_one_folder_at_once_one_does(parent: int, tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        for number in range(20):
            made = [pool.submit(make_folder, parent, f"{number}", {"file": b"%d" % each}) for each in range(4)]
            clear_folder(parent)
            assert [done.result() for done in made].count(True) == 1
    assert len(list(tmp_path.iterdir())) == 20
