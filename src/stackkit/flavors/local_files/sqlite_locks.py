"""Waiting for locks of SQLite files."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from typing import Final

TIMEOUT: Final = 60.0
"""How many seconds a writer waits for others."""
_PAUSE: Final = 0.001  # seconds between two tries


def when_free(connection: sqlite3.Connection, begin: Callable[[], None]) -> None:
    """Do what needs a lock as soon as nobody else has it.

    SQLite's own waiting sleeps for up to a tenth of a second between its tries, and does not wait where two change the
    journal at once.

    Args:
        connection: Who asks; a transaction that it has begun in vain is rolled back.
        begin: What needs the lock.

    Raises:
        sqlite3.OperationalError: Somebody else has had it all the time, or `begin` failed for another reason.
    """
    deadline = time.monotonic() + TIMEOUT
    while True:
        try:
            return begin()
        except sqlite3.OperationalError as e:
            if result_code(e) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        time.sleep(_PAUSE)


def result_code(error: sqlite3.Error) -> int:
    """The primary result code; 0 where Python raised the error, not SQLite."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF
