"""Tables that people hand in: what is taken for what, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import cast

import polars as pl
import pyarrow as pa
import pytest

from stackkit import ArrowTable
from stackkit.errors import ConfigurationError
from stackkit.flavors.feature_store.frames import Columns, taken_over

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
NOON_NUMBER = 1_709_294_400_000_000


def columns(values: pa.Array | Sequence[object]) -> Columns:
    return Columns(pa.table({"x": values}), "rows")


@pytest.mark.parametrize(
    ("values", "kind", "wanted"),
    [
        (pa.array([1, None], pa.int32()), "int64", [1, None]),
        ([1.0, None, -3.0], "int64", [1, None, -3]),
        ([2.0, float("nan")], "int64", [2, None]),
        ([True, None], "bool", [True, None]),
        ([1, None], "float64", [1.0, None]),
        ([Decimal("0.5")], "float64", [0.5]),
        ([b"\0", None], "bytes", [b"\0", None]),
        (["é", None], "string", ["é", None]),
        ([None, None], "int64", [None, None]),
        ([None], "string", [None]),
    ],
)
def test_what_loses_nothing_is_brought_to_the_type(values: Sequence[object], kind: str, wanted: list[object]) -> None:
    found = columns(values)
    series = found.typed("x", kind)
    found.check()
    assert series is not None
    assert series.to_list() == wanted


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1.5], "int64"),
        ([1e300], "int64"),
        ([True], "int64"),
        (["1"], "int64"),
        ([1], "bool"),
        ([1], "string"),
        (["a"], "bytes"),
        ([b"a"], "string"),
        (["1.5"], "float64"),
        ([True], "float64"),
        ([[1.0]], "float64"),
        ([NOON], "int64"),
    ],
)
def test_what_would_lose_something_is_refused(values: Sequence[object], kind: str) -> None:
    found = columns(values)
    assert found.typed("x", kind) is None
    with pytest.raises(ConfigurationError, match=rf"rows.x: holds .*, not {kind}"):
        found.check()


def test_categories_are_texts() -> None:
    frame = pl.DataFrame({"x": ["a", "b", "a"]}, schema={"x": pl.Categorical})
    found = Columns(taken_over(frame, "rows"), "rows").typed("x", "string")
    assert found is not None
    assert found.to_list() == ["a", "b", "a"]


@pytest.mark.parametrize(
    ("values", "late", "early"),
    [
        (pa.array([NOON], pa.timestamp("s", "UTC")), NOON_NUMBER, NOON_NUMBER),
        (pa.array([NOON], pa.timestamp("ms", "Asia/Kolkata")), NOON_NUMBER, NOON_NUMBER),
        (pa.array([NOON.replace(tzinfo=None)], pa.timestamp("us")), NOON_NUMBER, NOON_NUMBER),
        (pa.array([NOON_NUMBER * 1000 + 1], pa.timestamp("ns", "UTC")), NOON_NUMBER + 1, NOON_NUMBER),
        (pa.array([-1], pa.timestamp("ns")), 0, -1),
        (pa.array([-1000], pa.timestamp("ns")), -1, -1),
        (pa.array([date(1970, 1, 2)], pa.date32()), 86_400_000_000, 86_400_000_000),
    ],
)
def test_times_are_whole_microseconds_and_never_let_the_future_leak(values: pa.Array, late: int, early: int) -> None:
    for rounded_up, wanted in ((True, late), (False, early)):
        found = columns(values).times("x", late=rounded_up)
        assert found is not None
        assert found.to_list() == [wanted]


@pytest.mark.parametrize("values", [["2024-03-01"], [1_709_294_400], [1.5], pa.array([2**62], pa.timestamp("ms"))])
def test_what_is_no_time_is_refused(values: Sequence[object]) -> None:
    found = columns(values)
    assert found.times("x", late=True) is None
    with pytest.raises(ConfigurationError, match=r"rows.x: holds .*, not times"):
        found.check()


def test_nulls_are_refused_where_there_must_be_none() -> None:
    found = columns([1, None, None])
    found.typed("x", "int64", required=True)
    with pytest.raises(ConfigurationError, match=r"rows.x: is null in 2 of 3 rows"):
        found.check()


def test_a_column_that_is_there_twice_is_refused() -> None:
    twice = pa.table({"x": [1]}).append_column("x", pa.array([2]))
    found = Columns(twice, "rows")
    found.typed("x", "int64")
    with pytest.raises(ConfigurationError, match=r"rows.x: is there 2 times"):
        found.check()


class Broken:
    """Says that it is a table, and is none."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        raise TypeError("two types in a column\nand more")


def test_what_arrow_cannot_hold_is_told_in_a_line() -> None:
    with pytest.raises(ConfigurationError, match=r"rows: cannot be read \(two types in a column\); give a pyarrow table"):
        taken_over(Broken(), "rows")


def test_what_is_no_table_is_told() -> None:
    wrong = cast("ArrowTable", {"x": [1]})  # what people do without a type checker
    with pytest.raises(ConfigurationError, match="rows: dict is no Arrow table"):
        taken_over(wrong, "rows")
