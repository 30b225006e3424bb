"""A copy of a database that others go on using."""

from __future__ import annotations

import os
import sqlite3
from errno import EEXIST
from pathlib import Path

from stackkit.errors import Problem, StoreError
from stackkit.store.sqlite_errors import explained


def copy_database(source: sqlite3.Connection, file: Path) -> None:
    """Copy what a connection sees into a file of its own: all of it, on the disk when this returns, or nothing.

    Args:
        source: A connection in a transaction, which fixes the moment.
        file: The copy; its folder is made if it is missing, and it must not exist.

    Raises:
        StoreError: It exists, or cannot be written.
    """
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.unlink(missing_ok=True)
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            _copy(source, draft)
            if file.exists():
                raise FileExistsError(EEXIST, "there is a file already", str(file))
            draft.replace(file)
        finally:
            draft.unlink(missing_ok=True)
        _sync(file.parent)
    except OSError as e:
        what = f"no copy can be written: {e.strerror or e}"
        raise StoreError(Problem(what, where=str(file), remedy="make room there, or let this user write")) from e


def _copy(source: sqlite3.Connection, draft: Path) -> None:
    with explained(draft):
        target = sqlite3.connect(draft, isolation_level=None)
        try:
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
        finally:
            target.close()
    _sync(draft)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
