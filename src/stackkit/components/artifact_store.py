"""Artifact stores: where the files that pipelines make are kept."""

from __future__ import annotations

import posixpath
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import datetime
from os import PathLike, fspath
from typing import IO, ClassVar, Final, Literal, Protocol, TypeAlias, overload

import attrs

from stackkit.core.component import StackComponent
from stackkit.core.component_type import Component, ComponentType
from stackkit.errors import ConfigurationError, PathOutsideStoreError, Problem

StrPath: TypeAlias = str | PathLike[str]
TextMode: TypeAlias = Literal["r", "w", "x", "a"]
BinaryMode: TypeAlias = Literal["rb", "wb", "xb", "ab"]
OpenMode: TypeAlias = TextMode | BinaryMode


@attrs.frozen
class FileStat:
    """What is known of a file or folder.

    Args:
        size: Bytes; 0 for a folder.
        modified: When it was last written, aware, in UTC.
        is_dir: Whether it is a folder.
    """

    size: int
    modified: datetime
    is_dir: bool


class HasSchemes(Protocol):
    """What says which paths it understands: `frozenset({"s3://"})`; the empty scheme stands for plain paths."""

    SUPPORTED_SCHEMES: ClassVar[frozenset[str]]


class ArtifactStore(Component, HasSchemes, Protocol):
    """A tree of files under one root.

    Laws, which every flavor's contract suite holds:

    - A path is relative to the root, or absolute and inside of it; `..` out of it, other roots and links that lead out
      raise `PathOutsideStoreError`. Paths that methods return are relative to the root, with `/`, and can be passed back.
      A name is kept as it is, whatever characters it has.
    - What was written is read back to the byte; text is UTF-8, its line ends are kept, and `a` adds at the end.
    - A file opened for writing becomes visible whole, when it is closed, or not at all: what an exception leaves or nobody
      closes is discarded. Of several who make one file with `x`, one succeeds. Folders above it are made.
    - A folder is there until it is removed, with or without files in it. `listdir`, `glob` and `walk` leave nothing out and
      are sorted; `walk` goes from the top down, through one folder with all that is below it before the next.
    - `copyfile` and `rename` refuse an existing target unless `overwrite` is set, and make the folders above it. A folder is
      never replaced, and replaces nothing; it is not moved into itself. The root is neither moved nor removed.
    - What is not there, below a file too, raises `ArtifactNotFoundError`; a folder in the place of a file raises
      `ArtifactIsADirectoryError`, and a file in the place of a folder, or above something new, `ArtifactNotADirectoryError`.
    - Several threads may use one store at once, and a copy of it, or another store of the same configuration, sees the same
      files. Suspending loses none.
    """

    TYPE: ClassVar[ComponentType[ArtifactStore]]

    @property
    def path(self) -> str:
        """The root, as configured."""
        ...

    @overload
    def open(self, path: StrPath, mode: TextMode = "r") -> IO[str]: ...
    @overload
    def open(self, path: StrPath, mode: BinaryMode) -> IO[bytes]: ...
    def copyfile(self, source: StrPath, target: StrPath, *, overwrite: bool = False) -> None: ...
    def exists(self, path: StrPath) -> bool: ...
    def glob(self, pattern: StrPath) -> list[str]: ...
    def isdir(self, path: StrPath) -> bool: ...
    def listdir(self, path: StrPath) -> list[str]: ...
    def makedirs(self, path: StrPath) -> None: ...
    def mkdir(self, path: StrPath) -> None: ...
    def remove(self, path: StrPath) -> None: ...
    def rename(self, source: StrPath, target: StrPath, *, overwrite: bool = False) -> None: ...
    def rmtree(self, path: StrPath) -> None: ...
    def stat(self, path: StrPath) -> FileStat: ...
    def walk(self, top: StrPath = "") -> Iterator[tuple[str, list[str], list[str]]]: ...


ARTIFACT_STORE: Final = ComponentType[ArtifactStore]("artifact_store")


_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


def scheme_of(path: str) -> str:
    """The scheme of a path with its `://`, or the empty string.

    >>> scheme_of("s3://bucket/key"), scheme_of("/var/data")
    ('s3://', '')
    """
    found = _SCHEME.match(path)
    return found.group() if found else ""


def check_scheme(store: BaseArtifactStore, _: object, path: str) -> None:
    """The validator of `path`; a flavor that declares its own `path` field names it there again.

    Raises:
        ConfigurationError: The scheme is none of `SUPPORTED_SCHEMES`.
    """
    supported = type(store).SUPPORTED_SCHEMES
    if scheme_of(path) not in supported:
        shown = ", ".join(sorted(scheme or "plain paths" for scheme in supported))
        raise ConfigurationError(
            Problem(f'"{path}" has an unsupported scheme', where="path", remedy=f"{store.FLAVOR} supports {shown}")
        )


