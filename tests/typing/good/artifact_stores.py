"""What an artifact store gives is known to type checkers: text or bytes, by the mode that a file is opened in."""

from __future__ import annotations

from abc import ABC
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any, ClassVar, assert_type

from stackkit import ARTIFACT_STORE, ArtifactStore, BaseArtifactStore, FileStat, OpenMode, Stack, StrPath, memory_file
from stackkit.flavors.artifact_store.local import LocalArtifactStore


class OpensBothWays(BaseArtifactStore, ABC):
    """One function, annotated `IO[Any]`, serves both overloads."""

    FLAVOR: ClassVar[str] = "both-ways"
    SUPPORTED_SCHEMES: ClassVar[frozenset[str]] = frozenset({"memory://"})

    def open(self, path: StrPath, mode: OpenMode = "r") -> IO[Any]:
        return BytesIO(f"{path} {mode}".encode())


def use_protocol(store: ArtifactStore, path: StrPath) -> None:
    with store.open(path, "wb") as binary:
        assert_type(binary, IO[bytes])
        assert_type(binary.write(b"x"), int)
    with store.open(path) as by_default, store.open(path, "r") as text:
        assert_type(by_default, IO[str])
        assert_type(by_default.read(), str)
        assert_type(text.read(), str)
    with store.open(path, "rb") as binary, store.open(path, mode="rb") as by_keyword:
        assert_type(binary.read(), bytes)
        assert_type(by_keyword.read(), bytes)
    assert_type(store.path, str)
    assert_type(store.SUPPORTED_SCHEMES, frozenset[str])
    assert_type(store.exists(path), bool)
    assert_type(store.glob("*"), list[str])
    assert_type(store.isdir(path), bool)
    assert_type(store.listdir(""), list[str])
    assert_type(store.walk(), Iterator[tuple[str, list[str], list[str]]])
    use_stat(store.stat(path))


def use_memory_file(mode: OpenMode, keep: dict[str, bytes]) -> None:
    assert_type(memory_file("file", "r", b"content"), IO[str])
    assert_type(memory_file("file", "wb", publish=lambda content: keep.update(file=content)), IO[bytes])
    assert_type(memory_file("file", mode, b"", print), IO[Any])


def use_stat(stat: FileStat) -> None:
    assert_type(stat.size, int)
    assert_type(stat.modified, datetime)
    assert_type(stat.is_dir, bool)


def use_base(store: BaseArtifactStore, path: StrPath) -> None:
    with store.open(path) as text, store.open(path, "rb") as binary:
        assert_type(text.read(), str)
        assert_type(binary.read(), bytes)
    assert_type(store.relative(path), str)


def use_flavor(store: LocalArtifactStore, path: StrPath) -> None:
    with store.open(path) as text, store.open(path, "rb") as binary:
        assert_type(text.read(), str)
        assert_type(binary.read(), bytes)


def use_any_mode(store: OpensBothWays, path: StrPath) -> ArtifactStore:
    assert_type(store.open(path), IO[Any])
    return store


def run(folder: Path) -> None:
    store = LocalArtifactStore(name="local", path=str(folder))
    use_protocol(Stack(store)[ARTIFACT_STORE], "model.bin")
    use_base(store, Path("model.bin"))
    use_flavor(store, "model.bin")
