"""Connections are kept for the next use, by nobody else, and never by a forked child."""

from __future__ import annotations

import os
import sqlite3
import threading
import warnings
from pathlib import Path

import pytest

from stackkit.flavors.feature_store import database
from stackkit.flavors.local_files import sqlite_connections as connections


def opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False)


def fail(path: Path) -> sqlite3.Connection:
    raise AssertionError(f"{path} was opened again")


def test_a_connection_is_used_again(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with connections.lend(path, opened) as first:
        first.execute("CREATE TABLE a (x)")
    with connections.lend(path, fail) as second:
        assert second is first


def test_two_uses_at_once_have_two_connections(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with connections.lend(path, opened) as first, connections.lend(path, opened) as second:
        assert first is not second


def test_what_was_left_open_is_rolled_back(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with connections.lend(path, opened) as first:
        first.execute("CREATE TABLE a (x)")
        first.execute("BEGIN")
        first.execute("INSERT INTO a VALUES (1)")
    with connections.lend(path, fail) as second:
        assert not second.in_transaction
        assert second.execute("SELECT count(*) FROM a").fetchone() == (0,)


def test_a_file_that_was_exchanged_is_opened_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with connections.lend(path, opened) as first:
        first.execute("CREATE TABLE a (x)")
    path.unlink()
    with connections.lend(path, opened) as second:
        assert second.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)


def test_only_some_are_kept_open(tmp_path: Path) -> None:
    kept: list[sqlite3.Connection] = []
    for number in range(20):
        with connections.lend(tmp_path / f"{number}.db", opened) as connection:
            connection.execute("CREATE TABLE a (x)")
            kept.append(connection)
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        kept[0].execute("SELECT 1")
    assert kept[-1].execute("SELECT 1").fetchone() == (1,)


def test_a_forked_child_has_connections_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "features.db"
    with database.write(path) as connection:
        connection.execute("INSERT INTO view (name, definition, known) VALUES ('a', '{}', '{}')")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the threads of this process do not matter to what the child does
        child = os.fork()
    if child == 0:
        try:
            with database.write(path) as connection:
                connection.execute("INSERT INTO view (name, definition, known) VALUES ('b', '{}', '{}')")
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    with database.read(path) as connection:
        assert connection.execute("SELECT count(*) FROM view").fetchone() == (2,)


def test_a_fork_waits_until_nobody_uses_a_connection(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    using, done = threading.Event(), threading.Event()

    def use() -> None:
        with connections.lend(path, opened) as connection:
            connection.execute("CREATE TABLE a (x)")
            using.set()
            done.wait()

    thread = threading.Thread(target=use)
    thread.start()
    using.wait()
    release = threading.Timer(0.05, done.set)
    release.start()
    vars(connections)["_before_fork"]()
    try:
        assert done.is_set()
        assert vars(connections)["_pool"].idle == []
    finally:
        vars(connections)["_after_fork_in_parent"]()
    thread.join()
    release.join()
