"""A large file through steps, and through plain copies."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from pathlib import Path
from typing import Final

from stackkit.pipelines import pipeline, step

_PIECE: Final = 1 << 20


@step
def give_file(path: str) -> Path:
    """A file, which is written to the artifact store."""
    return Path(path)


@step
def take_file(file: Path) -> int:
    """The file, which was read from the artifact store."""
    return file.stat().st_size


@pipeline
def through(path: str) -> None:
    """A file from one step to another.

    Args:
        path: Where it is.
    """
    take_file(give_file(path))


def make_file(path: Path, size: int) -> Path:
    """A file of bytes that are all different."""
    piece = random.Random(7).randbytes(_PIECE)  # noqa: S311 - no secret
    with path.open("wb") as file:
        for number in range(size // _PIECE):
            file.write(number.to_bytes(8, "big") + piece[8:])
    return path


def copy_twice(source: Path, folder: Path, copy: Callable[[Path, Path], object]) -> int:
    """Copy a file to a folder, in place of what was there, and from there to somewhere else for a while."""
    copy(source, folder / "new")
    (folder / "new").replace(folder / "kept")
    copy(folder / "kept", folder / "taken")
    size = (folder / "taken").stat().st_size
    (folder / "taken").unlink()
    return size


def hash_and_copy(source: Path, target: Path) -> str:
    """Copy a file, and give its SHA-256 in hexadecimal digits."""
    sha = hashlib.sha256()
    with source.open("rb", buffering=0) as reader, target.open("wb", buffering=0) as writer:
        while piece := reader.read(_PIECE):
            sha.update(piece)
            writer.write(piece)
    return sha.hexdigest()
