"""Two values are equal as configuration exactly when a document writes them the same."""

from __future__ import annotations

import copy
import enum
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from stackkit.core.equality import key, public_fields
from stackkit.core.secret import Secret


@attrs.frozen
class Point:
    """A nested configuration."""

    x: float
    y: object = None
    _seen: int = attrs.field(default=0, init=False, eq=False)


@attrs.define
class Other:
    """Another of the same shape."""

    x: float
    y: object = None


@dataclass
class Plain:
    """A dataclass, with what its own `==` would not see or not allow."""

    x: object
    _seen: int = 0
    count: int = field(default=0, init=False)


class Colour(enum.Enum):
    """An enum of plain values."""

    RED = "red"
    BLUE = "blue"


class Later(datetime):
    """A library's own kind of datetime."""


@attrs.frozen(eq=False)
class Odd:
    """Not known to the kit, equal by its own account, and without a hash in what it holds."""

    parts: list[int]

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Odd) and other.parts == self.parts

    @override
    def __hash__(self) -> int:
        return hash(tuple(self.parts))


NAN = float("nan")
UUID_ONE = UUID(int=1)

SAME: list[tuple[object, object]] = [
    (NAN, -NAN),
    (1, 1.0),
    (Decimal("NaN"), Decimal("NaN")),
    ([Decimal("sNaN")], [Decimal("sNaN")]),
    ([1, NAN], (1, NAN)),
    ({"a": NAN, "b": [1]}, {"b": [1], "a": NAN}),
    ({"a": 1}, MappingProxyType({"a": 1})),
    (OrderedDict(a=1, b=2), OrderedDict(b=2, a=1)),
    ({1, 2}, frozenset({2, 1})),
    ({"a": bytearray(b"x")}, {"a": b"x"}),
    (Point(NAN), Point(NAN)),
    (Other(1, [NAN]), Other(1, [NAN])),
    (Plain(NAN), Plain(-NAN, 1)),
    ([Plain([Decimal("sNaN")])], [Plain([Decimal("sNaN")])]),
    (Path("a/b"), PurePosixPath("a/b")),
    (Later(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)),
    (datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=timezone(timedelta(0), "Zulu"))),
    (Secret("a.b"), Secret("a.b").resolved("value")),
    (Colour.RED, Colour.RED),
    (Odd([1]), Odd([1])),
    ({"a": Odd([1])}, {"a": Odd([1])}),
    (None, None),
]

DIFFERENT: list[tuple[object, object]] = [
    (True, 1),
    (False, 0),
    ([True], [1]),
    ({"a": True}, {"a": 1}),
    (0.0, -0.0),
    (0, -0.0),
    ([0.0], [-0.0]),
    (1, "1"),
    (None, "None"),
    (NAN, None),
    (NAN, "nan"),
    (Decimal("1.0"), Decimal("1.00")),
    (Decimal(1), 1),
    (Decimal("NaN"), NAN),
    (b"a", "a"),
    ([1, 2], [2, 1]),
    ([1], [1, 1]),
    ([1], {1}),
    ([["a", 1]], {"a": 1}),
    ("ab", ["a", "b"]),
    (Point(1), Point(2)),
    (Point(1), Other(1)),
    (Plain(1), Plain(2)),
    (Plain(0.0), Plain(-0.0)),
    (Plain(1), Other(1)),
    (Plain(1), Plain),
    (Point(1), {"x": 1, "y": None}),
    (datetime(2026, 1, 2, 3, tzinfo=UTC), datetime(2026, 1, 2, 4, tzinfo=timezone(timedelta(hours=1)))),
    (datetime(2026, 1, 2), datetime(2026, 1, 2, tzinfo=UTC)),  # noqa: DTZ001 - a naive one is what is tested
    (datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 2, 0, 0, 0, 1, tzinfo=UTC)),
    (date(2026, 1, 2), datetime(2026, 1, 2)),  # noqa: DTZ001 - the same
    (date(2026, 1, 2), "2026-01-02"),
    (time(1), time(1, tzinfo=UTC)),
    (timedelta(seconds=1), 1),
    (UUID_ONE, str(UUID_ONE)),
    (Path("a"), "a"),
    (Secret("a.b"), Secret("a.c")),
    (Secret.plain("a.b"), Secret("a.b")),
    (Colour.RED, Colour.BLUE),
    (Colour.RED, "red"),
    (Odd([1]), Odd([2])),
]


@pytest.mark.parametrize(("one", "other"), SAME, ids=repr)
def test_values_that_are_written_the_same_are_equal(one: object, other: object) -> None:
    assert key(one) == key(other)
    assert key(other) == key(one)
    assert hash(key(one)) == hash(key(other))


@pytest.mark.parametrize(("one", "other"), DIFFERENT, ids=repr)
def test_values_that_are_written_differently_are_not_equal(one: object, other: object) -> None:
    assert key(one) != key(other)
    assert key(other) != key(one)


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 2),
    st.floats(),
    st.decimals().filter(lambda number: not number.is_snan()),  # a set cannot hold one
    st.text(max_size=2),
    st.binary(max_size=2),
    st.uuids(),
    st.datetimes(timezones=st.none() | st.just(UTC)),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.sampled_from(Colour),
)
HASHABLE = SCALARS | st.builds(Point, st.floats())


def _containers(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.one_of(
        st.lists(inner, max_size=3),
        st.tuples(inner, inner),
        st.dictionaries(st.text(max_size=2), inner, max_size=3),
        st.frozensets(HASHABLE, max_size=3),
        st.builds(Other, st.floats(), inner),
    )


VALUES: st.SearchStrategy[object] = st.recursive(HASHABLE, _containers, max_leaves=8)


@given(VALUES)
def test_a_value_equals_its_deep_copy(value: object) -> None:
    again = copy.deepcopy(value)
    assert key(value) == key(again)
    assert hash(key(value)) == hash(key(again))


@given(VALUES, VALUES)
def test_equal_values_have_equal_hashes_and_equality_is_mutual(one: object, other: object) -> None:
    assert (key(one) == key(other)) == (key(other) == key(one))
    if key(one) == key(other):
        assert hash(key(one)) == hash(key(other))


@given(st.data())
def test_the_order_of_a_mapping_does_not_matter(data: st.DataObject) -> None:
    mapping = data.draw(st.dictionaries(st.text(max_size=3), VALUES, max_size=4))
    assert key(mapping) == key(dict(data.draw(st.permutations(list(mapping.items())))))


def test_a_value_without_a_hash_has_a_key_with_one() -> None:
    class Bag:
        __hash__ = None  # type: ignore[assignment]  # what a class with __eq__ alone has

    keys: list[Hashable] = [key(Bag()), key({"a": Bag()}), key((Odd([1]), [Bag()]))]
    assert all(isinstance(hash(entry), int) for entry in keys)


def test_the_public_fields_are_those_that_the_constructor_takes() -> None:
    @attrs.define
    class Config:
        name: str
        _private: int = 0
        state: Mapping[str, str] = attrs.field(init=False, factory=dict[str, str])
        place: str = attrs.field(default="", alias="zone")

    assert [field.name for field in public_fields(Config)] == ["name", "place"]
