"""What is written down while a pipeline is compiled, and all that is refused then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.pipelines.conftest import WriteModule

from stackkit.core.deployment import PipelineDeployment
from stackkit.errors import PipelineError
from stackkit.pipelines.artifacts.materializers import KIT
from stackkit.pipelines.artifacts.values import read_parameter, write_parameter
from stackkit.pipelines.definition.pipeline import pipeline
from stackkit.pipelines.definition.steps import map_step, step


class Parts(NamedTuple):
    train: list[float]
    test: list[float]


@step
def load(rows: int = 10) -> list[float]:
    return [0.0] * rows


@step
def split(data: list[float], share: float = 0.5) -> Parts:
    return Parts(data, [share])


@step
def pair(number: int) -> tuple[int, str]:
    return number, ""


@step
def total(data: list[int]) -> int:
    return sum(data)


@step
def one(first: int, *, second: int = 0) -> int:
    return first + second


@step
def both(parts: Parts) -> int:
    return len(parts)


@step
def tell(value: int) -> None: ...


def compiled(function: Callable[[], object]) -> PipelineDeployment:
    return pipeline(function).compile()


def refused(function: Callable[[], object]) -> list[str]:
    with pytest.raises(PipelineError) as found:
        compiled(function)
    return str(found.value).splitlines()


def wired(deployment: PipelineDeployment, name: str) -> dict[str, list[str]]:
    spec = deployment.step(name)
    found = {taken.name: [f"{ref.step}.{ref.output}" for ref in taken.sources] for taken in spec.inputs}
    return found | {given.name: [given.value] for given in spec.parameters}


def test_calls_become_inputs_and_parameters() -> None:
    def flow() -> None:
        parts = split(load(rows=3))
        both(parts)
        number, _ = pair(1)
        tell(total([number, one(number, second=2)]))

    made = compiled(flow)
    assert [spec.name for spec in made.steps] == ["load", "split", "both", "pair", "one", "total", "tell"]
    assert wired(made, "load") == {"rows": ["3"]}
    assert wired(made, "split") == {"data": ["load.output"], "share": ["0.5"]}
    assert wired(made, "both") == {"parts": ["split.train", "split.test"]}
    assert wired(made, "one") == {"first": ["pair.output_0"], "second": ["2"]}
    assert wired(made, "total") == {"data": ["pair.output_0", "one.output"]}
    assert [output.name for output in made.step("split").outputs] == ["train", "test"]
    assert made.step("tell").outputs == ()


def test_steps_of_one_name_are_numbered() -> None:
    def flow() -> None:
        one.with_options(name="one_2")(1)
        map_step(one, [1, 2, 3])

    assert [spec.name for spec in compiled(flow).steps] == ["one_2", "one", "one_3", "one_4"]


def test_a_step_waits_for_what_after_names() -> None:
    def flow() -> None:
        first, second = load(1), tell(2)
        one.with_options(after=[first, second, "load_2", [load(3)]])(1)

    assert compiled(flow).step("one").upstream == {"load", "tell", "load_2"}


def test_a_thousand_steps_are_compiled() -> None:
    def flow() -> None:
        total(map_step(one, range(1000)))

    made = compiled(flow)
    assert len(made.steps) == 1001
    assert len({spec.name for spec in made.steps}) == 1001


@given(st.data())
def test_a_graph_of_any_form_is_compiled_as_it_is_wired_and_survives_as_a_document(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 8))
    edges = [sorted(data.draw(st.sets(st.integers(0, n - 1)))) if n else [] for n in range(size)]

    def flow() -> None:
        given: list[int] = []
        for n, sources in enumerate(edges):
            given.append(total.with_options(name=f"s{n}")([given[source] for source in sources]))

    made = compiled(flow)
    assert [spec.upstream for spec in made.steps] == [{f"s{source}" for source in sources} for sources in edges]
    assert read_parameter(write_parameter(made, PipelineDeployment), PipelineDeployment) == made


def test_everything_that_is_wrong_is_told_at_once() -> None:
    def local(value: int) -> int:
        return value

    def untyped(value, *more: int):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202 - the mistakes
        return more

    def opaque(value: int) -> object:
        return value

    def flow() -> None:
        step(lambda: None)()
        step(local)(1)
        unclear: Any = untyped  # pyright: ignore[reportUnknownVariableType] - the mistake
        step(unclear)(1)
        step(opaque)(2)
        wrong: Any = one
        wrong(1, third=3)
        wrong()
        number = one(1)
        total([number, 2])
        wrong({"a": number})
        wrong(tell(1))
        wrong("text")
        one.with_options(after=[3, "nobody"])(1)
        step(materializers={"model": "text"})(at_the_top)()
        step(materializers={"output": "nothing"})(at_the_top)()

    top = "write a function with def, at the top of a module"
    inside = "is defined inside of a function, where no other process finds it; move it to the top of its module"
    name = 'name one that does, as in @step(materializers={"output": "cloudpickle"}), or write a Materializer'
    takes = "(first: 'int', *, second: 'int' = 0) -> 'int'"
    found = refused(flow)
    assert all(line.startswith("flow.") for line in found)
    assert [line.removeprefix("flow.") for line in found] == [
        "<lambda>: does not say what it returns; write -> <its type>, or -> None",
        f"<lambda>: is a lambda; {top}",
        f"local: {inside}",
        "untyped: value has no annotation; write value: <its type>",
        "untyped: *more takes any number of values; write more: list[...]",
        "untyped: does not say what it returns; write -> <its type>, or -> None",
        f"untyped: {inside}",
        f"opaque: {inside}",
        f"opaque.output: no materializer writes object; {name}",
        "one: is called wrongly: got an unexpected keyword argument 'third'; it takes " + takes,
        "one_2: is called wrongly: missing a required argument: 'first'; it takes " + takes,
        "total.data: mixes what steps give with values that are known; give a list of what steps give, or a list of values",
        "one_4.first: holds <output output of step one_3> inside of a value; give it as a parameter, or a list of such",
        "one_5.first: is given what tell gives, which is nothing; use after= to wait for a step",
        'one_6.first: expected int, got str "text"',
        "one_7: after holds int; give what a step gave when it was called, or the name of a step",
        "made_at_the_top: there is no output model to materialize; it has output",
        f"made_at_the_top_2.output: there is no materializer nothing; the kit has {', '.join(KIT)}",
        "one_7: waits for nobody, which is no step of the pipeline",
    ]


@step
def made_at_the_top() -> int:
    return 1


at_the_top = made_at_the_top.function


USES: list[Callable[[Any], object]] = [
    bool,
    len,
    list,
    str,
    int,
    float,
    sum,
    max,
    "{}".format,
    lambda value: value.weight,
    lambda value: value[0],
    lambda value: value + 1,
    lambda value: 1 - value,
    lambda value: value == 1,
    lambda value: value != 1,
    lambda value: value < 1,
    lambda value: value @ value,
    lambda value: 1 in value,
    lambda value: value(),
    lambda value: -value,
]


@pytest.mark.parametrize("use", USES)
def test_what_a_step_gives_is_not_used_before_it_has_run(use: Callable[[Any], object]) -> None:
    def flow() -> None:
        value = one(1)
        total([value, 1])
        use([value, value] if use in (sum, max) else value)

    assert refused(flow)[1] == (
        "flow: what the step one gives is used before it has run; give it to a step, and do there what you mean to do with it"
    )


def test_steps_that_wait_for_each_other_are_refused_beside_what_else_is_wrong() -> None:
    def flow() -> None:
        one.with_options(name="a", after=["b"])(1)
        one.with_options(name="b", after=["a"])(1)
        step(lambda: None)()

    found = refused(flow)
    assert "flow: steps wait for each other: a -> b -> a; take one of these inputs away" in found
    assert any("is a lambda" in line for line in found)


def test_a_step_outside_of_a_pipeline_is_its_function() -> None:
    assert load(2) == [0.0, 0.0]
    assert map_step(one, [1, 2], second=1) == [2, 3]


def test_what_a_step_consists_of_is_looked_at_once(write_module: WriteModule) -> None:
    module = write_module(
        """
        from stackkit.pipelines import pipeline, step

        @step
        def one(number: int) -> int:
            return number

        @pipeline
        def flow() -> None:
            for number in range(3):
                one(number)
        """
    )
    assert len({spec.code for spec in module.flow.compile().steps}) == 1
