"""Documents in one SQLite file: the store of a workspace that is not shared over the network."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from stackkit.errors import ConflictError
from stackkit.store.base import Document, Documents, Snapshot, Transaction
from stackkit.store.sqlite_backup import copy_database
from stackkit.store.sqlite_connections import Connections, Lease
from stackkit.store.sqlite_errors import explained
from stackkit.store.sqlite_file import check_version, when_free
from stackkit.store.transactions import Writers, conflict, named

_LAST_CHARACTER: Final = 0x10FFFF
_SURROGATES: Final = range(0xD800, 0xE000)
_AFTER_ALL_TEXT: Final = b""  # to SQLite, every blob is greater than every text

_GET: Final = "SELECT kind, key, revision, body FROM document WHERE kind = ? AND key = ?"
_LIST: Final = "SELECT kind, key, revision, body FROM document WHERE kind = ? AND key >= ? AND key < ? ORDER BY key"
_INSERT: Final = "INSERT INTO document (kind, key, revision, body) VALUES (?, ?, 1, ?) ON CONFLICT DO NOTHING"
_UPDATE: Final = "UPDATE document SET revision = revision + 1, body = ? WHERE kind = ? AND key = ? AND revision = ?"
_DELETE: Final = "DELETE FROM document WHERE kind = ? AND key = ? AND revision = ?"


class SqliteStore:
    """Documents in one SQLite file, for any number of processes of one machine.

    The file is opened at the first use. Any thread may use the store: each transaction has a connection of its own, so
    readers wait for nobody, and a thread that reads may write meanwhile. What a finished transaction wrote survives a
    crash of the process and of the machine.

    Args:
        path: The file; it is made, with its folder, if it is missing. `~` is not expanded.
        timeout: How long to wait for other programs' transactions, in seconds.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     store = SqliteStore(f"{folder}/store.db")
    ...     with store.write() as transaction:
    ...         transaction.put("stack", "prod", "{}", revision=0).revision
    ...     with store.read() as snapshot:
    ...         [document.key for document in snapshot.list("stack")]
    ...     store.close()
    1
    ['prod']
    """

    def __init__(self, path: str | os.PathLike[str], *, timeout: float = 30.0) -> None:
        # Absolute: so it stays the same file when the process changes its folder, and is never taken for a URI.
        self._path = Path(path).absolute()
        self._timeout = timeout
        self._connections = Connections(self._path, timeout)
        self._writers = Writers()

    @property
    def url(self) -> str:
        """Where the documents are: `sqlite:///` and the absolute path of the file."""
        return f"sqlite:///{self._path}"

    @contextmanager
    def read(self) -> Generator[Snapshot]:
        """See the documents of this moment.

        Yields:
            The documents as they were when the block began.

        Raises:
            NewerStoreError: The file was written by a newer stackkit.
            StoreError: The file cannot be read.
        """
        with self._begun("BEGIN") as lease:
            yield _SqliteSnapshot(lease)

    @contextmanager
    def write(self) -> Generator[Transaction]:
        """Change documents: committed when the block ends, rolled back when it raises.

        Yields:
            The transaction. No other one runs meanwhile, in any process.

        Raises:
            NewerStoreError: The file was written by a newer stackkit.
            StoreError: The file cannot be written, or this thread is inside a transaction of this store already.
        """
        with self._writers.entered(str(self._path)), self._begun("BEGIN IMMEDIATE") as lease:
            yield _SqliteTransaction(lease)
            connection = lease.in_transaction()
            with explained(self._path):
                connection.execute("COMMIT")

    def back_up(self, file: Path) -> None:
        """Copy all documents of this moment into another file; what an open transaction changed is not in it.

        The copy is a database of its own: put in the place of this one, it is read as this one was.

        Args:
            file: The copy; it must not exist.

        Raises:
            StoreError: It exists or cannot be written, or the documents cannot be read.
        """
        with self._begun("BEGIN") as lease, explained(self._path):
            copy_database(lease.in_transaction(), file)

    def close(self) -> None:
        """Close the file: at once, or when the transactions of other threads end. The next use opens it again."""
        self._connections.close()

    @contextmanager
    def _begun(self, statement: str) -> Generator[Lease]:
        """A connection in a transaction, which is rolled back unless it was committed."""
        lease, connection = self._connections.take()
        try:
            with explained(self._path):
                when_free(connection, self._timeout, lambda: _begin(connection, statement, self._path))
            yield lease
        finally:
            self._connections.give_back(lease)


class _SqliteSnapshot:
    """What a transaction sees."""

    def __init__(self, lease: Lease) -> None:
        self._lease = lease

    def get(self, kind: str, key: str) -> Document | None:
        """A document, or None."""
        with self._statement(kind, key) as connection:
            row = connection.execute(_GET, (kind, key)).fetchone()
            return None if row is None else Document(*row)

    def list(self, kind: str, prefix: str = "") -> Documents:
        """The documents of a kind whose keys begin with a prefix, in the order of their code points."""
        with self._statement(kind, prefix) as connection:
            rows = connection.execute(_LIST, (kind, prefix, _first_after(prefix)))
            return [Document(*row) for row in rows]

    @contextmanager
    def _statement(self, kind: str, key: str) -> Generator[sqlite3.Connection]:
        connection = self._lease.in_transaction()
        with explained(self._lease.path, named(kind, key)):
            yield connection


class _SqliteTransaction(_SqliteSnapshot):
    """What a transaction sees, and changes."""

    def put(self, kind: str, key: str, body: str, *, revision: int) -> Document:
        """Write a document; see `Transaction.put`."""
        with self._statement(kind, key) as connection:
            if revision == 0:
                written = connection.execute(_INSERT, (kind, key, body)).rowcount
            else:
                written = connection.execute(_UPDATE, (body, kind, key, revision)).rowcount
        if not written:
            raise self._conflict(kind, key, revision)
        return Document(kind, key, revision + 1, body)

    def delete(self, kind: str, key: str, *, revision: int) -> None:
        """Remove a document; see `Transaction.delete`."""
        with self._statement(kind, key) as connection:
            deleted = connection.execute(_DELETE, (kind, key, revision)).rowcount
        if not deleted:
            raise self._conflict(kind, key, revision)

    def _conflict(self, kind: str, key: str, revision: int) -> ConflictError:
        return conflict(str(self._lease.path), kind, key, revision, self.get(kind, key))


def _begin(connection: sqlite3.Connection, statement: str, path: Path) -> None:
    connection.execute(statement)
    # Another process may have upgraded the schema. Reading its version also fixes the moment of a snapshot, which a mere
    # BEGIN leaves open until the first query.
    check_version(connection, path)


def _first_after(prefix: str) -> str | bytes:
    """The least value that comes after every text with a prefix, in the order of code points, which is that of UTF-8."""
    stem = prefix.rstrip(chr(_LAST_CHARACTER))
    if not stem:
        return _AFTER_ALL_TEXT
    following = ord(stem[-1]) + 1
    return stem[:-1] + chr(_SURROGATES.stop if following == _SURROGATES.start else following)
