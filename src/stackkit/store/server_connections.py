"""The connections of a store to its server: each transaction has one to itself, and no forked child uses its parent's.

A child has its parent's sockets. What it sent through one, or the end of one, would reach the server as the parent's.
"""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from weakref import WeakSet

from stackkit.errors import Problem, StoreError
from stackkit.store.server_errors import explained
from stackkit.store.server_schema import session_statements
from stackkit.store.server_url import ServerUrl

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

_KEPT_OPEN: Final = 4  # idle connections; more transactions than this at once open theirs anew
_CONNECTING: Final = 10  # seconds that the making of a connection may take


class Lease:
    """A connection while a transaction has it.

    Args:
        address: The server.
        engine: Where the connection is from.
    """

    __slots__ = ("address", "connection", "engine", "failed")

    def __init__(self, address: ServerUrl, engine: Engine) -> None:
        self.address: ServerUrl = address
        self.engine: Engine = engine
        self.connection: Connection | None = None  # also after the transaction, and in a forked child
        self.failed: bool = False

    def in_transaction(self) -> Connection:
        """The connection, as long as its transaction goes on.

        Raises:
            StoreError: The transaction has ended, or is the parent process's, or can only be rolled back.
        """
        if self.connection is None:
            what = "this transaction has ended, or was begun before this process was forked"
            remedy = "read and write inside the `with` block of a transaction"
            raise StoreError(Problem(what, where=self.address.shown, remedy=remedy))
        if self.failed:  # PostgreSQL would take a commit, and roll back without a word
            what = "this transaction was rolled back, because a statement of it failed"
            raise StoreError(Problem(what, where=self.address.shown, remedy="repeat all of it"))
        return self.connection


class Connections:
    """The connections of a store.

    Args:
        address: The server.
        timeout: How long to wait for other programs' locks, in seconds.
    """

    def __init__(self, address: ServerUrl, timeout: int) -> None:
        self._address = address
        self._timeout = timeout
        self._engine: Engine | None = None
        self._taken: set[Lease] = set()
        self._bookkeeping = threading.Lock()  # never held while waiting
        _all.add(self)

    def take(self) -> tuple[Lease, Connection]:
        """Have a connection for one transaction.

        Returns:
            A lease, to be given back, and its connection.

        Raises:
            StoreError: The server cannot be connected to.
        """
        with self._bookkeeping:
            self._engine = engine = self._engine or _engine(self._address, self._timeout)
            lease = Lease(self._address, engine)
            self._taken.add(lease)
        try:
            with explained(self._address, connecting=True):
                lease.connection = connection = engine.connect()
        except BaseException:
            self.give_back(lease)
            raise
        return lease, connection

    def give_back(self, lease: Lease) -> None:
        """Roll back what a lease's transaction left open, and keep the connection for the next one."""
        from sqlalchemy.exc import SQLAlchemyError

        connection, lease.connection = lease.connection, None
        with self._bookkeeping:
            self._taken.discard(lease)
            kept = lease.engine is self._engine
        if connection is not None:
            with suppress(SQLAlchemyError):  # then the connection is broken, and the server has rolled back
                if not kept and not connection.invalidated:
                    connection.detach()
                connection.close()

    def close(self) -> None:
        """Close the idle connections now, and those in transactions when these end."""
        with self._bookkeeping:
            engine, self._engine = self._engine, None
        if engine is not None:
            engine.dispose()

    def abandon(self) -> None:
        """Forget the connections of the parent process."""
        self._bookkeeping = threading.Lock()  # the old one may be held by a thread that is not there any more
        _never_free(self._engine)
        for lease in self._taken:
            _never_free(lease.connection)
            lease.connection = None
        self._engine = None
        self._taken.clear()


def _engine(address: ServerUrl, timeout: int) -> Engine:
    from sqlalchemy import create_engine, event

    limits: dict[str, int] = {} if "connect_timeout" in address.url.query else {"connect_timeout": _CONNECTING}
    with explained(address, connecting=True):
        engine = create_engine(
            address.url,
            connect_args=limits,
            hide_parameters=True,  # documents in errors
            isolation_level="READ COMMITTED",  # a writer that had to wait sees what was committed meanwhile
            max_overflow=-1,  # a limit would have transactions inside of others wait for themselves
            pool_pre_ping=True,  # the server, or something between, may have ended an idle connection
            pool_size=_KEPT_OPEN,
        )

    def begin_session(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for statement in session_statements(address.dialect, timeout):
            cursor.execute(statement)
        cursor.close()
        connection.commit()

    event.listen(engine, "connect", begin_session)
    return engine


_all: WeakSet[Connections] = WeakSet()


def _never_free(inherited: object) -> None:
    """Keep even the end of the interpreter from closing what is the parent's."""
    import ctypes

    ctypes.pythonapi.Py_IncRef(ctypes.py_object(inherited))


def _after_fork_in_child() -> None:
    for connections in _all:
        connections.abandon()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
