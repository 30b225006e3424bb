"""Values as JSON, by the converters of documents."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackkit.core.deployment import PipelineDeployment
from stackkit.errors import DocumentError, NotSerializableError, UnsupportedTypeError
from stackkit.pipelines.artifacts.values import is_writable, read_parameter, write_parameter


@attrs.frozen
class Model:
    weight: float
    labels: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Report:
    model: Model
    made: datetime
    kind: Literal["good", "bad"] = "good"


numbers = st.floats(allow_nan=False)
models = st.builds(Model, weight=numbers, labels=st.lists(st.text()).map(tuple))
reports = st.builds(Report, model=models, made=st.datetimes(timezones=st.just(UTC)), kind=st.sampled_from(["good", "bad"]))
TYPES: dict[object, st.SearchStrategy[Any]] = {
    int: st.integers(),
    float: numbers,
    str: st.text(),
    bytes: st.binary(),
    bool | None: st.none() | st.booleans(),
    list[float]: st.lists(numbers),
    dict[str, set[int]]: st.dictionaries(st.text(), st.sets(st.integers())),
    Path: st.just(Path("data/rows.csv")),
    Report: reports,
    list[Report]: st.lists(reports, max_size=3),
}


@given(st.sampled_from(list(TYPES)).flatmap(lambda tp: st.tuples(st.just(tp), TYPES[tp])))
def test_what_is_written_is_read(case: tuple[object, object]) -> None:
    tp, value = case
    text = write_parameter(value, tp)
    assert read_parameter(text, tp) == value
    assert write_parameter(read_parameter(text, tp), tp) == text


def test_a_value_of_another_type_is_refused_with_its_place() -> None:
    with pytest.raises(NotSerializableError, match=r"weight: expected .*float.*, got str"):
        write_parameter(Model("5"), Model)  # type: ignore[arg-type] # the mistake  # ty: ignore[invalid-argument-type]
    with pytest.raises(DocumentError, match="expected int"):
        read_parameter('"5"', int)


def test_types_that_json_cannot_carry_are_known_at_any_depth() -> None:
    class Plain:
        pass

    @attrs.frozen
    class Around:
        inner: list[Plain]

    assert is_writable(Report)
    assert is_writable(PipelineDeployment)
    assert not is_writable(Plain)
    assert not is_writable(dict[str, list[Plain]])
    assert not is_writable(Around)
    with pytest.raises(UnsupportedTypeError):
        write_parameter(Plain(), Plain)
