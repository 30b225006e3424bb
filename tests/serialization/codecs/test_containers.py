"""Lists, tuples, sets and mappings: nothing else is taken for one, and all the mistakes in one are told at once."""

from __future__ import annotations

import math
from collections import OrderedDict, UserDict, deque
from collections.abc import Mapping, MutableMapping
from collections.abc import Set as AbstractSet
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.serialization.everything import keys

from stackkit.core.narrow import is_dict
from stackkit.core.secret import Secret
from stackkit.errors import DocumentError, StackkitError, UnsupportedTypeError
from stackkit.serialization.codecs.builtin_values import check_builtins
from stackkit.serialization.codecs.codec import Codec
from stackkit.serialization.converter import FlavorConverter, unsupported_fields


def codec(tp: Any) -> Codec:
    return FlavorConverter().codec(tp)


def lines(act: Any, value: object) -> list[str]:
    with pytest.raises(StackkitError) as caught:
        act(value)
    return str(caught.value).splitlines()


class Pair(NamedTuple):
    """A tuple with names."""

    left: int
    right: int


@pytest.mark.parametrize("tp", [list[str], tuple[str, ...], tuple[str, str, str], set[str], frozenset[str], AbstractSet[str]])
@pytest.mark.parametrize("value", ["abc", None, 5, {"a": "b"}, ("a",), {"a"}, True])
def test_nothing_but_a_list_is_read_as_one(tp: Any, value: object) -> None:
    with pytest.raises(DocumentError, match="expected list of "):
        codec(tp).load(value)


@pytest.mark.parametrize("tp", [dict[str, str], Mapping[str, str], MutableMapping[str, str]])
@pytest.mark.parametrize("value", ["abc", None, 5, [["a", "b"]], ["a"], [], MappingProxyType({"a": "b"})])
def test_nothing_but_an_object_is_read_as_a_mapping(tp: Any, value: object) -> None:
    with pytest.raises(DocumentError, match="expected mapping to str, got "):
        codec(tp).load(value)


@pytest.mark.parametrize(
    ("tp", "value", "message"),
    [
        (list[int], (1, 2), "expected list of int, got tuple"),
        (list[str], "abc", 'expected list of str, got str "abc"'),
        (list[int], deque([1]), "expected list of int, got deque"),
        (tuple[int, ...], [1, 2], "expected tuple of int, got list"),
        (tuple[int, int], [1, 2], "expected tuple of 2, got list"),
        (tuple[int, int], (1, 2, 3), "expected 2 values, got 3"),
        (set[int], frozenset({1}), "expected set of int, got frozenset"),
        (frozenset[int], {1}, "expected frozenset of int, got set"),
        (AbstractSet[int], [1], "expected frozenset of int, got list"),
        (dict[str, int], MappingProxyType({"a": 1}), "expected dict to int, got mappingproxy"),
        (dict[str, int], [("a", 1)], "expected dict to int, got list"),
        (dict[str, int], None, "expected dict to int, got null"),
    ],
)
def test_nothing_but_its_own_type_is_written(tp: Any, value: object, message: str) -> None:
    assert lines(codec(tp).dump, value) == [message]


EMPTY: list[tuple[Any, object]] = [
    (list[int], []),
    (tuple[int, ...], ()),
    (tuple[()], ()),
    (set[int], set[int]()),
    (frozenset[int], frozenset[int]()),
    (dict[str, int], {}),
    (list[list[int]], [[], []]),
    (dict[str, dict[str, int]], {"": {}}),
]


@pytest.mark.parametrize(("tp", "value"), EMPTY)
def test_what_is_empty_stays_empty_and_of_its_type(tp: Any, value: object) -> None:
    found = codec(tp).load(codec(tp).dump(value))
    assert found == value
    assert type(found) is type(value)


ALLOWED: list[tuple[Any, object, object]] = [
    (AbstractSet[int], {1}, frozenset({1})),
    (Mapping[str, int], MappingProxyType({"a": 1}), {"a": 1}),
    (Mapping[str, int], UserDict({"a": 1}), {"a": 1}),
    (dict[str, int], OrderedDict(b=1, a=2), {"a": 2, "b": 1}),
    (tuple[int, ...], Pair(1, 2), (1, 2)),
    (tuple[int, int], Pair(1, 2), (1, 2)),
]


@pytest.mark.parametrize(("tp", "value", "found"), ALLOWED)
def test_what_an_abstract_type_allows_is_written(tp: Any, value: object, found: object) -> None:
    assert codec(tp).load(codec(tp).dump(value)) == found


def test_all_mistakes_in_a_list_are_told_with_their_places() -> None:
    read = codec(list[dict[str, tuple[int, bool]]]).load
    assert lines(read, [{"a": [1, True]}, {"a": ["1", 1], "b": [1]}, 5]) == [
        '[1].a[0]: expected int, got str "1"',
        "[1].a[1]: expected bool, got int 1",
        "[1].b: expected 2 values, got 1",
        "[2]: expected mapping to list of 2 values, got int 5",
    ]


