"""Artifacts in a folder of this machine."""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, ClassVar, Final, final, overload

import attrs
from typing_extensions import override

from stackkit.components.artifact_store import (
    BaseArtifactStore,
    BinaryMode,
    FileStat,
    OpenMode,
    StrPath,
    TextMode,
    check_scheme,
    scheme_of,
)
from stackkit.components.text_file import TextFile, TextWriter
from stackkit.errors import ArtifactError, ConfigurationError, Problem
from stackkit.flavors.local_files.atomic import open_reader, open_writer
from stackkit.flavors.local_files.confinement import Place, locate
from stackkit.flavors.local_files.drafts import Change, copy_content
from stackkit.flavors.local_files.globbing import Tree, below, literal_prefix, matches
from stackkit.flavors.local_files.os_errors import absent, artifact_errors, is_folder, is_no_folder, is_special, taken
from stackkit.flavors.local_files.renaming import rename
from stackkit.flavors.local_files.scanning import exists, exists_inside, find, list_folder, list_if_folder
from stackkit.flavors.local_files.temporary import clear_folder, remove_tree

_SCHEME: Final = "file://"
_CHANGES: Final[dict[str, Change]] = {"w": "w", "wb": "w", "x": "x", "xb": "x", "a": "a", "ab": "a"}


def _check_root(_: object, __: object, path: str) -> None:
    if not path or "\0" in path or (scheme_of(path) and not path.startswith(f"{_SCHEME}/")):
        raise ConfigurationError(Problem(f"{path!r} is not a folder's path", where="path", remedy=f"write {_SCHEME}/folder"))


