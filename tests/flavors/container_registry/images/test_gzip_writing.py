"""Compressed layers: read by everybody, and the same each time."""

from __future__ import annotations

import gzip
import io
import os
import random
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackkit.flavors.container_registry.images import gzip_writing
from stackkit.flavors.container_registry.images.gzip_writing import PIECE, gzipped


def packed(data: bytes) -> bytes:
    pieces = [*gzipped(io.BytesIO(data))]
    assert b"".join(content for content, _ in pieces) == data
    return b"".join(written for _, written in pieces)


def text(size: int) -> bytes:
    words = [word.encode() for word in ("layer", "image", "registry", "digest", "\n")]
    return b" ".join(random.Random(size).choices(words, k=size // 6))  # noqa: S311 - data


@pytest.mark.parametrize("data", [b"", b"x", bytes(PIECE), text(PIECE * 3 + 17), random.Random(0).randbytes(PIECE + 1)])  # noqa: S311
def test_what_was_compressed_is_read_back(data: bytes) -> None:
    assert gzip.decompress(packed(data)) == data


def test_the_program_gzip_reads_it() -> None:
    data = text(PIECE * 2)
    done = subprocess.run(["gzip", "-dc"], input=packed(data), capture_output=True, check=True)  # noqa: S607 - wherever it is
    assert done.stdout == data


@given(data=st.binary(max_size=5000), size=st.integers(1, 700))
def test_pieces_of_any_size_join_to_one_stream(data: bytes, size: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gzip_writing, "PIECE", size)
        assert gzip.decompress(packed(data)) == data


def test_the_number_of_threads_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    data, found = text(PIECE * 5), set[bytes]()
    for threads in (1, 2, 7, None):
        monkeypatch.setattr(os, "cpu_count", lambda threads=threads: threads)
        found.add(packed(data))
    assert len(found) == 1


def test_it_is_hardly_larger_than_what_one_thread_makes() -> None:
    data = text(PIECE * 4)
    assert len(packed(data)) < 1.02 * len(gzip.compress(data, gzip_writing.LEVEL))
