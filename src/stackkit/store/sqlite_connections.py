"""The open connections of a store: one transaction at a time has each, and no forked child inherits one.

A connection belongs to a transaction, not to a thread: threads come and go without leaving connections behind, reading
while writing needs no thought, and `close` reaches all of them.

SQLite's locks are the process's. A forked child has its parent's memory, which says that they are held, but not the
locks: what it writes can be lost, through a connection it inherited or a new one. So idle connections are closed before a
fork, and a child that was forked inside a transaction is refused.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final
from weakref import WeakSet

from stackkit.errors import Problem, StoreError
from stackkit.store.sqlite_file import open_database

_KEPT_OPEN: Final = 8  # idle connections; more threads than this at once open theirs anew

_FileId = tuple[int, int]


class Lease:
    """A connection while a transaction has it.

    Args:
        path: The file of the database.
        generation: How often the store was closed before.
    """

    __slots__ = ("connection", "file", "generation", "path")

    def __init__(self, path: Path, generation: int) -> None:
        self.path: Path = path
        self.generation: int = generation
        self.connection: sqlite3.Connection | None = None  # also after the transaction, and in a forked child
        self.file: _FileId | None = None

    def in_transaction(self) -> sqlite3.Connection:
        """The connection, as long as its transaction goes on.

        Returns:
            The connection.

        Raises:
            StoreError: The transaction has ended, or is the parent process's.
        """
        if self.connection is None:
            what = "this transaction has ended, or was begun before this process was forked"
            remedy = "read and write inside the `with` block of a transaction"
            raise StoreError(Problem(what, where=str(self.path), remedy=remedy))
        if not self.connection.in_transaction:
            what = "this transaction was rolled back, because a statement of it failed"
            raise StoreError(Problem(what, where=str(self.path), remedy="repeat all of it"))
        return self.connection


class Connections:
    """The open connections to one database file.

    Args:
        path: The file.
        timeout: How long to wait for other programs' locks, in seconds.
    """

    def __init__(self, path: Path, timeout: float) -> None:
        self._path = path
        self._timeout = timeout
        self._idle: list[tuple[sqlite3.Connection, _FileId | None]] = []
        self._taken: set[Lease] = set()
        self._generation = 0
        with _bookkeeping:
            _all.add(self)

    def take(self) -> tuple[Lease, sqlite3.Connection]:
        """Have a connection for one transaction.

        Returns:
            A lease, to be given back, and its connection.

        Raises:
            StoreError: The database cannot be opened, or this process was forked inside a transaction.
        """
        file = _file_id(self._path)
        if file in _carried_over:
            what = "this process was forked inside a transaction of its parent, which SQLite cannot cope with"
            remedy = "fork outside of transactions, or start processes by spawn"
            raise StoreError(Problem(what, where=str(self._path), remedy=remedy))
        with _bookkeeping:
            lease = Lease(self._path, self._generation)
            self._taken.add(lease)
            lease.connection, lease.file = self._pop_idle(file), file
        try:
            if lease.connection is None:
                lease.connection = open_database(self._path, self._timeout)
                lease.file = _file_id(self._path)
        except BaseException:
            self.give_back(lease)
            raise
        return lease, lease.connection

    def give_back(self, lease: Lease) -> None:
        """Roll back what a lease's transaction left open, and keep the connection for the next one."""
        connection = lease.connection
        if connection is not None and connection.in_transaction:
            with suppress(sqlite3.Error):  # then it is closed below, which rolls back too
                connection.execute("ROLLBACK")
        with _bookkeeping:
            self._taken.discard(lease)
            lease.connection = None
            if connection is None:
                return
            usable = lease.generation == self._generation and not connection.in_transaction
            if usable and len(self._idle) < _KEPT_OPEN:
                self._idle.append((connection, lease.file))
            else:
                connection.close()

    def close(self) -> None:
        """Close the idle connections now, and those in transactions when these end."""
        with _bookkeeping:
            self._generation += 1
            self.close_idle()

    def close_idle(self) -> None:
        """Close the idle connections."""
        while self._idle:
            self._idle.pop()[0].close()

    def abandon(self) -> None:
        """Forget the connections of the parent process. Closing one could spoil the parent's transaction."""
        carried: list[tuple[sqlite3.Connection | None, _FileId | None]] = [*self._idle]
        carried += [(lease.connection, lease.file) for lease in self._taken]
        for connection, file in carried:
            if connection is not None:
                _never_free(connection)
            if file := file or _file_id(self._path):
                _carried_over.add(file)
        for lease in self._taken:
            lease.connection = None
        self._taken.clear()
        self._idle.clear()

    def _pop_idle(self, file: _FileId | None) -> sqlite3.Connection | None:
        """An idle connection to the file that is there now: what is written to one that was deleted is lost."""
        while self._idle:
            connection, opened = self._idle.pop()
            if opened == file:
                return connection
            connection.close()
        return None


_all: WeakSet[Connections] = WeakSet()
_carried_over: set[_FileId] = set()  # the files of transactions that this process was forked in
_bookkeeping = threading.RLock()  # guards the lists above and those of every Connections; never held while waiting


def _file_id(path: Path) -> _FileId | None:
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def _never_free(connection: sqlite3.Connection) -> None:
    """Keep even the end of the interpreter from closing a connection."""
    import ctypes

    ctypes.pythonapi.Py_IncRef(ctypes.py_object(connection))


def _before_fork() -> None:
    _bookkeeping.acquire()
    for connections in _all:
        connections.close_idle()


def _after_fork_in_parent() -> None:
    _bookkeeping.release()


def _after_fork_in_child() -> None:
    global _bookkeeping  # noqa: PLW0603 - the old one may have waiting threads that are not there any more
    _bookkeeping = threading.RLock()
    for connections in _all:
        connections.abandon()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child)
