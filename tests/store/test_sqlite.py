"""`SqliteStore`: the laws of stores, and what is particular to a file of SQLite."""

from __future__ import annotations

import sqlite3
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from typing_extensions import override

from stackkit.errors import NewerStoreError, StoreError
from stackkit.store.base import Store, Transaction
from stackkit.store.sqlite import SqliteStore

from .sqlite_trace import traced
from .store_laws import StoreLaws
from .store_processes import StoreAddress
from .store_use import assert_one_line, find, in_threads, keys, put


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "store.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(path, timeout=0.05)
    yield store
    store.close()


def as_store(store: SqliteStore) -> Store:
    """A checker reports here when the class and the Protocol drift apart."""
    return store


class TestLaws(StoreLaws):
    @override
    @pytest.fixture
    def address(self, path: Path) -> StoreAddress:
        return StoreAddress("stackkit.store.sqlite", "SqliteStore", str(path))

    @override
    def check_integrity(self, address: StoreAddress) -> None:
        connection = sqlite3.connect(address.argument)
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        connection.close()


class TestFile:
    def test_nothing_is_on_disk_before_the_first_use(self, store: SqliteStore, path: Path) -> None:
        assert not path.parent.exists()
        assert keys(store, "stack") == []
        assert path.exists()

    def test_a_missing_folder_is_made_for_its_owner_only(self, tmp_path: Path) -> None:
        store = SqliteStore(tmp_path / "outer" / "inner" / "store.db")
        put(store, "stack", "prod")
        store.close()
        assert stat.S_IMODE((tmp_path / "outer" / "inner").stat().st_mode) == 0o700

    def test_the_url_is_the_absolute_path(self, store: SqliteStore, path: Path) -> None:
        assert store.url == f"sqlite:///{path}"

    def test_a_relative_path_stays_the_same_file_when_the_process_changes_its_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        store = SqliteStore("store.db")
        (tmp_path / "elsewhere").mkdir()
        monkeypatch.chdir("elsewhere")
        put(store, "stack", "prod")
        store.close()
        assert (tmp_path / "store.db").exists()

    @pytest.mark.parametrize("name", [":memory:", "file:store.db?mode=memory", "100% of it?#.db"])
    def test_every_file_name_is_only_a_name(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        monkeypatch.chdir(tmp_path)
        store = SqliteStore(name)
        put(store, "stack", "prod")
        store.close()
        assert [entry.name for entry in tmp_path.iterdir()] == [name]

    def test_closing_leaves_one_whole_file(self, store: SqliteStore, path: Path) -> None:
        put(store, "stack", "prod")
        store.close()
        assert list(path.parent.iterdir()) == [path]

    def test_a_closed_store_opens_again_when_it_is_used(self, store: SqliteStore) -> None:
        put(store, "stack", "prod")
        store.close()
        assert keys(store, "stack") == ["prod"]

    def test_closing_lets_a_transaction_end_first(self, store: SqliteStore, path: Path) -> None:
        with store.write() as transaction:
            transaction.put("stack", "one", "{}", revision=0)
            store.close()
            transaction.put("stack", "two", "{}", revision=0)
        assert list(path.parent.iterdir()) == [path]
        assert keys(store, "stack") == ["one", "two"]

    def test_what_is_written_after_the_file_was_replaced_goes_to_the_new_file(self, store: SqliteStore, path: Path) -> None:
        put(store, "stack", "old")
        for entry in path.parent.iterdir():
            entry.unlink()
        path.parent.rmdir()
        put(store, "stack", "new")
        other = SqliteStore(path)
        assert keys(other, "stack") == ["new"]
        other.close()


class TestTransactions:
    def test_a_read_inside_a_write_sees_what_is_committed(self, store: SqliteStore) -> None:
        with store.write() as transaction:
            transaction.put("stack", "prod", "{}", revision=0)
            assert keys(store, "stack") == []

    def test_a_write_inside_a_read_leaves_the_snapshot_as_it_was(self, store: SqliteStore) -> None:
        with store.read() as snapshot:
            put(store, "stack", "prod")
            assert snapshot.list("stack") == []
        assert keys(store, "stack") == ["prod"]

    def test_threads_write_one_after_the_other_through_one_handle(self, path: Path) -> None:
        store = SqliteStore(path)
        with store.write() as transaction:
            transaction.put("counter", "steps", "0", revision=0)

        def count(_: int) -> None:
            for _ in range(20):
                with store.write() as transaction:
                    found = transaction.get("counter", "steps")
                    assert found is not None
                    transaction.put("counter", "steps", str(int(found.body) + 1), revision=found.revision)

        in_threads(8, count)
        found = find(store, "counter", "steps")
        assert found is not None
        assert found.body == "160"
        store.close()

    def test_a_write_in_another_thread_is_not_inside_this_one(self, path: Path) -> None:
        store = SqliteStore(path)
        begun = threading.Event()

        def write_meanwhile() -> None:
            begun.set()
            put(store, "stack", "other")

        thread = threading.Thread(target=write_meanwhile)
        with store.write() as transaction:
            transaction.put("stack", "mine", "{}", revision=0)
            thread.start()
            begun.wait()
        thread.join()
        assert keys(store, "stack") == ["mine", "other"]
        store.close()

    def test_ten_thousand_documents_are_listed_in_one_query_by_the_primary_key(
        self, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        connection, statements = traced(monkeypatch)
        with store.write() as transaction:
            for number in range(10_000):
                transaction.put("stack", f"{number % 2}/{number}", "{}", revision=0)
        with store.read() as snapshot:
            statements.clear()
            listed = snapshot.list("stack", "1/")
            assert len(statements) == 1
        assert len(listed) == 5_000
        plan = connection[0].execute(f"EXPLAIN QUERY PLAN {statements[0]}").fetchall()
        assert [step[-1] for step in plan] == ["SEARCH document USING PRIMARY KEY (kind=? AND key>? AND key<?)"]

    def test_commits_are_written_through_to_the_disk(self, store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
        connection, _ = traced(monkeypatch)
        put(store, "stack", "prod")
        assert connection[0].execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection[0].execute("PRAGMA journal_mode").fetchone() == ("wal",)


class TestErrors:
    def test_a_lock_that_is_held_too_long(self, store: SqliteStore, path: Path) -> None:
        other = SqliteStore(path)
        with other.write(), pytest.raises(StoreError, match="keeps it locked") as caught, store.write():
            pytest.fail("the other one has the lock")
        assert_names_file_and_remedy(caught.value, path)
        other.close()
        put(store, "stack", "prod")

    def test_a_full_disk_leaves_nothing_half_written(
        self, store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        connection, _ = traced(monkeypatch)
        put(store, "stack", "kept")
        limit_size(connection[0], pages=8)
        with pytest.raises(StoreError, match="disk is full") as caught, store.write() as transaction:
            fill(transaction)
        assert_names_file_and_remedy(caught.value, path)
        assert keys(store, "stack") == ["kept"]

    def test_a_transaction_whose_statement_failed_is_not_committed_though_the_error_was_swallowed(
        self, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        connection, _ = traced(monkeypatch)
        put(store, "stack", "kept")
        limit_size(connection[0], pages=8)
        with pytest.raises(StoreError, match="was rolled back"), store.write() as transaction:  # noqa: PT012 - as it says
            with pytest.raises(StoreError, match="disk is full"):
                fill(transaction)
            with pytest.raises(StoreError, match="was rolled back"):
                transaction.put("stack", "small", "{}", revision=0)
        assert keys(store, "stack") == ["kept"]

    def test_a_damaged_file(self, store: SqliteStore, path: Path) -> None:
        with store.write() as transaction:
            for number in range(1000):
                transaction.put("stack", f"{number}", "x" * 100, revision=0)
        store.close()
        content = path.read_bytes()
        path.write_bytes(content[:8192] + b"\xff" * (len(content) - 8192))
        with pytest.raises(StoreError, match="database is damaged") as caught:
            keys(store, "stack")
        assert_names_file_and_remedy(caught.value, path)

    def test_a_missing_table(self, store: SqliteStore, path: Path) -> None:
        put(store, "stack", "prod")
        connection = sqlite3.connect(path)
        connection.execute("DROP TABLE document")
        connection.close()
        with pytest.raises(StoreError, match="table of documents is missing") as caught:
            keys(store, "stack")
        assert_names_file_and_remedy(caught.value, path)

    def test_a_number_that_is_no_revision(self, store: SqliteStore) -> None:
        with pytest.raises(StoreError) as caught, store.write() as transaction:
            transaction.put("stack", "prod", "{}", revision=2**64)
        assert_one_line(caught.value)

    def test_a_schema_that_was_upgraded_while_the_file_was_open(self, store: SqliteStore, path: Path) -> None:
        put(store, "stack", "prod")
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA user_version=99")
        connection.close()
        with pytest.raises(NewerStoreError, match="upgrade stackkit"), store.write():
            pytest.fail("an old program must not write to a new schema")
        with pytest.raises(NewerStoreError, match="upgrade stackkit"), store.read():
            pytest.fail("an old program must not read a new schema")


def limit_size(connection: sqlite3.Connection, *, pages: int) -> None:
    """Make SQLite answer as if the disk were full beyond a number of pages."""
    connection.execute(f"PRAGMA max_page_count={pages}")


def fill(transaction: Transaction) -> None:
    """Write more than `limit_size` allows."""
    for number in range(1000):
        transaction.put("stack", f"{number}", "x" * 1000, revision=0)


def assert_names_file_and_remedy(error: StoreError, path: Path) -> None:
    """The message is one line that begins with the file, and says what to do."""
    assert_one_line(error)
    assert error.problems[0].where == str(path)
    assert error.problems[0].remedy
    assert isinstance(error.__cause__, sqlite3.Error)
