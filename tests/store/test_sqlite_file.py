"""Whose file it is, and how its journal and schema come to be."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from stackkit.errors import NewerStoreError, StoreError
from stackkit.store import sqlite_file
from stackkit.store.sqlite_file import APPLICATION_ID, UPGRADES, open_database

from .store_processes import StoreAddress, Worker
from .store_use import assert_one_line

NOBODY = 65534


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


def opened(path: Path) -> closing[sqlite3.Connection]:
    return closing(open_database(path, 0.2))


def values(path: Path, *queries: str) -> list[object]:
    """The first value of each query's answer, by a connection that knows nothing of stores."""
    with closing(sqlite3.connect(path)) as connection:
        return [connection.execute(query).fetchone()[0] for query in queries]


def make(path: Path, *statements: str) -> None:
    """Write a database that is not ours."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def refusal(path: Path) -> StoreError:
    """The error of opening a file; it names the file and a remedy in one line."""
    with pytest.raises(StoreError) as caught:
        open_database(path, 0.2)
    assert_one_line(caught.value)
    assert caught.value.problems[0].where == str(path)
    assert caught.value.problems[0].remedy
    return caught.value


class TestMaking:
    def test_a_new_file_is_ours_of_the_newest_schema_with_a_write_ahead_log(self, path: Path) -> None:
        with opened(path):
            pass
        found = values(path, "PRAGMA application_id", "PRAGMA user_version", "PRAGMA journal_mode", "PRAGMA page_size")
        assert found == [APPLICATION_ID, len(UPGRADES), "wal", 8192]

    def test_an_empty_file_is_taken(self, path: Path) -> None:
        path.touch()
        with opened(path) as connection:
            assert connection.execute("SELECT count(*) FROM document").fetchone() == (0,)

    def test_opening_a_file_again_changes_nothing_in_it(self, path: Path) -> None:
        with opened(path):
            pass
        before = path.read_bytes()
        with opened(path):
            pass
        assert path.read_bytes() == before

    @pytest.mark.parametrize("mode", ["delete", "truncate", "persist"])
    def test_a_file_that_lost_its_write_ahead_log_gets_it_back(self, path: Path, mode: str) -> None:
        with opened(path) as connection:
            connection.execute("INSERT INTO document VALUES ('stack', 'prod', 1, '{}')")
        make(path, f"PRAGMA journal_mode={mode}")
        with opened(path) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
            assert connection.execute("SELECT key FROM document").fetchall() == [("prod",)]

    def test_eight_processes_can_make_the_same_file_at_once(self, tmp_path: Path) -> None:
        with ExitStack() as stack:
            workers = [stack.enter_context(Worker()) for _ in range(8)]
            for attempt in range(10):
                path = tmp_path / f"folder{attempt}" / "store.db"
                for worker in workers:
                    worker.open(StoreAddress("stackkit.store.sqlite", "SqliteStore", str(path)))
                for owner, worker in enumerate(workers):
                    worker.send("register", str(owner), 1)
                assert [worker.reply() for worker in workers] == [1] * 8
                assert values(path, "SELECT count(*) FROM document", "PRAGMA journal_mode") == [8, "wal"]

    def test_a_process_killed_at_any_statement_of_the_making_leaves_a_file_that_opens(self, tmp_path: Path) -> None:
        paths = [tmp_path / f"killed{number}.db" for number in range(1, 25)]
        makers = [start_making(path, statements=number) for number, path in enumerate(paths, 1)]
        endings = [maker.wait() for maker in makers]
        assert endings[0] == -signal.SIGKILL
        assert endings[-1] == 0, "the making has more statements than the test kills at"
        for path in paths:
            with opened(path) as connection:
                assert connection.execute("SELECT count(*) FROM document").fetchone() == (0,)
                assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


class TestRefusing:
    @pytest.mark.parametrize("content", [b"xy", b"just a note\n", b"\0" * 5000, b"SQLite format 2\0" * 100])
    def test_a_file_that_is_no_database(self, path: Path, content: bytes) -> None:
        path.write_bytes(content)
        assert "not a database" in refusal(path).problems[0].what
        assert path.read_bytes() == content

    @pytest.mark.parametrize(
        "statements",
        [
            ["CREATE TABLE theirs (x)"],
            ["PRAGMA application_id=77"],
            ["PRAGMA user_version=1"],
            ["CREATE TABLE document (kind, key, revision, body)", "PRAGMA user_version=1"],
        ],
    )
    def test_the_database_of_another_program_is_refused_and_left_as_it_was(self, path: Path, statements: list[str]) -> None:
        make(path, *statements)
        before = path.read_bytes()
        assert "another program" in refusal(path).problems[0].what
        assert path.read_bytes() == before
        assert list(path.parent.iterdir()) == [path]

    @pytest.mark.parametrize("version", [len(UPGRADES) + 1, 2**31 - 1, -1])
    def test_a_schema_that_is_not_known_is_refused_and_left_as_it_was(self, path: Path, version: int) -> None:
        with opened(path) as connection:
            connection.execute(f"PRAGMA user_version={version}")
        before = path.read_bytes()
        error = refusal(path)
        assert isinstance(error, NewerStoreError)
        assert f"version {version}" in str(error)
        assert "upgrade stackkit" in str(error)
        assert path.read_bytes() == before

    def test_a_folder_in_the_place_of_the_file(self, path: Path) -> None:
        path.mkdir()
        assert "cannot be opened" in refusal(path).problems[0].what

    def test_a_file_in_the_place_of_the_folder(self, path: Path) -> None:
        path.touch()
        assert "folder cannot be made" in refusal(path / "store.db").problems[0].what

    def test_a_name_that_no_file_can_have(self, path: Path) -> None:
        assert "folder cannot be made" in refusal(path / "a\0b" / "store.db").problems[0].what

    def test_a_folder_that_this_user_cannot_write(self) -> None:
        with unwritable_folder() as folder:
            assert "cannot be opened" in refusal(folder / "store.db").problems[0].what
            assert "folder cannot be made" in refusal(folder / "inner" / "store.db").problems[0].what

    def test_a_file_that_this_user_cannot_write(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / "store.db"
            with opened(path):
                pass
            with unwritable_folder(path.parent):
                assert "cannot be" in refusal(path).problems[0].what

    def test_a_lock_that_another_program_keeps_while_the_journal_is_to_be_changed(self, path: Path) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            assert "locked" in refusal(path).problems[0].what


class TestUpgrading:
    MORE = (*UPGRADES, ("ALTER TABLE document ADD COLUMN note TEXT NOT NULL DEFAULT 'none'",))

    @pytest.fixture(autouse=True)
    def old_file(self, path: Path) -> None:
        with opened(path) as connection:
            connection.execute("INSERT INTO document VALUES ('stack', 'prod', 3, '{}')")

    def test_an_older_schema_is_upgraded_and_keeps_its_documents(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sqlite_file, "UPGRADES", self.MORE)
        with opened(path) as connection:
            rows = connection.execute("SELECT * FROM document").fetchall()
        assert rows == [("stack", "prod", 3, "{}", "none")]
        assert values(path, "PRAGMA user_version") == [len(self.MORE)]

    def test_a_new_file_goes_through_all_the_steps(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sqlite_file, "UPGRADES", self.MORE)
        with opened(tmp_path / "new.db") as connection:
            connection.execute("SELECT note FROM document")
        assert values(tmp_path / "new.db", "PRAGMA user_version") == [len(self.MORE)]

    def test_an_upgrade_that_fails_leaves_the_old_schema(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sqlite_file, "UPGRADES", (*self.MORE, ("DELETE FROM document", "not SQL")))
        assert "syntax error" in refusal(path).problems[0].what
        monkeypatch.undo()
        assert values(path, "PRAGMA user_version", "SELECT key FROM document") == [len(UPGRADES), "prod"]
        with opened(path):
            pass


def start_making(path: Path, *, statements: int) -> subprocess.Popen[bytes]:
    """Make a store's file in another process that kills itself before its nth statement."""
    program = """
import os, pathlib, signal, sqlite3, sys
left = int(sys.argv[2])

class Connection(sqlite3.Connection):
    def execute(self, *arguments):
        global left
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().execute(*arguments)

connect = sqlite3.connect
sqlite3.connect = lambda *arguments, **options: connect(*arguments, factory=Connection, **options)
from stackkit.store.sqlite_file import open_database
open_database(pathlib.Path(sys.argv[1]), 30)
"""
    return subprocess.Popen([sys.executable, "-c", program, str(path), str(statements)])


@contextmanager
def unwritable_folder(folder: Path | None = None) -> Generator[Path]:
    """A folder, an empty one unless told, that this process can read but not write; root is nobody meanwhile."""
    with tempfile.TemporaryDirectory() as empty:
        folder = folder or Path(empty)
        folder.chmod(0o555)
        user = os.geteuid()
        if user == 0:
            os.seteuid(NOBODY)
        try:
            yield folder
        finally:
            os.seteuid(user)
            folder.chmod(0o755)
