"""The tables of a database server, for any number of machines."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

from stackkit.errors import Problem, StoreError
from stackkit.flavors.metadata_store.database import Session
from stackkit.flavors.metadata_store.dialects import Dialect
from stackkit.flavors.metadata_store.engines import Address, engine_for, is_ready, making_tables, set_not_ready, set_ready
from stackkit.flavors.metadata_store.schema import UPGRADES
from stackkit.flavors.metadata_store.server_session import ServerSession
from stackkit.flavors.metadata_store.sqlite_database import empty_session
from stackkit.flavors.metadata_store.versions import check_known, code_of, upgrade, version_of

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.exc import SQLAlchemyError

T = TypeVar("T")

OTHERS: Final = 60.0  # seconds that work is tried again because others are in its way
_REFUSALS: Final = (
    *("authentication failed", "no password supplied", "does not exist", "pg_hba.conf", "permission denied", "not permitted"),
    *("SSL", "certificate", "resolve host"),
)
_LONGEST_PAUSE: Final = 0.2  # seconds between two tries


class ServerDatabase:
    """The tables of a server.

    What reads and writes waits for a server that is not there: it may be starting again. What makes the tables does not.

    Args:
        address: Where it is.
        dialect: How it is spoken to.
        patience: Seconds that it is waited for.
    """

    def __init__(self, address: Address, dialect: Dialect, patience: float) -> None:
        self._address = address
        self._dialect = dialect
        self._patience = patience

    @property
    def is_made(self) -> bool:
        """Whether all tables are there.

        Raises:
            StoreError: The server does not say so.
        """

        def attempt(engine: Engine, _: bool) -> bool:
            with engine.connect() as connection:
                return version_of(connection) == len(UPGRADES)

        return self._until_done(attempt, patience=0)

    def make(self) -> None:
        """Make the tables, unless they are there.

        Raises:
            StoreError: They cannot be made.
        """
        set_not_ready(self._address)
        self._until_done(lambda engine, _: self._make_ready(engine), patience=0)

    def read(self, work: Callable[[Session], T]) -> T:
        """Do what only reads; see `Database.read`.

        Raises:
            StoreError: The server cannot be read.
        """

        def attempt(engine: Engine, repeated: bool) -> T:
            if not is_ready(self._address) and self._is_empty(engine):
                with empty_session() as nothing:
                    return work(nothing)
            self._make_ready(engine)
            with engine.connect() as connection:
                return work(ServerSession(connection, self._dialect, repeated=repeated))

        return self._until_done(attempt, patience=self._patience)

    def write(self, work: Callable[[Session], T]) -> T:
        """Do what writes; see `Database.write`.

        Raises:
            StoreError: The server cannot be written.
        """

        def attempt(engine: Engine, repeated: bool) -> T:
            self._make_ready(engine)
            with engine.begin() as connection:
                return work(ServerSession(connection, self._dialect, repeated=repeated))

        return self._until_done(attempt, patience=self._patience)

    def _is_empty(self, engine: Engine) -> bool:
        with engine.connect() as connection:
            return version_of(connection) == 0

    def _make_ready(self, engine: Engine) -> None:
        if is_ready(self._address):
            return
        with making_tables(), engine.begin() as connection:
            version = version_of(connection)
            check_known(version, str(self._address))
            if version < len(UPGRADES):
                upgrade(connection, self._dialect)
        set_ready(self._address)

    def _until_done(self, attempt: Callable[[Engine, bool], T], *, patience: float) -> T:
        """Do what may be done again, until nothing is in its way.

        Args:
            attempt: What to do, given whether it may have been done already.
            patience: Seconds to wait for a server that is not there.
        """
        engine = engine_for(self._address)
        from sqlalchemy.exc import SQLAlchemyError

        repeated, tries, began = False, 0, time.monotonic()
        while True:
            try:
                return attempt(engine, repeated)
            except SQLAlchemyError as error:
                lost = self._is_lost(error)
                limit = patience if lost else self._patience_with(error)
                if limit <= 0 or time.monotonic() - began > limit:
                    raise self._explained(error, lost=lost) from error
                repeated = repeated or lost
            time.sleep(random.uniform(0, min(_LONGEST_PAUSE, 0.002 * 2 ** min(tries, 10))))  # noqa: S311 - no secret
            tries += 1

    def _is_lost(self, error: SQLAlchemyError) -> bool:
        """Whether the server is not there, and may be there in a moment."""
        from sqlalchemy.exc import DBAPIError, OperationalError

        if not isinstance(error, DBAPIError):
            return False
        if error.connection_invalidated:
            return True
        return isinstance(error, OperationalError) and code_of(error) in self._dialect.lost and not _refuses(error)

    def _patience_with(self, error: SQLAlchemyError) -> float:
        code = code_of(error)
        if code in self._dialect.no_table and is_ready(self._address):
            set_not_ready(self._address)
            return OTHERS
        return OTHERS if code and code in self._dialect.in_the_way else 0

    def _explained(self, error: SQLAlchemyError, *, lost: bool) -> StoreError:
        remedy = "start it, or correct the component's host and port" if lost else ""
        return StoreError(Problem(_reason(error), where=str(self._address), remedy=remedy))


def _refuses(error: SQLAlchemyError) -> bool:
    """Whether a connection was refused for good. What psycopg says of connections has no codes, but only words."""
    return any(word in str(getattr(error, "orig", "")) for word in _REFUSALS)


def _reason(error: SQLAlchemyError) -> str:
    """What a server or the network says, in a line."""
    original: object = getattr(error, "orig", None) or error
    args: tuple[object, ...] = getattr(original, "args", ())
    said = args[1] if len(args) > 1 and isinstance(args[0], int) else original
    lines = str(said).strip().splitlines() or [type(original).__name__]
    reason = next((line for line in reversed(lines) if "failed: " in line), lines[0])
    return reason.rpartition("failed: ")[2].removeprefix("FATAL:").strip()[:300] or type(original).__name__
