"""What is drawn for each type, under validators too, and what is known to be wrong in its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Literal
from uuid import UUID

import pytest
from hypothesis import Phase, find, settings
from hypothesis.errors import NoSuchExample
from tests.testing.strategies.sample import EVERY_CHECK, Colour, Level, Limits, Node, Permission, Retry, Validated

from stackkit import Reference, Secret
from stackkit.core.narrow import is_list
from stackkit.serialization.codecs.builtin_values import kind_of
from stackkit.testing.strategies.components import recipe_of
from stackkit.testing.strategies.shapes import Shapes

patient = settings(
    max_examples=3000,
    phases=[Phase.generate],
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=EVERY_CHECK,
)

DRAWN: list[tuple[Any, Callable[[Any], object]]] = [
    (str, lambda v: v == "null"),
    (str, lambda v: len(v) > 5 and not v.isascii()),
    (int, lambda v: v >= 2**63),
    (int, lambda v: v < 0),
    (float, lambda v: v != v),  # noqa: PLR0124 - NaN
    (float, lambda v: str(v) == "-0.0"),
    (bytes, lambda v: b"\xff" in v),
    (datetime, lambda v: v.tzinfo is not None and v.utcoffset()),
    (datetime, lambda v: v.tzinfo is None),
    (datetime, lambda v: v.fold == 1),
    (time, lambda v: v.tzinfo is not None),
    (timedelta, lambda v: v.days < 0),
    (Decimal, lambda v: v.is_nan()),
    (Decimal, lambda v: v.is_infinite()),
    (Permission, lambda v: v == Permission.READ | Permission.WRITE),
    (Permission, lambda v: v == Permission(0)),
    *((Colour, lambda v, colour=colour: v is colour) for colour in Colour),
    *((Level, lambda v, level=level: v is level) for level in Level),
    (Literal["red", 1, True], lambda v: v is True),
    (Literal["red", 1, True], lambda v: v == "red"),
    (Literal["red", 1, True], lambda v: type(v) is int),
    (int | None, lambda v: v is None),
    (int | None, lambda v: v == 2**53 + 1),
    (int | str | list[float] | Retry, lambda v: type(v) is int),
    (int | str | list[float] | Retry, lambda v: type(v) is str),
    (int | str | list[float] | Retry, lambda v: is_list(v) and len(v) > 1),
    (int | str | list[float] | Retry, lambda v: isinstance(v, Retry)),
    (tuple[str, ...], lambda v: len(v) > 2),
    (list[int], lambda v: v == []),
    (set[int], lambda v: len(v) > 1),
    (dict[str, int], lambda v: any(key.startswith("$") for key in v)),
    (Retry, lambda v: v.pause == 0.5),
    (Retry, lambda v: v.pause > 2),
    (Limits, lambda v: len(v.names) > 1),
    (list[Secret], lambda v: len(v) > 1),
    (Reference, lambda v: v.type == "alerter"),
    (Reference, lambda v: v.type not in ("alerter", "artifact_store", "secrets_manager")),
    (dict[str, list[Retry | None]], lambda v: any(None in row for row in v.values())),
    (Node, lambda v: isinstance(v.next, Node)),
    (Node, lambda v: len(v.children) > 1),
    (Node, lambda v: len(v.named) > 0),
]


@pytest.mark.parametrize("case", DRAWN, ids=[f"{number}-{tp}" for number, (tp, _) in enumerate(DRAWN)])
def test_every_value_of_a_type_is_drawn(case: tuple[Any, Callable[[Any], object]]) -> None:
    tp, wanted = case
    find(Shapes().of(tp).values, lambda value: bool(wanted(value)), settings=patient)


MISTAKES: list[tuple[Any, object, object]] = [
    (int, 5, "5"),
    (int, 5, True),
    (int, 5, 1.0),
    (int, 5, None),
    (int, 5, [5]),
    (int, 5, {"$int": "5"}),
    (float, 0.5, "0.5"),
    (float, 0.5, 2**53 + 1),
    (float, 0.5, {"$float": "NaN"}),
    (bool, True, 1),
    (bool, True, "true"),
    (str, "5", 1),
    (str, "5", None),
    (None, None, ""),
    (bytes, "YQ==", "YQ"),
    (UUID, "12345678-1234-5678-1234-567812345678", "1" * 31),
    (date, "2020-01-01", "2020-02-30"),
    (date, "2020-01-01", "2020-01-01T00:00:00"),
    (datetime, "2020-01-01T00:00:00", "2020-01-01"),
    (time, "12:00:00", "24:00:00"),
    (timedelta, "P1DT0S", "P1D"),
    (Decimal, "1.5", "1,5"),
    (Decimal, "1.5", 0.5),
    (Secret, {"$secret": "a.b"}, {"$secret": "no_dot"}),
    (Secret, {"$secret": "a.b"}, "text"),
    (Reference, {"$component": "alerter/a"}, {"$component": "alerter/"}),
    (Colour, "red", "RED"),
    (Colour, "red", None),
    (Level, 1, 2),
    (Permission, 1, "1"),
    (Literal["red", 1], "red", "none of them"),
    (int | None, 5, "5"),
    (date | None, "2020-01-01", "2020-02-30"),
    (list[int], [1, 2], [1, None]),
    (list[int], [1, 2], {"value": [1, 2]}),
    (tuple[int, ...], [1], ["1"]),
    (tuple[int, str], [1, "a"], [1, "a", None]),
    (tuple[int, str], [1, "a"], [1]),
    (tuple[int, str], [1, "a"], [1, 1]),
    (tuple[()], [], [None]),
    (set[int], [1, 2], [1, 2, 1]),
    (dict[str, int], {"a": 1}, {"a": None}),
    (dict[str, int], {"a": 1}, {"a": 1, "$mark": 1}),
    (dict[str, int], {"a": 1}, []),
    (Retry, {"attempts": 1}, {}),
    (Retry, {"attempts": 1}, {"attempts": 6}),
    (Retry, {"attempts": 1}, {"attempts": 1, "no such field": None}),
    (Retry, {"attempts": 1}, {"attempts_": 1}),
    (Limits, {"most": 1, "names": ["a"]}, {"most": 1, "names": [None]}),
    (list[int] | str, [1], [None]),
    (list[int] | str, [1], None),
    (dict[str, list[Retry]], {"a": [{"attempts": 1}]}, {"a": [{}]}),
]


@pytest.mark.parametrize("case", MISTAKES, ids=[f"{tp}-{wrong}" for tp, _, wrong in MISTAKES])
def test_a_mistake_is_known(case: tuple[Any, object, object]) -> None:
    tp, right, wrong = case
    find(Shapes().of(tp).mistakes(right), lambda value: type(value) is type(wrong) and value == wrong, settings=patient)


def is_alike(one: object, other: object) -> bool:
    return kind_of(one) == kind_of(other)


def test_what_is_wrong_for_one_of_a_union_and_right_for_another_is_no_mistake() -> None:
    for tp, right in ((date | str, "2020-01-01"), (Colour | int, 1), (Retry | dict[str, int], {"attempts": 1})):
        shape = Shapes().of(tp)
        with pytest.raises(NoSuchExample):
            find(shape.mistakes(right), partial(is_alike, right), settings=patient)


REFUSED: Mapping[str, tuple[object, object]] = {
    "chosen": (1, 0),
    "version": ("v1.0", "?"),
    "started": ("ab", ""),
    "short": ("a", "xxxx"),
    "ranged": (10, 2),
    "both": (2, 10),
    "own": (2, 1),
    "either": (100, 99),
    "least": (2**70, 2**70 - 1),
    "more": (0.3, 0.5),
    "converted": ("A", "nowhere://bucket"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_validator_refuses_is_known(name: str) -> None:
    right, wrong = REFUSED[name]
    refused = list(recipe_of(Validated, {}).fields[name].refused(right))
    assert (wrong in refused, right in refused) == (name != "converted", False)
