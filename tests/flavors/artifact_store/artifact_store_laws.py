"""What holds for every artifact store; one is tested by a subclass of `ArtifactStoreLaws` with the fixture `component`."""

from __future__ import annotations

import csv
import gzip
import io
import json
import pickle
import posixpath
import shutil
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import Literal, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stackkit.components.artifact_store import ArtifactStore, FileStat, OpenMode
from stackkit.errors import (
    ArtifactError,
    ArtifactExistsError,
    ArtifactIsADirectoryError,
    ArtifactNotADirectoryError,
    ArtifactNotFoundError,
    ConfigurationError,
    PathOutsideStoreError,
)

few = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)

# Names that are hard on those who quote, split, trim, decode or expand them.
ODD = (
    " ",
    "a b",
    " a",
    "a ",
    "...",
    "a.",
    ".a",
    "-a",
    "~",
    "~root",
    "$HOME",
    "%20",
    "a\\b",
    "'",
    '"',
    "a\nb",
    "é",
    "e\u0301",
    "日本語",
    "\U0001f600",
    "*",
    "[a]",
    "a?",
    "a:b",
    "file:",
    "a|b",
    "#",
    "con",
    "\x7f",
    "\u202e",
    "\ufeff",
)
names = st.sampled_from(ODD) | st.text(st.characters(exclude_characters="/\0", codec="utf-8"), min_size=1, max_size=20).filter(
    lambda name: name not in (".", "..") and not name.lower().startswith(".stackkit-tmp-")
)

OUTSIDE = ["..", "../x", "a/../../x", "/", "/etc/passwd", "s3://bucket/key", "file://a", "a\0b", "./..", "//a", "../é\n\ud800"]

CALLS: dict[str, Callable[[ArtifactStore, str], object]] = {
    "open r": lambda store, path: store.open(path),
    "open rb": lambda store, path: store.open(path, "rb"),
    "open w": lambda store, path: store.open(path, "w"),
    "open x": lambda store, path: store.open(path, "x"),
    "open a": lambda store, path: store.open(path, "a"),
    "copyfile from": lambda store, path: store.copyfile(path, "new"),
    "copyfile to": lambda store, path: store.copyfile("file", path, overwrite=True),
    "exists": lambda store, path: store.exists(path),
    "glob": lambda store, path: store.glob(path),
    "isdir": lambda store, path: store.isdir(path),
    "listdir": lambda store, path: store.listdir(path),
    "makedirs": lambda store, path: store.makedirs(path),
    "mkdir": lambda store, path: store.mkdir(path),
    "remove": lambda store, path: store.remove(path),
    "rename from": lambda store, path: store.rename(path, "new"),
    "rename to": lambda store, path: store.rename("file", path, overwrite=True),
    "rmtree": lambda store, path: store.rmtree(path),
    "stat": lambda store, path: store.stat(path),
    "walk": lambda store, path: list(store.walk(path)),
}
"""Every method, and every one of its paths. There is a file called `file`."""


def write(store: ArtifactStore, path: str, content: bytes = b"content") -> None:
    """Put a file."""
    with store.open(path, "wb") as file:
        file.write(content)


def read(store: ArtifactStore, path: str) -> bytes:
    """The content of a file."""
    with store.open(path, "rb") as file:
        return file.read()


def everything(store: ArtifactStore) -> list[str]:
    """The paths of all folders and files."""
    return store.glob("**")


class Interrupted(Exception):  # noqa: N818 - no error of anybody's, but what ends a block early
    """Stands for whatever goes wrong in the middle of writing."""


