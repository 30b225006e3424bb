"""Steps and their options."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from stackkit.core.deployment import PipelineDeployment, Resources, Retry
from stackkit.errors import PipelineError
from stackkit.pipelines.definition.pipeline import pipeline
from stackkit.pipelines.definition.steps import Step, map_step, step


@step(name="double", retries=2, timeout=5, resources=Resources(cpu=0.5), requirements=["numpy"], step_operator="gpu")
def doubled(number: int, by: int = 2) -> int:
    """Twice as much."""
    return number * by


@step
def plain(number: int) -> int:
    return number


@pipeline
def flow() -> None:
    doubled(plain(1))


def options(deployment: PipelineDeployment, name: str) -> dict[str, Any]:
    spec = deployment.step(name)
    return attrs.asdict(spec, recurse=False, filter=lambda field, _: field.name in CHANGED)


CHANGED = {"retry", "timeout", "resources", "step_operator", "requirements", "enable_cache"}


def test_options_are_in_the_deployment() -> None:
    assert options(flow.compile(), "double") == {
        "retry": Retry(times=2),
        "timeout": 5,
        "resources": Resources(cpu=0.5),
        "step_operator": "gpu",
        "requirements": ("numpy",),
        "enable_cache": True,
    }


def test_with_options_changes_what_is_given_and_leaves_the_rest_and_the_step() -> None:
    other = doubled.with_options(retries=Retry(times=1, delay=0.0), enable_cache=False)
    assert other.options == attrs.evolve(doubled.options, retry=Retry(times=1, delay=0.0), enable_cache=False)
    assert doubled.options.retry == Retry(times=2)
    assert other(4) == 8


def test_a_step_looks_like_its_function() -> None:
    assert (getattr(doubled, "__name__", ""), doubled.__doc__, doubled.name) == ("doubled", "Twice as much.", "double")
    assert repr(plain) == "<step plain(number: 'int') -> 'int'>"
    assert isinstance(plain, Step)


@pytest.mark.parametrize("wrong", [{"timeout": 0.0}, {"timeout": -1.0}, {"retries": -1}])
def test_options_that_mean_nothing_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(PipelineError):
        pipeline(lambda: plain.with_options(**wrong)(1)).compile()


def test_a_step_is_mapped_over_values_in_their_order() -> None:
    assert map_step(doubled, [1, 2], by=3) == [3, 6]
    assert map_step(doubled, [], 3) == []


def test_a_list_that_is_known_at_run_time_only_cannot_be_mapped_over() -> None:
    @pipeline
    def mapped() -> None:
        values: Any = plain(1)
        map_step(plain, values)

    with pytest.raises(PipelineError, match="what the step plain gives is used before it has run"):
        mapped.compile()
