"""Pipelines as values: their order, and what is refused."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackkit.core.deployment import OutputRef, PipelineDeployment, Resources, Retry, StepInput, StepOutput, StepSpec, in_order
from stackkit.errors import PipelineError
from stackkit.serialization.converter import FlavorConverter
from stackkit.serialization.formats.table import FORMATS, decode, encode


def step(name: str, *sources: str, after: tuple[str, ...] = ()) -> StepSpec:
    inputs = tuple(StepInput(name=f"from_{source}", sources=(OutputRef(step=source),)) for source in sources)
    outputs = (StepOutput(name="output", materializer="json"),)
    return StepSpec(name=name, source=f"steps:{name}", inputs=inputs, outputs=outputs, after=after)


def graphs() -> st.SearchStrategy[list[set[int]]]:
    """For each step, which of those before it by number it waits for."""
    before = [st.sets(st.integers(0, number - 1), max_size=3) if number else st.just(set[int]()) for number in range(12)]
    return st.integers(1, 12).flatmap(lambda size: st.tuples(*before[:size])).map(list)


@given(graph=graphs(), data=st.data())
def test_a_step_comes_after_those_that_it_waits_for(graph: list[set[int]], data: st.DataObject) -> None:
    steps = [step(f"s{number}", *(f"s{other}" for other in sorted(before))) for number, before in enumerate(graph)]
    assert in_order(steps) == tuple(steps)  # an order that will do is kept
    shuffled = data.draw(st.permutations(steps))
    seen: set[str] = set()
    for found in PipelineDeployment(name="p", steps=tuple(shuffled)).steps:
        assert found.upstream <= seen
        seen.add(found.name)
    assert len(seen) == len(graph)


def test_everything_wrong_with_its_steps_is_told_at_once() -> None:
    steps = [step("a", "b", after=("zz",)), step("b", "a"), step("c"), step("c")]
    steps.append(attrs.evolve(step("d"), inputs=(StepInput(name="x", sources=(OutputRef(step="c", output="y"),)),)))
    steps.append(step("e", "nowhere"))
    with pytest.raises(PipelineError) as caught:
        PipelineDeployment(name="p", steps=tuple(steps))
    assert [str(problem) for problem in caught.value.problems] == [
        "2 steps are called c; give each a name of its own",
        "a: waits for zz, which is no step of the pipeline",
        "d.x: c has no output y; it has output",
        "e.from_nowhere: comes from nowhere, which is no step of the pipeline",
        "steps wait for each other: a -> b -> a; take one of these inputs away",
    ]


def test_what_comes_after_a_step_is_found_at_any_distance() -> None:
    deployment = PipelineDeployment(
        name="p", steps=(step("a"), step("b", "a"), step("c"), step("d", "b"), step("e", after=("d",)))
    )
    assert deployment.downstream("a") == ["b", "d", "e"]
    assert deployment.downstream("c") == []


def test_a_step_is_found_by_its_name() -> None:
    deployment = PipelineDeployment(name="p", steps=(step("a"),))
    assert deployment.step("a") == step("a")
    with pytest.raises(PipelineError, match="p: there is no step b"):
        deployment.step("b")


@pytest.mark.parametrize("form", [*FORMATS])
def test_it_is_written_and_read_in_every_format(form: str) -> None:
    wished = attrs.evolve(step("a"), timeout=2.5, resources=Resources(cpu=0.5, memory=2**40, gpu=1), retry=Retry(times=3))
    deployment = PipelineDeployment(name="p", steps=(wished, step("b", "a")))
    codec = FlavorConverter().codec(PipelineDeployment)
    assert codec.load(decode(encode(codec.dump(deployment), form), form)) == deployment
    assert pickle.loads(pickle.dumps(deployment)) == deployment  # noqa: S301 - its own
    assert hash(deployment) == hash(pickle.loads(pickle.dumps(deployment)))  # noqa: S301 - the same


def test_waits_grow_until_they_are_longest() -> None:
    retry = Retry(times=9, delay=1.0, factor=3.0, longest=10.0)
    assert [retry.wait_before(attempt) for attempt in range(1, 6)] == [0.0, 1.0, 3.0, 9.0, 10.0]
    assert retry.wait_before(10_000) == 10.0


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("cpu", lambda: Resources(cpu=0.0)),
        ("cpu", lambda: Resources(cpu=float("nan"))),
        ("memory", lambda: Resources(memory=-1)),
        ("gpu", lambda: Resources(gpu=-1)),
    ],
)
def test_resources_are_numbers_that_a_machine_can_have(name: str, make: Callable[[], Resources]) -> None:
    with pytest.raises(PipelineError, match=f"Resources.{name}"):
        make()
