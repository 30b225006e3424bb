"""What the orchestrator of a machine does beyond the contract: processes that are killed, resources, programs."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, final

import attrs
import pytest
from tests.flavors.orchestrator.benches import LONG, bench_of, changed, is_alive, process_of, program, running, wait_until
from typing_extensions import override

from stackkit import BaseAlerter, Resources, Stack, StepSpec
from stackkit.errors import ConfigurationError, PipelineError, StepError
from stackkit.flavors.orchestrator.local import LocalOrchestrator
from stackkit.testing.contracts.orchestrator import Bench, check_all_ran
from stackkit.testing.steps import Plan


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return bench_of(LocalOrchestrator(name="local", workers=2), tmp_path)


def test_a_step_begins_again_whose_process_is_killed_in_the_middle_and_the_one_beside_it_does_not(bench: Bench) -> None:
    plan = [Plan(deed="wait", retries=1), Plan(deed="wait"), Plan(inputs=(0, 1))]
    with running(bench, plan) as run:
        wait_until(lambda: bool(bench.journal.begun(0) and bench.journal.begun(1)))
        os.kill(process_of(bench.journal, 0), signal.SIGKILL)
        wait_until(lambda: bench.journal.begun(0) == 2)
        bench.journal.release.touch()
        assert run.result(LONG).status == "completed"
    check_all_ran(bench.journal, plan)
    assert [bench.journal.begun(number) for number in range(3)] == [2, 1, 1]
    assert bench.records()["step_0"].attempt == 2


def test_a_step_without_retries_fails_when_its_process_is_killed_and_the_one_beside_it_is_kept(bench: Bench) -> None:
    plan = [Plan(deed="wait"), Plan(deed="wait"), Plan(inputs=(0, 1))]
    with running(bench, plan) as run:
        wait_until(lambda: bool(bench.journal.begun(0) and bench.journal.begun(1)))
        os.kill(process_of(bench.journal, 0), signal.SIGKILL)
        wait_until(lambda: bench.records()["step_0"].status == "killed")
        bench.journal.release.touch()
        with pytest.raises(StepError, match=r"step_0: its process was killed by SIGKILL"):
            run.result(LONG)
    assert bench.statuses() == ["killed", "completed"]
    bench.resume()
    check_all_ran(bench.journal, plan)
    assert [bench.journal.begun(number) for number in range(3)] == [2, 1, 1]


def test_an_idle_process_that_is_killed_is_replaced(bench: Bench) -> None:
    plan = [Plan(), Plan(deed="wait"), Plan(inputs=(1,)), Plan(inputs=(1,))]
    with running(bench, plan) as run:
        wait_until(lambda: bool(bench.journal.ended(0) and bench.journal.begun(1)))
        wait_until(lambda: bench.statuses()[0] == "completed")
        idle = process_of(bench.journal, 0)
        os.kill(idle, signal.SIGKILL)
        wait_until(lambda: not is_alive(idle))
        bench.journal.release.touch()
        assert run.result(LONG).status == "completed"
    check_all_ran(bench.journal, plan)


def test_steps_run_together_only_as_far_as_they_find_what_they_ask_for(tmp_path: Path) -> None:
    bench = bench_of(LocalOrchestrator(name="local", workers=4, cpu=4, memory=1 << 30, gpu=1), tmp_path)
    asked = [Resources(gpu=1), Resources(gpu=1), Resources(memory=3 << 29), Resources(memory=1)]  # the third for all there is

    def ask(step: StepSpec) -> StepSpec:
        return attrs.evolve(step, resources=asked[int(step.name.removeprefix("step_"))])

    changed(bench, [Plan()] * 4, ask)
    check_all_ran(bench.journal, [Plan()] * 4)
    happened = [(event.what, event.step) for event in bench.journal.read()]
    for pair in ((0, 1), (2, 3)):
        assert [what for what, number in happened if number in pair] == ["begin", "end"] * 2


def test_a_step_that_takes_too_long_is_ended_and_the_one_beside_it_is_not(bench: Bench) -> None:
    def limit(step: StepSpec) -> StepSpec:
        return attrs.evolve(step, timeout=1.5) if step.name == "step_0" else step

    with pytest.raises(StepError, match=r"step_0: took longer than its limit"):
        changed(bench, [Plan(deed="wait"), Plan()], limit)
    assert bench.statuses() == ["failed", "completed"]


def test_all_failures_are_told_at_once(bench: Bench) -> None:
    with pytest.raises(StepError) as caught:  # there is room for both to begin
        bench.run([Plan(deed="fail"), Plan(deed="fail")])
    assert {problem.where for problem in caught.value.problems} == {"step_0", "step_1"}


def test_a_program_that_runs_a_pipeline_when_it_is_imported_is_not_imported_by_its_workers(tmp_path: Path) -> None:
    with program('LocalOrchestrator(name="it", workers=2)', [Plan(), Plan(inputs=(0,))], tmp_path) as process:
        said, _ = process.communicate(timeout=LONG)
    assert (process.returncode, said.count("it is completed")) == (0, 1), said


def test_no_step_outlives_an_orchestrator_that_is_killed(tmp_path: Path) -> None:
    bench = bench_of(LocalOrchestrator(name="it", workers=2), tmp_path)
    plan = [Plan(), Plan(deed="wait", inputs=(0,)), Plan(deed="wait", inputs=(0,)), Plan(inputs=(1, 2))]
    with program('LocalOrchestrator(name="it", workers=2)', plan, tmp_path) as parent:
        wait_until(lambda: bool(bench.journal.begun(1) and bench.journal.begun(2)))
        parent.kill()
        parent.wait(LONG)
    steps = [process_of(bench.journal, number) for number in (1, 2)]
    wait_until(lambda: not any(map(is_alive, steps)))
    bench.journal.release.touch()
    bench.resume()
    check_all_ran(bench.journal, plan)
    assert [bench.journal.begun(number) for number in range(4)] == [1, 2, 2, 1]


def test_a_stack_that_no_other_process_can_have_is_refused_before_a_step_begins(bench: Bench) -> None:
    @final
    class Here(BaseAlerter):
        FLAVOR: ClassVar[str] = "here"

        @override
        def post(self, message: str) -> bool:
            return bool(message)

        @override
        def ask(self, question: str) -> bool:
            return bool(question)

    stack = Stack(*bench.stack, Here(name="here"))
    with pytest.raises(PipelineError, match=r"cannot be sent to other processes.*or run with workers=1"):
        Bench(stack, bench.journal).run([Plan()])
    assert bench.journal.read() == []


@pytest.mark.parametrize(
    "make",
    [
        lambda: LocalOrchestrator(name="local", workers=0),
        lambda: LocalOrchestrator(name="local", cpu=0.0),
        lambda: LocalOrchestrator(name="local", memory=-1),
        lambda: LocalOrchestrator(name="local", gpu=0),
    ],
    ids=["workers", "cpu", "memory", "gpu"],
)
def test_nothing_of_a_kind_is_refused(make: Callable[[], LocalOrchestrator]) -> None:
    with pytest.raises(ConfigurationError, match="is not above 0"):
        make()
