"""The SQLite metadata store: its file, and how it finds things in large ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import attrs
import pytest
from tests.flavors.metadata_store.plans import Watching, ask_everything

from stackkit.errors import ConfigurationError, ConflictError, NewerStoreError, StoreError
from stackkit.flavors.metadata_store import writing
from stackkit.flavors.metadata_store.database import Row, Session
from stackkit.flavors.metadata_store.schema import UPGRADES
from stackkit.flavors.metadata_store.sqlite import SqliteMetadataStore
from stackkit.flavors.metadata_store.sqlite_database import SqliteDatabase
from stackkit.testing.contracts.metadata_store.values import completed, new_run, recorded_run, step_of


def store_at(path: Path) -> SqliteMetadataStore:
    return SqliteMetadataStore(name="records", path=str(path))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "metadata.db"


@pytest.fixture
def store(path: Path) -> SqliteMetadataStore:
    return store_at(path)


# The file


def test_the_file_is_in_the_project_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STACKKIT_WORKSPACE", raising=False)
    (tmp_path / ".stackkit").mkdir()
    (tmp_path / "src" / "deep").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "src" / "deep")
    assert SqliteMetadataStore(name="records").path == str(tmp_path / ".stackkit" / "metadata.db")
    monkeypatch.setenv("STACKKIT_WORKSPACE", str(tmp_path / "other"))
    assert SqliteMetadataStore(name="records").path == str(tmp_path / "other" / ".stackkit" / "metadata.db")


def test_a_path_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert SqliteMetadataStore(name="records", path="runs.db").path == str(tmp_path / "runs.db")
    assert SqliteMetadataStore(name="records", path="~/runs.db").path == str(tmp_path / "home" / "runs.db")


@pytest.mark.parametrize("path", ["", "a\0b"])
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(ConfigurationError, match="path"):
        SqliteMetadataStore(name="records", path=path)


def test_reading_makes_no_file(store: SqliteMetadataStore, path: Path) -> None:
    assert store.get_runs() == []
    assert not path.exists()
    assert not store.is_provisioned


def test_what_is_recorded_stays_when_the_store_goes_down(store: SqliteMetadataStore) -> None:
    run = new_run()
    store.record_run(run)
    store.deprovision()
    assert store.is_provisioned
    assert store.get_runs() == [run]


def test_a_file_that_was_deleted_is_made_anew(store: SqliteMetadataStore, path: Path) -> None:
    store.record_run(new_run())
    for file in path.parent.glob("metadata.db*"):
        file.unlink()
    assert store.get_runs() == []
    run = new_run()
    store.record_run(run)
    assert store.get_runs() == [run]


def test_threads_that_make_the_same_file_all_record(store: SqliteMetadataStore) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(store.record_run, [new_run() for _ in range(8)]))
    assert len(store.get_runs()) == 8


def test_the_database_of_another_program_is_refused_and_left_alone(store: SqliteMetadataStore, path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE theirs (x)")
    before = path.read_bytes()
    for call in (store.get_runs, store.provision, lambda: store.record_run(new_run())):
        with pytest.raises(StoreError, match="another program"):
            call()
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused_and_left_alone(store: SqliteMetadataStore, path: Path) -> None:
    path.write_text("notes " * 1000)
    for call in (store.get_runs, store.provision):
        with pytest.raises(StoreError, match="not a database"):
            call()
    assert path.read_text() == "notes " * 1000


@pytest.mark.parametrize("opened_before", [True, False])
def test_tables_of_a_newer_stackkit_are_refused(store: SqliteMetadataStore, path: Path, opened_before: bool) -> None:
    store.record_run(new_run())
    with closing(sqlite3.connect(path)) as newer:
        newer.execute(f"PRAGMA user_version={len(UPGRADES) + 1}")
        newer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    if not opened_before:
        path = path.rename(path.with_name("moved.db"))
    for call in (store_at(path).get_runs, lambda: store_at(path).record_run(new_run())):
        with pytest.raises(NewerStoreError, match="upgrade stackkit"):
            call()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    store = store_at(tmp_path / "file" / "below" / "metadata.db")
    with pytest.raises(StoreError, match="cannot be"):
        store.provision()


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path: Path) -> None:
    store = store_at(tmp_path)
    assert not store.is_provisioned
    for call in (store.get_runs, store.provision):
        with pytest.raises(StoreError, match="cannot be opened"):
            call()


def test_a_conflict_tells_the_step_and_the_run(store: SqliteMetadataStore) -> None:
    run = new_run()
    store.record_run(run)
    completed(store, step_of(run))
    with pytest.raises(ConflictError, match=f"step 'train' is completed already in run {run.id}"):
        completed(store, step_of(run))


def test_a_record_that_may_be_there_already_is_no_conflict_when_it_is_the_same(store: SqliteMetadataStore, path: Path) -> None:
    step, _ = completed(store, step_of(recorded_run(store)))

    def repeat(session: Session) -> None:
        again = Watching(session, "EXPLAIN QUERY PLAN", check_plan)
        again.repeated = True
        writing.write_step(again, step, [])
        with pytest.raises(ConflictError):
            writing.write_step(again, attrs.evolve(step, worker="another"), [])

    SqliteDatabase(path).write(repeat)
    assert store.get_step(step.run_id, step.step) == step


def test_a_negative_limit_is_refused(store: SqliteMetadataStore) -> None:
    with pytest.raises(ConfigurationError, match="limit"):
        store.get_runs(limit=-1)


# Large files


def check_plan(statement: str, plan: Sequence[Row]) -> None:
    """None may go through a whole table."""
    lines: list[str] = [row[3] for row in plan]
    # all names of pipelines are asked for; a page comes out of an index in its order, and is gone through afterwards
    fine = ("SCAN pipeline", "SCAN page", "SCAN run USING COVERING INDEX stackkit_run_by_time")
    assert [line for line in lines if line.startswith("SCAN") and line not in fine] == [], (statement, lines)
    # a page is sorted, the steps of one run, and the consumers of one artifact: never what all runs have
    small = ("step.run = :run", "AS page", "consumption")
    assert not any("TEMP B-TREE" in line for line in lines) or any(name in statement for name in small), (statement, lines)


def test_nothing_goes_through_a_whole_table(store: SqliteMetadataStore, path: Path) -> None:
    run = new_run()
    store.record_run(run)

    def watch(session: Session) -> int:
        watching = Watching(session, "EXPLAIN QUERY PLAN", check_plan)
        ask_everything(watching, run)
        return watching.planned

    assert SqliteDatabase(path).write(watch) > 30


def test_runs_of_the_same_deployment_share_its_text(store: SqliteMetadataStore, path: Path) -> None:
    run = attrs.evolve(new_run(), deployment="long " * 10_000)
    for other in (run, *(attrs.evolve(new_run(), deployment=run.deployment) for _ in range(50))):
        store.record_run(other)
        store.record_run(other)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM stackkit_deployment").fetchone() == (1,)
