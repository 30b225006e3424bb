"""Names are given at once, to one of those who want them, and links are moved only to where they still lead inside."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from stackkit.errors import ArtifactError, ArtifactExistsError
from stackkit.flavors.artifact_store.local import LocalArtifactStore
from stackkit.testing.contracts.artifact_store import everything, read, write


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "root"


@pytest.fixture
def store(root: Path) -> LocalArtifactStore:
    return LocalArtifactStore(name="store", path=str(root))


def without_links(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make hard links as impossible as they are on some file systems, and for files of others; there is none here to try."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refuse)


@pytest.mark.parametrize("links", [True, False], ids=["with hard links", "without"])
def test_a_file_is_moved_to_a_free_name_alone(
    store: LocalArtifactStore, root: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:
        without_links(monkeypatch)
    write(store, "file", b"content")
    write(store, "taken", b"kept")
    store.rename("file", "a/moved")
    with pytest.raises(ArtifactExistsError):
        store.rename("a/moved", "taken")
    with store.open("new", "x") as file:
        file.write("new")
    first, second = store.open("raced", "xb"), store.open("raced", "xb")
    first.write(b"first")
    first.close()
    with pytest.raises(ArtifactExistsError):
        second.close()
    store.copyfile("taken", "copy")
    assert everything(store) == ["a", "a/moved", "copy", "new", "raced", "taken"]
    assert [read(store, path) for path in ("a/moved", "raced", "taken")] == [b"content", b"first", b"kept"]
    assert len(list(root.iterdir())) == 5


@pytest.mark.parametrize("links", [True, False], ids=["with hard links", "without"])
def test_a_move_that_fails_half_way_is_undone(
    store: LocalArtifactStore, root: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    write(store, "file", b"content")
    unlink = os.unlink

    def refuse(*arguments: str, **_: object) -> None:
        if arguments[0] == "file":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        unlink(root / arguments[0])

    if not links:
        without_links(monkeypatch)
    monkeypatch.setattr(os, "unlink" if links else "replace", refuse)
    with pytest.raises(ArtifactError, match="permission denied"):
        store.rename("file", "moved")
    assert everything(store) == ["file"]
    assert read(store, "file") == b"content"


def test_what_was_written_to_the_old_name_while_a_file_was_moved_stays(
    store: LocalArtifactStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = os.link

    def link_and_write(source: str, target: str, *, src_dir_fd: int, dst_dir_fd: int, follow_symlinks: bool) -> None:
        """Stands for another process that comes between."""
        link(source, target, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd, follow_symlinks=follow_symlinks)
        (root / "new").write_bytes(b"new")
        (root / "new").replace(root / "file")

    write(store, "file", b"old")
    monkeypatch.setattr(os, "link", link_and_write)
    store.rename("file", "moved")
    assert (read(store, "moved"), read(store, "file")) == (b"old", b"new")


def test_a_move_that_was_killed_half_way_can_be_finished(store: LocalArtifactStore, root: Path) -> None:
    write(store, "file", b"content")
    (root / "moved").hardlink_to(root / "file")
    with pytest.raises(ArtifactExistsError):
        store.rename("file", "moved")
    store.rename("file", "moved", overwrite=True)
    assert everything(store) == ["moved"]
    assert read(store, "moved") == b"content"
    assert [path.name for path in root.iterdir()] == ["moved"]


def test_a_file_with_another_name_elsewhere_keeps_that_one_when_it_is_overwritten(
    store: LocalArtifactStore, root: Path, tmp_path: Path
) -> None:
    (tmp_path / "mine").write_bytes(b"old")
    store.provision()
    (root / "file").hardlink_to(tmp_path / "mine")
    write(store, "file", b"new")
    with store.open("file", "a") as file:
        file.write("er")
    assert (tmp_path / "mine").read_bytes() == b"old"
    assert read(store, "file") == b"newer"


def test_links_are_moved_as_links(store: LocalArtifactStore, root: Path) -> None:
    write(store, "folder/file", b"content")
    (root / "to_file").symlink_to(root / "folder/file")
    (root / "to_folder").symlink_to("folder")
    store.rename("to_file", "moved_file")
    store.rename("to_folder", "moved_folder")
    assert everything(store) == ["folder", "folder/file", "moved_file", "moved_folder"]
    assert (root / "moved_file").is_symlink()
    assert read(store, "moved_folder/file") == b"content"
    store.rename("folder/file", "moved_file", overwrite=True)
    assert not (root / "moved_file").is_symlink()


def test_a_link_is_moved_only_to_where_it_still_leads_to_the_same(store: LocalArtifactStore, root: Path) -> None:
    write(store, "a/b/file")
    write(store, "file")
    (root / "a/b/up").symlink_to("../../file")
    for target in ("up", "a/up", "a/b/c/up"):
        with pytest.raises(ArtifactError, match="a link that would lead elsewhere there; move what it leads to"):
            store.rename("a/b/up", target)
    assert (root / "a/b/up").is_symlink()
    store.rename("a/b/up", "a/c/up")
    assert read(store, "a/c/up") == b"content"


def test_a_file_replaces_a_link_that_leads_nowhere_only_when_told_so(store: LocalArtifactStore, root: Path) -> None:
    write(store, "file")
    (root / "link").symlink_to("nothing")
    with pytest.raises(ArtifactExistsError):
        store.rename("file", "link")
    store.rename("file", "link", overwrite=True)
    assert everything(store) == ["link"]


def test_a_folder_is_not_moved_into_itself_through_a_link(store: LocalArtifactStore, root: Path) -> None:
    write(store, "folder/file")
    (root / "alias").symlink_to("folder")
    with pytest.raises(ArtifactError, match="into itself"):
        store.rename("folder", "alias/inner")
    assert everything(store) == ["alias", "folder", "folder/file"]
    store.rename("alias", "other")
    assert everything(store) == ["folder", "folder/file", "other"]


def test_a_folder_does_not_replace_one_that_came_to_be_meanwhile(
    store: LocalArtifactStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = os.rename

    def make_and_rename(source: str, target: str, *, src_dir_fd: int, dst_dir_fd: int) -> None:
        """Stands for another process that comes between."""
        (root / "target").mkdir()
        (root / "target/theirs").touch()
        rename(source, target, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)

    write(store, "folder/file")
    monkeypatch.setattr(os, "rename", make_and_rename)
    with pytest.raises(ArtifactExistsError):
        store.rename("folder", "target")
    assert everything(store) == ["folder", "folder/file", "target", "target/theirs"]
