"""Pipelines are compiled into values."""

from __future__ import annotations

import pickle

import pytest

from stackkit.core.deployment import Parameter
from stackkit.errors import PipelineError
from stackkit.pipelines.definition.pipeline import Pipeline, pipeline
from stackkit.pipelines.definition.steps import step
from stackkit.pipelines.definition.tracing import current_tracing


@step
def add(first: int, second: int) -> int:
    return first + second


@pipeline
def flow(start: int, step_by: int = 1, note: object = None) -> None:
    """Adds."""
    add(add(start, step_by), step_by)


def test_a_pipeline_is_compiled_with_what_it_is_given() -> None:
    made = flow.compile(3)
    assert made.name == "flow"
    assert made.source == f"{__name__}:flow"
    assert made.parameters == (Parameter(name="start", value="3"), Parameter(name="step_by", value="1"))
    assert [given.value for given in made.steps[0].parameters] == ["3", "1"]
    assert flow.compile(start=3) == made != flow.compile(4)


def test_what_was_compiled_can_be_pickled() -> None:
    assert pickle.loads(pickle.dumps(flow.compile(3))) == flow.compile(3)  # noqa: S301 - our own


def test_a_pipeline_that_is_called_wrongly_or_does_nothing_is_refused() -> None:
    with pytest.raises(TypeError, match="start"):
        flow.compile()  # type: ignore[call-arg] # the mistake  # ty: ignore[missing-argument]
    with pytest.raises(PipelineError, match="empty: calls no step"):
        Pipeline(print, "empty").compile()


def test_an_error_of_the_pipeline_itself_is_told_as_it_is_and_ends_the_compilation() -> None:
    @pipeline
    def broken() -> None:
        add(1, 2)
        raise KeyError("of its own")

    with pytest.raises(KeyError, match="of its own"):
        broken.compile()
    assert current_tracing() is None
    assert add(1, 2) == 3


def test_a_pipeline_tells_what_it_takes() -> None:
    assert repr(flow) == "<pipeline flow(start: 'int', step_by: 'int' = 1, note: 'object' = None) -> 'None'>"
    assert flow.__doc__ == "Adds."
