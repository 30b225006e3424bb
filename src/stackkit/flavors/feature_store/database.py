"""The SQLite database of a local feature store: its views, which files hold their rows, and the online features.

Each use has a connection of its own, with which it does one transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from stackkit.errors import FeatureStoreError, Problem
from stackkit.flavors.local_files.sqlite_connections import lend
from stackkit.flavors.local_files.sqlite_locks import result_code, when_free

APPLICATION_ID: Final = 0x53744B46  # "StKF": tells our files from other programs' databases
VERSION: Final = 1

_SCHEMA: Final = (
    # What was materialized: all rows of the files up to `sequence` whose event was not after `through`. `version` counts the
    # changes of the view, `known` has every feature that it ever had.
    """
    CREATE TABLE view (
        id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, definition TEXT NOT NULL, known TEXT NOT NULL,
        version INTEGER NOT NULL DEFAULT 1, through INTEGER, sequence INTEGER NOT NULL DEFAULT 0
    )
    """,
    # The rows that were written, one Parquet file for each call. Sequences grow in the order of commits.
    """
    CREATE TABLE file (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT, view INTEGER NOT NULL REFERENCES view ON DELETE CASCADE,
        name TEXT NOT NULL, columns TEXT NOT NULL, rows INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL
    )
    """,
    "CREATE INDEX file_of_view ON file (view, sequence)",
    """
    CREATE TABLE online (
        view INTEGER NOT NULL REFERENCES view ON DELETE CASCADE, entity TEXT NOT NULL,
        event INTEGER NOT NULL, created INTEGER NOT NULL, sequence INTEGER NOT NULL, features BLOB NOT NULL,
        PRIMARY KEY (view, entity)
    ) WITHOUT ROWID
    """,
)

_REASONS: Final = {
    sqlite3.SQLITE_BUSY: ("another program keeps it locked", "wait until that is done, then repeat"),
    sqlite3.SQLITE_LOCKED: ("another program keeps it locked", "wait until that is done, then repeat"),
    sqlite3.SQLITE_READONLY: ("it cannot be written", "let this user write to the file and its folder"),
    sqlite3.SQLITE_CANTOPEN: ("it cannot be opened", "let this user read and write the file and its folder"),
    sqlite3.SQLITE_FULL: ("its disk is full", "free some space, then repeat"),
    sqlite3.SQLITE_IOERR: ("its disk failed to read or write", "check the disk and the space left on it, then repeat"),
    sqlite3.SQLITE_NOTADB: ("it is not a database", "name another folder, or move this file away"),
    sqlite3.SQLITE_CORRUPT: ("the database is damaged", "restore it from a backup"),
}


@contextmanager
def read(path: Path) -> Generator[sqlite3.Connection]:
    """See the database as it is at one moment; an empty one where there is none yet.

    Args:
        path: Its file.

    Yields:
        A connection inside a transaction that only reads.

    Raises:
        FeatureStoreError: It cannot be read.
    """
    with _explained(path):
        if not path.exists():
            with closing(_empty()) as connection:
                yield connection
            return
        with lend(path, _connect) as connection:
            when_free(connection, lambda: _begin(connection, path))
            yield connection


@contextmanager
def write(path: Path) -> Generator[sqlite3.Connection]:
    """Change the database: all that the block does, or nothing where it raises. Others who write wait meanwhile.

    Args:
        path: Its file; made where it is missing, with its folder.

    Yields:
        A connection inside a transaction.

    Raises:
        FeatureStoreError: It cannot be written.
    """
    with _explained(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as e:
            remedy = "let this user write there, or name another folder"
            problem = Problem(f"cannot be made ({e.strerror})", where=str(path.parent), remedy=remedy)
            raise FeatureStoreError(problem) from e
        with lend(path, _connect) as connection:
            when_free(connection, lambda: _begin(connection, path, "IMMEDIATE"))
            yield connection
            connection.execute("COMMIT")


def make(path: Path) -> None:
    """Make the database, unless it is there.

    Args:
        path: Its file.

    Raises:
        FeatureStoreError: It cannot be made.
    """
    with write(path):
        pass


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        when_free(connection, lambda: _prepare(connection, path))
    except BaseException:
        connection.close()
        raise
    return connection


def _empty() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for statement in _SCHEMA:
        connection.execute(statement)
    return connection


def _begin(connection: sqlite3.Connection, path: Path, kind: str = "") -> None:
    """Begin a transaction; a newer program may have changed the file since it was opened."""
    connection.execute(f"BEGIN {kind}")
    _owned_version(connection, path)  # from here on, what others write is not seen


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Check whose file it is, and bring an empty one to our journal and schema."""
    if _owned_version(connection, path) == 0:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("BEGIN IMMEDIATE")
        if _owned_version(connection, path) == 0:  # still: somebody else may have been faster
            for statement in _SCHEMA:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version={VERSION}")
        connection.execute("COMMIT")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA cache_size=-16384")  # kibibytes: the entities that are asked for again and again


def _owned_version(connection: sqlite3.Connection, path: Path) -> int:
    application, version = (_number(connection, f"PRAGMA {name}") for name in ("application_id", "user_version"))
    if application == APPLICATION_ID:
        if version > VERSION:
            what = f"it has schema version {version}, this stackkit knows {VERSION} at most"
            raise FeatureStoreError(Problem(what, where=str(path), remedy="upgrade stackkit"))
        return version
    if application or version or _number(connection, "SELECT count(*) FROM sqlite_master"):
        what = "it is the database of another program"
        raise FeatureStoreError(Problem(what, where=str(path), remedy="name another folder"))
    return 0


def _number(connection: sqlite3.Connection, query: str) -> int:
    value: int = connection.execute(query).fetchone()[0]
    return value


@contextmanager
def _explained(path: Path) -> Generator[None]:
    try:
        yield
    except sqlite3.Error as e:
        detail = " ".join(str(e).split())
        what, remedy = _REASONS.get(result_code(e), (f"it refused: {detail}", "check the file, or restore it from a backup"))
        raise FeatureStoreError(Problem(what, where=str(path), remedy=remedy)) from e
