"""The database of a local feature store: whose file it is, and what its transactions promise."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from stackkit.errors import FeatureStoreError
from stackkit.flavors.feature_store import database
from stackkit.flavors.local_files import sqlite_locks

INSERT = "INSERT INTO view (name, definition, known) VALUES ('a', '{}', '{}')"


def count(path: Path) -> int:
    with database.read(path) as connection:
        number: int = connection.execute("SELECT count(*) FROM view").fetchone()[0]
    return number


def test_a_database_that_is_not_there_is_empty_and_stays_away(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "features.db"
    assert count(path) == 0
    assert not path.parent.exists()


def test_what_a_block_does_is_kept_when_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "features.db"
    with database.write(path) as connection:
        connection.execute(INSERT)
    assert count(path) == 1


def test_a_block_that_raises_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "features.db"
    database.make(path)

    def fail() -> None:
        with database.write(path) as connection:
            connection.execute(INSERT)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert count(path) == 0


def test_readers_see_one_moment(tmp_path: Path) -> None:
    path = tmp_path / "features.db"
    database.make(path)
    with database.read(path) as before:
        before.execute("SELECT count(*) FROM view").fetchone()
        with database.write(path) as connection:
            connection.execute(INSERT)
        assert before.execute("SELECT count(*) FROM view").fetchone() == (0,)
    assert count(path) == 1


def test_rows_go_with_their_view(tmp_path: Path) -> None:
    path = tmp_path / "features.db"
    with database.write(path) as connection:
        connection.execute(INSERT)
        connection.execute("INSERT INTO file (view, name, columns, rows, first, last) VALUES (1, 'x', '[]', 1, 0, 0)")
        connection.execute("INSERT INTO online VALUES (1, '[1]', 0, 0, 1, x'80')")
    with database.write(path) as connection:
        connection.execute("DELETE FROM view")
    with database.read(path) as connection:
        left = [connection.execute(f"SELECT count(*) FROM {table}").fetchone() for table in ("file", "online")]  # noqa: S608 - two names
    assert left == [(0,), (0,)]


def test_the_database_of_another_program_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "features.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    before = path.read_bytes()
    with pytest.raises(FeatureStoreError, match="it is the database of another program; name another folder"):
        database.make(path)
    assert path.read_bytes() == before


def test_the_database_of_a_newer_stackkit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "features.db"
    database.make(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version={database.VERSION + 1}")
    with pytest.raises(FeatureStoreError, match="upgrade stackkit"):
        count(path)


def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "features.db"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(FeatureStoreError, match="it is not a database"):
        count(path)


def test_who_waits_too_long_is_told_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "features.db"
    database.make(path)
    monkeypatch.setattr(sqlite_locks, "TIMEOUT", 0.0)
    with (
        database.write(path),
        pytest.raises(FeatureStoreError, match="another program keeps it locked"),
        database.write(path),
    ):
        pass
