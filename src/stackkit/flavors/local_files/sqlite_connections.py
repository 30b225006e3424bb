"""Open connections to SQLite files of this machine, kept for the next use: opening one costs more than asking it.

SQLite's locks are the process's: a forked child has its parent's memory, which says that they are held, but not the locks. So a
fork waits until no connection is in use, and idle ones are closed before it.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeAlias

_KEPT_OPEN: Final = 8
_PATIENCE: Final = 60.0  # seconds that a fork waits for those who use a connection

_FileId: TypeAlias = tuple[int, int]


class _Pool:
    """The idle connections of this process, the one that was used last at the end."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.in_use = 0
        self.idle: list[tuple[Path, _FileId, sqlite3.Connection]] = []

    def take(self, path: Path) -> sqlite3.Connection | None:
        """An idle connection to the file that is there now: what is written to one that was deleted is lost."""
        with self.changed:
            self.in_use += 1
            file = _file_id(path)
            for number in reversed(range(len(self.idle))):
                if self.idle[number][0] == path:
                    _, known, connection = self.idle.pop(number)
                    if known == file:
                        return connection
                    connection.close()
        return None

    def give_back(self, path: Path, file: _FileId | None, connection: sqlite3.Connection | None) -> None:
        """Keep a connection for the next use; roll back what was not committed."""
        with self.changed:
            self.in_use -= 1
            self.changed.notify_all()
            if connection is None:
                return
            if connection.in_transaction:
                connection.rollback()
            if file is None:
                connection.close()
                return
            self.idle.append((path, file, connection))
            if len(self.idle) > _KEPT_OPEN:
                self.idle.pop(0)[2].close()

    def close_idle(self) -> None:
        """Close all that nobody uses."""
        while self.idle:
            self.idle.pop()[2].close()


_pool = _Pool()


@contextmanager
def lend(path: Path, connect: Callable[[Path], sqlite3.Connection]) -> Generator[sqlite3.Connection]:
    """Have a connection for a while; what the block leaves open of a transaction is rolled back.

    Args:
        path: The file of the database.
        connect: Opens one, where none is idle.

    Yields:
        The connection, which nobody else has.
    """
    pool = _pool
    connection, file = pool.take(path), _file_id(path)
    try:
        if connection is None:
            connection = connect(path)
            file = _file_id(path)
        yield connection
    finally:
        pool.give_back(path, file, connection)


def _file_id(path: Path) -> _FileId | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _before_fork() -> None:
    _pool.changed.acquire()
    _pool.changed.wait_for(lambda: _pool.in_use == 0, _PATIENCE)
    _pool.close_idle()


def _after_fork_in_parent() -> None:
    _pool.changed.release()


def _after_fork_in_child() -> None:
    global _pool  # noqa: PLW0603 - the old one's lock has waiting threads that are not there any more
    _pool = _Pool()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child)
