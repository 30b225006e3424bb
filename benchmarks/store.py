"""What the embedded store costs beside bare sqlite3: `python benchmarks/store.py [FOLDER]`, on the disk of that folder."""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import median
from unittest.mock import patch

from stackkit.store import sqlite_connections
from stackkit.store.base import Document
from stackkit.store.sqlite import SqliteStore
from stackkit.store.sqlite_file import UPGRADES, open_database

PUTS = 500
LISTED = 10_000
ROUNDS = 9
BODY = '{"type": "artifact_store", "flavor": "local", "version": 1, "config": {"name": "prod", "path": "/data"}}' * 3
INSERT = "INSERT INTO document VALUES ('component', ?, 1, ?)"


def open_without_waiting_for_the_disk(path: Path, timeout: float) -> sqlite3.Connection:
    """What the store would have if it used synchronous=NORMAL."""
    connection = open_database(path, timeout)
    connection.execute("PRAGMA synchronous=NORMAL")
    return connection


def milliseconds(work: Callable[[int], object], times: int) -> float:
    """The median of some runs, each told its number."""
    taken: list[float] = []
    for number in range(times):
        begun = time.perf_counter()
        work(number)
        taken.append((time.perf_counter() - begun) * 1000)
    return median(taken)


def bare_puts(path: Path, level: str) -> float:
    """One insert a transaction, by sqlite3 alone."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={level}")
        connection.execute(UPGRADES[0][0])

        def put(number: int) -> None:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(INSERT, (f"{number:05}", BODY))
            connection.execute("COMMIT")

        return milliseconds(put, PUTS)


def store_puts(path: Path, level: str) -> float:
    """One document a transaction, by the store."""
    store = SqliteStore(path)

    def put(number: int) -> None:
        with store.write() as transaction:
            transaction.put("component", f"{number:05}", BODY, revision=0)

    opener = open_database if level == "FULL" else open_without_waiting_for_the_disk
    with patch.object(sqlite_connections, "open_database", opener), closing(store):
        return milliseconds(put, PUTS)


def compare_puts(folder: Path) -> None:
    """Print what a transaction with one document costs."""
    for level in ("FULL", "NORMAL"):
        # The best of three: what the disk does in one second is not what it does in the next.
        bare = min(bare_puts(folder / f"bare-{level}-{turn}.db", level) for turn in range(3))
        ours = min(store_puts(folder / f"store-{level}-{turn}.db", level) for turn in range(3))
        print(f"put, synchronous={level:6}  bare {bare:7.3f} ms   store {ours:7.3f} ms   ratio {ours / bare:.2f}")


def compare_listings(folder: Path) -> None:
    """Print what a listing of many documents costs."""
    path = folder / "listing.db"
    store = SqliteStore(path)
    with store.write() as transaction:
        for number in range(LISTED):
            transaction.put("component", f"{number:05}", BODY, revision=0)
    query = "SELECT kind, key, revision, body FROM document WHERE kind = 'component' ORDER BY key"
    with closing(open_database(path, 30)) as connection, store.read() as snapshot:
        rows = milliseconds(lambda _: connection.execute(query).fetchall(), ROUNDS)
        documents = milliseconds(lambda _: [Document(*row) for row in connection.execute(query)], ROUNDS)
        ours = milliseconds(lambda _: snapshot.list("component"), ROUNDS)
    store.close()
    print(f"list {LISTED:,}: rows {rows:.1f} ms   documents {documents:.1f} ms   store {ours:.1f} ms   ", end="")
    print(f"ratio to rows {ours / rows:.2f}, to documents {ours / documents:.2f}")


def measure_a_command(folder: Path) -> None:
    """Print what a process pays that opens the store, writes one document and ends."""
    path = folder / "command.db"

    def run(number: int) -> None:
        store = SqliteStore(path)
        with store.write() as transaction:
            transaction.put("component", f"{number:05}", BODY, revision=0)
        store.close()

    print(f"open, put, close: {milliseconds(run, 50):.2f} ms")


def main() -> None:
    """Measure on a disk, not on memory that looks like one."""
    where = sys.argv[1] if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory(dir=where) as folder:
        print(f"SQLite {sqlite3.sqlite_version}, Python {sys.version.split()[0]}, medians")
        compare_puts(Path(folder))
        compare_listings(Path(folder))
        measure_a_command(Path(folder))


if __name__ == "__main__":
    main()
