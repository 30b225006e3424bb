"""The SQLite metadata store: its file, and how it finds things in large ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import attrs
import pytest

from stackkit.errors import ConfigurationError, ConflictError, NewerStoreError, StoreError
from stackkit.flavors.metadata_store import reading, writing
from stackkit.flavors.metadata_store.database import Row, Values
from stackkit.flavors.metadata_store.schema import UPGRADES
from stackkit.flavors.metadata_store.sqlite import SqliteMetadataStore
from stackkit.testing.contracts.metadata_store.values import UNKNOWN, artifact_of, completed, new_run, step_of, taking


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


def test_a_negative_limit_is_refused(store: SqliteMetadataStore) -> None:
    with pytest.raises(ConfigurationError, match="limit"):
        store.get_runs(limit=-1)


# Large files


class Watching:
    """Runs statements, and looks at how they are planned: none may go through a whole table."""

    repeated = False
    for_update = ""
    unless_there = " ON CONFLICT DO NOTHING"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.planned = 0

    def rows(self, query: str, values: Values) -> list[Row]:
        self._look(query, values)
        return self._connection.execute(query, values).fetchall()

    def change(self, statement: str, *values: Values) -> None:
        self._look(statement, values[0])
        self._connection.executemany(statement, values)

    def _look(self, statement: str, values: Values) -> None:
        self.planned += 1
        plan = [row[3] for row in self._connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
        # all names of pipelines are asked for, and runs come out of an index in their order
        whole = [line for line in plan if line.startswith("SCAN") and "USING INDEX stackkit_run_by_time" not in line]
        assert [line for line in whole if line != "SCAN pipeline"] == [], (statement, plan)
        # the steps of one run are sorted, and the consumers of one artifact: never what all runs have
        sorted_ = [line for line in plan if "TEMP B-TREE" in line]
        assert not sorted_ or "step.run = :run" in statement or "consumption" in statement, (statement, plan)


def test_nothing_goes_through_a_whole_table(store: SqliteMetadataStore, path: Path) -> None:
    run = new_run()
    store.record_run(run)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        session = Watching(connection)
        writing.write_run(session, run)
        writing.write_run(session, new_run(pipeline="another"))
        step = taking(step_of(run), UNKNOWN)
        artifact = artifact_of(step)
        writing.write_step(session, step_of(run), ())
        writing.write_step(session, step, [artifact])
        filters: list[Mapping[str, str]] = [{}, {"pipeline": "a"}, {"status": "running"}, {"pipeline": "a", "status": "failed"}]
        for chosen in filters:
            for before in (None, run.id):
                reading.read_runs(session, chosen.get("pipeline"), "running" if "status" in chosen else None, 100, before)
        reading.read_pipelines(session)
        reading.read_run(session, run.id)
        reading.read_step(session, run.id, step.step)
        reading.read_steps(session, run.id)
        reading.read_artifact(session, artifact.id)
        reading.read_artifacts(session, run.id)
        reading.read_producer(session, artifact.id)
        reading.read_consumers(session, artifact.id)
        reading.read_cached(session, "key")
        assert session.planned > 30


def test_runs_of_the_same_deployment_share_its_text(store: SqliteMetadataStore, path: Path) -> None:
    run = attrs.evolve(new_run(), deployment="long " * 10_000)
    for other in (run, *(attrs.evolve(new_run(), deployment=run.deployment) for _ in range(50))):
        store.record_run(other)
        store.record_run(other)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM stackkit_deployment").fetchone() == (1,)
