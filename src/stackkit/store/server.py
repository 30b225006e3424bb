"""Documents on a database server: the store of a workspace that is shared over the network."""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from stackkit.errors import ConflictError, Problem, StoreError
from stackkit.store.base import Document, Documents, Snapshot, Transaction
from stackkit.store.server_connections import Connections, Lease
from stackkit.store.server_errors import explained
from stackkit.store.server_schema import LONGEST_NAME, begin, statements
from stackkit.store.server_url import parse_url
from stackkit.store.transactions import Writers, conflict, named, unencodable

if TYPE_CHECKING:
    from sqlalchemy import Connection, Delete, Insert, Update

_AFTER_ALL_TEXT: Final = b"\xff"  # begins no UTF-8


class ServerStore:
    """Documents in a database of PostgreSQL, MySQL or MariaDB, for any number of processes of any number of machines.

    The server is connected to at the first use. Any thread may use the store: each transaction has a connection of its
    own, so readers wait for nobody. Writers come one after the other.

    Args:
        url: The database: `postgresql+psycopg://USER:PASSWORD@HOST/DATABASE`, or the same with `mysql+pymysql`. The
            tables are made in it when they are missing.
        timeout: How long to wait for other programs' transactions, in seconds; a part of a second counts as one.
        where: What the URL was given by, for messages about it.

    Raises:
        StoreError: The URL is none, or of a server that no store can be on.
        MissingExtraError: SQLAlchemy or the driver is not installed; the message names the extra.

    >>> store = ServerStore("postgresql://me:secret@db.example.org/team")
    >>> store.url
    'postgresql+psycopg://me@db.example.org/team'
    """

    def __init__(self, url: str, *, timeout: float = 30.0, where: str = "url") -> None:
        self._address = parse_url(url, where=where)
        self._connections = Connections(self._address, max(1, math.ceil(timeout)))
        self._writers = Writers()

    @override
    def __repr__(self) -> str:
        return f"ServerStore({self.url!r})"

    @property
    def url(self) -> str:
        """Where the documents are, without the password and the URL's options."""
        return self._address.shown

    @contextmanager
    def read(self) -> Generator[Snapshot]:
        """See the documents of this moment.

        Yields:
            The documents as they were when the block began.

        Raises:
            NewerStoreError: The tables are of a newer stackkit.
            StoreError: The server cannot be reached, or refuses.
        """
        with self._begun(writing=False) as lease:
            yield _ServerSnapshot(lease)

    @contextmanager
    def write(self) -> Generator[Transaction]:
        """Change documents: committed when the block ends, rolled back when it raises.

        Yields:
            The transaction. No other one runs meanwhile, on any machine.

        Raises:
            NewerStoreError: The tables are of a newer stackkit.
            StoreError: The server cannot be reached, or refuses, or this thread is inside a transaction of this store.
        """
        with self._writers.entered(self.url), self._begun(writing=True) as lease:
            yield _ServerTransaction(lease)
            connection = lease.in_transaction()
            with explained(self._address):
                connection.commit()

    def close(self) -> None:
        """Close the connections: at once, or when the transactions of other threads end. The next use opens them again."""
        self._connections.close()

    @contextmanager
    def _begun(self, *, writing: bool) -> Generator[Lease]:
        """A connection in a transaction, which is rolled back unless it was committed."""
        lease, connection = self._connections.take()
        try:
            with explained(self._address):
                begin(connection, self._address, writing=writing)
            yield lease
        finally:
            self._connections.give_back(lease)


class _ServerSnapshot:
    """What a transaction sees."""

    def __init__(self, lease: Lease) -> None:
        self._lease = lease

    def get(self, kind: str, key: str) -> Document | None:
        """A document, or None."""
        subject = named(kind, key)
        chosen = {"given_kind": _encoded(kind, subject), "given_name": _encoded(key, subject)}
        with self._statement() as connection:
            row = connection.execute(statements().get, chosen).one_or_none()
            return None if row is None else Document(kind, key, row[0], row[1].decode())

    def list(self, kind: str, prefix: str = "") -> Documents:
        """The documents of a kind whose keys begin with a prefix, in the order of their code points."""
        subject = named(kind, prefix)
        first = _encoded(prefix, subject)
        chosen = {"given_kind": _encoded(kind, subject), "first": first, "beyond": _first_after(first)}
        with self._statement() as connection:
            rows = connection.execute(statements().list, chosen)
            return [Document(kind, name.decode(), revision, body.decode()) for name, revision, body in rows]

    @contextmanager
    def _statement(self) -> Generator[Connection]:
        connection = self._lease.in_transaction()
        try:
            with explained(self._lease.address):
                yield connection
        except BaseException:
            self._lease.failed = True
            raise


class _ServerTransaction(_ServerSnapshot):
    """What a transaction sees, and changes."""

    def put(self, kind: str, key: str, body: str, *, revision: int) -> Document:
        """Write a document; see `Transaction.put`."""
        subject = named(kind, key)
        values: dict[str, bytes | int] = {
            "given_kind": _name(kind, subject),
            "given_name": _name(key, subject),
            "given_body": _encoded(body, subject),
        }
        if revision == 0:
            written = self._changed(statements().insert, values)
        else:
            written = self._changed(statements().update, {**values, "given_revision": revision})
        if not written:
            raise self._conflict(kind, key, revision)
        return Document(kind, key, revision + 1, body)

    def delete(self, kind: str, key: str, *, revision: int) -> None:
        """Remove a document; see `Transaction.delete`."""
        subject = named(kind, key)
        chosen: dict[str, bytes | int] = {"given_kind": _encoded(kind, subject), "given_name": _encoded(key, subject)}
        if not self._changed(statements().delete, {**chosen, "given_revision": revision}):
            raise self._conflict(kind, key, revision)

    def _changed(self, statement: Insert | Update | Delete, values: Mapping[str, bytes | int]) -> bool:
        with self._statement() as connection:
            return connection.execute(statement, values).rowcount > 0

    def _conflict(self, kind: str, key: str, revision: int) -> ConflictError:
        return conflict(self._lease.address.shown, kind, key, revision, self.get(kind, key))


def _encoded(text: str, subject: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise StoreError(unencodable(error, subject)) from error


def _name(text: str, subject: str) -> bytes:
    """The bytes of a kind or key that is to be kept."""
    encoded = _encoded(text, subject)
    if len(encoded) > LONGEST_NAME:
        what = f"its kind or key has {len(encoded)} bytes of UTF-8, a shared store keeps {LONGEST_NAME} at most"
        raise StoreError(Problem(what, where=f"{subject[:80]}…", remedy="choose a shorter one"))
    return encoded


def _first_after(prefix: bytes) -> bytes:
    """The least bytes that come after every text with a prefix."""
    return prefix[:-1] + bytes([prefix[-1] + 1]) if prefix else _AFTER_ALL_TEXT
