"""What documents are made of: everything else is named, with its place, before a format sees it."""

from __future__ import annotations

import math
from collections import OrderedDict
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.serialization.everything import texts
from tests.serialization.hostile import DEEPEST, TOO_DEEP, builtins

from stackkit.errors import NotSerializableError
from stackkit.serialization.codecs.builtin_values import check_builtins, kind_of, ordered, shown, tagged


def refusals(value: object) -> list[str]:
    with pytest.raises(NotSerializableError) as caught:
        check_builtins(value)
    return str(caught.value).splitlines()


@given(builtins)
def test_builtins_are_accepted(value: object) -> None:
    check_builtins(value)


REFUSED: list[tuple[object, str]] = [
    (math.nan, "is nan, which is no number"),
    (2**63, "is a whole number of more than 64 bits"),
    (-(2**63) - 1, "is a whole number of more than 64 bits"),
    (10**5000, "is a whole number of more than 64 bits"),
    ("a\ud800", "holds a lone surrogate, which is no text"),
    (b"a", "is a bytes, which no document holds"),
    ((1,), "is a tuple, which no document holds"),
    (OrderedDict(a=1), "is a OrderedDict, which no document holds"),
    (Decimal(1), "is a Decimal, which no document holds"),
    ({None: 1}, "has a key that is no text but a NoneType"),
    ({"a": {5: 1}}, "a: has a key that is no text but a int"),
]


@pytest.mark.parametrize(("value", "message"), REFUSED, ids=lambda value: type(value).__name__)
def test_what_some_format_would_change_is_refused(value: object, message: str) -> None:
    assert refusals(value) == [message]


def test_every_place_is_named() -> None:
    fine: list[object] = [None, True, 1, 1.5, "a", list[int](), dict[str, int]()]
    value: object = {"a": [1, math.nan, {"b": (1,), "c": math.inf}], "d": "\ud800", "fine": fine}
    assert refusals(value) == [
        "a[1]: is nan, which is no number",
        "a[2].b: is a tuple, which no document holds",
        "a[2].c: is inf, which is no number",
        "d: holds a lone surrogate, which is no text",
    ]


def test_depth_has_an_end() -> None:
    check_builtins(DEEPEST)
    (line,) = refusals(TOO_DEEP)
    assert line.endswith("is nested more than 100 levels deep")
    endless: list[object] = []
    endless.append(endless)
    assert "nested" in refusals(endless)[0]


@given(st.lists(builtins, max_size=5), st.randoms())
def test_an_order_depends_on_nothing_but_the_values(values: list[object], random: Random) -> None:
    shuffled = [*values]
    random.shuffle(shuffled)
    assert repr(ordered(values)) == repr(ordered(shuffled)) or ordered(values) == ordered(shuffled)
    assert all(value in values for value in ordered(values))


@given(texts)
def test_what_is_shown_of_a_text_is_short_and_printable(text: str) -> None:
    assert shown(text).isprintable()
    assert len(shown(text)) <= 10 * 41


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "null"), (True, "bool"), (1, "int"), (1.0, "float"), ("a", "str"), ([], "list"), ({}, "dict"),
        ({"a": 1}, "dict"), ({"$secret": 1}, "$secret"), ({"$secret": 1, "a": 1}, "dict"), ({"$$secret": 1}, "dict"),
        ({"$": 1}, "$"), ({1: 1}, "dict"), ({b"$a": 1}, "dict"),
    ],
)  # fmt: skip
def test_kinds_are_told_apart(value: object, kind: str) -> None:
    assert kind_of(value) == kind


def test_a_tag_is_the_only_key() -> None:
    assert tagged({"$int": "5"}, "$int") == "5"
    others: list[object] = [{"$int": 5, "a": 1}, {}, {"$float": 1}, None, "$int", ["$int"]]
    assert all(tagged(value, "$int") is None for value in others)
