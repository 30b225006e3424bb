"""A store beside a dict, through any sequence of what two handles and another process do to it."""

from __future__ import annotations

from contextlib import ExitStack, suppress

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from typing_extensions import override

from stackkit.errors import ConflictError
from stackkit.store.base import Document, Snapshot, Transaction

from .store_processes import StoreAddress, Supply
from .store_worker import Change, DeliberateError, apply

Model = dict[tuple[str, str], Document]

KINDS = ["component", "stack"]
KEYS = ["a", "ab", "ab%", "b", "\U0010ffff", ""]

handles = st.sampled_from([0, 1])
# A kind, a key, a text (None: delete it), and how far off the revision is: most changes are to be the right ones.
wishes = st.tuples(
    st.sampled_from(KINDS), st.sampled_from(KEYS), st.none() | st.text(max_size=3), st.sampled_from([0, 0, 0, 0, 1, -1])
)
transactions = st.lists(wishes, max_size=4)


class StoreMachine(RuleBasedStateMachine):
    """Two handles and a process that work on one store; a dict says what must be there.

    Args:
        address: A store that is empty.
        processes: Where the other process comes from.
    """

    def __init__(self, address: StoreAddress, processes: Supply) -> None:
        super().__init__()
        self.address = address
        self.processes = processes
        self.handles = [address.open(), address.open()]
        self.model: Model = {}
        self.snapshots: list[tuple[Snapshot, Model]] = []
        self.open_snapshots = ExitStack()
        processes.current.open(address)

    @rule(handle=handles, wish=wishes)
    def change_one(self, handle: int, wish: tuple[str, str, str | None, int]) -> None:
        (change,), (outcome,), after = self._foresee([wish])
        if outcome == "done":
            with self.handles[handle].write() as transaction:
                check_written(transaction, change)
            self.model = after
        else:
            try:
                with self.handles[handle].write() as transaction:
                    check_written(transaction, change)
            except ConflictError:
                return
            raise AssertionError(f"{change} is no conflict")

    @rule(handle=handles, wished=transactions, fails=st.booleans())
    def change_many(self, handle: int, wished: list[tuple[str, str, str | None, int]], *, fails: bool) -> None:
        changes, outcomes, after = self._foresee(wished)
        with suppress(DeliberateError), self.handles[handle].write() as transaction:
            assert [apply(transaction, change) for change in changes] == outcomes
            check_contents(transaction, after)
            check_contents_elsewhere(self, 1 - handle)
            if fails:
                raise DeliberateError
        if not fails:
            self.model = after

    @rule(wished=transactions, fails=st.booleans())
    def change_in_the_process(self, wished: list[tuple[str, str, str | None, int]], *, fails: bool) -> None:
        changes, outcomes, after = self._foresee(wished)
        ending = "fail" if fails else "commit"
        assert self.processes.current.ask("change", changes, ending) == outcomes
        if not fails:
            self.model = after

    @rule(wished=transactions)
    def kill_the_process_inside_its_transaction(self, wished: list[tuple[str, str, str | None, int]]) -> None:
        changes, _, _ = self._foresee(wished)
        assert self.processes.current.ask("change", changes, "hang") == "hanging"
        check_contents_elsewhere(self, 0)
        self.processes.replace().open(self.address)

    @rule(kind=st.sampled_from(KINDS), prefix=st.sampled_from(KEYS))
    def list_in_the_process(self, kind: str, prefix: str) -> None:
        expected = [[found.key, found.revision, found.body] for found in listing(self.model, kind, prefix)]
        assert self.processes.current.ask("documents", kind, prefix) == expected

    @precondition(lambda self: len(self.snapshots) < 3)
    @rule(handle=handles)
    def begin_a_snapshot(self, handle: int) -> None:
        snapshot = self.open_snapshots.enter_context(self.handles[handle].read())
        self.snapshots.append((snapshot, dict(self.model)))

    @rule()
    def end_the_snapshots(self) -> None:
        self.snapshots.clear()
        self.open_snapshots.close()

    @rule(handle=handles)
    def close_a_handle(self, handle: int) -> None:
        self.handles[handle].close()
        self.handles[handle] = self.address.open()

    @invariant()
    def both_handles_see_the_documents(self) -> None:
        for handle in (0, 1):
            check_contents_elsewhere(self, handle)

    @invariant()
    def snapshots_stay_at_their_moment(self) -> None:
        for snapshot, model in self.snapshots:
            check_contents(snapshot, model)

    @override
    def teardown(self) -> None:
        self.end_the_snapshots()
        for handle in self.handles:
            handle.close()
        self.check_integrity()

    def check_integrity(self) -> None:
        """Assert that what is on disk is sound, where the store has a test of its own for that."""

    def _foresee(self, wished: list[tuple[str, str, str | None, int]]) -> tuple[list[Change], list[str], Model]:
        """The changes with their revisions, what must come of each, and what is there afterwards."""
        after = dict(self.model)
        changes: list[Change] = []
        outcomes: list[str] = []
        for kind, key, body, off in wished:
            current = after.get((kind, key))
            revision = max(0, off + (current.revision if current else 0))
            changes.append((kind, key, body, revision))
            if revision != (current.revision if current else 0) or (body is None and current is None):
                outcomes.append("conflict")
                continue
            outcomes.append("done")
            if body is None:
                del after[kind, key]
            else:
                after[kind, key] = Document(kind, key, revision + 1, body)
        return changes, outcomes, after


def check_written(transaction: Transaction, change: Change) -> None:
    """Make a change; what is written is what is told, and what is read."""
    kind, key, body, revision = change
    if body is None:
        transaction.delete(kind, key, revision=revision)
        assert transaction.get(kind, key) is None
    else:
        written = transaction.put(kind, key, body, revision=revision)
        assert written == transaction.get(kind, key) == Document(kind, key, revision + 1, body)


def listing(model: Model, kind: str, prefix: str) -> list[Document]:
    """What a listing must tell."""
    return [found for (its, key), found in sorted(model.items()) if its == kind and key.startswith(prefix)]


def check_contents(snapshot: Snapshot, model: Model) -> None:
    """Every listing and every document is as the model has it."""
    for kind in KINDS:
        for prefix in KEYS:
            assert snapshot.list(kind, prefix) == listing(model, kind, prefix)
            assert snapshot.get(kind, prefix) == model.get((kind, prefix))


def check_contents_elsewhere(machine: StoreMachine, handle: int) -> None:
    """A handle sees what was committed, whatever others are about to write."""
    with machine.handles[handle].read() as snapshot:
        check_contents(snapshot, machine.model)
