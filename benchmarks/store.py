"""What the embedded store costs beside bare sqlite3, on the disk of the `--folder` that is given."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, closing
from itertools import count
from pathlib import Path
from unittest.mock import patch

from harness.report import Report
from harness.script import Options, run
from harness.timing import Side, take_turns
from stackkit.store import sqlite_connections
from stackkit.store.base import Document
from stackkit.store.sqlite import SqliteStore
from stackkit.store.sqlite_file import UPGRADES, open_database

PUTS = 20
LISTED = 10_000
ROUNDS = 25
BODY = '{"type": "artifact_store", "flavor": "local", "version": 1, "config": {"name": "prod", "path": "/data"}}' * 3
INSERT = "INSERT INTO document VALUES ('component', ?, 1, ?)"


def open_without_waiting_for_the_disk(path: Path, timeout: float) -> sqlite3.Connection:
    """What the store would have if it used synchronous=NORMAL."""
    connection = open_database(path, timeout)
    connection.execute("PRAGMA synchronous=NORMAL")
    return connection


def puts(put: Callable[[str], object]) -> Side:
    """Some transactions with a new document each."""
    keys = (f"{number:06}" for number in count())

    def side() -> None:
        for _ in range(PUTS):
            put(next(keys))

    return side


def bare_puts(path: Path, level: str, resources: ExitStack) -> Side:
    """One insert a transaction, by sqlite3 alone."""
    connection = resources.enter_context(closing(sqlite3.connect(path, isolation_level=None)))
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(f"PRAGMA synchronous={level}")
    connection.execute(UPGRADES[0][0])

    def put(key: str) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(INSERT, (key, BODY))
        connection.execute("COMMIT")

    return puts(put)


def store_puts(path: Path, level: str, resources: ExitStack) -> Side:
    """One document a transaction, by the store."""
    store = resources.enter_context(closing(SqliteStore(path)))
    opener = open_database if level == "FULL" else open_without_waiting_for_the_disk

    def put(key: str) -> None:
        with patch.object(sqlite_connections, "open_database", opener), store.write() as transaction:
            transaction.put("component", key, BODY, revision=0)

    return puts(put)


def compare_puts(folder: Path, report: Report, rounds: int) -> None:
    """What a transaction with one document costs."""
    for level in ("FULL", "NORMAL"):
        with ExitStack() as resources:
            sides = {
                "sqlite3": bare_puts(folder / f"bare-{level}.db", level, resources),
                "stackkit": store_puts(folder / f"store-{level}.db", level, resources),
            }
            found = take_turns(sides, rounds=rounds)
        report.table(f"{PUTS} transactions of one document, synchronous={level}", *found.table("sqlite3"))


def compare_listings(folder: Path, report: Report, rounds: int) -> None:
    """What a listing of many documents costs."""
    path = folder / "listing.db"
    store = SqliteStore(path)
    with store.write() as transaction:
        for number in range(LISTED):
            transaction.put("component", f"{number:05}", BODY, revision=0)
    query = "SELECT kind, key, revision, body FROM document WHERE kind = 'component' ORDER BY key"
    with closing(store), closing(open_database(path, 30)) as connection, store.read() as snapshot:
        sides: dict[str, Side] = {
            "rows of sqlite3": lambda: connection.execute(query).fetchall(),
            "documents of rows": lambda: [Document(*row) for row in connection.execute(query)],
            "stackkit": lambda: snapshot.list("component"),
        }
        found = take_turns(sides, rounds=rounds)
    report.table(f"A listing of {LISTED:,} documents", *found.table("rows of sqlite3"))


def compare_commands(folder: Path, report: Report, rounds: int) -> None:
    """What a process pays that opens the store, writes one document and ends."""
    keys = (f"{number:06}" for number in count())

    def with_sqlite() -> None:
        with closing(sqlite3.connect(folder / "bare-command.db", isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(INSERT, (next(keys), BODY))
            connection.execute("COMMIT")

    def with_store() -> None:
        with closing(SqliteStore(folder / "command.db")) as store, store.write() as transaction:
            transaction.put("component", next(keys), BODY, revision=0)

    with closing(sqlite3.connect(folder / "bare-command.db")) as connection:
        connection.execute(UPGRADES[0][0])
    found = take_turns({"sqlite3": with_sqlite, "stackkit": with_store}, rounds=rounds)
    report.table("Open, write one document, close", *found.table("sqlite3"))


def measure(report: Report, options: Options) -> None:
    """Measure on a disk, not on memory that looks like one."""
    rounds = options.rounds or ROUNDS
    report.text(f"SQLite {sqlite3.sqlite_version}.")
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        compare_puts(Path(folder), report, rounds)
        compare_listings(Path(folder), report, rounds)
        compare_commands(Path(folder), report, rounds)


if __name__ == "__main__":
    run("Embedded store", __file__, measure)
