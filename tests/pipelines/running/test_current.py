"""A step asks for the stack of its run, in whichever process it runs."""

from __future__ import annotations

import pytest

from stackkit import Stack
from stackkit.errors import PipelineError
from stackkit.flavors.orchestrator.local import LocalOrchestrator
from stackkit.pipelines import current_stack, on_stack, pipeline, run, step


@step(enable_cache=False)
def here() -> str:
    return current_stack().name


@step(timeout=60)
def elsewhere() -> str:
    return current_stack().name


@step
def check(names: list[str], expected: str) -> None:
    assert names == [expected] * 3


@pipeline
def asking(expected: str) -> None:
    check([here(), here(), elsewhere()], expected)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_step_finds_the_stack_of_its_run(workers: int, stack: Stack) -> None:
    orchestrator = LocalOrchestrator(name="here", workers=workers)
    own = Stack(orchestrator, *[part for part in stack if part.TYPE != LocalOrchestrator.TYPE], name=f"with {workers}")
    done = run(asking.compile(expected=own.name), own)
    assert done.status == "completed"


def test_outside_of_steps_there_is_none(stack: Stack) -> None:
    with pytest.raises(PipelineError, match=r"current_stack: no step runs here"):
        here()
    with on_stack(stack):
        assert here() == stack.name
        with on_stack(Stack(name="inner")):
            assert here() == "inner"
        assert here() == stack.name
    with pytest.raises(PipelineError):
        here()
