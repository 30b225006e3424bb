"""Metadata stores on servers: how they come up, what they say when they do not, and what they do when a server goes away."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TypeAlias

import attrs
import pytest
from tests.flavors.metadata_store.plans import Watching, ask_everything
from tests.flavors.metadata_store.servers import TABLES, store_on
from tests.servers.certificates import write_certificates
from tests.servers.relay import relay_to
from tests.servers.server import PASSWORD, Server

from stackkit import Secret
from stackkit.core.runs import RunRecord
from stackkit.errors import NewerStoreError, SecretNotResolvedError, StackkitError, StoreError
from stackkit.flavors.metadata_store.database import Row, Session
from stackkit.flavors.metadata_store.dialects import MYSQL, POSTGRESQL, Dialect
from stackkit.flavors.metadata_store.engines import Address, disconnect
from stackkit.flavors.metadata_store.mysql import MysqlMetadataStore
from stackkit.flavors.metadata_store.postgresql import PostgresqlMetadataStore
from stackkit.flavors.metadata_store.schema import UPGRADES
from stackkit.flavors.metadata_store.server import ServerMetadataStore
from stackkit.flavors.metadata_store.server_database import ServerDatabase
from stackkit.testing.contracts.metadata_store.processes import child, needs_fork
from stackkit.testing.contracts.metadata_store.values import artifact_of, completed, new_run, recorded_run, step_of

Store: TypeAlias = ServerMetadataStore


@attrs.frozen
class Kind:
    """A kind of server.

    Args:
        name: What the flavor is called, and its extra.
        fixture: What starts it.
        driver: What SQLAlchemy calls it.
        dialect: How it is spoken to.
        flavor: The store on it.
    """

    name: str
    fixture: str
    driver: str
    dialect: Dialect
    flavor: type[ServerMetadataStore]


KINDS = (
    Kind("postgresql", "postgresql_server", "postgresql+psycopg", POSTGRESQL, PostgresqlMetadataStore),
    Kind("mysql", "mariadb_server", "mysql+pymysql", MYSQL, MysqlMetadataStore),
)


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


@pytest.fixture(scope="module")
def databases() -> dict[str, Server]:
    """A database on each kind of server that was asked for: making one takes longer than taking its tables away."""
    return {}


@pytest.fixture
def server(request: pytest.FixtureRequest, kind: Kind, databases: dict[str, Server]) -> Generator[Server]:
    """A database on the server, without tables."""
    if kind.name not in databases:
        running: Server = request.getfixturevalue(kind.fixture)
        databases[kind.name] = running.fresh_database()
    found = databases[kind.name]
    tables = ", ".join(f"stackkit_{table}" for table in (*TABLES, "metadata_version"))
    found.execute(f"DROP TABLE IF EXISTS {tables}")
    yield found
    disconnect()


@pytest.fixture
def store(kind: Kind, server: Server) -> Store:
    return store_on(server, kind.flavor)


def said(store: Store) -> str:
    """What a store says that cannot come up, and at once."""
    assert not store.is_provisioned
    with pytest.raises(StoreError) as caught:
        store.provision()
    with pytest.raises(StoreError, match=re.escape(str(caught.value))):
        store.replace(reconnect_timeout=0).get_runs()
    return str(caught.value)


# How they come up


def test_reading_makes_no_tables_and_finds_nothing(store: Store) -> None:
    assert store.get_runs() == []
    assert store.get_pipelines() == []
    assert not store.is_provisioned


def test_the_first_record_makes_the_tables(store: Store) -> None:
    run = recorded_run(store)
    assert store.is_provisioned
    assert store.replace().get_runs() == [run]


def test_what_is_recorded_stays_when_the_store_goes_down(store: Store) -> None:
    run = recorded_run(store)
    store.deprovision()
    assert store.get_runs() == [run]


@needs_fork
def test_processes_that_make_the_tables_at_once_all_record(store: Store) -> None:
    runs = [new_run() for _ in range(4)]
    with ExitStack() as recording:
        for run in runs:
            recording.enter_context(child(partial(_record, store, run)))
    assert {run.id for run in store.get_runs()} == {run.id for run in runs}


def _record(store: Store, run: RunRecord, _: Callable[[str], None]) -> None:
    store.record_run(run)


def test_tables_that_were_dropped_meanwhile_are_made_anew(store: Store, server: Server) -> None:
    recorded_run(store)
    server.execute(*[f"DROP TABLE stackkit_{table}" for table in (*TABLES, "metadata_version")])
    run = recorded_run(store)
    assert store.get_runs() == [run]


def test_tables_that_were_half_made_when_their_maker_died_are_finished(kind: Kind, store: Store, server: Server) -> None:
    if kind.name != "mysql":
        pytest.skip("PostgreSQL makes all of them in one transaction, or none")
    server.execute(*[statement.format(**kind.dialect.types) for statement in UPGRADES[0][:5]])
    assert store.get_runs() == []
    run = recorded_run(store)
    assert store.get_runs() == [run]


@pytest.mark.parametrize("version", [str(len(UPGRADES) + 1), "a1b2"])
def test_tables_of_a_newer_stackkit_are_refused(store: Store, server: Server, version: str) -> None:
    recorded_run(store)
    server.execute(f"UPDATE stackkit_metadata_version SET version_num = '{version}'")  # noqa: S608 - ours
    disconnect()
    for call in (store.get_runs, store.provision, lambda: store.record_run(new_run())):
        with pytest.raises(NewerStoreError, match="upgrade stackkit"):
            call()
    assert not store.is_provisioned


# What they say when they do not


def test_a_server_that_is_not_there_is_told_with_its_place(store: Store) -> None:
    message = said(store.replace(port=1))
    assert "127.0.0.1:1/" in message
    assert "refused" in message
    assert message.count("\n") == 0


def test_a_wrong_password_and_an_unknown_database_are_told_without_the_password(store: Store) -> None:
    wrong = store.replace(password=Secret("database.password").resolved("not-the-password"))
    for message in (said(wrong), said(store.replace(database="no_such_database")), said(store.replace(username="nobody"))):
        assert message.count("\n") == 0
        assert "not-the-password" not in message
        assert PASSWORD not in message
    assert "no_such_database" in said(store.replace(database="no_such_database"))


def test_a_password_that_is_only_referred_to_is_told(store: Store) -> None:
    unresolved = store.replace(password=Secret("database.password"))
    assert not unresolved.is_provisioned
    with pytest.raises(SecretNotResolvedError, match=r"database\.password"):
        unresolved.provision()


def test_all_that_is_wrong_with_a_configuration_is_told(kind: Kind) -> None:
    with pytest.raises(StackkitError) as caught:
        kind.flavor(name="records", port=1, host="", database="a\0b", username="")
    assert [problem.where for problem in caught.value.problems] == ["host", "database", "username"]


@pytest.mark.parametrize("library", ["sqlalchemy", "alembic"])
def test_a_library_that_is_not_installed_is_told_with_its_extra(kind: Kind, server: Server, library: str) -> None:
    program = f"""
