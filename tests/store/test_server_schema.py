"""How the tables of a store come to be on a server, and what becomes of those of other versions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from stackkit.errors import NewerStoreError, StoreError
from stackkit.store import server_schema
from stackkit.store.server import ServerStore
from stackkit.store.server_schema import UPGRADES

from .servers import DRIVERS, Database, fresh
from .store_use import assert_one_line, keys, put

MORE = (
    *UPGRADES,
    ("ALTER TABLE stackkit_document ADD COLUMN note INTEGER", "ALTER TABLE stackkit_document ADD COLUMN more INTEGER"),
)


@pytest.fixture(scope="module", params=DRIVERS)
def used_database(request: pytest.FixtureRequest) -> Database:
    return fresh(request, str(request.param))


@pytest.fixture
def database(used_database: Database) -> Database:
    used_database.empty()
    return used_database


@pytest.fixture
def store(database: Database) -> Iterator[ServerStore]:
    store = ServerStore(database.url)
    yield store
    store.close()


def scalar(database: Database, query: str) -> object:
    """The one value that a query gives, through a connection that knows nothing of stores."""
    from sqlalchemy import create_engine

    engine = create_engine(database.url)
    try:
        with engine.connect() as connection:
            found: object = connection.exec_driver_sql(query).scalar()
            return found
    finally:
        engine.dispose()


def version(database: Database) -> object:
    return scalar(database, "SELECT version FROM stackkit_store")


def test_nothing_is_made_before_the_first_use_and_reading_is_one(store: ServerStore, database: Database) -> None:
    assert store.url == database.shown
    assert keys(store, "stack") == []
    assert version(database) == len(UPGRADES)


def test_a_making_that_broke_off_at_any_statement_is_finished_by_the_next_use(
    store: ServerStore, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_schema, "UPGRADES", MORE)
    for left in range(1, 20):
        database.empty()
        if not break_off(database, monkeypatch, statements=left):
            assert left > 5, "the making has fewer statements than the test thinks"
            break
        put(store, "stack", "prod")
        assert keys(store, "stack") == ["prod"]
        assert version(database) == len(MORE)
    else:
        pytest.fail("the making has more statements than the test breaks off")


def break_off(database: Database, monkeypatch: pytest.MonkeyPatch, *, statements: int) -> bool:
    """Make the tables, until a statement that fails; whether it came to that."""
    from sqlalchemy import Connection

    run = Connection.exec_driver_sql
    left = statements

    def run_some(connection: Connection, statement: str) -> object:
        nonlocal left
        left -= 1
        if not left:
            connection.invalidate()  # the server sees the client gone, as after its death
            raise KeyboardInterrupt
        return run(connection, statement)

    store = ServerStore(database.url)
    with monkeypatch.context() as patch:
        patch.setattr(Connection, "exec_driver_sql", run_some)
        try:
            put(store, "stack", "first")
        except KeyboardInterrupt:
            return True
        finally:
            store.close()
    return False


def test_an_older_schema_is_upgraded_and_keeps_its_documents(
    store: ServerStore, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, "stack", "prod")
    monkeypatch.setattr(server_schema, "UPGRADES", MORE)
    assert keys(store, "stack") == ["prod"]
    assert version(database) == len(MORE)
    assert scalar(database, "SELECT count(*) FROM stackkit_document WHERE note IS NULL AND more IS NULL") == 1


def test_an_upgrade_that_fails_leaves_the_old_schema(
    store: ServerStore, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, "stack", "prod")
    monkeypatch.setattr(server_schema, "UPGRADES", (*UPGRADES, ("not SQL",)))
    with pytest.raises(StoreError, match="it refused: ") as caught:
        keys(store, "stack")
    assert_one_line(caught.value)
    monkeypatch.undo()
    assert version(database) == len(UPGRADES)
    assert keys(store, "stack") == ["prod"]


def test_a_schema_that_is_newer_is_refused_also_by_programs_that_had_it_open(store: ServerStore, database: Database) -> None:
    put(store, "stack", "prod")
    database.server.execute("UPDATE stackkit_store SET version = 99")
    with pytest.raises(NewerStoreError, match=r"version 99.*upgrade stackkit"), store.write():
        pytest.fail("an old program must not write to a new schema")
    with pytest.raises(NewerStoreError, match="upgrade stackkit") as caught, store.read():
        pytest.fail("an old program must not read a new schema")
    assert_one_line(caught.value)
    assert caught.value.problems[0].where == database.shown