@final
class LocalArtifactStore(BaseArtifactStore):
    """Artifacts as plain files in a folder.

    The folder is made by `provision`, or by the first write; until then the store is empty. Beyond what holds for every
    artifact store:

    - Links that stay inside the folder work. A link that leads out is refused by every method, `remove` and `rename`
      included, and left out by `listdir`, `glob` and `walk`; so are pipes, sockets and devices. `rmtree` removes
      links and never follows one. `walk` and `**` name links to folders, and do not enter them. A link is renamed only to
      where it leads to the same.
    - A file is written beside its place under a hidden name that no method shows, and takes its place when it is closed.
      What was there before stays whole until then, even if the process is killed. Files are not flushed to the disk: after a
      power cut, the newest may be missing or short. What killed processes left is cleared away by those who list the folder
      later, or write to it; what another host left, only a day after its last change.
    - `a` copies the file first; of two who append at once, the last to close wins.
    - `x`, `copyfile` and `rename` of a file, without `overwrite`, never replace what another process makes meanwhile. `rename`
      of a folder refuses files and folders with something in them, and may replace a folder that another process made
      meanwhile and that is still empty. A folder never replaces a file.
    - A removed folder is out of sight at once. Folders are made at most 256 deep.
    - In patterns, a leading dot is a character like any other, and `**` at the end stands for everything below.

    Args:
        path: The folder. A relative path is made absolute and `~` is expanded; `file:///folder` is taken literally.

    Raises:
        ConfigurationError: The path has another scheme, or is none.

    >>> import tempfile
    >>> store = LocalArtifactStore(name="scratch", path=tempfile.mkdtemp())
    >>> with store.open("models/first.txt", "w") as file:
    ...     _ = file.write("0.93")
    >>> store.glob("**/*.txt")
    ['models/first.txt']
    >>> store.rmtree("models")
    """

    FLAVOR: ClassVar[str] = "local"
    SUPPORTED_SCHEMES: ClassVar[frozenset[str]] = frozenset({"", _SCHEME})

    path: str = attrs.field(
        validator=[check_scheme, _check_root], metadata={"help": "the folder that the artifacts are kept in"}
    )
    _cleared: set[tuple[int, int]] = attrs.field(init=False, factory=set[tuple[int, int]])

    def __attrs_post_init__(self) -> None:
        """Make the path absolute, so that a saved configuration does not depend on where it is used.

        A converter would do the same; but pyright takes a field that has one for a descriptor, and the class then for no
        `ArtifactStore`.
        """
        if not scheme_of(self.path):
            object.__setattr__(self, "path", posixpath.abspath(posixpath.expanduser(self.path)))

    @property
    @override
    def is_provisioned(self) -> bool:
        """Whether the folder is there."""
        return Path(self._root).is_dir()

    @override
    def provision(self) -> None:
        """Make the folder."""
        with artifact_errors(self.path, creating=True):
            Path(self._root).mkdir(parents=True, exist_ok=True)

    @override
    def deprovision(self) -> None:
        """Remove the folder if nothing is in it; artifacts stay, and with them the folder."""
        with suppress(OSError):
            Path(self._root).rmdir()

    @override
    def relative(self, path: StrPath) -> str:
        text = os.fspath(path)
        if text.startswith(("/", f"{_SCHEME}/")):  # the root may be written either way, and so may paths below it
            text = scheme_of(self.path) + text.removeprefix(_SCHEME)
        return super().relative(text)

    @overload
    def open(self, path: StrPath, mode: TextMode = "r") -> IO[str]: ...
    @overload
    def open(self, path: StrPath, mode: BinaryMode) -> IO[bytes]: ...
    @override
    def open(self, path: StrPath, mode: OpenMode = "r") -> IO[str] | IO[bytes]:
        if mode in ("r", "rb"):
            with self._file(path) as place:
                reader = open_reader(place)
            return TextFile(reader, mode) if mode == "r" else reader
        change = _CHANGES.get(mode)
        if change is None:
            known = ", ".join(("r", "rb", *_CHANGES))
            raise ConfigurationError(Problem(f"{mode!r} is not a mode of open", remedy=f"use one of {known}"))
        with self._file(path, creating=True) as place:
            self._clear(place)
            writer = open_writer(place, change)
        return TextWriter(writer, change, writer.discard) if mode == change else writer

    @override
    def copyfile(self, source: StrPath, target: StrPath, *, overwrite: bool = False) -> None:
        with self._file(source) as place:
            reader = open_reader(place)
        with reader:
            if not overwrite and self.exists(target):
                raise taken(self.relative(target), "set overwrite, or choose another name")
            with self._file(target, creating=True) as place:
                self._clear(place)
                writer = open_writer(place, "w" if overwrite else "x")
            with writer, artifact_errors(place.path, creating=True):
                copy_content(reader.fileno(), writer.fileno())

    @override
    def exists(self, path: StrPath) -> bool:
        return exists(self._root, self.relative(path))

    @override
    def glob(self, pattern: StrPath) -> list[str]:
        relative = self.relative(pattern)
        self.exists(literal_prefix(relative))  # refuses a pattern that leads out
        return sorted(matches(self._tree, relative))

    @override
    def isdir(self, path: StrPath) -> bool:
        status = find(self._root, self.relative(path))
        return status is not None and stat.S_ISDIR(status.st_mode)

    @override
    def listdir(self, path: StrPath) -> list[str]:
        return list(list_folder(self._root, self.relative(path)).names)

    @override
    def makedirs(self, path: StrPath) -> None:
        with self._place(path, creating=True, parents=True) as place:
            if place.status is None:
                with suppress(FileExistsError):  # of two who make it at once, both have it
                    os.mkdir(place.name, dir_fd=place.folder)
        if not self.isdir(path):
            raise taken(place.path, "choose another name")

    @override
    def mkdir(self, path: StrPath) -> None:
        with self._place(path, creating=True) as place:
            if place.status is not None:
                raise taken(place.path, "choose another name, or use makedirs")
            os.mkdir(place.name, dir_fd=place.folder)

    @override
    def remove(self, path: StrPath) -> None:
        if self.isdir(path):
            raise is_folder(self.relative(path) or self.path)
        with self._place(path, follow=False) as place:
            if not place.is_link:
                place.require_file()
            os.unlink(place.name, dir_fd=place.folder)

    @override
    def rename(self, source: StrPath, target: StrPath, *, overwrite: bool = False) -> None:
        rename(self._root, self._below_root(source), self.relative(target), overwrite=overwrite)

    @override
    def rmtree(self, path: StrPath) -> None:
        relative = self._below_root(path)
        status = find(self._root, relative)
        if status is None:
            raise absent(relative)
        if not stat.S_ISDIR(status.st_mode):
            raise is_no_folder(relative)
        with self._place(path, follow=False) as place:
            if place.is_link:
                os.unlink(place.name, dir_fd=place.folder)
            else:
                place.require_folder()
                remove_tree(place.folder, place.name)

    @override
    def stat(self, path: StrPath) -> FileStat:
        relative = self.relative(path)
        status = find(self._root, relative)
        if status is None:
            raise absent(relative)
        is_dir = stat.S_ISDIR(status.st_mode)
        if not is_dir and not stat.S_ISREG(status.st_mode):
            raise is_special(relative)
        modified = datetime.fromtimestamp(status.st_mtime, UTC)
        return FileStat(size=0 if is_dir else status.st_size, modified=modified, is_dir=is_dir)

    @override
    def walk(self, top: StrPath = "") -> Iterator[tuple[str, list[str], list[str]]]:
        path = self.relative(top)
        list_folder(self._root, path)  # so that a missing folder is told now, and not at the first step
        return ((folder, list(listing.folders), list(listing.files)) for folder, listing in below(self._tree, path))

    @property
    def _root(self) -> str:
        return self.path.removeprefix(_SCHEME)

    @property
    def _tree(self) -> Tree:
        return Tree(partial(list_if_folder, self._root), partial(exists_inside, self._root))

    @contextmanager
    def _place(
        self, path: StrPath, *, follow: bool = True, creating: bool = False, parents: bool = False
    ) -> Generator[Place, None, None]:
        relative = self.relative(path)
        with (
            artifact_errors(relative or self.path, creating=creating),
            locate(self._root, relative, follow=follow, creating=creating, parents=parents) as place,
        ):
            yield place

    def _file(self, path: StrPath, *, creating: bool = False) -> AbstractContextManager[Place]:
        if not self.relative(path):
            raise is_folder(self.path)
        return self._place(path, creating=creating, parents=creating)

    def _below_root(self, path: StrPath) -> str:
        relative = self.relative(path)
        if not relative:
            raise ArtifactError(Problem("is the root of the artifact store", where=self.path, remedy="name what is in it"))
        return relative

    def _clear(self, place: Place) -> None:
        """Clear away what dead writers left in a folder, the first time that this object writes to it."""
        status = os.fstat(place.folder)
        folder = (status.st_dev, status.st_ino)
        if folder not in self._cleared:
            self._cleared.add(folder)
            clear_folder(place.folder)
