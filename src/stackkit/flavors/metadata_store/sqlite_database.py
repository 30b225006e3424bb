"""One SQLite file, for any number of processes and threads of a machine."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, TypeVar

from stackkit.errors import NewerStoreError, Problem, StoreError
from stackkit.flavors.local_files.sqlite_connections import lend
from stackkit.flavors.local_files.sqlite_locks import result_code, when_free
from stackkit.flavors.metadata_store.database import Row, Session, Values
from stackkit.flavors.metadata_store.schema import UPGRADES

T = TypeVar("T")

APPLICATION_ID: Final = 0x53744B4D  # "StKM": tells our files from other programs' databases

_TYPES: Final = {"serial": "INTEGER PRIMARY KEY", "bytes": "BLOB", "text": "TEXT", "word": "TEXT", "compact": " WITHOUT ROWID"}

_LOCKED: Final = ("another program keeps it locked", "wait until that is done, then repeat")
_REASONS: Final = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_PROTOCOL: _LOCKED,
    sqlite3.SQLITE_READONLY: ("it cannot be written", "let this user write to the file and its folder"),
    sqlite3.SQLITE_CANTOPEN: ("it cannot be opened", "let this user read and write the file and its folder"),
    sqlite3.SQLITE_FULL: ("its disk is full", "free some space, then repeat"),
    sqlite3.SQLITE_IOERR: ("its disk failed to read or write", "check the disk and the space left on it, then repeat"),
    sqlite3.SQLITE_NOTADB: ("it is not a database", "name another file, or move this one away"),
    sqlite3.SQLITE_CORRUPT: ("the database is damaged", "restore it from a backup"),
}


class SqliteDatabase:
    """The tables in a file.

    Args:
        path: The file. It is made with its folder when something is first written; until then nothing is in it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def make(self) -> None:
        """Make the file and its tables, unless they are there.

        Raises:
            StoreError: They cannot be made.
        """
        self.write(lambda _: None)

    def read(self, work: Callable[[Session], T]) -> T:
        """Do what only reads; see `Database.read`.

        Raises:
            StoreError: The file cannot be read.
        """
        with _explained(self._path):
            if not self._path.exists():
                with empty_session() as nothing:
                    return work(nothing)
            with lend(self._path, _connect) as connection:
                when_free(connection, lambda: _begin(connection, self._path, "DEFERRED"))
                return work(_SqliteSession(connection))

    def write(self, work: Callable[[Session], T]) -> T:
        """Do what writes; see `Database.write`.

        Raises:
            StoreError: The file cannot be written.
        """
        with _explained(self._path):
            if not self._path.exists():
                self._path.parent.mkdir(parents=True, exist_ok=True)
            with lend(self._path, _connect) as connection:
                when_free(connection, lambda: _begin(connection, self._path, "IMMEDIATE"))
                done = work(_SqliteSession(connection))
                connection.execute("COMMIT")
                return done


class _SqliteSession:
    """A transaction."""

    repeated = False
    for_update = ""  # there is one writer at a time
    unless_there = " ON CONFLICT DO NOTHING"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, query: str, values: Values) -> list[Row]:
        """The rows that a query finds."""
        return self._connection.execute(query, values).fetchall()

    def change(self, statement: str, *values: Values) -> None:
        """Run a statement that gives no rows, once with each of the values."""
        self._connection.executemany(statement, values)


def _connect(path: Path) -> sqlite3.Connection:
    """A connection, which any thread may use. The file has our journal and our tables then, or is refused."""
    connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        when_free(connection, lambda: _prepare(connection, path))
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Bring a file to our journal and tables. Whose it is comes first: another program's file is not touched."""
    # Written to the disk now and then, and not at the end of each transaction: the death of any process loses nothing, a
    # power cut may lose the newest records, but never a part of one.
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("BEGIN")  # somebody else may be making the tables at this moment
    version = _version(connection, path)
    connection.execute("COMMIT")
    [(mode,)] = connection.execute("PRAGMA journal_mode=WAL")
    if mode != "wal":
        what = f"its file system allows no write-ahead log, only journal mode {mode!r}"
        raise StoreError(Problem(what, where=str(path), remedy="keep it on a local disk"))
    if version < len(UPGRADES):
        connection.execute("BEGIN IMMEDIATE")
        _upgrade(connection, _version(connection, path))  # again: somebody else may have been faster
        connection.execute("COMMIT")


def _upgrade(connection: sqlite3.Connection, version: int) -> None:
    for statements in UPGRADES[version:]:
        for statement in statements:
            connection.execute(statement.format(**_TYPES))
    connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version={len(UPGRADES)}")


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """The version of the tables in the file, 0 if it is empty."""
    [(application,)] = connection.execute("PRAGMA application_id")
    [(version,)] = connection.execute("PRAGMA user_version")
    if application != APPLICATION_ID:
        [(tables,)] = connection.execute("SELECT count(*) FROM sqlite_master")
        if application or version or tables:
            what = "it is the database of another program"
            raise StoreError(Problem(what, where=str(path), remedy="name a file of the metadata store's own"))
        return 0
    return _known(version, path)


def _known(version: int, path: Path) -> int:
    if version > len(UPGRADES):
        what = f"its tables have version {version}, and this stackkit knows {len(UPGRADES)} at most"
        raise NewerStoreError(Problem(what, where=str(path), remedy="upgrade stackkit"))
    return version


def _begin(connection: sqlite3.Connection, path: Path, kind: str) -> None:
    connection.execute(f"BEGIN {kind}")
    [(version,)] = connection.execute("PRAGMA user_version")  # a newer stackkit may have been here since it was opened
    _known(version, path)


@contextmanager
def empty_session() -> Generator[Session]:
    """What reads where nothing was recorded yet: tables without rows."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        _upgrade(connection, 0)
        yield _SqliteSession(connection)


@contextmanager
def _explained(path: Path) -> Generator[None]:
    """Make a StoreError of what SQLite and the operating system raise."""
    try:
        yield
    except sqlite3.Error as e:
        what, remedy = _REASONS.get(result_code(e), (f"it refused: {' '.join(str(e).split())}", ""))
        raise StoreError(Problem(what, where=str(path), remedy=remedy)) from e
    except OSError as e:
        remedy = "let this user write there, or name another file"
        raise StoreError(Problem(f"cannot be made ({e.strerror})", where=str(path), remedy=remedy)) from e