class ArtifactStoreLaws:
    """The laws; the fixture gives a new, empty store."""

    @pytest.fixture
    def component(self) -> ArtifactStore:
        raise NotImplementedError

    # Files

    @few
    @given(content=st.binary(max_size=300_000), mode=st.sampled_from(("wb", "xb", "ab")))
    def test_what_was_written_is_read_back_to_the_byte(
        self, component: ArtifactStore, content: bytes, mode: Literal["wb", "xb", "ab"]
    ) -> None:
        if component.exists("folder"):
            component.rmtree("folder")
        with component.open("folder/file", mode) as file:
            file.write(content)
        assert read(component, "folder/file") == content
        assert component.stat("folder/file").size == len(content)

    @few
    @given(text=st.text())
    def test_text_is_utf_8_and_its_line_ends_are_kept(self, component: ArtifactStore, text: str) -> None:
        with component.open("file", "w") as file:
            file.write(text)
        assert read(component, "file") == text.encode()
        with component.open("file") as file:
            assert file.read() == text

    def test_lines_of_either_kind_are_told_apart_but_not_changed(self, component: ArtifactStore) -> None:
        write(component, "file", b"a\r\nb\nc")
        with component.open("file") as file:
            assert list(file) == ["a\r\n", "b\n", "c"]

    @few
    @given(parts=st.lists(st.binary(max_size=1000), max_size=4))
    def test_appending_adds_to_what_is_there(self, component: ArtifactStore, parts: list[bytes]) -> None:
        write(component, "file", b"")
        for part in parts:
            with component.open("file", "ab") as file:
                file.write(part)
        assert read(component, "file") == b"".join(parts)

    def test_an_append_goes_to_the_end_wherever_the_position_is(self, component: ArtifactStore) -> None:
        write(component, "file", b"first ")
        with component.open("file", "ab") as file:
            assert file.tell() == len(b"first ")
            if file.seekable():
                file.seek(0)
            file.write(b"second")
        assert read(component, "file") == b"first second"

    @pytest.mark.parametrize("mode", ["x", "xb"])
    def test_x_refuses_a_file_that_is_there(self, component: ArtifactStore, mode: Literal["x", "xb"]) -> None:
        write(component, "file", b"old")
        with pytest.raises(ArtifactExistsError):
            component.open("file", mode)
        assert read(component, "file") == b"old"

    def test_of_two_who_open_a_new_file_one_makes_it(self, component: ArtifactStore) -> None:
        first, second = component.open("file", "xb"), component.open("file", "xb")
        first.write(b"first")
        second.write(b"second")
        first.close()
        with pytest.raises(ArtifactExistsError):
            second.close()
        assert read(component, "file") == b"first"
        assert everything(component) == ["file"]

    @pytest.mark.parametrize("mode", ["w", "wb", "x", "xb", "a", "ab"])
    def test_a_file_is_not_there_before_it_is_closed(self, component: ArtifactStore, mode: OpenMode) -> None:
        component.mkdir("folder")
        file = component.open("folder/file", cast("Literal['wb']", mode))
        text = mode in ("w", "x", "a")
        file.write(cast("bytes", "new" if text else b"new"))
        file.flush()
        assert not component.exists("folder/file")
        assert not component.isdir("folder/file")
        assert component.listdir("folder") == []
        assert component.glob("**") == ["folder"]
        assert list(component.walk("folder")) == [("folder", [], [])]
        for call in (component.stat, component.open, component.remove):
            with pytest.raises(ArtifactNotFoundError):
                call("folder/file")
        file.close()
        file.close()
        assert read(component, "folder/file") == b"new"

    @pytest.mark.parametrize("mode", ["w", "a"])
    def test_the_old_content_is_read_until_the_new_one_is_closed(
        self, component: ArtifactStore, mode: Literal["w", "a"]
    ) -> None:
        write(component, "file", b"old")
        with component.open("file") as before, component.open("file", mode) as file:
            file.write("new")
            file.flush()
            assert read(component, "file") == b"old"
            assert component.stat("file").size == len(b"old")
            file.close()
            assert before.read() == "old"
        assert read(component, "file") == (b"new" if mode == "w" else b"oldnew")

    @pytest.mark.parametrize("mode", ["w", "wb", "x", "xb", "a", "ab"])
    @pytest.mark.parametrize("size", [3, 1_000_000])
    def test_what_is_left_by_an_exception_is_discarded(self, component: ArtifactStore, mode: OpenMode, size: int) -> None:
        path = "new" if mode[0] == "x" else "old"
        write(component, "old", b"old")
        file = component.open(path, cast("Literal['w']", mode))
        content = "x" * size

        def write_and_fail() -> None:
            with file:
                file.write(content if len(mode) == 1 else cast("str", content.encode()))
                raise Interrupted

        with pytest.raises(Interrupted):
            write_and_fail()
        assert file.closed
        assert everything(component) == ["old"]
        assert read(component, "old") == b"old"

    @pytest.mark.parametrize("mode", ["w", "wb", "a", "ab"])
    def test_what_is_never_closed_is_discarded(self, component: ArtifactStore, mode: OpenMode) -> None:
        write(component, "old", b"old")
        file = component.open("old", cast("Literal['w']", mode))
        file.write("new" if len(mode) == 1 else cast("str", b"new"))
        with pytest.warns(ResourceWarning, match="old was never closed"):
            del file
        assert read(component, "old") == b"old"
        assert everything(component) == ["old"]

    def test_a_folder_is_not_opened(self, component: ArtifactStore) -> None:
        component.mkdir("folder")
        for path in ("folder", ""):
            for mode in ("r", "rb", "w", "wb", "x", "xb", "a", "ab"):
                with pytest.raises(ArtifactIsADirectoryError):
                    component.open(path, cast("Literal['r']", mode))

    @pytest.mark.parametrize("mode", ["", "r+", "w+b", "rt", "bw", "U", "rr", "read"])
    def test_a_mode_that_is_none_is_refused_with_those_that_are(self, component: ArtifactStore, mode: str) -> None:
        with pytest.raises(ConfigurationError, match="use one of r, rb, w, wb, x, xb, a, ab"):
            component.open("file", cast("Literal['r']", mode))

    def test_files_serve_the_libraries_that_take_files(self, component: ArtifactStore) -> None:
        value = {"accuracy": 0.93, "labels": ["a", "b"]}
        with component.open("value.json", "w") as text:
            json.dump(value, text)
        with component.open("value.pickle", "wb") as binary:
            pickle.dump(value, binary)
        with component.open("table.csv", "w") as text:
            csv.writer(text).writerows([["a", "b"], ["1", "2"]])
        with component.open("archive.zip", "wb") as binary, zipfile.ZipFile(binary, "w") as archive:
            archive.writestr("inner", b"zipped")
        with component.open("content.gz", "wb") as binary, gzip.GzipFile(fileobj=binary, mode="wb") as packed:
            packed.write(b"packed")
        with component.open("value.json") as text:
            assert json.load(text) == value
        with component.open("value.pickle", "rb") as binary:
            assert pickle.load(binary) == value  # noqa: S301 - written above
        with component.open("table.csv") as text:
            assert list(csv.reader(text)) == [["a", "b"], ["1", "2"]]
        with component.open("archive.zip", "rb") as binary, zipfile.ZipFile(binary) as archive:
            assert archive.read("inner") == b"zipped"
        with component.open("content.gz", "rb") as binary, gzip.GzipFile(fileobj=binary) as packed:
            assert packed.read() == b"packed"

    @pytest.mark.parametrize("mode", ["r", "rb", "w", "wb", "x", "xb", "a", "ab"])
    def test_files_are_what_python_takes_for_files(self, component: ArtifactStore, mode: OpenMode) -> None:
        write(component, "old")
        path = "new" if mode[0] == "x" else "old"
        with component.open(path, cast("Literal['r']", mode)) as file:
            kind: type[io.IOBase] = io.TextIOBase if len(mode) == 1 else io.BufferedIOBase
            assert isinstance(cast("object", file), kind)
            assert file.readable() == (mode[0] == "r")
            assert file.writable() == (mode[0] != "r")
            assert file.name == path
            assert file.mode == mode

    def test_a_large_file_is_copied_whole_between_files(self, component: ArtifactStore) -> None:
        content = bytes(range(256)) * 4096 * 3
        write(component, "large", content)
        with component.open("large", "rb") as source, component.open("copy", "wb") as target:
            shutil.copyfileobj(source, target)
        component.copyfile("large", "other")
        assert read(component, "copy") == content
        assert read(component, "other") == content

    # Copies and names

    def test_copyfile_copies_and_makes_folders_above(self, component: ArtifactStore) -> None:
        write(component, "file", b"content")
        component.copyfile("file", "a/b/copy")
        assert read(component, "a/b/copy") == read(component, "file") == b"content"

    def test_rename_moves_a_file_and_makes_folders_above(self, component: ArtifactStore) -> None:
        write(component, "file", b"content")
        component.rename("file", "a/b/moved")
        assert read(component, "a/b/moved") == b"content"
        assert not component.exists("file")

    def test_rename_moves_a_folder_with_all_in_it(self, component: ArtifactStore) -> None:
        write(component, "folder/a/file", b"content")
        component.mkdir("folder/empty")
        component.rename("folder", "other/moved")
        moved = ["other/moved/a", "other/moved/a/file", "other/moved/empty"]
        assert everything(component) == ["other", "other/moved", *moved]

    def test_an_existing_target_is_replaced_only_when_told_so(self, component: ArtifactStore) -> None:
        for name, call in (("copyfile", component.copyfile), ("rename", component.rename)):
            write(component, "source", name.encode())
            write(component, "target", b"old")
            with pytest.raises(ArtifactExistsError):
                call("source", "target")
            assert (read(component, "source"), read(component, "target")) == (name.encode(), b"old")
            call("source", "target", overwrite=True)
            assert read(component, "target") == name.encode()

    def test_a_file_is_renamed_and_copied_onto_itself_without_harm(self, component: ArtifactStore) -> None:
        write(component, "a/file", b"content")
        component.rename("a/file", "./a//file", overwrite=True)
        component.copyfile("a/file", "a/../a/file", overwrite=True)
        assert read(component, "a/file") == b"content"

    @pytest.mark.parametrize("overwrite", [False, True])
    def test_a_folder_is_never_replaced(self, component: ArtifactStore, overwrite: bool) -> None:
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

    @pytest.mark.parametrize("target", ["folder/new", "folder/inner/new", "folder/a/b/c"])
    def test_a_folder_is_not_moved_into_itself(self, component: ArtifactStore, target: str) -> None:
        write(component, "folder/inner/file")
        with pytest.raises(ArtifactError, match="into itself"):
            component.rename("folder", target)
        assert everything(component) == ["folder", "folder/inner", "folder/inner/file"]

    def test_the_root_is_neither_moved_nor_removed(self, component: ArtifactStore) -> None:
        write(component, "file")
        for path in ("", ".", "a/.."):
            for call in ("rmtree", "remove", "rename from"):
                with pytest.raises(ArtifactError):
                    CALLS[call](component, path)
        assert everything(component) == ["file"]

    # Folders

    def test_a_new_store_is_empty(self, component: ArtifactStore) -> None:
        assert component.exists("")
        assert component.isdir("")
        assert component.listdir("") == []
        assert component.glob("*") == component.glob("**") == []
        assert list(component.walk()) == [("", [], [])]
        assert component.stat("").is_dir

    def test_mkdir_makes_one_folder_and_makedirs_all_above(self, component: ArtifactStore) -> None:
        with pytest.raises(ArtifactNotFoundError):
            component.mkdir("a/b")
        component.mkdir("a")
        with pytest.raises(ArtifactExistsError):
            component.mkdir("a")
        component.makedirs("a/b/c")
        component.makedirs("a/b/c")
        component.makedirs("")
        assert everything(component) == ["a", "a/b", "a/b/c"]

    def test_a_file_is_no_folder(self, component: ArtifactStore) -> None:
        write(component, "file")
        for make in (component.mkdir, component.makedirs):
            with pytest.raises(ArtifactExistsError):
                make("file")
            with pytest.raises(ArtifactNotADirectoryError):
                make("file/below")
        for look in (component.listdir, component.rmtree, component.walk):
            with pytest.raises(ArtifactNotADirectoryError):
                look("file")
        with pytest.raises(ArtifactNotADirectoryError):
            component.open("file/below", "w")
        for call in (component.open, component.stat, component.listdir, component.walk, component.remove, component.rmtree):
            with pytest.raises(ArtifactNotFoundError):
                call("file/below")
        assert not component.exists("file/below")
        assert everything(component) == ["file"]

    def test_rmtree_removes_a_folder_and_nothing_beside_it(self, component: ArtifactStore) -> None:
        write(component, "folder/a/b/file")
        component.mkdir("folder/empty")
        write(component, "folder2/file")
        component.rmtree("folder")
        assert everything(component) == ["folder2", "folder2/file"]
        component.rmtree("folder2")
        assert everything(component) == []

    def test_remove_takes_files_alone(self, component: ArtifactStore) -> None:
        write(component, "folder/file")
        with pytest.raises(ArtifactIsADirectoryError):
            component.remove("folder")
        component.remove("folder/file")
        with pytest.raises(ArtifactNotFoundError):
            component.remove("folder/file")

    def test_listdir_and_walk_are_sorted_and_walk_goes_from_the_top(self, component: ArtifactStore) -> None:
        for path in ("b/2", "b/1", "a/z/1", "a/y/1", "c"):
            write(component, path)
        assert component.listdir("") == ["a", "b", "c"]
        assert list(component.walk("a")) == [("a", ["y", "z"], []), ("a/y", [], ["1"]), ("a/z", [], ["1"])]
        assert [folder for folder, _, _ in component.walk()] == ["", "a", "a/y", "a/z", "b"]

    def test_walk_goes_as_its_result_is_read(self, component: ArtifactStore) -> None:
        component.makedirs("a")
        component.makedirs("b")
        steps = component.walk()
        assert next(steps) == ("", ["a", "b"], [])
        write(component, "b/late")
        assert list(steps) == [("a", [], []), ("b", [], ["late"])]

    def test_stat_tells_size_and_time(self, component: ArtifactStore) -> None:
        write(component, "folder/file", b"12345")
        told = component.stat("folder/file")
        assert told == FileStat(size=5, modified=told.modified, is_dir=False)
        assert told.modified.tzinfo is UTC
        assert abs(told.modified - datetime.now(UTC)) < timedelta(minutes=5)
        folder = component.stat("folder")
        assert (folder.size, folder.is_dir) == (0, True)

    # Patterns

    @pytest.mark.parametrize(
        ("pattern", "found"),
        [
            ("*", ["a", "b.txt", ".h"]),
            ("*.txt", ["b.txt"]),
            ("?.txt", ["b.txt"]),
            ("[a-c]", ["a"]),
            ("[!a]*", ["b.txt", ".h"]),
            (".*", [".h"]),
            ("a", ["a"]),
            ("a/", ["a"]),
            ("a/*.txt", ["a/c.txt"]),
            ("*/*", ["a/c.txt", "a/d", ".h/e.txt"]),
            ("**/*.txt", ["b.txt", "a/c.txt", "a/d/b.txt", ".h/e.txt"]),
            ("a/**/b.txt", ["a/d/b.txt"]),
            ("a/**/d/b.txt", ["a/d/b.txt"]),
            ("**/d", ["a/d"]),
            ("a/**", ["a/c.txt", "a/d", "a/d/b.txt"]),
            ("**/**/c.txt", ["a/c.txt"]),
            ("a/d/**/b.txt", ["a/d/b.txt"]),
            ("a/c.txt/*", []),
            ("b.txt/**", []),
            ("nothing/*", []),
            ("**/nothing", []),
            ("a**t", []),
            ("*/d/../*.txt", ["a/c.txt", ".h/e.txt"]),
        ],
    )
    def test_patterns_match_names_and_folders(self, component: ArtifactStore, pattern: str, found: list[str]) -> None:
        for path in ("b.txt", "a/c.txt", "a/d/b.txt", ".h/e.txt"):
            write(component, path)
        assert component.glob(pattern) == sorted(found)

    # Paths

    @few
    @given(paths=st.lists(st.lists(names, min_size=1, max_size=3).map("/".join), min_size=1, max_size=6))
    def test_every_path_that_is_returned_can_be_passed_back(self, component: ArtifactStore, paths: list[str]) -> None:
        for name in component.listdir(""):
            (component.rmtree if component.isdir(name) else component.remove)(name)
        for path in paths:
            try:
                write(component, path, path.encode())
            except (ArtifactIsADirectoryError, ArtifactNotADirectoryError):
                assert any(f"{other}/".startswith(f"{path}/") or path.startswith(f"{other}/") for other in paths)
        walked = {posixpath.join(top, name) for top, inner, files in component.walk() for name in inner + files}
        assert set(everything(component)) == walked
        for path in walked:
            folder, name = posixpath.split(path)
            assert component.exists(path)
            assert name in component.listdir(folder)
            assert component.stat(path).is_dir == component.isdir(path)
            if not component.isdir(path):
                assert read(component, path) == path.encode()
                component.copyfile(path, path, overwrite=True)
        assert {path for path in paths if component.exists(path)} <= walked

    def test_paths_are_taken_in_every_form(self, component: ArtifactStore) -> None:
        root = component.path
        write(component, "a/file")
        for path in ("a/file", "./a//file", "a/b/../file", "a/file/", f"{root}/a/file", f"{root}//a/./file"):
            assert component.exists(path), path
        assert component.exists(PurePosixPath("a", "file"))
        for path in ("", ".", "a/..", root, f"{root}/"):
            assert component.listdir(path) == ["a"], path

    @pytest.mark.parametrize("call", list(CALLS))
    @pytest.mark.parametrize("path", OUTSIDE, ids=ascii)
    def test_a_path_that_leads_out_is_refused(self, component: ArtifactStore, call: str, path: str) -> None:
        write(component, "file")
        with pytest.raises(PathOutsideStoreError) as refused:
            CALLS[call](component, path)
        assert str(refused.value).isprintable()
        assert everything(component) == ["file"]

    def test_a_folder_whose_name_begins_like_the_root_is_outside(self, component: ArtifactStore) -> None:
        with pytest.raises(PathOutsideStoreError):
            component.exists(f"{component.path}-other/file")

    @pytest.mark.parametrize(
        "call", ["open r", "open rb", "copyfile from", "listdir", "remove", "rename from", "rmtree", "stat", "walk"]
    )
    @pytest.mark.parametrize("path", ["nothing", "nothing/below", "x" * 5000, "\ud800", "a\nb"], ids=ascii)
    def test_what_is_not_there_is_not_found(self, component: ArtifactStore, call: str, path: str) -> None:
        write(component, "file")
        with pytest.raises(ArtifactNotFoundError) as refused:
            CALLS[call](component, path)
        assert str(refused.value).isprintable()
        assert not component.exists(path)
        assert not component.isdir(path)
        assert component.glob(path) == []

    @pytest.mark.parametrize("call", ["open w", "open x", "open a", "copyfile to", "makedirs", "mkdir", "rename to"])
    @pytest.mark.parametrize("path", ["x" * 5000, "\ud800"], ids=lambda path: ascii(path)[:10])
    def test_a_name_that_cannot_be_kept_is_refused_in_one_line(self, component: ArtifactStore, call: str, path: str) -> None:
        write(component, "file", b"content")
        with pytest.raises(ArtifactError) as refused:
            CALLS[call](component, path)
        assert str(refused.value).isprintable()
        assert read(component, "file") == b"content"
        assert everything(component) == ["file"]
