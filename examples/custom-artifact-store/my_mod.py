"""An artifact store of our own: its buckets are folders of one disk."""

from __future__ import annotations

import glob
import posixpath
import re
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, Any, ClassVar, final
from uuid import uuid4

import attrs
from typing_extensions import override

from stackkit import BaseArtifactStore, FileStat, OpenMode, Problem, StrPath, memory_file
from stackkit.errors import (
    ArtifactError,
    ArtifactExistsError,
    ArtifactIsADirectoryError,
    ArtifactNotADirectoryError,
    ArtifactNotFoundError,
    PathOutsideStoreError,
)

ERRORS: dict[type[Exception], type[ArtifactError]] = {
    FileNotFoundError: ArtifactNotFoundError,
    FileExistsError: ArtifactExistsError,
    IsADirectoryError: ArtifactIsADirectoryError,
    NotADirectoryError: ArtifactNotADirectoryError,
    UnicodeEncodeError: ArtifactNotFoundError,  # nothing has a name that is no text
}


def absolute(path: Path) -> Path:
    return path.expanduser().resolve()


@final
class MyCustomArtifactStore(BaseArtifactStore):
    """Buckets on a disk: custom://bucket is the folder bucket of it."""

    FLAVOR: ClassVar[str] = "custom"
    SUPPORTED_SCHEMES: ClassVar[frozenset[str]] = frozenset({"custom://"})

    disk: Path = attrs.field(factory=Path.home, converter=absolute, metadata={"help": "where the disk is mounted"})

    # Optional: what `up` and `down` do.

    @property
    @override
    def is_provisioned(self) -> bool:
        return self.root.is_dir()

    @override
    def provision(self) -> None:
        with self.place("") as root:
            root.mkdir(parents=True, exist_ok=True)

    @override
    def deprovision(self) -> None:
        if self.is_provisioned and not self.listdir(""):  # what is kept in it stays
            self.root.rmdir()

    # The methods that every artifact store defines.

    @override
    def open(self, path: StrPath, mode: OpenMode = "r") -> IO[Any]:
        with self.place(path) as place:
            name, new = self.relative(path), mode in ("x", "xb")
            if mode in ("r", "rb"):
                return memory_file(name, mode, place.read_bytes())
            if place.is_dir():
                raise IsADirectoryError(None, "is a folder")
            if new and place.exists():
                raise FileExistsError(None, "is there already")
            make_above(place)
            old = place.read_bytes() if mode in ("a", "ab") and place.exists() else b""
            return memory_file(name, mode, old, partial(self.publish, path, new=new))

    @override
    def copyfile(self, source: StrPath, target: StrPath, *, overwrite: bool = False) -> None:
        with self.open(source, "rb") as old, self.open(target, "wb" if overwrite else "xb") as new:
            shutil.copyfileobj(old, new)

    @override
    def exists(self, path: StrPath) -> bool:
        try:
            return bool(self.stat(path))
        except ArtifactNotFoundError:
            return False

    @override
    def glob(self, pattern: StrPath) -> list[str]:
        pattern = self.relative(pattern)
        with self.place(posixpath.dirname(re.split(r"[*?[]", pattern)[0])):
            found = glob.iglob(pattern, root_dir=self.root, recursive=True, include_hidden=True)  # noqa: PTH207 - dots count
            return sorted({path for path in found if not path.endswith("/") and self.is_inside(path)})

    @override
    def isdir(self, path: StrPath) -> bool:
        return self.exists(path) and self.stat(path).is_dir

    @override
    def listdir(self, path: StrPath) -> list[str]:
        with self.place(path) as place:
            return sorted(child.name for child in place.iterdir() if not child.is_symlink())

    @override
    def makedirs(self, path: StrPath) -> None:
        with self.place(path) as place:
            make_above(place)
            place.mkdir(exist_ok=True)

    @override
    def mkdir(self, path: StrPath) -> None:
        with self.place(path) as place:
            refuse_below_file(place)
            place.mkdir()

    @override
    def remove(self, path: StrPath) -> None:
        with self.place(path) as place:
            place.unlink()

    @override
    def rename(self, source: StrPath, target: StrPath, *, overwrite: bool = False) -> None:
        with self.place(source) as old, self.place(target) as new:
            is_dir = self.stat(source).is_dir
            if new.exists() and (is_dir or new.is_dir() or not overwrite):
                raise FileExistsError(None, "is there already")
            if old in new.parents:
                raise OSError(None, "cannot be moved into itself")
            make_above(new)
            old.rename(new)

    @override
    def rmtree(self, path: StrPath) -> None:
        with self.place(path) as place:
            if place == self.root:
                raise OSError(None, "is the root")
            shutil.rmtree(place)

    @override
    def stat(self, path: StrPath) -> FileStat:
        with self.place(path) as place:
            found, is_dir = place.stat(), place.is_dir()
        modified = datetime.fromtimestamp(found.st_mtime, UTC)
        return FileStat(size=0 if is_dir else found.st_size, modified=modified, is_dir=is_dir)

    @override
    def walk(self, top: StrPath = "") -> Iterator[tuple[str, list[str], list[str]]]:
        self.listdir(top)  # refuses what is no folder now, and not at the first step
        return self.below(self.relative(top))

    # How they do it.

    @property
    def root(self) -> Path:
        return self.disk / self.path.removeprefix("custom://")

    def is_inside(self, path: str) -> bool:
        """Whether no link stands in the way, which could lead anywhere."""
        return (self.root / path).resolve() == self.root / path

    @contextmanager
    def place(self, path: StrPath) -> Generator[Path, None, None]:
        """Where a path is on the disk; what the system refuses there becomes an error of artifact stores."""
        relative = self.relative(path)  # refuses what leads out of the root
        place = self.root / relative
        try:
            if not self.is_inside(relative):
                raise PathOutsideStoreError(Problem("goes through a link", where=relative))
            yield place
        except ArtifactError:
            raise
        except (OSError, UnicodeEncodeError) as error:
            kind = ERRORS.get(type(error), ArtifactError)
            if isinstance(error, NotADirectoryError) and not place.parent.is_dir():
                kind = ArtifactNotFoundError  # there is nothing below a file
            what = (isinstance(error, OSError) and error.strerror) or "cannot be used"
            raise kind(Problem(what, where=relative or self.path)) from error

    def below(self, top: str) -> Iterator[tuple[str, list[str], list[str]]]:
        names = self.listdir(top)
        folders = [name for name in names if self.isdir(posixpath.join(top, name))]
        yield top, folders, [name for name in names if name not in folders]
        for name in folders:
            yield from self.below(posixpath.join(top, name))

    def publish(self, path: StrPath, content: bytes, *, new: bool) -> None:
        """Put a file into its place: all of it at once."""
        with self.place(path) as place:
            draft = self.disk / ".drafts" / str(uuid4())
            make_above(draft)
            try:
                draft.write_bytes(content)
                if new:
                    place.hardlink_to(draft)  # refuses where somebody else was faster
                else:
                    draft.replace(place)
            finally:
                draft.unlink(missing_ok=True)


def make_above(place: Path) -> None:
    refuse_below_file(place)
    place.parent.mkdir(parents=True, exist_ok=True)


def refuse_below_file(place: Path) -> None:
    if any(folder.is_file() for folder in place.parents):
        raise ArtifactNotADirectoryError(Problem("is below a file", where=place.name))
