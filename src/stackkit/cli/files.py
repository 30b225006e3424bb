"""Documents in files: which format, and how they are read and written."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from stackkit.errors import DocumentError, Problem
from stackkit.serialization.formats import FORMATS, Format, decode

MAX_BYTES = 64 * 2**20
"""How large a document may be; configurations are a few kilobytes."""


def format_of(file: Path) -> Format:
    """The format of a file, by the end of its name; YAML, which JSON is a part of, where that says nothing."""
    return next((made for made in FORMATS.values() if file.suffix.lower() in made.suffixes), FORMATS["yaml"])


def read_document(file: Path) -> object:
    """The builtins of a file.

    Args:
        file: Its path; `-` for standard input.

    Raises:
        DocumentError: It cannot be read, or is not of its format.
    """
    try:
        data = sys.stdin.buffer.read(MAX_BYTES + 1) if str(file) == "-" else _read(file)
    except OSError as error:
        raise DocumentError(Problem(f"cannot be read: {error.strerror or error}", where=str(file))) from error
    if len(data) > MAX_BYTES:
        raise DocumentError(
            Problem(f"is larger than {MAX_BYTES // 2**20} MiB", where=str(file), remedy="is it the right file?")
        )
    try:
        return decode(data, format_of(file).name)
    except DocumentError as error:
        raise DocumentError(*(problem.under(str(file)) for problem in error.problems)) from error


def _read(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(MAX_BYTES + 1)


def write_whole(file: Path, data: bytes) -> None:
    """Write a file whole or not at all.

    Args:
        file: Its path.
        data: Its content.

    Raises:
        DocumentError: It cannot be written.
    """
    try:
        descriptor, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        try:
            with os.fdopen(descriptor, "wb") as opened:
                opened.write(data)
                opened.flush()
                os.fsync(opened.fileno())
            Path(temporary).chmod(0o644)
            Path(temporary).replace(file)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise DocumentError(Problem(f"cannot be written: {error.strerror or error}", where=str(file))) from error
