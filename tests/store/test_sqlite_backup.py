"""A copy of a database: of one moment, whole or not at all, and a database of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from stackkit.errors import StoreError
from stackkit.store.sqlite import SqliteStore

from .store_use import keys, put


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "store.db", timeout=0.05)
    put(store, "stack", "prod")
    yield store
    store.close()


def test_a_copy_holds_what_was_there_and_is_used_like_any_other(store: SqliteStore, tmp_path: Path) -> None:
    store.back_up(tmp_path / "new" / "copy.db")
    put(store, "stack", "later")
    copy = SqliteStore(tmp_path / "new" / "copy.db")
    assert keys(copy, "stack") == ["prod"]
    put(copy, "stack", "own")
    assert (keys(copy, "stack"), keys(store, "stack")) == (["own", "prod"], ["later", "prod"])
    copy.close()


def test_a_copy_is_one_file_that_nobody_else_reads(store: SqliteStore, tmp_path: Path) -> None:
    store.back_up(tmp_path / "new" / "copy.db")
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["copy.db"]
    assert (tmp_path / "new" / "copy.db").stat().st_mode & 0o777 == 0o600


def test_what_an_open_transaction_changed_is_not_in_the_copy(store: SqliteStore, tmp_path: Path) -> None:
    with store.write() as transaction:
        transaction.put("stack", "pending", "{}", revision=0)
        store.back_up(tmp_path / "copy.db")
    copy = SqliteStore(tmp_path / "copy.db")
    assert keys(copy, "stack") == ["prod"]
    copy.close()


def test_a_file_that_is_there_is_not_replaced(store: SqliteStore, tmp_path: Path) -> None:
    file = tmp_path / "copy.db"
    file.write_text("precious")
    with pytest.raises(StoreError, match="there is a file already"):
        store.back_up(file)
    assert file.read_text() == "precious"
    assert not list(tmp_path.glob(".copy*"))


def test_a_folder_that_cannot_be_written_to_is_named(store: SqliteStore, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"file/copy\.db: no copy can be written"):
        store.back_up(tmp_path / "file" / "copy.db")


def test_the_draft_of_a_killed_process_is_in_nobodys_way(store: SqliteStore, tmp_path: Path) -> None:

    (tmp_path / f".copy.db.{os.getpid()}").write_text("half")
    store.back_up(tmp_path / "copy.db")
    copy = SqliteStore(tmp_path / "copy.db")
    assert keys(copy, "stack") == ["prod"]
    copy.close()
