"""Files of lines that several processes append to: no line is lost, and half a line is known for one.

Who appends holds a lock, which the kernel takes back when that process ends, however it ends. So a last line without its
end, found by the next one to hold the lock, was left by a process that died: it is marked as torn, and everybody leaves it
out. Who reads needs no lock: what comes after the last end of a line is being written, or torn.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

import attrs

TORN: Final = b"#torn"
"""How a line ends that was not written whole. No line that is whole may end so."""

_TAIL: Final = 256


@attrs.define(eq=False)
class LineFile:
    """A file of lines that is held open.

    Args:
        descriptor: The open file.
        size: Its length when it was opened, in bytes.
        tail: Its last bytes.
    """

    descriptor: int
    size: int
    tail: bytes

    @classmethod
    def of(cls, descriptor: int) -> LineFile:
        """The file that a descriptor is open on."""
        size = os.fstat(descriptor).st_size
        return cls(descriptor, size, os.pread(descriptor, _TAIL, max(0, size - _TAIL)) if size else b"")

    def last_line(self) -> bytes:
        """The last line that is whole, without its end; empty where there is none."""
        tail = self.tail
        while True:
            lines = tail.split(b"\n")
            whole = lines[0 if len(tail) == self.size else 1 : -1]
            good = next((line for line in reversed(whole) if not line.endswith(TORN)), b"")
            if good or len(tail) >= self.size:
                return good
            length = min(16 * len(tail), self.size)
            tail = os.pread(self.descriptor, length, self.size - length)

    def append(self, lines: bytes) -> None:
        """Write lines at the end, all of them or, where the operating system refuses some, none.

        Args:
            lines: Whole lines, each with its end.

        Raises:
            OSError: As the operating system says.
        """
        left = memoryview(TORN + b"\n" + lines if self.tail and not self.tail.endswith(b"\n") else lines)
        try:
            while left:
                left = left[os.write(self.descriptor, left) :]
        except BaseException:
            os.ftruncate(self.descriptor, self.size)
            raise


@contextmanager
def appending(path: str, *, create: bool) -> Generator[LineFile]:
    """Hold a file of lines open, alone among those who append.

    Args:
        path: The file.
        create: Whether it is made where there is none.

    Raises:
        OSError: As the operating system says.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | (os.O_CREAT if create else 0), 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield LineFile.of(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def peeking(path: str) -> Generator[LineFile]:
    """Hold a file of lines open for reading.

    Args:
        path: The file.

    Raises:
        OSError: As the operating system says.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield LineFile.of(descriptor)
    finally:
        os.close(descriptor)


def read_lines(path: str) -> bytes:
    """All whole lines of a file.

    Args:
        path: The file.

    Raises:
        OSError: As the operating system says.
    """
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - a Path for each of many small files is most of the time
        content = file.readall()
    return whole_lines(content)


def whole_lines(content: bytes) -> bytes:
    """What is left of a file, or of a part of it from the beginning of a line, without what is torn."""
    content = content[: content.rfind(b"\n") + 1]
    if TORN + b"\n" not in content:
        return content
    return b"\n".join(line for line in content.split(b"\n") if not line.endswith(TORN))
