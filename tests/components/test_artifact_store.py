"""The base of every artifact store: which paths it understands, and what they are from its root."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import IO, Any, ClassVar, final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from typing_extensions import override

from stackkit.components.artifact_store import BaseArtifactStore, FileStat, OpenMode, StrPath, scheme_of
from stackkit.errors import ConfigurationError, PathOutsideStoreError


@final
class Cupboard(BaseArtifactStore):
    """A store of nothing: only its paths are of interest."""

    FLAVOR: ClassVar[str] = "cupboard"
    SUPPORTED_SCHEMES: ClassVar[frozenset[str]] = frozenset({"", "s3://", "file://"})

    @override
    def open(self, path: StrPath, mode: OpenMode = "r") -> IO[Any]:
        raise NotImplementedError

    @override
    def copyfile(self, source: StrPath, target: StrPath, *, overwrite: bool = False) -> None: ...

    @override
    def exists(self, path: StrPath) -> bool:
        return False

    @override
    def glob(self, pattern: StrPath) -> list[str]:
        return []

    @override
    def isdir(self, path: StrPath) -> bool:
        return False

    @override
    def listdir(self, path: StrPath) -> list[str]:
        return []

    @override
    def makedirs(self, path: StrPath) -> None: ...

    @override
    def mkdir(self, path: StrPath) -> None: ...

    @override
    def remove(self, path: StrPath) -> None: ...

    @override
    def rename(self, source: StrPath, target: StrPath, *, overwrite: bool = False) -> None: ...

    @override
    def rmtree(self, path: StrPath) -> None: ...

    @override
    def stat(self, path: StrPath) -> FileStat:
        raise NotImplementedError

    @override
    def walk(self, top: StrPath = "") -> Iterator[tuple[str, list[str], list[str]]]:
        return iter(())


def store(path: str) -> Cupboard:
    return Cupboard(name="cupboard", path=path)


# Schemes


@pytest.mark.parametrize(
    ("path", "scheme"),
    [
        ("s3://bucket/key", "s3://"),
        ("s3://", "s3://"),
        ("git+ssh://host/path", "git+ssh://"),
        ("S3A://bucket", "S3A://"),
        ("file:///var/data", "file://"),
        ("/var/data", ""),
        ("data", ""),
        ("", ""),
        ("://x", ""),
        ("1st://x", ""),
        ("a b://x", ""),
        ("/a/s3://x", ""),
        ("s3:/bucket", ""),
        ("s3:", ""),
    ],
)
def test_the_scheme_of_a_path_is_what_stands_before_its_first_part(path: str, scheme: str) -> None:
    assert scheme_of(path) == scheme


@pytest.mark.parametrize("path", ["/var/data", "data", "s3://bucket/folder", "file:///var/data"])
def test_a_supported_scheme_is_accepted_and_the_path_kept_as_it_is(path: str) -> None:
    assert store(path).path == path


@pytest.mark.parametrize("path", ["gs://bucket", "S3://bucket", "git+ssh://host/path"])
def test_another_scheme_is_refused_and_the_supported_ones_are_named(path: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        store(path)
    assert str(caught.value) == f'path: "{path}" has an unsupported scheme; cupboard supports file://, plain paths, s3://'


def test_a_replaced_path_is_checked_too() -> None:
    with pytest.raises(ConfigurationError):
        store("/var/data").replace(path="gs://bucket")


# Paths from the root


@pytest.mark.parametrize(
    ("root", "path", "below"),
    [
        ("/var/data", "a/b", "a/b"),
        ("/var/data", "", ""),
        ("/var/data", ".", ""),
        ("/var/data", "a/../b/./c//d/", "b/c/d"),
        ("/var/data", "/var/data", ""),
        ("/var/data", "/var/data/", ""),
        ("/var/data", "/var/data/a", "a"),
        ("/var/data", "//var/data/a", "a"),
        ("/var/data", "/var/../var/data/a", "a"),
        ("/var/data/", "/var/data/a", "a"),
        ("/var/./data", "/var/data/a", "a"),
        ("/var/data", PurePosixPath("/var/data/a"), "a"),
        ("/var/data", "..a/...", "..a/..."),
        ("/", "/a/b", "a/b"),
        ("/", "a", "a"),
        ("data", "data/a", "data/a"),
        ("s3://bucket", "a", "a"),
        ("s3://bucket", "s3://bucket", ""),
        ("s3://bucket/", "s3://bucket/a/b", "a/b"),
        ("s3://bucket/folder", "s3://bucket/folder//a", "a"),
        ("s3://bucket/folder", "s3://bucket/other/../folder/a", "a"),
        ("s3://bucket", "bucket/a", "bucket/a"),
        ("file:///var/data", "file:///var/data/a", "a"),
    ],
)
def test_a_path_inside_of_the_root_is_told_from_the_root(root: str, path: StrPath, below: str) -> None:
    assert store(root).relative(path) == below


@pytest.mark.parametrize(
    ("root", "path"),
    [
        ("/var/data", ".."),
        ("/var/data", "../data2"),
        ("/var/data", "a/../../b"),
        ("/var/data", "/"),
        ("/var/data", "/var"),
        ("/var/data", "/var/database"),
        ("/var/data", "/var/data/../a"),
        ("/var/data", "/etc/passwd"),
        ("/var/data", "s3://bucket/a"),
        ("/var/data", "file:///var/data/a"),
        ("/var/data", "a\0b"),
        ("data", "/data/a"),
        ("s3://bucket/folder", "s3://bucket/a"),
        ("s3://bucket/folder", "s3://bucket/folder2/a"),
        ("s3://bucket/folder", "s3://bucket/folder/../a"),
        ("s3://bucket", "s3://other/a"),
        ("s3://bucket", "/a"),
        ("s3://bucket", "gs://bucket/a"),
        ("s3://bucket", "s3://bucket/.."),
    ],
)
def test_a_path_out_of_the_root_is_refused(root: str, path: str) -> None:
    with pytest.raises(PathOutsideStoreError) as caught:
        store(root).relative(path)
    shown = path if path.isprintable() else ascii(path)
    assert str(caught.value) == f"{shown}: leads out of the artifact store; stay inside {root}"


SEGMENTS = st.sampled_from(["", ".", "..", "a", "b", "data", "var", "..a", "a b", "s3:", "é"])
PATHS = st.lists(SEGMENTS, max_size=7).map("/".join)
ROOT = "/var/data"


@given(PATHS)
@example("/var/data/../data/a")
@example("//var/data")
@example("../data/a")
def test_a_path_leads_where_the_file_system_would_lead(path: str) -> None:
    absolute = f"/{path.lstrip('/')}" if path.startswith("/") else path
    full = posixpath.normpath(posixpath.join(ROOT, absolute))
    leaves = posixpath.normpath(path).split("/")[0] == ".."  # and may come back, if the root has the right name
    if leaves or scheme_of(path) or not PurePosixPath(full).is_relative_to(ROOT):
        with pytest.raises(PathOutsideStoreError):
            store(ROOT).relative(path)
    else:
        assert store(ROOT).relative(path) == full[len(ROOT) + 1 :]


@given(st.sampled_from(["/", "/var/data", "data", "s3://bucket", "s3://bucket/a/", "file:///var/data"]), PATHS)
def test_what_is_told_is_inside_of_the_root_and_told_again_the_same(root: str, path: str) -> None:
    try:
        below = store(root).relative(path)
    except PathOutsideStoreError:
        return
    assert not below.startswith("/")
    assert not {"", ".", ".."} & set(below.split("/")) or below == ""
    assert store(root).relative(below) == below
    assert store(root).relative(f"{root.rstrip('/')}/{below}" if root != "data" else below) == below
