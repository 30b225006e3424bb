"""The folders that a step is imported from, as they are sent to another machine."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from stackkit.errors import Problem, StepError
from stackkit.flavors.step_operator.wheel import archive

_LEFT_OUT: Final = frozenset({"__pycache__", "node_modules"})
_ENVIRONMENT: Final = "pyvenv.cfg"


def pack(folders: Sequence[Path], limit: int) -> bytes:
    """Folders as a zip archive, each under its number.

    Left out are hidden files and folders, `__pycache__`, `node_modules`, virtual environments, links to folders, and all that
    is no file.

    Args:
        folders: The folders.
        limit: How many bytes all files may have together.

    Raises:
        StepError: They have more; the largest is named.
    """
    sizes = {file: file.stat().st_size for folder in folders for file in _files(folder)}
    total = sum(sizes.values())
    if total > limit:
        largest = max(sizes, key=sizes.__getitem__)
        what = f"the code of the step has {total:,} bytes, and {limit:,} may be sent; {largest} alone has {sizes[largest]:,}"
        raise StepError(Problem(what, remedy="move data out of the folder that the step is imported from, or raise code_limit"))
    return archive(
        (f"{number}/{file.relative_to(folder).as_posix()}", file.read_bytes())
        for number, folder in enumerate(folders)
        for file in _files(folder)
    )


def _files(folder: Path) -> Iterator[Path]:
    for place, inner, names in os.walk(folder):
        here = Path(place)
        inner[:] = sorted(name for name in inner if _is_sent(here / name))
        yield from (here / name for name in sorted(names) if not name.startswith(".") and (here / name).is_file())


def _is_sent(folder: Path) -> bool:
    is_own = folder.name.startswith(".") or folder.name in _LEFT_OUT
    return not (is_own or folder.is_symlink() or (folder / _ENVIRONMENT).exists())
