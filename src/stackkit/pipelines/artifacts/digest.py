"""Digests that are computed in a thread, while another one reads and writes."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Final, TypeAlias

import attrs

PIECE: Final = 1 << 17
"""How many bytes are copied at once: what one thread has just read, another finds in the processor's cache to be hashed."""
_BESIDE: Final = 1 << 16
"""From how many bytes on it is worth to hash them beside other work."""
_AHEAD: Final = 8 * PIECE
"""How many bytes may wait to be hashed."""


@attrs.frozen
class _Range:
    """A part of an open file."""

    file: int
    start: int
    end: int


_Given: TypeAlias = memoryview | bytes | _Range


class Digest:
    """A SHA-256 that is computed beside other work, in a thread of its own as soon as there is enough for one."""

    def __init__(self) -> None:
        self._sha = hashlib.sha256()
        self._thread: threading.Thread | None = None
        self._given: SimpleQueue[_Given | None] = SimpleQueue()
        self._hashed: SimpleQueue[int | OSError] = SimpleQueue()
        self._pending = 0

    def __del__(self) -> None:
        """Whoever was kept from closing it leaves no thread behind."""
        self._given.put(None)

    def update(self, data: memoryview | bytes) -> None:
        """Add bytes; they must not change before `wait` returns."""
        if len(data) < _BESIDE:
            self.wait()
            self._sha.update(data)
            return
        self._wait_until(max(_AHEAD - len(data), 0))
        self._give(data, len(data))

    def update_from_file(self, file: int, start: int, end: int) -> None:
        """Add what a file holds; it must neither change nor be closed before `wait` returns.

        Args:
            file: Its descriptor, which may be moved meanwhile.
            start: Where to begin.
            end: Where to stop; or where the file ends, if that is before.
        """
        self._give(_Range(file, start, end), end - start)

    def wait(self) -> None:
        """Wait until all that was added is hashed."""
        self._wait_until(0)

    def close(self) -> str:
        """The digest, in hexadecimal digits."""
        self.wait()
        if self._thread is not None:
            self._given.put(None)
            self._thread.join()
            self._thread = None
        return self._sha.hexdigest()

    def _give(self, given: _Given, size: int) -> None:
        if self._thread is None:
            self._thread = threading.Thread(
                target=_hash, args=(self._sha.update, self._given, self._hashed), name="digest", daemon=True
            )
            self._thread.start()
        self._given.put(given)
        self._pending += size

    def _wait_until(self, pending: int) -> None:
        while self._pending > pending:
            found = self._hashed.get()
            if isinstance(found, OSError):
                self._pending = 0
                raise found
            self._pending -= found


def _hash(
    update: Callable[[memoryview | bytes], None], given: SimpleQueue[_Given | None], hashed: SimpleQueue[int | OSError]
) -> None:
    while (data := given.get()) is not None:
        if not isinstance(data, _Range):
            update(data)
            hashed.put(len(data))
            continue
        try:
            _hash_range(update, data)
        except OSError as error:
            hashed.put(error)
        else:
            hashed.put(data.end - data.start)


def _hash_range(update: Callable[[memoryview | bytes], None], data: _Range) -> None:
    buffer, at = memoryview(bytearray(PIECE)), data.start
    while count := os.preadv(data.file, [buffer[: data.end - at]], at):
        update(buffer[:count])
        at += count
