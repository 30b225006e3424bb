"""What functions take and give, as their annotations say it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackkit.pipelines.definition.signature import StepSignature, as_declared, item_types


class Parts(NamedTuple):
    train: list[int]
    test: str


def none() -> None: ...
def one(data: list[int], rate: float = 0.1) -> dict[str, int]: ...  # type: ignore[empty-body]  # ty: ignore[invalid-implicit-return-in-function-with-stub-body]
def two() -> tuple[int, str]: ...  # type: ignore[empty-body]  # ty: ignore[invalid-implicit-return-in-function-with-stub-body]
def any_number() -> tuple[int, ...]: ...  # type: ignore[empty-body]  # ty: ignore[invalid-implicit-return-in-function-with-stub-body]
def named() -> Parts: ...  # type: ignore[empty-body]  # ty: ignore[invalid-implicit-return-in-function-with-stub-body]


@pytest.mark.parametrize(
    ("function", "outputs"),
    [
        (none, {}),
        (one, {"output": dict[str, int]}),
        (two, {"output_0": int, "output_1": str}),
        (any_number, {"output": tuple[int, ...]}),
        (named, {"train": list[int], "test": str}),
    ],
)
def test_outputs_are_told_by_the_annotation(function: Callable[..., object], outputs: dict[str, object]) -> None:
    signature = StepSignature.of(function)
    assert signature.outputs == outputs
    assert signature.problems == ()
    assert signature.parameters == {name: tp for name, tp in get_type_hints(function).items() if name != "return"}


def test_several_outputs_are_collected_as_the_annotation_says() -> None:
    assert StepSignature.of(one).collects is None
    collect_two, collect_named = StepSignature.of(two).collects, StepSignature.of(named).collects
    assert collect_two is not None
    assert collect_named is not None
    assert collect_two([1, "a"]) == (1, "a")
    assert collect_named([[1], "a"]) == Parts([1], "a")


def test_everything_that_is_wrong_is_told_at_once() -> None:
    def wrong(data, *more: int, **others: int):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202 - the mistakes
        pass

    function: Any = wrong  # pyright: ignore[reportUnknownVariableType] - the mistake
    assert list(map(str, StepSignature.of(function).problems)) == [
        "data has no annotation; write data: <its type>",
        "*more takes any number of values; write more: list[...]",
        "**others takes any number of values; write others: dict[...]",
        "does not say what it returns; write -> <its type>, or -> None",
    ]


def test_an_annotation_without_a_meaning_is_told() -> None:
    def wrong(data: Nowhere) -> None: ...  # type: ignore[name-defined] # noqa: F821 - the mistake  # ty: ignore[unresolved-reference]

    function: Any = wrong  # pyright: ignore[reportUnknownVariableType] - the mistake
    assert [str(problem) for problem in StepSignature.of(function).problems] == [
        "an annotation means nothing: name 'Nowhere' is not defined; import the name outside of `if TYPE_CHECKING`"
    ]


def test_what_cannot_say_what_it_takes_is_told() -> None:
    assert [problem.what for problem in StepSignature.of(dict).problems] == ["does not say what it takes"]


@pytest.mark.parametrize(
    ("tp", "types", "made"),
    [
        (list[int], [int, int], [1, 2]),
        (list[int] | None, [int, int], [1, 2]),
        (Sequence[int], [int, int], [1, 2]),
        (tuple[int, ...], [int, int], (1, 2)),
        (tuple[int, str], [int, str], (1, 2)),
        (Parts, [list[int], str], Parts(1, 2)),  # type: ignore[arg-type] # the types do not matter  # ty: ignore[invalid-argument-type]
        (list, [object, object], [1, 2]),
    ],
)
def test_the_elements_of_a_row_are_read_by_their_types_and_collected(tp: object, types: list[object], made: object) -> None:
    assert item_types(tp, 2) == types
    found = as_declared(tp, [1, 2])
    assert found == made
    assert type(found) is type(made)


@given(st.sampled_from([list[int], tuple[int, ...], list[int] | None]), st.lists(st.integers()))
def test_a_row_of_any_length_keeps_its_elements(tp: object, values: list[int]) -> None:
    made: Any = as_declared(tp, [*values])
    assert [*made] == values
    assert len(item_types(tp, len(values))) == len(values)
