"""What sqlite3 raises, told in one line with what to do about it."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from stackkit.errors import Problem, StoreError
from stackkit.store.transactions import unencodable

_LOCKED: Final = ("another program keeps it locked", "wait until that is done, then repeat")
_UNWRITABLE: Final = ("it cannot be written", "let this user write to the file and to its folder")

# By primary result code: what is wrong, and the remedy.
_REASONS: Final = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_PROTOCOL: _LOCKED,
    sqlite3.SQLITE_READONLY: _UNWRITABLE,
    sqlite3.SQLITE_PERM: _UNWRITABLE,
    sqlite3.SQLITE_AUTH: _UNWRITABLE,
    sqlite3.SQLITE_CANTOPEN: ("it cannot be opened", "let this user read and write the file and its folder"),
    sqlite3.SQLITE_FULL: ("its disk is full", "free some space, then repeat"),
    sqlite3.SQLITE_IOERR: ("its disk failed to read or write", "check the disk and the space left on it, then repeat"),
    sqlite3.SQLITE_NOTADB: ("it is not a database", "name another file, or move this one away"),
    sqlite3.SQLITE_CORRUPT: (
        "the database is damaged",
        "restore it from a backup, or save what can be read with `.recover` of the sqlite3 program",
    ),
    sqlite3.SQLITE_ERROR: (
        "its table of documents is missing or altered ({detail})",
        "restore it from a backup, or name another file",
    ),
}


def result_code(error: Exception) -> int:
    """The primary result code of an error; 0 where Python raised it, not SQLite."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF


@contextmanager
def explained(path: Path, subject: str = "") -> Generator[None]:
    """Make a StoreError of what sqlite3 raises inside the block.

    Args:
        path: The file of the database.
        subject: The document that the block is about.

    Yields:
        Nothing.

    Raises:
        StoreError: The block failed in sqlite3; that error is the cause.
    """
    try:
        yield
    except UnicodeEncodeError as e:
        raise StoreError(unencodable(e, subject)) from e
    except (sqlite3.Error, OverflowError) as e:
        raise StoreError(_problem(e, path)) from e


def _problem(error: Exception, path: Path) -> Problem:
    detail = " ".join(str(error).split())
    what, remedy = _REASONS.get(result_code(error), ("it refused: {detail}", ""))
    return Problem(what.format(detail=detail), where=str(path), remedy=remedy)
