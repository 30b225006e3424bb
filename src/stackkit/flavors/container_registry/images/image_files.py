"""The files of an image on disk: in a folder, or in a tar archive that is never unpacked."""

from __future__ import annotations

import io
import os
import posixpath
import stat
import tarfile
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from typing_extensions import Buffer, override

from stackkit.errors import InvalidImageError, Problem
from stackkit.flavors.container_registry.protocol.json_reading import LARGEST_JSON

_MOST_MEMBERS: Final = 100_000
_LONGEST_HEADER: Final = 2**20
"""How many bytes the extended header of an archive's member may have; tarfile would read any number."""


class ImageFiles(Protocol):
    """Files by their names, which have `/` between their parts. Several threads may read at once."""

    @property
    def where(self) -> str:
        """What messages call them."""
        ...

    def size(self, name: str) -> int | None:
        """How many bytes a file has; None when there is none."""
        ...

    def open(self, name: str) -> BinaryIO:
        """A file from its beginning."""
        ...

    def close(self) -> None:
        """Give back what is held open."""
        ...


def read_small(files: ImageFiles, name: str) -> bytes:
    """The content of a file that has to be small.

    Raises:
        InvalidImageError: There is none, or it is larger.
    """
    place = f"{files.where}: {name}"
    size = files.size(name)
    if size is None:
        raise InvalidImageError(Problem("is missing", where=place))
    if size > LARGEST_JSON:
        raise InvalidImageError(Problem(f"is larger than {LARGEST_JSON // 2**20} MiB", where=place))
    with files.open(name) as opened:
        return opened.read(LARGEST_JSON)


class FolderFiles:
    """The files of a folder.

    Args:
        folder: The folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def where(self) -> str:
        """What messages call them."""
        return str(self._folder)

    def size(self, name: str) -> int | None:
        """How many bytes a regular file has; None when there is none."""
        try:
            status = (self._folder / name).stat()
        except OSError:
            return None
        return status.st_size if stat.S_ISREG(status.st_mode) else None

    def open(self, name: str) -> BinaryIO:
        """A file from its beginning.

        Raises:
            InvalidImageError: It cannot be read, or is no regular file.
        """
        where = f"{self.where}: {name}"
        try:  # without waiting: somebody may have put a pipe there meanwhile
            descriptor = os.open(self._folder / name, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise InvalidImageError(Problem(f"cannot be read: {error.strerror}", where=where)) from error
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise InvalidImageError(Problem("is no regular file", where=where))
        return os.fdopen(descriptor, "rb")

    def close(self) -> None:
        """Nothing is held open."""


class TarFiles:
    """The files of a tar archive that is not compressed, read where they are.

    Args:
        opened: The archive, which is closed with this, or when it is refused.
        where: What messages call it.

    Raises:
        InvalidImageError: It is no such archive.
    """

    def __init__(self, opened: io.FileIO, where: str) -> None:
        self._opened = opened
        self.where = where
        self._places: dict[str, tuple[int, int]] = {}
        self._links: dict[str, str] = {}
        try:
            self._index()
        except (tarfile.TarError, ValueError, OverflowError) as error:
            opened.close()
            if isinstance(error, InvalidImageError):
                raise
            remedy = "give an OCI layout, or what docker save wrote"
            raise InvalidImageError(Problem("is no tar archive", where=where, remedy=remedy)) from error

    def _index(self) -> None:
        length = os.fstat(self._opened.fileno()).st_size
        with tarfile.open(fileobj=_Headers(self._opened), mode="r:") as archive:
            for number, member in enumerate(archive):
                if number >= _MOST_MEMBERS:
                    raise InvalidImageError(Problem(f"has more than {_MOST_MEMBERS} members", where=self.where))
                name = posixpath.normpath(member.name)
                if member.isreg() and not member.issparse():
                    if member.offset_data + member.size > length:
                        raise InvalidImageError(Problem("is cut off", where=self.where))
                    self._places[name] = (member.offset_data, member.size)
                elif member.issym():  # docker save has them in place of layers that are there already
                    self._links[name] = posixpath.normpath(posixpath.join(posixpath.dirname(name), member.linkname))
                elif member.islnk():
                    self._links[name] = posixpath.normpath(member.linkname)

    def _place(self, name: str) -> tuple[int, int] | None:
        """Where a file is; one link is followed, to a file of the archive."""
        name = posixpath.normpath(name)
        return self._places.get(name) or self._places.get(self._links.get(name, ""))

    def size(self, name: str) -> int | None:
        """How many bytes a regular file has; None when there is none."""
        place = self._place(name)
        return None if place is None else place[1]

    def open(self, name: str) -> BinaryIO:
        """A file from its beginning.

        Raises:
            InvalidImageError: There is none.
        """
        place = self._place(name)
        if place is None:
            raise InvalidImageError(Problem("is missing", where=f"{self.where}: {name}"))
        return io.BufferedReader(FilePart(self._opened.fileno(), *place), 2**18)

    def close(self) -> None:
        """Close the archive."""
        self._opened.close()


class _Headers(io.RawIOBase):
    """An archive of which only headers are read, and no header is large.

    Args:
        opened: The archive.
    """

    def __init__(self, opened: io.FileIO) -> None:
        self._opened = opened

    @override
    def readable(self) -> bool:
        return True

    @override
    def seekable(self) -> bool:
        return True

    @override
    def read(self, size: int = -1, /) -> bytes:
        if not 0 <= size <= _LONGEST_HEADER:
            raise tarfile.HeaderError("a header is too large")
        return self._opened.read(size)

    @override
    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        return self._opened.seek(offset, whence)

    @override
    def tell(self) -> int:
        return self._opened.tell()


class FilePart(io.RawIOBase):
    """A part of a file; the position of the open file itself is left alone, so that threads can share it.

    Args:
        descriptor: The file's; it is not closed with this.
        start: Where the part begins.
        size: How many bytes it has.
    """

    def __init__(self, descriptor: int, start: int, size: int) -> None:
        self._descriptor = descriptor
        self._start = start
        self._size = size
        self._at = 0

    @override
    def readable(self) -> bool:
        return True

    @override
    def seekable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Buffer, /) -> int:
        view = memoryview(buffer)[: max(self._size - self._at, 0)]
        count = os.preadv(self._descriptor, [view], self._start + self._at) if len(view) else 0
        self._at += count
        return count

    @override
    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        self._at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        return self._at

    @override
    def tell(self) -> int:
        return self._at
