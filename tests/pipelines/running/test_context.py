"""A run's context, as orchestrators are given it."""

from __future__ import annotations

import pickle
from uuid import uuid4

import attrs
import pytest

from stackkit import ALERTER, ARTIFACT_STORE, METADATA_STORE, Stack
from stackkit.errors import ComponentNotFoundError, StepError
from stackkit.pipelines import pipeline, run, step
from stackkit.pipelines.running.context import RunContext


@step
def first() -> int:
    return 1


@step
def second(number: int) -> int:
    if number:
        raise ValueError(number)
    return number


@pipeline
def flow() -> None:
    second(first())


@pytest.fixture
def context(stack: Stack) -> RunContext:
    deployment = flow.compile()
    with pytest.raises(StepError):
        run(deployment, stack)
    known = stack[METADATA_STORE].get_runs()[0]
    begun = attrs.evolve(known, id=uuid4(), status="running", ended=None, error="")
    stack[METADATA_STORE].record_run(begun)
    return RunContext(deployment=deployment, stack=stack, run_id=begun.id, run_name=begun.name, use_cache=False)


def test_a_context_has_the_components_of_its_stack(context: RunContext) -> None:
    assert context[ARTIFACT_STORE] is context.stack[ARTIFACT_STORE]
    assert context.get(ALERTER) is None
    assert ALERTER not in context
    with pytest.raises(ComponentNotFoundError):
        context[ALERTER]


def test_a_context_that_was_pickled_runs_steps_of_the_same_run(context: RunContext) -> None:
    other: RunContext = pickle.loads(pickle.dumps(context))  # noqa: S301 - our own
    assert other.finished() == frozenset()
    record = other.run_step("first")
    assert (record.status, record.run_id) == ("completed", context.run_id)
    assert context.finished() == {"first"}
    assert context.run_step("first") == record
    assert context.record_killed("first", "the machine fell") == record


def test_a_process_that_is_gone_is_recorded_with_what_is_known_of_its_end(context: RunContext) -> None:
    killed = context.record_killed("first", "killed by SIGSEGV")
    assert (killed.status, killed.error, killed.attempt) == ("killed", "killed by SIGSEGV", 1)
    assert context.record_killed("first", "again", attempt=2).attempt == 2
    assert context.run_step("first", attempt=3).attempt == 3


def test_a_step_that_fails_is_an_error_of_the_kit(context: RunContext) -> None:
    context.run_step("first")
    with pytest.raises(StepError, match="second: ValueError: 1") as failed:
        context.run_step("second")
    assert isinstance(failed.value.__cause__, ValueError)
