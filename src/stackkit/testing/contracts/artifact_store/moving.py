"""Laws of copies, new names and folders."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime, timedelta
from typing import Final, Generic

import pytest

from stackkit import FileStat
from stackkit.errors import (
    ArtifactError,
    ArtifactExistsError,
    ArtifactIsADirectoryError,
    ArtifactNotADirectoryError,
    ArtifactNotFoundError,
)
from stackkit.testing.brief import brief
from stackkit.testing.contracts.artifact_store.tree import CALLS, S, StoreLaws, everything, read, write
from stackkit.testing.contracts.component import bring_up
from stackkit.testing.contracts.secret_values import holds_secrets

whether_or_not_told_to_overwrite: Final = pytest.mark.parametrize("overwrite", [False, True])


class MovingLaws(StoreLaws[S], Generic[S]):
    """The laws of `copyfile` and `rename`."""

    def test_copyfile_copies_and_makes_folders_above(self, component: S) -> None:
        write(component, "file", b"content")
        component.copyfile("file", "a/b/copy")
        assert read(component, "a/b/copy") == read(component, "file") == b"content"

    def test_copyfile_copies_a_large_file_whole(self, component: S) -> None:
        content = bytes(range(256)) * 4096 * 3
        write(component, "large", content)
        component.copyfile("large", "other")
        assert brief(read(component, "other")) == brief(content)
        assert component.stat("other").size == len(content)

    def test_a_copy_is_a_file_of_its_own(self, component: S) -> None:
        write(component, "file", b"first")
        component.copyfile("file", "copy")
        with component.open("file", "ab") as file:
            file.write(b" and more")
        assert read(component, "copy") == b"first"
        component.remove("file")
        assert read(component, "copy") == b"first"

    def test_a_folder_is_not_copied(self, component: S) -> None:
        write(component, "folder/file")
        with pytest.raises(ArtifactIsADirectoryError):
            component.copyfile("folder", "copy")
        assert everything(component) == ["folder", "folder/file"]

    def test_rename_moves_a_file_and_makes_folders_above(self, component: S) -> None:
        write(component, "file", b"content")
        component.rename("file", "a/b/moved")
        assert read(component, "a/b/moved") == b"content"
        assert not component.exists("file")

    def test_rename_moves_a_folder_with_all_in_it(self, component: S) -> None:
        write(component, "folder/a/file", b"content")
        component.mkdir("folder/empty")
        write(component, "folder2/file", b"beside")
        component.rename("folder", "other/moved")
        moved = ["other/moved/a", "other/moved/a/file", "other/moved/empty"]
        assert everything(component) == ["folder2", "folder2/file", "other", "other/moved", *moved]
        assert read(component, "other/moved/a/file") == b"content"

    def test_an_existing_target_is_replaced_only_when_told_so(self, component: S) -> None:
        for name, call in (("copyfile", component.copyfile), ("rename", component.rename)):
            write(component, "source", name.encode())
            write(component, "target", b"old")
            with pytest.raises(ArtifactExistsError):
                call("source", "target")
            assert (read(component, "source"), read(component, "target")) == (name.encode(), b"old")
            call("source", "target", overwrite=True)
            assert read(component, "target") == name.encode()

    def test_a_file_is_renamed_and_copied_onto_itself_without_harm(self, component: S) -> None:
        write(component, "a/file", b"content")
        component.rename("a/file", "./a//file", overwrite=True)
        component.copyfile("a/file", "a/../a/file", overwrite=True)
        assert read(component, "a/file") == b"content"

    @whether_or_not_told_to_overwrite
    def test_a_folder_is_never_replaced(self, component: S, overwrite: bool) -> None:
        write(component, "file")
        write(component, "source/file")
        component.mkdir("empty")
        for source in ("file", "source"):
            for target in ("empty", "source", ""):
                with pytest.raises(ArtifactExistsError):
                    component.rename(source, target, overwrite=overwrite)
        with pytest.raises(ArtifactError):
            component.copyfile("file", "empty", overwrite=overwrite)
        assert everything(component) == ["empty", "file", "source", "source/file"]

    @whether_or_not_told_to_overwrite
    def test_a_file_is_not_replaced_by_a_folder(self, component: S, overwrite: bool) -> None:
        write(component, "file", b"content")
        write(component, "folder/inner")
        with pytest.raises(ArtifactExistsError):
            component.rename("folder", "file", overwrite=overwrite)
        assert read(component, "file") == b"content"
        assert everything(component) == ["file", "folder", "folder/inner"]

    @pytest.mark.parametrize("target", ["folder/new", "folder/inner/new", "folder/a/b/c"])
    def test_a_folder_is_not_moved_into_itself(self, component: S, target: str) -> None:
        write(component, "folder/inner/file")
        with pytest.raises(ArtifactError):
            component.rename("folder", target)
        assert everything(component) == ["folder", "folder/inner", "folder/inner/file"]

    def test_the_root_is_neither_moved_nor_removed(self, component: S) -> None:
        write(component, "file")
        for path in ("", ".", "a/..", component.path):
            for call in ("rmtree", "remove", "rename from"):
                with pytest.raises(ArtifactError):
                    CALLS[call](component, path)
        assert everything(component) == ["file"]


class FolderLaws(StoreLaws[S], Generic[S]):
    """The laws of folders, and of what is told of them."""

    def test_a_new_store_is_empty(self, component: S) -> None:
        assert component.exists("")
        assert component.isdir("")
        assert component.listdir("") == []
        assert component.glob("*") == component.glob("**") == []
        assert list(component.walk()) == [("", [], [])]
        assert component.stat("").is_dir

    def test_mkdir_makes_one_folder_and_makedirs_all_above(self, component: S) -> None:
        with pytest.raises(ArtifactNotFoundError):
            component.mkdir("a/b")
        component.mkdir("a")
        with pytest.raises(ArtifactExistsError):
            component.mkdir("a")
        component.makedirs("a/b/c")
        component.makedirs("a/b/c")
        component.makedirs("")
        assert everything(component) == ["a", "a/b", "a/b/c"]

    def test_a_folder_stays_when_the_last_file_in_it_is_removed(self, component: S) -> None:
        write(component, "a/b/file")
        component.remove("a/b/file")
        assert component.isdir("a/b")
        assert component.listdir("a/b") == []
        assert everything(component) == ["a", "a/b"]

    def test_a_file_is_no_folder(self, component: S) -> None:
        write(component, "file")
        for make in ("mkdir", "makedirs"):
            with pytest.raises(ArtifactExistsError):
                CALLS[make](component, "file")
            with pytest.raises(ArtifactNotADirectoryError):
                CALLS[make](component, "file/below")
        for look in ("listdir", "rmtree", "walk"):
            with pytest.raises(ArtifactNotADirectoryError):
                CALLS[look](component, "file")
        for put in ("open w", "copyfile to", "rename to"):
            with pytest.raises(ArtifactError):
                CALLS[put](component, "file/below")
        with pytest.raises(ArtifactNotADirectoryError):
            component.open("file/below", "w")
        for call in ("open r", "stat", "listdir", "walk", "remove", "rmtree"):
            with pytest.raises(ArtifactNotFoundError):
                CALLS[call](component, "file/below")
        assert not component.exists("file/below")
        assert everything(component) == ["file"]

    def test_rmtree_removes_a_folder_and_nothing_beside_it(self, component: S) -> None:
        write(component, "folder/a/b/file")
        component.mkdir("folder/empty")
        write(component, "folder2/file")
        component.rmtree("folder")
        assert everything(component) == ["folder2", "folder2/file"]
        component.rmtree("folder2")
        assert everything(component) == []

    def test_remove_takes_files_alone(self, component: S) -> None:
        write(component, "folder/file")
        with pytest.raises(ArtifactIsADirectoryError):
            component.remove("folder")
        component.remove("folder/file")
        with pytest.raises(ArtifactNotFoundError):
            component.remove("folder/file")

    def test_listdir_and_walk_are_sorted_and_walk_goes_from_the_top(self, component: S) -> None:
        for path in ("b/2", "b/1", "a/z/1", "a/y/1", "c"):
            write(component, path)
        assert component.listdir("") == ["a", "b", "c"]
        assert list(component.walk("a")) == [("a", ["y", "z"], []), ("a/y", [], ["1"]), ("a/z", [], ["1"])]
        assert [folder for folder, _, _ in component.walk()] == ["", "a", "a/y", "a/z", "b"]

    def test_stat_tells_size_and_time(self, component: S) -> None:
        write(component, "folder/file", b"12345")
        told = component.stat("folder/file")
        assert told == FileStat(size=5, modified=told.modified, is_dir=False)
        assert told.modified.tzinfo is UTC
        assert abs(told.modified - datetime.now(UTC)) < timedelta(minutes=5)
        folder = component.stat("folder")
        assert (folder.size, folder.is_dir) == (0, True)
        assert folder.modified.tzinfo is UTC

    # The store as a component

    def test_what_was_written_is_there_for_a_twin_and_for_copies(self, component: S) -> None:
        write(component, "folder/file", b"content")
        twins = [component.replace(), copy.copy(component), copy.deepcopy(component)]
        if not holds_secrets(component):  # whose values do not travel
            twins.append(pickle.loads(pickle.dumps(component)))  # noqa: S301 - made in this line
        for twin in twins:
            assert read(twin, "folder/file") == b"content"

    def test_suspending_it_loses_no_file(self, component: S) -> None:
        write(component, "folder/file", b"content")
        component.suspend()
        bring_up(component)
        assert read(component, "folder/file") == b"content"
