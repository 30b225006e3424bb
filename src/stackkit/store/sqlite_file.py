"""Opening the file of a store: whose it is, its journal, its schema and the way from older schemas."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from stackkit.errors import NewerStoreError, Problem, StoreError
from stackkit.store.sqlite_errors import explained, result_code

APPLICATION_ID: Final = 0x53744B74  # "StKt": tells our files from other programs' databases

# UPGRADES[n] are the statements that lead from schema version n to n + 1; version 0 is an empty file.
# Without a rowid the bodies lie in the index itself, which halves the time of a listing.
UPGRADES: Final[tuple[tuple[str, ...], ...]] = (
    (
        """
        CREATE TABLE document (
            kind TEXT NOT NULL, key TEXT NOT NULL, revision INTEGER NOT NULL, body TEXT NOT NULL,
            PRIMARY KEY (kind, key)
        ) WITHOUT ROWID
        """,
    ),
)

_PAUSE: Final = 0.001  # seconds between two tries to get a lock


def open_database(path: Path, timeout: float) -> sqlite3.Connection:
    """Open the database in a file; make the file, its folder and its schema where they are missing.

    Args:
        path: The file.
        timeout: How long to wait for other programs' locks, in seconds.

    Returns:
        A connection in autocommit mode that any thread may use.

    Raises:
        NewerStoreError: The schema is newer than this program.
        StoreError: The file cannot be opened, or is not ours.
    """
    _make_folder(path)
    with explained(path):
        connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            when_free(connection, timeout, lambda: _prepare(connection, path))
        except BaseException:
            connection.close()
            raise
    return connection


def when_free(connection: sqlite3.Connection, timeout: float, begin: Callable[[], None]) -> None:
    """Do what needs a lock as soon as no other program has it.

    SQLite could wait by itself, but sleeps for up to 0.1 s between its tries: a program that writes all the time then
    keeps the others out for seconds. It also does not wait at all where two connections change the journal at once.

    Args:
        connection: A connection that is in no transaction.
        timeout: How long to try, in seconds.
        begin: Begins a transaction, or does all of one; done again from its start when a lock is in the way.

    Raises:
        sqlite3.OperationalError: The time is over, or there is another reason than a lock.
    """
    deadline = time.monotonic() + timeout
    while True:
        try:
            return begin()
        except sqlite3.OperationalError as e:
            if result_code(e) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        time.sleep(_PAUSE)


def check_version(connection: sqlite3.Connection, path: Path) -> int:
    """Refuse a schema that is newer than this program.

    Args:
        connection: A connection to the database.
        path: Its file, for the message.

    Returns:
        The version of the schema.

    Raises:
        NewerStoreError: The schema is newer than this program.
    """
    version = _number(connection, "PRAGMA user_version")
    if version not in range(len(UPGRADES) + 1):
        what = f"the database has schema version {version}, this stackkit knows {len(UPGRADES)} at most"
        raise NewerStoreError(Problem(what, where=str(path), remedy="upgrade stackkit"))
    return version


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, ValueError) as e:
        reason = e.strerror if isinstance(e, OSError) else str(e)
        remedy = "let this user write there, or name another file"
        raise StoreError(Problem(f"its folder cannot be made ({reason})", where=str(path), remedy=remedy)) from e


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Bring a file to our journal and schema. Whose it is comes first: another program's file is not touched."""
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("BEGIN")
    version = _owned_version(connection, path)
    connection.execute("COMMIT")
    if version == 0:
        # Takes effect in an empty file only. In larger pages, documents of up to 2 kB need no overflow pages.
        connection.execute("PRAGMA page_size=8192")
    _use_wal(connection, path)
    if version < len(UPGRADES):
        _upgrade(connection, path)


def _owned_version(connection: sqlite3.Connection, path: Path) -> int:
    """The version of our schema in the file, 0 if the file is empty."""
    application = _number(connection, "PRAGMA application_id")
    if application == APPLICATION_ID:
        return check_version(connection, path)
    if application or _number(connection, "PRAGMA user_version") or _number(connection, "SELECT count(*) FROM sqlite_master"):
        what = "it is the database of another program"
        raise StoreError(Problem(what, where=str(path), remedy="name a file of stackkit's own"))
    return 0


def _use_wal(connection: sqlite3.Connection, path: Path) -> None:
    """Switch to the write-ahead log, which stays with the file."""
    mode: str = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
    if mode != "wal":
        what = f"its file system allows no write-ahead log, only journal mode {mode!r}"
        raise StoreError(Problem(what, where=str(path), remedy="keep it on a local disk"))


def _upgrade(connection: sqlite3.Connection, path: Path) -> None:
    """Go to the newest schema in one transaction, which ends with the connection if a step fails."""
    connection.execute("BEGIN IMMEDIATE")
    version = _owned_version(connection, path)  # again: somebody else may have been faster
    for statements in UPGRADES[version:]:
        for statement in statements:
            connection.execute(statement)
    connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version={len(UPGRADES)}")
    connection.execute("COMMIT")


def _number(connection: sqlite3.Connection, query: str) -> int:
    value: int = connection.execute(query).fetchone()[0]
    return value