class BaseArtifactStore(StackComponent, HasSchemes, ABC):
    """The base of every artifact store.

    A flavor assigns `FLAVOR` and `SUPPORTED_SCHEMES` and defines the 13 methods. One `open` serves both overloads when
    it is annotated `-> IO[Any]`.

    Args:
        path: The root; its scheme must be one of `SUPPORTED_SCHEMES`.

    Raises:
        ConfigurationError: The scheme of the path is not supported; the message names those that are.
    """

    TYPE: ClassVar[ComponentType[ArtifactStore]] = ARTIFACT_STORE

    path: str = attrs.field(validator=check_scheme, metadata={"help": "where the artifacts are kept"})

    @overload
    def open(self, path: StrPath, mode: TextMode = "r") -> IO[str]: ...
    @overload
    def open(self, path: StrPath, mode: BinaryMode) -> IO[bytes]: ...
    @abstractmethod
    def open(self, path: StrPath, mode: OpenMode = "r") -> IO[str] | IO[bytes]:
        """Open a file as `builtins.open` does; text is UTF-8 and its line ends are kept as they are.

        Args:
            path: Which file.
            mode: `r`, `w`, `x` (new files only) or `a`, with `b` for bytes.

        Returns:
            A file object. One opened for writing is committed by `close`; leaving its `with` block by an exception discards it.

        Raises:
            ArtifactNotFoundError: There is no such file to read.
            ArtifactExistsError: `x`, and there is one.
            ArtifactIsADirectoryError: It is a folder.
            PathOutsideStoreError: The path leads out of the root.
        """

    @abstractmethod
    def copyfile(self, source: StrPath, target: StrPath, *, overwrite: bool = False) -> None:
        """Copy a file.

        Raises:
            ArtifactNotFoundError: There is no source.
            ArtifactExistsError: There is a target, and `overwrite` is not set.
        """

    @abstractmethod
    def exists(self, path: StrPath) -> bool:
        """Whether there is a file or folder."""

    @abstractmethod
    def glob(self, pattern: StrPath) -> list[str]:
        """The files and folders that match a pattern, sorted.

        Args:
            pattern: `*`, `?` and `[...]` match inside one name, `**` any number of folders.
        """

    @abstractmethod
    def isdir(self, path: StrPath) -> bool:
        """Whether there is a folder."""

    @abstractmethod
    def listdir(self, path: StrPath) -> list[str]:
        """The names in a folder, sorted.

        Raises:
            ArtifactNotFoundError: There is no such folder.
            ArtifactNotADirectoryError: It is a file.
        """

    @abstractmethod
    def makedirs(self, path: StrPath) -> None:
        """Make a folder and those above it; one that exists is fine.

        Raises:
            ArtifactExistsError: There is a file of that name.
        """

    @abstractmethod
    def mkdir(self, path: StrPath) -> None:
        """Make one folder in an existing one.

        Raises:
            ArtifactExistsError: There is something of that name.
            ArtifactNotFoundError: The folder above does not exist.
        """

    @abstractmethod
    def remove(self, path: StrPath) -> None:
        """Remove a file.

        Raises:
            ArtifactNotFoundError: There is no such file.
            ArtifactIsADirectoryError: It is a folder.
        """

    @abstractmethod
    def rename(self, source: StrPath, target: StrPath, *, overwrite: bool = False) -> None:
        """Move a file or folder.

        Raises:
            ArtifactNotFoundError: There is no source.
            ArtifactExistsError: There is a target, and `overwrite` is not set or it is a folder.
        """

    @abstractmethod
    def rmtree(self, path: StrPath) -> None:
        """Remove a folder with all that is in it; the root itself is refused.

        Raises:
            ArtifactNotFoundError: There is no such folder.
            ArtifactNotADirectoryError: It is a file.
        """

    @abstractmethod
    def stat(self, path: StrPath) -> FileStat:
        """Size and time of a file or folder.

        Raises:
            ArtifactNotFoundError: There is nothing at this path.
        """

    @abstractmethod
    def walk(self, top: StrPath = "") -> Iterator[tuple[str, list[str], list[str]]]:
        """Every folder from `top` down, with the names of the folders and of the files in it, sorted.

        Raises:
            ArtifactNotFoundError: There is no such folder.
        """

    def relative(self, path: StrPath) -> str:
        """A path as seen from the root: no scheme, no `.` or `..`, and `""` for the root itself.

        Args:
            path: Relative to the root, or absolute and inside of it.

        Raises:
            PathOutsideStoreError: The path leads out of the root.
        """
        text, scheme = fspath(path), scheme_of(self.path)
        below: str | None = _normal(text)
        if text.startswith(scheme or "/"):
            below = _below(_normal(self.path[len(scheme) :]), _normal(text[len(scheme) :]))
        elif scheme_of(text):
            below = None
        if below is None or below.startswith(("/", "../")) or below == ".." or "\0" in text:
            shown = text if text.isprintable() else ascii(text)
            raise PathOutsideStoreError(
                Problem("leads out of the artifact store", where=shown, remedy=f"stay inside {self.path}")
            )
        return below


def _normal(path: str) -> str:
    """A path without `.`, doubled slashes and `..` after a name; the empty string for `.`."""
    normal = posixpath.normpath(path)
    return f"/{normal.lstrip('/')}" if normal.startswith("/") else normal if normal != "." else ""


def _below(root: str, path: str) -> str | None:
    """The rest of a path that is inside of a root, both normal, or None."""
    if path == root:
        return ""
    prefix = root if not root or root.endswith("/") else f"{root}/"
    return path.removeprefix(prefix) if path.startswith(prefix) else None
