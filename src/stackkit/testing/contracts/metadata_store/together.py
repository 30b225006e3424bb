"""Laws of several who record at the same time, in threads and in processes, and of those who are killed."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Generic
from uuid import UUID

import attrs

from stackkit import MetadataStore
from stackkit.core.runs import RunRecord
from stackkit.errors import ConflictError, RecordNotFoundError
from stackkit.testing.contracts.metadata_store.processes import child, needs_fork
from stackkit.testing.contracts.metadata_store.values import (
    BEGIN,
    M,
    StoreLaws,
    artifact_of,
    completed,
    recorded_run,
    step_of,
    taking,
)

_WORKERS = 4
_TIMES = 12
_KILLED_AFTER = (1, 7, 20)


def at_once(store: MetadataStore, work: Callable[[MetadataStore, int], None]) -> None:
    """Call the same function from several threads, which begin together.

    Args:
        store: What each is given.
        work: What each calls, with its number.
    """
    barrier = Barrier(_WORKERS)

    def begin(number: int) -> None:
        barrier.wait()
        work(store, number)

    with ThreadPoolExecutor(_WORKERS) as pool:
        for done in [pool.submit(begin, number) for number in range(_WORKERS)]:
            done.result()


def in_processes(store: MetadataStore, work: Callable[[MetadataStore, int], None]) -> None:
    """Call the same function from several processes, which begin together.

    Args:
        store: What each is given.
        work: What each calls, with its number.
    """
    waiting, begin = os.pipe()

    def wait_and_work(number: int, _: Callable[[str], None]) -> None:
        os.close(begin)
        os.read(waiting, 1)  # until all have closed the other end
        work(store, number)

    with ExitStack() as running:
        for number in range(_WORKERS):
            running.enter_context(child(partial(wait_and_work, number)))
        os.close(begin)
    os.close(waiting)


def compete(store: MetadataStore, number: int, run: RunRecord) -> None:
    """Complete the same steps as others do, each with an artifact of one's own."""
    for time in range(_TIMES):
        step = attrs.evolve(step_of(run, f"step {time}", key=f"key {time}"), worker=str(number))
        for _ in range(_TIMES):  # it may be done at any of these
            try:
                store.record_step(step)
                completed(store, step)
            except ConflictError:
                break
        else:
            raise AssertionError("the same step was completed many times")


def check_competed(store: MetadataStore, run: RunRecord) -> None:
    """Each step was completed once, and nothing is there of those who came too late."""
    steps = store.get_steps(run.id)
    assert sorted(step.step for step in steps) == sorted(f"step {time}" for time in range(_TIMES))
    assert {step.status for step in steps} == {"completed"}
    outputs = {artifact for step in steps for artifact in step.outputs}
    assert {artifact.id for artifact in store.get_artifacts(run.id)} == outputs
    for time in range(_TIMES):
        found = store.find_cached_step(f"key {time}")
        assert found is not None
        assert found in steps


def record_much(store: MetadataStore, number: int, run: RunRecord, shared: UUID) -> None:
    """Record steps of one's own in a run that others record in too, and how the run stands."""
    for time in range(_TIMES):
        completed(store, taking(step_of(run, f"{number}-{time}"), shared), outputs=2)
        store.record_run(attrs.evolve(run, alive=BEGIN + timedelta(seconds=time)))
        recorded_run(store, pipeline=f"pipeline {time % 3}")


def check_much(store: MetadataStore, run: RunRecord, shared: UUID) -> None:
    """Nothing is lost of what all have recorded."""
    names = sorted(f"{number}-{time}" for number in range(_WORKERS) for time in range(_TIMES))
    assert sorted(step.step for step in store.get_steps(run.id) if step.step != "load") == names
    assert sorted(step.step for step in store.get_consumer_steps(shared)) == names
    assert len(store.get_artifacts(run.id)) == 1 + 2 * len(names)
    assert store.get_run(run.id).alive == BEGIN + timedelta(seconds=_TIMES - 1)
    assert store.get_pipelines() == ["pipeline 0", "pipeline 1", "pipeline 2", "training"]
    assert len(store.get_runs(limit=1000)) == 1 + len(names)


