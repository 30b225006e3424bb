"""The content of artifacts, on its way into a store and out of it: hashed as it passes."""

from __future__ import annotations

import hashlib
import io
import os
import sys
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from typing import IO, Final, cast
from uuid import uuid4

import attrs
from typing_extensions import Buffer, override

from stackkit.components.artifact_store import ArtifactStore
from stackkit.pipelines.artifacts.digest import PIECE, Digest

FOLDER: Final = "artifacts"
CHUNK: Final = 1 << 20
"""How many bytes are read at once; what is smaller is kept in memory until it is whole."""


@attrs.frozen
class Written:
    """The content of an artifact that was written.

    Args:
        uri: Its path in the artifact store.
        digest: The SHA-256 of its content, in hexadecimal digits.
        size: How many bytes there are.
    """

    uri: str
    digest: str
    size: int


class ContentWriter(io.BufferedIOBase):
    """A file that becomes an artifact's content: it is named by its digest once all of it is there.

    Args:
        store: Where it is kept.
    """

    def __init__(self, store: ArtifactStore) -> None:
        self._store = store
        self._small = bytearray()
        self._large: IO[bytes] | None = None
        self._new = ""
        self._opened = ExitStack()
        self._digest = Digest()
        self._size = 0

    @override
    def writable(self) -> bool:
        return True

    @override
    def tell(self) -> int:
        return self._size

    @override
    def write(self, data: Buffer, /) -> int:
        view = memoryview(data)
        if not view.nbytes:
            return 0
        view = view.cast("B")
        self._size += len(view)
        if self._large is None and self._size <= CHUNK:
            self._small += view
        else:
            self._write_large(view, keeps=isinstance(data, bytes))
        return len(view)

    def _write_large(self, view: memoryview, *, keeps: bool) -> None:
        if self._large is None:
            self._new = f"{FOLDER}/new/{uuid4().hex}"
            self._large = self._opened.enter_context(self._store.open(self._new, "wb"))
            first, self._small = bytes(self._small), bytearray()
            self._write_large(memoryview(first), keeps=True)
        self._digest.update(view)
        self._large.write(view)
        if not keeps:
            self._digest.wait()  # whoever gave it may change it

    def commit(self) -> Written:
        """Put the content where it belongs; what is there already is replaced by the same."""
        digest = self._digest.close() if self._large else hashlib.sha256(self._small).hexdigest()
        uri = f"{FOLDER}/{digest[:2]}/{digest}"
        self._opened.close()
        if self._large is None:
            with self._store.open(uri, "wb") as file:
                file.write(self._small)
        else:
            self._store.rename(self._new, uri, overwrite=True)
        return Written(uri, digest, self._size)

    def discard(self, error: BaseException) -> None:
        """Give up, for a reason."""
        self._digest.close()
        self._opened.__exit__(type(error), error, error.__traceback__)


@contextmanager
def content_writer(store: ArtifactStore) -> Generator[ContentWriter]:
    """A file to write an artifact's content to; when an exception leaves the block, nothing of it is kept."""
    writer = ContentWriter(store)
    try:
        yield writer
    except BaseException as error:
        writer.discard(error)
        raise


class CheckingReader(io.BufferedIOBase):
    """A file that is hashed as it is read; what a reader leaves out is read in the end.

    Args:
        file: The file, at its beginning.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = Digest()
        self._at: int = 0
        self._hashed: int = 0

    @override
    def readable(self) -> bool:
        return True

    @override
    def seekable(self) -> bool:
        return True

    @override
    def tell(self) -> int:
        return self._at

    @override
    def seek(self, offset: int, whence: int = 0, /) -> int:
        self._at = self._file.seek(offset, whence)
        return self._at

    @override
    def read(self, size: int | None = -1, /) -> bytes:
        data = self._file.read(-1 if size is None else size)
        start, self._at = self._at, self._at + len(data)
        if start <= self._hashed < self._at:
            self._digest.update(data if start == self._hashed else data[self._hashed - start :])
            self._hashed = self._at
        return data

    @override
    def read1(self, size: int = -1, /) -> bytes:
        return self.read(size)

    @override
    def readinto(self, buffer: Buffer, /) -> int:
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def copy_to(self, target: int, size: int) -> int:
        """Copy what comes next to another file in the kernel, and hash it meanwhile, where the kernel can.

        Args:
            target: The descriptor of the other file.
            size: How many bytes there are to copy.

        Returns:
            How many of them were copied; the others are to be read.
        """
        file = self._file
        is_plain = isinstance(getattr(file, "raw", None), io.FileIO)  # and its descriptor leads to what it reads
        if sys.platform != "linux" or not is_plain or size < CHUNK or self._at != self._hashed:
            return 0
        source, start = file.fileno(), self._at
        self._hashed = start + size
        self._digest.update_from_file(source, start, self._hashed)
        with suppress(OSError):  # what the kernel does not copy is read and written, or fails there with its reason
            while self._at < self._hashed:
                count = os.copy_file_range(source, target, self._hashed - self._at, self._at)
                if not count:
                    break
                self._at += count
        self.seek(self._at)
        return self._at - start

    def digest(self) -> str:
        """The digest of the whole file."""
        self.seek(self._hashed)
        while self.read(PIECE):
            pass
        return self._digest.close()


def as_file(file: ContentWriter | CheckingReader) -> IO[bytes]:
    """The same, as the type that libraries annotate their files with."""
    return cast("IO[bytes]", file)  # IO has more methods than anybody calls
