"""Laws of patterns and paths: what matches, what is taken, what leads out and what is not there."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from io import IOBase
from pathlib import PurePosixPath
from typing import Final, Generic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackkit.errors import (
    ArtifactError,
    ArtifactIsADirectoryError,
    ArtifactNotADirectoryError,
    ArtifactNotFoundError,
    PathOutsideStoreError,
)
from stackkit.testing.contracts.artifact_store.tree import CALLS, ODD, S, StoreLaws, empty, everything, read, write
from stackkit.testing.contracts.component import few

MATCHES: Final = (
    ("*", ("a", "b.txt", ".h")),
    ("*.txt", ("b.txt",)),
    ("?.txt", ("b.txt",)),
    ("??.txt", ()),
    ("[a-c]", ("a",)),
    ("[!a]*", ("b.txt", ".h")),
    (".*", (".h",)),
    ("a", ("a",)),
    ("a/", ("a",)),
    ("a/*.txt", ("a/c.txt",)),
    ("*/*", ("a/c.txt", "a/d", ".h/e.txt")),
    ("**/*.txt", ("b.txt", "a/c.txt", "a/d/b.txt", ".h/e.txt")),
    ("a/**/b.txt", ("a/d/b.txt",)),
    ("a/**/d/b.txt", ("a/d/b.txt",)),
    ("**/d", ("a/d",)),
    ("a/**", ("a/c.txt", "a/d", "a/d/b.txt")),
    ("**/**/c.txt", ("a/c.txt",)),
    ("a/d/**/b.txt", ("a/d/b.txt",)),
    ("a/c.txt/*", ()),
    ("b.txt/**", ()),
    ("nothing/*", ()),
    ("**/nothing", ()),
    ("a**t", ()),
    ("B.TXT", ()),
    ("*/d/../*.txt", ("a/c.txt", ".h/e.txt")),
)
"""Patterns, and what of the files `b.txt`, `a/c.txt`, `a/d/b.txt` and `.h/e.txt` and their folders they match."""

OUTSIDE: Final[Mapping[str, Callable[[str], str]]] = {
    "..": lambda _: "..",
    "../x": lambda _: "../x",
    "./..": lambda _: "./..",
    "a/../../x": lambda _: "a/../../x",
    "../é, a line and a surrogate": lambda _: "../é\n\ud800",
    "/": lambda _: "/",
    "//a": lambda _: "//a",
    "/etc/passwd": lambda _: "/etc/passwd",
    "another scheme": lambda _: "nowhere://bucket/key",
    "a zero": lambda _: "a\0b",
    "above the root": lambda root: f"{root}/..",
    "down and up again": lambda root: f"{root}/a/../../x",
    "beside the root": lambda root: f"{root}-other/file",
    "before the root": lambda root: root[:-1],
}
"""Paths that lead out of a root."""

ABSENT: Final = ("nothing", "nothing/below", "a\nb", "FILE", "\ud800")
"""Paths at which there is nothing."""


class PathLaws(StoreLaws[S], Generic[S]):
    """The laws of what methods are given and return."""

    @pytest.fixture
    def link_out(self) -> str:
        """The path of a link in the store that leads to a folder elsewhere; without, the law that is about it is skipped."""
        pytest.skip("give the fixture `link_out`, the path of a link that leads out of the store, if it knows links")

    # Patterns

    @pytest.mark.parametrize(("pattern", "found"), MATCHES, ids=[pattern for pattern, _ in MATCHES])
    def test_patterns_match_names_and_folders(self, component: S, pattern: str, found: tuple[str, ...]) -> None:
        for path in ("b.txt", "a/c.txt", "a/d/b.txt", ".h/e.txt"):
            write(component, path)
        assert component.glob(pattern) == sorted(found)
        assert component.glob(f"{component.path}/{pattern}") == sorted(found)

    # Paths that are taken

    @pytest.mark.parametrize("name", ODD, ids=ascii)
    def test_a_name_is_kept_as_it_is(self, component: S, name: str) -> None:
        write(component, f"{name}/{name}", b"content")
        assert everything(component) == [name, f"{name}/{name}"]
        assert component.listdir(name) == [name]
        assert list(component.walk()) == [("", [name], []), (name, [], [name])]
        component.rename(f"{name}/{name}", "moved")
        component.copyfile("moved", f"{name}/{name}")
        component.rmtree(name)
        assert everything(component) == ["moved"]

    @few
    @given(data=st.data())
    def test_every_path_that_is_returned_can_be_passed_back(
        self, component: S, names: st.SearchStrategy[str], data: st.DataObject
    ) -> None:
        empty(component)
        paths = data.draw(st.lists(st.lists(names, min_size=1, max_size=3).map("/".join), min_size=1, max_size=6))
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

    def test_paths_are_taken_in_every_form(self, component: S) -> None:
        root = component.path
        write(component, "a/file")
        for path in ("a/file", "./a//file", "a/b/../file", "a/file/", f"{root}/a/file", f"{root}//a/./file"):
            assert component.exists(path), path
        for path in ("", ".", "a/..", root, f"{root}/"):
            assert component.listdir(path) == ["a"], path

    @pytest.mark.parametrize("call", list(CALLS))
    def test_every_method_takes_path_objects(self, component: S, call: str) -> None:
        write(component, "file")
        component.mkdir("folder")
        path = "folder" if call in ("listdir", "makedirs", "rmtree", "walk") else "file"
        new = call in ("mkdir", "open x", "copyfile to", "rename to")
        opened = CALLS[call](component, PurePosixPath("folder", "new") if new else PurePosixPath(path))
        if isinstance(opened, IOBase):
            opened.close()
        assert component.exists("folder/new") is new

    # Paths that lead out

    @pytest.mark.parametrize("call", list(CALLS))
    @pytest.mark.parametrize("path", list(OUTSIDE))
    def test_a_path_that_leads_out_is_refused(self, component: S, call: str, path: str) -> None:
        write(component, "file")
        with pytest.raises(PathOutsideStoreError) as refused:
            CALLS[call](component, OUTSIDE[path](component.path))
        assert str(refused.value).isprintable()
        assert everything(component) == ["file"]

    @pytest.mark.parametrize("call", list(CALLS))
    def test_a_link_that_leads_out_is_not_followed(self, component: S, link_out: str, call: str) -> None:
        write(component, "file")
        with pytest.raises(PathOutsideStoreError):
            CALLS[call](component, f"{link_out}/file")
        assert read(component, "file") == b"content"

    # Paths at which there is nothing

    @pytest.mark.parametrize(
        "call", ["open r", "open rb", "copyfile from", "listdir", "remove", "rename from", "rmtree", "stat", "walk"]
    )
    @pytest.mark.parametrize("path", ABSENT, ids=ascii)
    def test_what_is_not_there_is_not_found(self, component: S, call: str, path: str) -> None:
        write(component, "file")
        with pytest.raises(ArtifactNotFoundError) as refused:
            CALLS[call](component, path)
        assert str(refused.value).isprintable()
        assert not component.exists(path)
        assert not component.isdir(path)
        assert component.glob(path) == []
        assert everything(component) == ["file"]

    @pytest.mark.parametrize("call", ["open w", "open x", "open a", "copyfile to", "makedirs", "mkdir", "rename to"])
    def test_a_name_that_is_no_text_is_refused_in_one_line(self, component: S, call: str) -> None:
        write(component, "file", b"content")
        with pytest.raises(ArtifactError) as refused:
            CALLS[call](component, "\ud800")
        assert str(refused.value).isprintable()
        assert read(component, "file") == b"content"
        assert everything(component) == ["file"]