import os, sys
sys.modules[{library!r}] = None
from stackkit import Secret
from stackkit.errors import MissingExtraError
from {kind.flavor.__module__} import {kind.flavor.__name__} as Store
store = Store(name="records", host={server.host!r}, port={server.port}, database={server.database!r},
              username={server.user!r}, password=Secret("a.b").resolved(os.environ["PASSWORD"]))
assert not store.is_provisioned
try:
    store.provision()
except MissingExtraError as error:
    print(error)
"""
    variables = {**os.environ, "PASSWORD": server.password}
    done = subprocess.run([sys.executable, "-c", program], env=variables, capture_output=True, text=True, check=False)
    extra = kind.name if library == "sqlalchemy" else "sql"
    assert done.stdout == f"{library} is not installed; pip install 'stackkit[{extra}]'\n", done.stderr


# Over TLS


@pytest.fixture
def tls(server: Server) -> Generator[None]:
    """The server speaks TLS; clients would use it unasked, and hide what is said from a relay."""
    server.kill()
    server.start(tls=True)
    yield
    server.kill()
    server.start()


@pytest.mark.usefixtures("tls")
def test_with_a_certificate_the_server_has_to_be_the_one_that_is_named(store: Store, server: Server, tmp_path: Path) -> None:
    checked = store.replace(ca_file=str(server.authority))
    run = recorded_run(checked)
    assert checked.get_runs() == [run]
    assert "certificate" in said(checked.replace(host="localhost"))
    assert "certificate" in said(checked.replace(ca_file=str(write_certificates(tmp_path).authority)))
    (tmp_path / "no.pem").write_text("no certificate", encoding="utf-8")
    for file in ("missing.pem", "no.pem"):
        assert file in said(checked.replace(ca_file=str(tmp_path / file)))


def test_what_has_to_be_encrypted_is_never_sent_otherwise(store: Store, server: Server) -> None:
    assert "SSL" in said(store.replace(ca_file=str(server.authority)))


# When a server goes away


def test_records_go_on_when_the_server_dies_and_comes_back(store: Store, server: Server) -> None:
    run = recorded_run(store)
    begun = threading.Event()

    def record() -> None:
        for number in range(60):
            completed(store, step_of(run, f"step {number}"), outputs=2)
            if number == 5:
                begun.set()

    recording = threading.Thread(target=record)
    recording.start()
    assert begun.wait(60)
    server.kill()
    server.start()
    recording.join()
    steps = store.get_steps(run.id)
    assert [step.step for step in steps] == [f"step {number}" for number in range(60)]
    assert [artifact.id for artifact in store.get_artifacts(run.id)] == [
        artifact for step in steps for artifact in step.outputs
    ]


def test_who_has_never_seen_the_server_waits_for_it_too(store: Store, server: Server) -> None:
    """A worker may begin just when the server is restarted."""
    run = recorded_run(store)
    disconnect()
    server.kill()
    tried = threading.Event()

    def record() -> None:
        tried.set()
        completed(store, step_of(run))

    recording = threading.Thread(target=record)
    recording.start()
    assert tried.wait(60)
    server.start()
    recording.join()
    assert [step.status for step in store.get_steps(run.id)] == ["completed"]


def test_a_server_that_stays_away_is_told_in_the_end(store: Store, server: Server) -> None:
    recorded_run(store)
    impatient = store.replace(reconnect_timeout=0)
    impatient.get_runs()
    server.kill()
    try:
        for call in (impatient.get_runs, lambda: impatient.record_run(new_run())):
            with pytest.raises(StoreError, match=str(server.port)):
                call()
        assert not impatient.is_provisioned
    finally:
        server.start()
    impatient.record_run(new_run())


def test_a_record_whose_commit_was_not_answered_is_recorded_once(store: Store, server: Server) -> None:
    run = recorded_run(store)
    step = attrs.evolve(step_of(run, status="completed"), outputs=())
    artifact = artifact_of(step)
    step = attrs.evolve(step, outputs=(artifact.id,))
    with relay_to(server.port) as relay:
        relayed = store.replace(port=relay.port)
        relayed.get_runs()
        relay.lose_answer_to(b"COMMIT")
        relayed.record_step(step, [artifact])
        assert relay.lost == 1
        assert store.get_steps(run.id) == [step]
        assert store.get_artifacts(run.id) == [artifact]
    disconnect()


# Large databases


def test_nothing_goes_through_a_whole_table(kind: Kind, store: Store, server: Server) -> None:
    run = recorded_run(store)
    for number in range(50):
        completed(store, step_of(recorded_run(store, pipeline=f"pipeline {number % 10}"), key="key"))
    tables = [f"stackkit_{table}" for table in TABLES]
    server.execute(*[f"ANALYZE {'TABLE ' if kind.name == 'mysql' else ''}{table}" for table in tables])

    def check(statement: str, plan: Sequence[Row]) -> None:
        lines = [" ".join(map(str, row)) for row in plan]
        if kind.name == "postgresql":
            whole = [line.partition(" on ")[2].partition("  ")[0] for line in lines if "Seq Scan" in line]
        else:
            whole = [row[2] for row in plan if row[3] == "ALL" and row[1] != "INSERT" and not row[2].startswith("<derived")]
        if "IS NOT NULL" in statement:  # all names of pipelines are asked for
            whole = [table for table in whole if table not in ("pipeline", "stackkit_pipeline pipeline")]
        assert whole == [], (statement, lines)

    def watch(session: Session) -> int:
        if kind.name == "postgresql":
            session.rows("SELECT set_config('enable_seqscan', 'off', true)", {})  # a small table is quicker to go through
        watching = Watching(session, "EXPLAIN", check)
        ask_everything(watching, run)
        return watching.planned

    address = Address(
        driver=kind.driver,
        extra=kind.name,
        host=server.host,
        port=server.port,
        database=server.database,
        username=server.user,
        password=server.password,
    )
    assert ServerDatabase(address, kind.dialect, 60).write(watch) > 30