class TogetherLaws(StoreLaws[M], Generic[M]):
    """The laws of those who record at once."""

    def test_of_several_threads_one_completes_a_step(self, component: M) -> None:
        run = recorded_run(component)
        at_once(component, lambda store, number: compete(store, number, run))
        check_competed(component, run)

    @needs_fork
    def test_of_several_processes_one_completes_a_step(self, component: M) -> None:
        run = recorded_run(component)
        in_processes(component, lambda store, number: compete(store, number, run))
        check_competed(component, run)

    def test_what_threads_record_at_once_is_all_kept(self, component: M) -> None:
        run = recorded_run(component)
        _, [shared] = completed(component, step_of(run, "load"))
        at_once(component, lambda store, number: record_much(store, number, run, shared.id))
        check_much(component, run, shared.id)

    @needs_fork
    def test_what_processes_record_at_once_is_all_kept(self, component: M) -> None:
        run = recorded_run(component)
        _, [shared] = completed(component, step_of(run, "load"))
        in_processes(component, lambda _, number: record_much(component.replace(), number, run, shared.id))
        check_much(component, run, shared.id)

    def test_a_run_that_is_recorded_at_once_for_the_first_time_is_there_once(self, component: M) -> None:
        new = [attrs.evolve(recorded_run(component), id=UUID(int=time)) for time in range(_TIMES)]

        def work(store: MetadataStore, number: int) -> None:
            for run in new:
                store.record_run(attrs.evolve(run, worker=str(number), deployment=f"{{{run.id}}}", pipeline=f"of {run.id}"))
                store.record_step(step_of(run, "shared"))

        at_once(component, work)
        assert len(component.get_runs()) == 2 * len(new)
        assert [len(component.get_steps(run.id)) for run in new] == [1] * len(new)
        assert len(component.get_pipelines()) == 1 + len(new)

    def test_who_reads_a_step_that_is_done_can_read_what_it_gave(self, component: M) -> None:
        run = recorded_run(component)

        def work(store: MetadataStore, number: int) -> None:
            for time in range(_TIMES):
                if number % 2:
                    completed(store, step_of(run, f"{number}-{time}"), outputs=3)
                    continue
                for step in store.get_steps(run.id):
                    assert [store.get_artifact(artifact).step for artifact in step.outputs] == [step.step] * 3

        at_once(component, work)

    @needs_fork
    def test_what_a_process_recorded_that_was_killed_is_there_and_whole(self, component: M) -> None:
        for acknowledged in _KILLED_AFTER:
            run = recorded_run(component)

            def record(say: Callable[[str], None], run: RunRecord = run) -> None:
                for number in range(100_000):
                    completed(component, step_of(run, f"step {number}"), outputs=3)
                    say(str(number))

            with child(record) as recording:
                said = [recording.said.readline() for _ in range(acknowledged)]
                recording.kill()
                said += recording.said.readlines()
            steps = component.get_steps(run.id)
            assert [step.step for step in steps] == [f"step {number}" for number in range(len(steps))]
            assert len(said) <= len(steps) <= len(said) + 1
            assert {step.status for step in steps} == {"completed"}
            artifacts = [artifact for step in steps for artifact in step.outputs]
            assert [artifact.id for artifact in component.get_artifacts(run.id)] == artifacts
            _check_usable(component, run)

    @needs_fork
    def test_a_forked_process_can_use_it_and_so_can_its_parent(self, component: M) -> None:
        run = recorded_run(component)
        component.record_step(step_of(run, "parent"))
        with child(lambda _: component.record_step(step_of(run, "child"))):
            component.record_step(step_of(run, "meanwhile"))
        assert {step.step for step in component.get_steps(run.id)} == {"parent", "child", "meanwhile"}


def _check_usable(store: MetadataStore, run: RunRecord) -> None:
    step = step_of(run, "after")
    store.record_step(step, [artifact_of(step)])
    assert store.get_step(run.id, "after") == step
    try:
        store.get_step(run.id, "never")
    except RecordNotFoundError:
        return
    raise AssertionError("a step is told that nobody recorded")
