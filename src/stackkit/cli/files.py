"""Documents in files: which format, and how they are read and written."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Final

import attrs

from stackkit.errors import DocumentError, Problem
from stackkit.serialization.formats.table import FORMATS, Format, decode

MAX_BYTES: Final = 64 * 2**20
"""How large a document may be; configurations are a few kilobytes."""


def is_standard(file: Path) -> bool:
    """Whether a file is called `-`, which stands for standard input or output."""
    return str(file) == "-"


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
    name = "standard input" if is_standard(file) else str(file)
    try:
        data = sys.stdin.buffer.read(MAX_BYTES + 1) if is_standard(file) else _read(file)
    except OSError as error:
        what = f"cannot be read: {error.strerror or error}"
        raise DocumentError(Problem(what, where=name, remedy="name a file that can")) from error
    if len(data) > MAX_BYTES:
        raise DocumentError(Problem(f"is larger than {MAX_BYTES // 2**20} MiB", where=name, remedy="is it the right file?"))
    try:
        return decode(data, format_of(file).name)
    except DocumentError as error:
        places = (f"{name}: {problem.where}" if problem.where else name for problem in error.problems)
        raise DocumentError(*map(_at, error.problems, places)) from error


def _at(problem: Problem, place: str) -> Problem:
    return attrs.evolve(problem, where=place)


def _read(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(MAX_BYTES + 1)


def write_whole(file: Path, data: bytes) -> None:
    """Write a file whole or not at all; what is no regular file, such as `/dev/stdout`, is written to.

    Args:
        file: Its path; a link is followed.
        data: Its content.

    Raises:
        DocumentError: It cannot be written.
    """
    try:
        target = file.resolve()
        if target.is_file() or not target.exists():
            _replace(target, data)
        else:
            target.write_bytes(data)
    except (OSError, RuntimeError) as error:  # a ring of links is a RuntimeError
        reason = error.strerror if isinstance(error, OSError) else "its links go round in a ring"
        what = f"cannot be written: {reason or error}"
        raise DocumentError(Problem(what, where=str(file), remedy="name a file in a folder that can be written to")) from error


def _replace(file: Path, data: bytes) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=file.parent, prefix=".stackkit-")
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
