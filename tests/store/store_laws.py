"""What every store keeps to; a store is tested by a subclass of `StoreLaws` with the fixture `address`."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stackkit.errors import ConflictError, StoreError
from stackkit.store.base import Document, Store

from .store_processes import StoreAddress, Worker
from .store_use import assert_one_line, assert_tells_what_to_do, find, in_threads, keys, put

OpenStore = Callable[[], Store]

# Each example takes a kind of its own, so that all can share one store; the subclasses are the executors.
shared_store = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors])
_kinds = map("kind-{}".format, itertools.count())

# Characters that a pattern, an upper bound or an encoding may get wrong.
AWKWARD = st.text("a%_*?[\\'\"Aé\x00\ud7ff\ue000\uffff\U00010000\U0010fffe\U0010ffff", max_size=4)


class DeliberateError(Exception):
    """Ends a transaction that shall fail."""


class StoreLaws:
    """The laws of `stackkit.store.base.Store`."""

    text: ClassVar[st.SearchStrategy[str]] = AWKWARD | st.text()
    each: ClassVar[int] = 50  # what each of the processes writes
    steps: ClassVar[int] = 25  # what each of them counts
    kills: ClassVar[int] = 5

    @pytest.fixture
    def address(self) -> StoreAddress:
        """A store that is empty."""
        raise NotImplementedError

    def check_integrity(self, address: StoreAddress) -> None:
        """Assert that what is on disk is sound, where the store has a test of its own for that."""

    @pytest.fixture
    def eight(self, address: StoreAddress) -> Iterator[list[Worker]]:
        """Eight processes that have the store open."""
        with ExitStack() as stack:
            yield [stack.enter_context(Worker(address)) for _ in range(8)]

    @pytest.fixture
    def open_store(self, address: StoreAddress) -> Iterator[OpenStore]:
        """Opens another handle on the same documents."""
        opened: list[Store] = []

        def open_another() -> Store:
            opened.append(address.open())
            return opened[-1]

        yield open_another
        for store in opened:
            store.close()

    @pytest.fixture
    def store(self, open_store: OpenStore) -> Store:
        return open_store()

    # One document

    def test_a_document_that_was_put_is_read_by_another_handle(self, store: Store, open_store: OpenStore) -> None:
        with store.write() as transaction:
            written = transaction.put("stack", "prod", "{}", revision=0)
        assert written == Document("stack", "prod", 1, "{}")
        with open_store().read() as snapshot:
            assert snapshot.get("stack", "prod") == written

    def test_what_is_not_there_is_none(self, store: Store) -> None:
        with store.read() as snapshot:
            assert snapshot.get("stack", "prod") is None
            assert snapshot.list("stack") == []

    def test_each_writing_is_one_revision_on(self, store: Store) -> None:
        for revision in range(4):
            with store.write() as transaction:
                written = transaction.put("stack", "prod", f"body {revision}", revision=revision)
            assert written == Document("stack", "prod", revision + 1, f"body {revision}")
            assert find(store, "stack", "prod") == written

    def test_documents_of_another_kind_have_keys_of_their_own(self, store: Store) -> None:
        with store.write() as transaction:
            transaction.put("stack", "prod", "a stack", revision=0)
            transaction.put("component", "prod", "a component", revision=0)
            transaction.delete("stack", "prod", revision=1)
        assert find(store, "stack", "prod") is None
        assert find(store, "component", "prod") == Document("component", "prod", 1, "a component")

    def test_a_deleted_document_is_gone_and_its_key_is_free(self, store: Store) -> None:
        put(store, "stack", "prod")
        with store.write() as transaction:
            transaction.delete("stack", "prod", revision=1)
            assert transaction.get("stack", "prod") is None
        assert find(store, "stack", "prod") is None
        put(store, "stack", "prod")

    # Revisions

    @pytest.mark.parametrize("revision", [0, 1, 3])
    def test_putting_over_another_revision_is_a_conflict(self, store: Store, revision: int) -> None:
        put(store, "stack", "prod", times=2)
        with pytest.raises(ConflictError) as caught, store.write() as transaction:
            transaction.put("stack", "prod", "mine", revision=revision)
        assert_tells_what_to_do(caught.value, "stack", "prod")
        assert find(store, "stack", "prod") == Document("stack", "prod", 2, "body 1")

    def test_putting_over_a_document_that_is_gone_is_a_conflict(self, store: Store) -> None:
        with pytest.raises(ConflictError) as caught, store.write() as transaction:
            transaction.put("stack", "prod", "mine", revision=1)
        assert_tells_what_to_do(caught.value, "stack", "prod")
        assert find(store, "stack", "prod") is None

    @pytest.mark.parametrize("revision", [0, 1, 3])
    def test_deleting_another_revision_is_a_conflict(self, store: Store, revision: int) -> None:
        put(store, "stack", "prod", times=2)
        with pytest.raises(ConflictError) as caught, store.write() as transaction:
            transaction.delete("stack", "prod", revision=revision)
        assert_tells_what_to_do(caught.value, "stack", "prod")
        assert find(store, "stack", "prod") is not None

    def test_deleting_what_is_gone_is_a_conflict(self, store: Store) -> None:
        with pytest.raises(ConflictError) as caught, store.write() as transaction:
            transaction.delete("stack", "prod", revision=1)
        assert_tells_what_to_do(caught.value, "stack", "prod")

    def test_a_transaction_can_go_on_after_a_conflict(self, store: Store) -> None:
        put(store, "stack", "prod")
        with store.write() as transaction:
            transaction.put("stack", "before", "{}", revision=0)
            with pytest.raises(ConflictError):
                transaction.put("stack", "prod", "mine", revision=0)
            transaction.put("stack", "after", "{}", revision=0)
        assert keys(store, "stack") == ["after", "before", "prod"]

    # Transactions

    @pytest.mark.parametrize("error", [DeliberateError, KeyboardInterrupt, GeneratorExit])
    def test_a_block_that_raises_leaves_nothing_behind(self, store: Store, error: type[BaseException]) -> None:
        put(store, "stack", "kept")
        with pytest.raises(error), store.write() as transaction:  # noqa: PT012 - the block is what is tested
            transaction.put("stack", "new", "{}", revision=0)
            transaction.put("stack", "kept", "changed", revision=1)
            transaction.delete("stack", "kept", revision=2)
            raise error
        assert keys(store, "stack") == ["kept"]
        put(store, "stack", "next")

    def test_a_transaction_sees_its_own_changes_and_nobody_else_does_before_it_ends(
        self, store: Store, open_store: OpenStore
    ) -> None:
        other = open_store()
        with store.write() as transaction:
            transaction.put("stack", "prod", "{}", revision=0)
            assert [found.key for found in transaction.list("stack")] == ["prod"]
            assert find(other, "stack", "prod") is None
        assert find(other, "stack", "prod") is not None

    def test_a_snapshot_stays_at_its_moment(self, store: Store, open_store: OpenStore) -> None:
        put(store, "stack", "old")
        with store.read() as snapshot:
            other = open_store()
            put(other, "stack", "new")
            with other.write() as transaction:
                transaction.delete("stack", "old", revision=1)
            assert snapshot.get("stack", "new") is None
            assert [found.key for found in snapshot.list("stack")] == ["old"]
        assert keys(store, "stack") == ["new"]

    def test_a_write_inside_a_write_is_refused_and_the_outer_one_goes_on(self, store: Store) -> None:
        with store.write() as transaction:
            with pytest.raises(StoreError) as caught, store.write():
                pytest.fail("the inner block must not begin")
            assert "inside a write()" in caught.value.problems[0].what
            transaction.put("stack", "prod", "{}", revision=0)
        assert keys(store, "stack") == ["prod"]

    def test_an_ended_transaction_is_refused(self, store: Store) -> None:
        with store.write() as ended:
            pass
        with store.write() as transaction:
            with pytest.raises(StoreError):
                ended.put("stack", "prod", "{}", revision=0)
            assert transaction.list("stack") == []
        assert keys(store, "stack") == []

    def test_closing_can_be_repeated(self, store: Store) -> None:
        put(store, "stack", "prod")
        store.close()
        store.close()

    # Texts

    @shared_store
    @given(data=st.data())
    def test_any_text_comes_back_as_it_was(self, store: Store, open_store: OpenStore, data: st.DataObject) -> None:
        kind, key, body = next(_kinds) + data.draw(self.text), data.draw(self.text), data.draw(self.text)
        with store.write() as transaction:
            written = transaction.put(kind, key, body, revision=0)
        reader = open_store()
        assert find(reader, kind, key) == written == Document(kind, key, 1, body)
        reader.close()

    @shared_store
    @given(data=st.data())
    def test_a_listing_has_the_keys_that_begin_with_the_prefix_in_order(self, store: Store, data: st.DataObject) -> None:
        kind, chosen = next(_kinds), data.draw(st.sets(self.text, max_size=12))
        prefixes = data.draw(st.lists(self.text, max_size=3)) + [key[: len(key) // 2 + 1] for key in chosen] + [""]
        with store.write() as transaction:
            for key in chosen:
                transaction.put(kind, key, "{}", revision=0)
                transaction.put(f"{kind}-other", key, "{}", revision=0)
        with store.read() as snapshot:
            for prefix in prefixes:
                listed = [found.key for found in snapshot.list(kind, prefix)]
                assert listed == sorted(key for key in chosen if key.startswith(prefix))

    @pytest.mark.parametrize("text", ["\ud800", "a\udfffz"])
    def test_a_lone_surrogate_is_refused_in_one_line(self, store: Store, text: str) -> None:
        with store.write() as transaction:
            transaction.put("stack", "before", "{}", revision=0)
            uses: list[Callable[[], object]] = [
                lambda: transaction.put(text, "key", "{}", revision=0),
                lambda: transaction.put("stack", text, "{}", revision=0),
                lambda: transaction.put("stack", "key", text, revision=0),
                lambda: transaction.put("stack", "before", text, revision=1),
                lambda: transaction.delete("stack", text, revision=1),
                lambda: transaction.get("stack", text),
                lambda: transaction.list("stack", text),
            ]
            for use in uses:
                with pytest.raises(StoreError) as caught:
                    use()
                assert not isinstance(caught.value, ConflictError)
                assert_one_line(caught.value)
        assert keys(store, "stack") == ["before"]

    def test_ten_thousand_documents_are_listed_in_order(self, store: Store) -> None:
        with store.write() as transaction:
            for number in reversed(range(10_000)):
                transaction.put("stack", f"{number:05}", "{}", revision=0)
        assert keys(store, "stack") == [f"{number:05}" for number in range(10_000)]

    # Many at once

    def test_threads_can_share_a_handle(self, store: Store) -> None:
        def register(owner: int) -> None:
            for number in range(10):
                put(store, "stack", f"{owner}-{number}")
                assert f"{owner}-{number}" in keys(store, "stack", f"{owner}-")

        in_threads(8, register)
        assert len(keys(store, "stack")) == 80

    def test_eight_processes_that_register_at_once_lose_nothing(
        self, address: StoreAddress, eight: list[Worker], open_store: OpenStore
    ) -> None:
        for owner, worker in enumerate(eight):
            worker.send("register", str(owner), self.each)
        assert [worker.reply() for worker in eight] == [self.each] * 8
        expected = sorted(f"{owner}-{number}" for owner in range(8) for number in range(self.each))
        assert keys(open_store(), "component") == expected
        self.check_integrity(address)

    def test_eight_processes_that_count_by_compare_and_set_lose_no_step(self, eight: list[Worker], store: Store) -> None:
        steps = self.steps
        with store.write() as transaction:
            transaction.put("counter", "steps", "0", revision=0)
        for worker in eight:
            worker.ask("documents", "counter", "")  # so that all are connected, and begin together
        for worker in eight:
            worker.send("increment", "steps", steps)
        conflicts = [worker.reply() for worker in eight]
        assert find(store, "counter", "steps") == Document("counter", "steps", 8 * steps + 1, str(8 * steps))
        assert any(conflicts), "the processes never met: the test shows nothing"

    def test_what_was_acknowledged_survives_kill_9(self, address: StoreAddress, open_store: OpenStore) -> None:
        seed = random.randrange(2**32)  # noqa: S311 - moments to kill at, no secrets
        chance = random.Random(seed)  # noqa: S311 - the same
        acknowledged: dict[str, list[object]] = {}
        for attempt in range(self.kills):
            with ExitStack() as stack:
                workers = {f"{attempt}.{n}": stack.enter_context(Worker(address)) for n in range(3)}
                for owner, worker in workers.items():
                    worker.send("pour", owner, chance.choice([10, 500, 5000]))
                for owner, worker in workers.items():
                    read = [worker.reply() for _ in range(chance.randint(1, 30))]
                    acknowledged[owner] = read + worker.kill()
            self.check_integrity(address)
            self._check_poured(open_store(), acknowledged, seed)

    def _check_poured(self, store: Store, acknowledged: dict[str, list[object]], seed: int) -> None:
        with store.read() as snapshot:
            left, right = ({found.key: found.body for found in snapshot.list(side)} for side in ("left", "right"))
        assert left == right, f"a transaction was half there (seed {seed})"
        assert all(body.split()[0] == key.rpartition("-")[2] for key, body in left.items())
        expected = {f"{owner}-{number}" for owner, numbers in acknowledged.items() for number in numbers}
        assert expected <= left.keys(), f"acknowledged documents are lost (seed {seed})"
        put(store, "alive", f"after {len(acknowledged)}")
        store.close()

    def test_a_writer_killed_inside_its_transaction_leaves_nothing_and_blocks_nobody(
        self, address: StoreAddress, store: Store
    ) -> None:
        put(store, "stack", "kept")
        with Worker(address) as worker:
            assert worker.ask("change", [("stack", "half", "{}", 0), ("stack", "kept", None, 1)], "hang") == "hanging"
        put(store, "stack", "next")
        assert keys(store, "stack") == ["kept", "next"]
