"""`ServerStore`: the laws of stores on every server, and what is particular to servers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import strategies as st
from tests.servers.server import PASSWORD
from typing_extensions import override

from stackkit.errors import StoreError
from stackkit.store.base import Store
from stackkit.store.server import ServerStore
from stackkit.store.server_schema import LONGEST_NAME

from .servers import DRIVERS, Database, fresh
from .store_laws import AWKWARD, StoreLaws
from .store_processes import StoreAddress, Worker
from .store_use import assert_one_line, find, keys, put


def as_store(store: ServerStore) -> Store:
    """A checker reports here when the class and the Protocol drift apart."""
    return store


@pytest.fixture(scope="module", params=DRIVERS)
def used_database(request: pytest.FixtureRequest) -> Database:
    return fresh(request, str(request.param))


@pytest.fixture
def database(used_database: Database) -> Database:
    used_database.empty()
    return used_database


@pytest.fixture
def store(database: Database) -> Iterator[ServerStore]:
    store = ServerStore(database.url, timeout=1)
    yield store
    store.close()


@pytest.fixture(scope="module")
def processes() -> Iterator[list[Worker]]:
    """Processes that have imported what stores on servers need, which takes longer than what they do."""
    with ExitStack() as stack:
        yield [stack.enter_context(Worker()) for _ in range(8)]


class TestLaws(StoreLaws):
    text: ClassVar[st.SearchStrategy[str]] = AWKWARD | st.text(max_size=200)
    each: ClassVar[int] = 20
    steps: ClassVar[int] = 6  # their queue is fair: of eight that have read the same, seven find that it has changed
    kills: ClassVar[int] = 2

    @override
    @pytest.fixture
    def address(self, database: Database) -> StoreAddress:
        return database.address

    @override
    @pytest.fixture
    def eight(self, address: StoreAddress, processes: list[Worker]) -> Iterator[list[Worker]]:
        for process in processes:
            process.open(address)
        yield processes  # noqa: PT022 - a generator, as that of the base is


class TestNames:
    def test_names_that_collations_hold_for_equal_are_different(self, store: ServerStore) -> None:
        names = ["a", "A", "a ", " a", "á", "a\u0301", "ß", "ss", "ẞ", "\u0131", "i", "", "\0", "a\0"]
        with store.write() as transaction:
            for name in names:
                transaction.put("stack", name, f"body of {name}", revision=0)
            transaction.put("Stack", "a", "another kind", revision=0)
        with store.read() as snapshot:
            assert [(found.key, found.body) for found in snapshot.list("stack")] == [(n, f"body of {n}") for n in sorted(names)]
            assert [found.body for found in snapshot.list("Stack")] == ["another kind"]

    def test_a_name_that_is_too_long_is_refused_and_the_transaction_goes_on(self, store: ServerStore) -> None:
        with store.write() as transaction:
            transaction.put("é" * (LONGEST_NAME // 2), "x" * LONGEST_NAME, "the longest", revision=0)
            for kind, key in [("stack", "x" * (LONGEST_NAME + 1)), ("é" * LONGEST_NAME, "prod")]:
                with pytest.raises(StoreError, match=f"keeps {LONGEST_NAME} at most") as caught:
                    transaction.put(kind, key, "{}", revision=0)
                assert_one_line(caught.value)
                assert transaction.get(kind, key) is None
        found = find(store, "é" * (LONGEST_NAME // 2), "x" * LONGEST_NAME)
        assert found is not None
        assert found.body == "the longest"


class TestTransactions:
    def test_ten_thousand_documents_are_listed_in_one_query(self, store: ServerStore) -> None:
        from sqlalchemy import Engine, event

        with store.write() as transaction:
            transaction.put("stack", "prod", "{}", revision=0)
        statements: list[str] = []

        def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            statements.append(statement)

        with store.read() as snapshot:
            event.listen(Engine, "before_cursor_execute", count)
            try:
                assert len(snapshot.list("stack", "p")) == 1
            finally:
                event.remove(Engine, "before_cursor_execute", count)
        assert len(statements) == 1

    def test_a_write_inside_a_read_leaves_the_snapshot_as_it_was(self, store: ServerStore) -> None:
        with store.read() as snapshot:
            put(store, "stack", "prod")
            assert snapshot.list("stack") == []
        assert keys(store, "stack") == ["prod"]

    def test_closing_lets_a_transaction_end_first_and_the_next_use_opens_again(self, store: ServerStore) -> None:
        with store.write() as transaction:
            transaction.put("stack", "one", "{}", revision=0)
            store.close()
            transaction.put("stack", "two", "{}", revision=0)
        assert keys(store, "stack") == ["one", "two"]

    def test_a_transaction_whose_statement_failed_is_not_committed_though_the_error_was_swallowed(
        self, store: ServerStore, database: Database
    ) -> None:
        put(store, "stack", "kept")
        with pytest.raises(StoreError, match="was rolled back"), store.write() as transaction:  # noqa: PT012 - as it says
            database.server.execute("ALTER TABLE stackkit_document RENAME TO gone")
            with pytest.raises(StoreError, match="missing or altered") as caught:
                transaction.put("stack", "new", "{}", revision=0)
            assert_names_server_and_remedy(caught.value, database)
            database.server.execute("ALTER TABLE gone RENAME TO stackkit_document")
            with pytest.raises(StoreError, match="was rolled back"):
                transaction.put("stack", "new", "{}", revision=0)
        assert keys(store, "stack") == ["kept"]

    def test_a_lock_that_is_held_too_long(self, store: ServerStore, database: Database) -> None:
        other = ServerStore(database.url)
        with other.write(), pytest.raises(StoreError, match="keeps it locked") as caught, store.write():
            pytest.fail("the other one has the lock")
        assert_names_server_and_remedy(caught.value, database)
        other.close()
        put(store, "stack", "prod")

    def test_a_server_that_dies_loses_nothing_acknowledged_and_is_connected_to_again(
        self, store: ServerStore, database: Database
    ) -> None:
        put(store, "stack", "kept")
        with pytest.raises(StoreError) as broken, store.write() as transaction:  # noqa: PT012 - the block is what is tested
            transaction.put("stack", "half", "{}", revision=0)
            database.server.kill()  # so that the commit finds nobody
        assert "look whether the change was made" in str(broken.value)
        unreachable = refusal(store)
        database.server.start()
        assert_names_server_and_remedy(broken.value, database)
        assert_names_server_and_remedy(unreachable, database)
        assert "cannot be connected to" in unreachable.problems[0].what
        assert keys(store, "stack") == ["kept"]
        put(store, "stack", "next")

    def test_forked_processes_have_connections_of_their_own(self, database: Database) -> None:
        program = Path(__file__).with_name("server_fork_scenarios.py")
        # Newer Pythons warn of forks beside threads, which the drivers may have.
        command = [sys.executable, "-W", "ignore::DeprecationWarning", str(program)]
        ran = subprocess.run(command, input=database.url, capture_output=True, text=True, check=False, timeout=60)
        assert (ran.returncode, ran.stderr) == (0, "")


class TestPassword:
    def test_no_representation_has_it(self, store: ServerStore, database: Database) -> None:
        assert store.url == database.shown
        assert repr(store) == f"ServerStore({database.shown!r})"
        assert database.server.password not in repr(vars(store))

    @pytest.mark.parametrize("wrong", ["password", "port", "database", "option"])
    def test_no_message_traceback_or_frame_of_a_refused_connection_has_it(self, database: Database, wrong: str) -> None:
        server = database.server
        secret = "s3cr3t" if wrong == "password" else PASSWORD
        url = database.url.replace(str(server.port), "1") if wrong == "port" else database.url
        if wrong == "password":
            url = f"{DRIVERS[database.name]}://{server.user}:{secret}@{server.host}:{server.port}/{server.database}"
        if wrong == "database":
            url = url.replace(server.database, "nowhere")
        if wrong == "option":
            url += "?nonsense=1"
        refused = refusal(ServerStore(url))
        assert_one_line(refused)
        assert refused.problems[0].where.startswith(f"{DRIVERS[database.name]}://{server.user}@{server.host}:")
        expected = {
            "password": "does not let this user in",
            "port": "cannot be connected to",
            "database": "there is no such database",
            "option": "",
        }
        assert expected[wrong] in refused.problems[0].what
        assert refused.problems[0].remedy or wrong == "option"
        assert secret not in told(refused)


def refusal(store: ServerStore) -> StoreError:
    """The error of connecting to a server."""
    with pytest.raises(StoreError) as caught:
        store.read().__enter__()
    return caught.value


def told(error: BaseException | None) -> str:
    """All that can be printed of an error and its causes, with the variables of each frame that is not a test's."""
    parts: list[str] = []
    while error is not None:
        parts += [str(error), repr(error)]
        trace = error.__traceback__
        while trace is not None:
            if "tests" not in trace.tb_frame.f_code.co_filename:
                parts.append(repr(trace.tb_frame.f_locals))
            trace = trace.tb_next
        error = error.__cause__ or error.__context__
    return "\n".join(parts)


def assert_names_server_and_remedy(error: StoreError, database: Database) -> None:
    """The message is one line that begins with the server, and says what to do."""
    assert_one_line(error)
    assert error.problems[0].where == database.shown
    assert error.problems[0].remedy
    assert error.__cause__ is not None
