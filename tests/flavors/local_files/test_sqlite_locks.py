"""Who needs a lock of an SQLite file has it when it is free, and hears of every other error."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest

from stackkit.flavors.local_files.sqlite_locks import result_code, when_free


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.db"


@pytest.fixture
def waiting(path: Path) -> Generator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
        yield connection


def test_what_somebody_else_has_is_waited_for(path: Path, waiting: sqlite3.Connection) -> None:
    locked, tried = threading.Event(), threading.Event()

    def hold() -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            locked.set()
            assert tried.wait(60)
            other.execute("COMMIT")

    def begin() -> None:
        try:
            waiting.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            tried.set()
            raise

    thread = threading.Thread(target=hold)
    thread.start()
    assert locked.wait(60)
    when_free(waiting, begin)
    assert tried.is_set()
    assert waiting.in_transaction
    waiting.execute("ROLLBACK")
    thread.join(60)


def test_a_transaction_that_was_begun_in_vain_is_rolled_back(path: Path, waiting: sqlite3.Connection) -> None:
    begun: list[bool] = []
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("CREATE TABLE t (x)")
        other.execute("BEGIN IMMEDIATE")

        def begin() -> None:
            begun.append(waiting.in_transaction)
            if len(begun) == 2:
                other.execute("COMMIT")
            waiting.execute("BEGIN")
            waiting.execute("INSERT INTO t VALUES (1)")

        when_free(waiting, begin)
    assert begun == [False, False]
    waiting.execute("COMMIT")


def test_another_error_is_told_at_once(waiting: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table") as caught:
        when_free(waiting, lambda: waiting.execute("SELECT * FROM absent").close())
    assert result_code(caught.value) == sqlite3.SQLITE_ERROR


def test_what_python_raises_has_no_code_of_sqlite() -> None:
    assert result_code(sqlite3.ProgrammingError("closed")) == 0
