"""What holds for every orchestrator: it runs real pipelines, which fail, die, are interrupted and go on.

>>> from typing import ClassVar
>>> import pytest
>>> from stackkit import BaseOrchestrator
>>> class LoopOrchestrator(BaseOrchestrator):
...     FLAVOR: ClassVar[str] = "loop"
...
...     def run_pipeline(self, deployment, components):
...         for step in deployment.steps:
...             self.run_step(step, components)
>>> class TestLoopOrchestrator(OrchestratorContract[LoopOrchestrator]):
...     @pytest.fixture
...     def component(self) -> LoopOrchestrator:
...         return LoopOrchestrator(name="loop")
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Generic, TypeVar
from uuid import uuid4

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stackkit import (
    ARTIFACT_STORE,
    METADATA_STORE,
    ORCHESTRATOR,
    BaseOrchestrator,
    Component,
    RunRecord,
    Stack,
    StepRecord,
    from_builtins,
)
from stackkit.core.component import as_component
from stackkit.errors import StepError
from stackkit.pipelines import resume, run
from stackkit.testing.contracts.component import ComponentContract, few
from stackkit.testing.interrupts import interrupted, whichever_thread_takes_it
from stackkit.testing.steps import PATIENCE, Journal, Plan, graph, step_name

Orc = TypeVar("Orc", bound=BaseOrchestrator)

a_dozen: Final = settings(few, max_examples=max(1, settings().max_examples // 8))
"""Fewer still: each example is a run of a pipeline or two."""


@st.composite
def plans(draw: st.DrawFn) -> list[Plan]:
    """Steps of any graph: each may take values of those before it, and wait for others."""
    found: list[Plan] = []
    for number in range(draw(st.integers(1, 8))):
        others = st.sets(st.integers(0, number - 1), max_size=3) if number else st.just(set[int]())
        found.append(Plan(inputs=tuple(sorted(draw(others))), after=tuple(sorted(draw(others)))))
    return found


CHAIN = [Plan(), *(Plan(inputs=(number,)) for number in range(7))]
DIAMOND = [Plan(), Plan(inputs=(0,)), Plan(inputs=(0,)), Plan(inputs=(1, 2))]
FAN_OUT = [Plan(), *(Plan(inputs=(0,)) for _ in range(6)), Plan(inputs=tuple(range(1, 7)))]


@attrs.frozen
class Bench:
    """Where the pipelines of a contract run.

    Args:
        stack: The stack.
        journal: What the steps wrote down.
    """

    stack: Stack
    journal: Journal

    def run(self, plans: Sequence[Plan]) -> RunRecord:
        """Run a pipeline of steps that do as they are told.

        Raises:
            StepError: A step failed.
        """
        return run(graph.compile(self.journal.path, list(plans)), self.stack, use_cache=False)

    def resume(self) -> RunRecord:
        """Go on with the last run.

        Raises:
            StepError: A step failed.
        """
        return resume(self.last().id, self.stack, use_cache=False)

    def last(self) -> RunRecord:
        """What is recorded of the last run."""
        return self.stack[METADATA_STORE].get_runs(limit=1)[0]

    def records(self) -> dict[str, StepRecord]:
        """What is recorded of the steps of the last run."""
        return {step.step: step for step in self.stack[METADATA_STORE].get_steps(self.last().id)}

    def statuses(self) -> list[str]:
        """How the steps of the last run stand, in their order."""
        return [record.status for _, record in sorted(self.records().items(), key=lambda item: int(item[0].split("_")[1]))]

    def is_apart(self) -> bool:
        """Whether steps run in other processes than this one; finds it out with a run of its own."""
        Bench(self.stack, Journal(f"{self.journal.path}.apart")).run([Plan()])
        return Journal(f"{self.journal.path}.apart").read()[0].process != os.getpid()


def check_all_ran(journal: Journal, plans: Sequence[Plan]) -> None:
    """Each step of a plan has ended once, with what it should give, and begun after all that it waits for had ended.

    Args:
        journal: What the steps wrote down.
        plans: What they were told.
    """
    values: list[int] = []
    for plan in plans:
        values.append(1 + sum(values[other] for other in plan.inputs))
    events = journal.read()
    ends = {event.step: place for place, event in enumerate(events) if event.what == "end"}
    assert {event.step: event.value for event in events if event.what == "end"} == dict(enumerate(values))
    for number, plan in enumerate(plans):
        assert journal.ended(number) == 1
        begin = next(place for place, event in enumerate(events) if event.what == "begin" and event.step == number)
        assert all(ends[other] < begin for other in (*plan.inputs, *plan.after))


class OrchestratorContract(ComponentContract[Orc], Generic[Orc]):
    """The laws of every orchestrator. A subclass gives the fixture `component`; the others have defaults.

    The steps write to a file in `folder`, which all processes have to reach that run steps, and so have the stores.
    """

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """A folder that the steps reach under the same path; by default one of this machine."""
        return tmp_path

    @pytest.fixture
    def neighbours(self, folder: Path) -> Sequence[Component]:
        """The artifact store and the metadata store of the stack; by default files of the folder."""
        return (
            _component(ARTIFACT_STORE.slug, "local", folder / "artifacts"),
            _component(METADATA_STORE.slug, "sqlite", folder / "metadata.db"),
        )

    @pytest.fixture
    def side_by_side(self) -> int:
        """How many steps the component runs at once; the law about it is skipped by default."""
        pytest.skip("give the fixture `side_by_side`, how many steps run at once, to have this tested")

    @pytest.fixture
    def many(self) -> int:
        """How many steps the largest pipeline has."""
        return 60

    @pytest.fixture
    def new_bench(self, component: Orc, neighbours: Sequence[Component], folder: Path) -> Callable[[], Bench]:
        """Makes a journal of its own for each example."""
        folder.mkdir(parents=True, exist_ok=True)
        stack = Stack(as_component(component), *neighbours)
        return lambda: Bench(stack, Journal(str(folder / f"journal-{uuid4().hex}")))

    @pytest.fixture
    def bench(self, new_bench: Callable[[], Bench]) -> Bench:
        """The stack, and a journal."""
        return new_bench()

    def test_it_is_an_orchestrator(self, component: Orc) -> None:
        assert as_component(component).TYPE == ORCHESTRATOR

    # Order

    @pytest.mark.parametrize("plan", [[Plan()], CHAIN, DIAMOND, FAN_OUT], ids=["one", "chain", "diamond", "fan-out"])
    def test_every_step_runs_once_after_those_that_it_waits_for(self, bench: Bench, plan: list[Plan]) -> None:
        assert bench.run(plan).status == "completed"
        check_all_ran(bench.journal, plan)
        assert bench.statuses() == ["completed"] * len(plan)

    @a_dozen
    @given(plan=plans())
    def test_the_steps_of_any_graph_run_once_in_order(self, new_bench: Callable[[], Bench], plan: list[Plan]) -> None:
        bench = new_bench()
        assert bench.run(plan).status == "completed"
        check_all_ran(bench.journal, plan)
        assert bench.statuses() == ["completed"] * len(plan)

    def test_many_steps_all_run(self, bench: Bench, many: int) -> None:
        half = many // 2
        plan = [Plan(), *(Plan(inputs=(0,)) for _ in range(half)), *(Plan(inputs=(number + 1,)) for number in range(half - 1))]
        assert bench.run(plan).status == "completed"
        check_all_ran(bench.journal, plan)

    def test_steps_that_do_not_wait_for_each_other_run_side_by_side(self, bench: Bench, side_by_side: int) -> None:
        plan = [Plan(), *(Plan(deed="meet", inputs=(0,)) for _ in range(side_by_side))]  # each waits until all have begun
        bench.run(plan)
        check_all_ran(bench.journal, plan)
        happened = [event.what for event in bench.journal.read() if event.step > 0]
        assert happened == ["begin"] * side_by_side + ["end"] * side_by_side, "the steps waited for each other in vain"

    def test_what_steps_print_is_kept(self, bench: Bench) -> None:
        bench.run(CHAIN)
        store = bench.stack[ARTIFACT_STORE]
        for number in range(len(CHAIN)):
            with store.open(bench.records()[step_name(number)].logs) as file:
                assert f"step {number} has ended" in str(file.read())

    def test_one_component_runs_one_pipeline_after_the_other(self, new_bench: Callable[[], Bench]) -> None:
        for plan in (DIAMOND, CHAIN, DIAMOND):
            bench = new_bench()
            bench.run(plan)
            check_all_ran(bench.journal, plan)

    # Failure

    def test_a_step_that_fails_is_named_and_nothing_that_waits_for_it_runs(self, bench: Bench) -> None:
        with pytest.raises(StepError, match="step_1"):
            bench.run([Plan(), Plan(deed="fail", inputs=(0,)), Plan(inputs=(1,)), Plan(after=(2,))])
        assert bench.statuses() == ["completed", "failed"]
        assert "the step fails as it was told" in bench.records()["step_1"].error
        assert (bench.last().status, bench.journal.begun(1)) == ("failed", 1)
        assert bench.journal.begun(2) == bench.journal.begun(3) == 0

    def test_whatever_a_step_raises_is_told(self, bench: Bench) -> None:
        with pytest.raises(StepError, match="this and that"):
            bench.run([Plan(deed="raise oddly")])
        assert bench.statuses() == ["failed"]

    def test_a_step_is_tried_again_as_often_as_it_may(self, bench: Bench) -> None:
        bench.run([Plan(), Plan(deed="fail", times=2, retries=2, inputs=(0,)), Plan(inputs=(1,))])
        assert bench.statuses() == ["completed"] * 3
        assert (bench.journal.begun(1), bench.records()["step_1"].attempt) == (3, 3)

    def test_a_step_is_not_tried_again_more_often_than_it_may(self, bench: Bench) -> None:
        with pytest.raises(StepError):
            bench.run([Plan(deed="fail", retries=2)])
        assert (bench.journal.begun(0), bench.records()["step_0"].attempt) == (3, 3)

    # Going on

    def test_a_run_goes_on_with_what_is_not_done(self, bench: Bench) -> None:
        plan = [Plan(), Plan(inputs=(0,)), Plan(deed="fail", inputs=(1,)), Plan(inputs=(2, 0)), Plan(after=(3,))]
        with pytest.raises(StepError):
            bench.run(plan)
        bench.journal.release.touch()
        failed = bench.last()
        again = bench.resume()
        assert (again.id, again.status) == (failed.id, "completed")
        assert bench.statuses() == ["completed"] * 5
        check_all_ran(bench.journal, plan)
        assert [bench.journal.begun(number) for number in range(5)] == [1, 1, 2, 1, 1]

    def test_what_is_done_is_not_run_again(self, bench: Bench) -> None:
        bench.run(DIAMOND)
        before = bench.records()
        bench.resume()
        check_all_ran(bench.journal, DIAMOND)
        assert bench.records() == before

    @a_dozen
    @given(plan=plans(), data=st.data())
    def test_any_graph_that_was_broken_off_is_finished(
        self, new_bench: Callable[[], Bench], plan: list[Plan], data: st.DataObject
    ) -> None:
        bench, broken = new_bench(), data.draw(st.integers(0, len(plan) - 1))
        with pytest.raises(StepError):
            bench.run([attrs.evolve(one, deed="fail") if number == broken else one for number, one in enumerate(plan)])
        bench.journal.release.touch()
        bench.resume()
        check_all_ran(bench.journal, plan)
        assert sum(event.what == "begin" for event in bench.journal.read()) == len(plan) + 1

    # Death

    def test_a_step_whose_process_dies_is_told_and_goes_on_when_resumed(self, bench: Bench) -> None:
        if not bench.is_apart():
            pytest.skip("steps run in the process of the orchestrator")
        plan = [Plan(), Plan(deed="die", inputs=(0,)), Plan(inputs=(1,))]
        with pytest.raises(StepError, match="step_1"):
            bench.run(plan)
        assert bench.statuses() == ["completed", "killed"]
        assert bench.records()["step_1"].error
        assert bench.journal.begun(1) == 1
        bench.journal.release.touch()
        bench.resume()
        check_all_ran(bench.journal, plan)

    def test_a_process_that_dies_takes_no_other_step_with_it(self, bench: Bench) -> None:
        if not bench.is_apart():
            pytest.skip("steps run in the process of the orchestrator")
        dying = Plan(deed="die", times=2, retries=2, inputs=(0,))
        plan = [Plan(), Plan(inputs=(0,)), dying, Plan(inputs=(0,)), dying, Plan(inputs=(0,)), Plan(inputs=(1, 2, 3, 4, 5))]
        bench.run(plan)
        check_all_ran(bench.journal, plan)
        assert bench.statuses() == ["completed"] * len(plan)
        assert (bench.journal.begun(2), bench.journal.begun(4)) == (3, 3)
        assert bench.records()["step_2"].attempt == 3

    def test_a_process_that_dies_when_its_step_is_recorded_takes_nothing_back(self, bench: Bench) -> None:
        if not bench.is_apart():
            pytest.skip("steps run in the process of the orchestrator")
        last_act = Plan(deed="die when done", retries=1)
        plan = [last_act, attrs.evolve(last_act, inputs=(0,), retries=0), Plan(inputs=(1,))]
        bench.run(plan)
        check_all_ran(bench.journal, plan)
        assert bench.statuses() == ["completed"] * 3
        assert [bench.journal.begun(number) for number in range(3)] == [1, 1, 1]

    # Interruption

    @whichever_thread_takes_it
    def test_a_run_that_is_interrupted_is_recorded_as_killed_and_goes_on_when_resumed(
        self, bench: Bench, blocked: Sequence[signal.Signals]
    ) -> None:
        plan = [Plan(), Plan(deed="wait", inputs=(0,)), Plan(inputs=(1,))]
        with interrupted(lambda: bench.journal.begun(1) > 0, 3 * PATIENCE, blocked):
            bench.run(plan)
        assert (bench.last().status, bench.statuses()) == ("killed", ["completed", "killed"])
        assert bench.journal.ended(1) == bench.journal.begun(2) == 0
        bench.journal.release.touch()
        bench.resume()
        check_all_ran(bench.journal, plan)


def _component(kind: str, flavor: str, path: Path) -> Component:
    """A component of the kit that keeps what it has at a path."""
    return from_builtins({"type": kind, "flavor": flavor, "version": 1, "config": {"name": flavor, "path": str(path)}})
