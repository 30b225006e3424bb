"""Files of artifact stores whose system takes and gives contents whole: a database, an archive, an HTTP service."""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Callable
from types import TracebackType
from typing import IO, Any, Final, TypeAlias, get_args, overload

from typing_extensions import Buffer, override

from stackkit.components.artifact_store import BinaryMode, OpenMode, TextMode
from stackkit.components.text_file import TextFile, TextWriter
from stackkit.errors import ConfigurationError, Problem

Publish: TypeAlias = Callable[[bytes], object]

_MODES: Final = tuple(mode for group in zip(get_args(TextMode), get_args(BinaryMode), strict=True) for mode in group)


@overload
def memory_file(path: str, mode: TextMode, content: bytes = b"", publish: Publish | None = None) -> IO[str]: ...
@overload
def memory_file(path: str, mode: BinaryMode, content: bytes = b"", publish: Publish | None = None) -> IO[bytes]: ...
@overload
def memory_file(path: str, mode: OpenMode, content: bytes = b"", publish: Publish | None = None) -> IO[Any]: ...
def memory_file(path: str, mode: OpenMode, content: bytes = b"", publish: Publish | None = None) -> IO[Any]:
    r"""A file in memory, for the `open` of an artifact store: one that is written is published whole, or not at all.

    `close` publishes it. Leaving its `with` block by an exception discards it, and so does forgetting to close it, with a
    `ResourceWarning`. Text is UTF-8 and its line ends are kept. All of the file is in memory, up to three times.

    Args:
        path: What the file calls itself: its path in the store.
        mode: As `open` was given it.
        content: What can be read, or is appended to; ignored by `w` and `x`.
        publish: Called once, by `close`, with all of the new content; what it raises, `close` raises. Needed to write.

    Raises:
        ConfigurationError: The mode is none; those that are, are named.
        TypeError: The mode is one to write with, and nothing publishes what is written.

    >>> kept: dict[str, bytes] = {}
    >>> with memory_file("notes", "w", publish=lambda content: kept.update(notes=content)) as file:
    ...     _ = file.write("first\n")
    ...     print(kept)
    {}
    >>> memory_file("notes", "r", kept["notes"]).read()
    'first\n'
    """
    if mode not in _MODES:
        raise ConfigurationError(Problem(f"{mode!r} is no mode", where=path, remedy=f"use one of {', '.join(_MODES)}"))
    if mode in ("r", "rb"):
        reader: io.BufferedReader = io.BufferedReader(_Memory(path, mode, content))
        return reader if mode == "rb" else TextFile(reader, mode)
    if publish is None:
        raise TypeError(f"what is written to {path} goes nowhere: give publish")
    writer = _Writer(_Memory(path, mode, content if mode in ("a", "ab") else b""), publish)
    return writer if mode.endswith("b") else TextWriter(writer, mode, writer.discard)


class _Memory(io.RawIOBase):
    """The bytes of a file, and what may be done with them."""

    def __init__(self, name: str, mode: str, content: bytes) -> None:
        super().__init__()
        self.name = name
        self.mode = mode
        self.file = io.BytesIO(content)
        self._appends = mode in ("a", "ab")
        if self._appends:
            self.file.seek(0, io.SEEK_END)

    @override
    def readable(self) -> bool:
        return self.mode in ("r", "rb")

    @override
    def writable(self) -> bool:
        return not self.readable()

    @override
    def seekable(self) -> bool:
        return True

    @override
    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self.file.seek(offset, whence)

    @override
    def tell(self) -> int:
        return self.file.tell()

    @override
    def truncate(self, size: int | None = None, /) -> int:
        return self.file.truncate(size)

    @override
    def readinto(self, buffer: Buffer, /) -> int:
        return self.file.readinto(buffer)

    @override
    def write(self, buffer: Buffer, /) -> int:
        if self._appends:
            self.file.seek(0, io.SEEK_END)
        return self.file.write(buffer)


class _Writer(io.BufferedWriter):
    """A binary file that is published by `close`, and by nothing else."""

    def __init__(self, memory: _Memory, publish: Publish) -> None:
        super().__init__(memory)
        self._memory = memory
        self._publish: Publish | None = publish
        self._owner = os.getpid()

    @override
    def close(self) -> None:
        """Publish the file, unless this process is a fork of the one that opened it."""
        publish, self._publish = self._publish, None
        try:
            if publish is not None and self._owner == os.getpid():
                self.flush()
                publish(self._memory.file.getvalue())
        finally:
            self.discard()

    def discard(self) -> None:
        """Close the file and publish nothing. Can be repeated without harm."""
        self._publish = None
        self._memory.close()  # and not this object, which would first write what is left in its buffer

    @override
    def __exit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        if exc_type is None:
            self.close()
        else:
            self.discard()

    @override
    def __del__(self) -> None:
        if self._publish is not None:
            self.discard()
            text = f"{self._memory.name} was never closed: it is discarded"
            warnings.warn(text, ResourceWarning, stacklevel=2, source=self)