def test_all_mistakes_are_told_when_they_are_written() -> None:
    write = codec(dict[str, list[int]]).dump
    assert lines(write, {"a": [1, "2", None], "b": (1,), 5: [], "\ud800": []}) == [
        'a[1]: expected int, got str "2"',
        "a[2]: expected int, got null",
        "b: expected list of int, got tuple",
        "expected str keys, got int 5",
        "a key holds a lone surrogate",
    ]
    assert lines(codec(set[int]).dump, {"5"}) == ['(element): expected int, got str "5"']
    assert lines(codec(tuple[int, bool]).dump, ("5", 5)) == ['[0]: expected int, got str "5"', "[1]: expected bool, got int 5"]


@given(st.sets(st.floats() | st.integers(-5, 5)))
def test_a_set_is_written_in_an_order_of_its_own(values: set[float]) -> None:
    numbers = codec(set[float])
    other = set[float]()
    for number in reversed([*values]):
        other.add(number)
    assert numbers.dump(values) == numbers.dump(other)
    assert numbers.dump(numbers.load(numbers.dump(values))) == numbers.dump(values)


def test_values_that_are_written_the_same_are_in_a_set_once() -> None:
    assert codec(set[float]).dump({math.nan, float("nan")}) == [{"$float": "nan"}]
    assert codec(set[float]).load([{"$float": "nan"}])


def test_a_set_that_lists_a_value_twice_is_refused() -> None:
    for value in ([1, 1], [1, 2, 1]):
        assert lines(codec(set[int]).load, value) == ["lists a value twice"]
    assert lines(codec(set[float]).load, [1, 1.0]) == ["lists a value twice"]
    assert lines(codec(frozenset[tuple[float, ...]]).load, [[0.0], [-0.0]]) == ["lists a value twice"]


def test_sets_of_what_has_no_hash_are_refused_with_their_field() -> None:
    from tests.serialization.everything import Anything

    class Flavor(Anything):
        FLAVOR = "sets"
        good: set[tuple[int, frozenset[str]]]
        lists: set[list[int]]
        deep: dict[str, frozenset[tuple[int, dict[str, int]]]]

    assert [str(problem).partition("Flavor.")[2] for problem in unsupported_fields(Flavor)] == [
        "lists: list of int cannot be in a set, as it has no hash; use a list, or elements that do not change",
        "deep: tuple of 2 cannot be in a set, as it has no hash; use a list, or elements that do not change",
    ]


def test_an_element_without_a_hash_is_told_even_where_its_type_has_one() -> None:
    from decimal import Decimal

    assert lines(codec(set[Decimal]).load, ["sNaN"]) == ["holds what no set can: Cannot hash a signaling NaN value"]


@given(st.dictionaries(keys, st.integers(-5, 5)))
def test_a_mapping_may_have_any_text_for_keys(mapping: dict[str, int]) -> None:
    texts = codec(dict[str, int])
    written = texts.dump(mapping)
    check_builtins(written)
    assert texts.load(written) == mapping
    assert is_dict(written)
    assert [*written] == sorted(map(str, written))
    assert texts.dump(dict(reversed(mapping.items()))) == written


def test_keys_that_begin_with_a_dollar_are_told_from_what_is_special() -> None:
    assert codec(dict[str, int]).dump({"$secret": 1, "$$": 2, "$": 3}) == {"$$secret": 1, "$$$": 2, "$$": 3}
    assert lines(codec(dict[str, int]).load, {"$secret": 1}) == ["the key $secret begins with $; write another $ before it"]


def test_keys_that_are_no_text_are_refused() -> None:
    assert lines(codec(dict[str, int]).load, {1: 1, None: 2, "\ud800": 3}) == [
        "expected str keys, got int 1",
        "expected str keys, got null",
        "a key holds a lone surrogate",
    ]
    with pytest.raises(UnsupportedTypeError, match=r"dict\[int, str\] has keys that are not text; use str keys"):
        codec(dict[int, str])


@pytest.mark.parametrize(
    ("tp", "value"),
    [
        (Secret | None, "hunter2"),
        (list[Secret], ["hunter2", {"$secret": "hunter2"}]),
        (list[Secret], "hunter2"),
        (dict[str, Secret], {"password": "hunter2"}),
        (dict[str, Secret], "hunter2"),
        (tuple[int, Secret], ["hunter2", "hunter2"]),
        (tuple[Secret, ...], "hunter2"),
        (list[dict[str, Secret | None]], [{"a": "hunter2"}, "hunter2"]),
        (set[Secret], ["hunter2"]),
    ],
)
def test_a_text_where_a_secret_belongs_is_not_shown(tp: Any, value: object) -> None:
    for act in (codec(tp).load, codec(tp).dump):
        with pytest.raises(StackkitError) as caught:
            act(value)
        assert "hunter2" not in str(caught.value)
        assert "got " in str(caught.value)


def test_a_long_list_of_mistakes_is_told_whole() -> None:
    assert len(lines(codec(list[int]).load, ["no"] * 10_000)) == 10_000
