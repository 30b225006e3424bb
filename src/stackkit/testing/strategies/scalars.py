"""Shapes of the types that consist of nothing else: text, numbers, times, paths."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path, PurePath, PurePosixPath
from typing import Any, Final, TypeAlias
from uuid import UUID

import attrs
from hypothesis import strategies as st

from stackkit.testing.strategies.constraints import Bound, Constraints
from stackkit.testing.strategies.shape import Mistakes, Shape, Values, sampled
from stackkit.testing.strategies.texts import texts

Draw: TypeAlias = Callable[[Constraints], Values]

LARGE_INTS: Final = (0, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 10**300)
"""Whole numbers at the limits of what formats and floats carry."""
ODD_DECIMALS: Final = tuple(map(Decimal, ("-0", "0E-10", "1E+5", "1.00", "NaN123", "-NaN", "1E-999999")))
"""Decimal numbers that change their form where they are not written as they are."""


@attrs.frozen
class Scalar:
    """A type that consists of nothing else.

    Args:
        draw: Its values, under constraints.
        kinds: What documents hold for them.
        mistakes: Builtins of the same kinds that stand for none, made from some that do.
    """

    draw: Draw
    kinds: frozenset[str]
    mistakes: Callable[[object], Sequence[object]]


def scalar_shape(tp: object, asked: Constraints) -> Shape | None:
    """The shape of a type that consists of nothing else; None for any other.

    Args:
        tp: A type annotation.
        asked: What is asked of the values.
    """
    scalar = _find(tp)
    if scalar is None:
        return None
    options = _options(tp, asked)
    return Shape(scalar.draw(asked) if options is None else options, scalar.kinds, _sampling(scalar.mistakes))


def _find(tp: object) -> Scalar | None:
    try:
        return SCALARS.get(tp)
    except TypeError:  # an annotation without a hash
        return None


def _sampling(mistakes: Callable[[object], Sequence[object]]) -> Mistakes:
    return lambda right: sampled(wrong for wrong in mistakes(right) if type(wrong) is not type(right) or wrong != right)


def _options(tp: object, asked: Constraints) -> Values | None:
    """The options that are asked for, where they are of this type: 1 is no truth value, and True no number."""
    if asked.options is None or not isinstance(tp, type):
        return None
    exact = tp in (bool, int, str, date)
    return sampled(value for value in asked.options if (type(value) is tp if exact else isinstance(value, tp)))


def _limit(bound: Bound | None, convert: Callable[[Any], Any]) -> Any:
    if bound is None:
        return None
    try:
        return convert(bound.value)
    except (ArithmeticError, AttributeError, TypeError, ValueError):  # compared with something else; the validator decides
        return None


def _ints(asked: Constraints) -> Values:
    lowest, highest = _limit(asked.lowest, math.ceil), _limit(asked.highest, math.floor)
    limited = st.integers(lowest, highest)
    return limited if asked.lowest or asked.highest else limited | st.sampled_from(LARGE_INTS)


def _floats(asked: Constraints) -> Values:
    lowest, highest = _limit(asked.lowest, float), _limit(asked.highest, float)
    if lowest is None and highest is None:
        return st.floats() | st.just(-0.0)
    return st.floats(
        lowest,
        highest,
        allow_nan=False,
        exclude_min=lowest is not None and asked.lowest is not None and asked.lowest.is_open,
        exclude_max=highest is not None and asked.highest is not None and asked.highest.is_open,
    )


def _decimals(asked: Constraints) -> Values:
    lowest, highest = _limit(asked.lowest, Decimal), _limit(asked.highest, Decimal)
    if lowest is None and highest is None:
        any_number = st.decimals().filter(lambda number: not number.is_snan())
        return any_number | st.sampled_from(ODD_DECIMALS)
    return st.decimals(lowest, highest, allow_nan=False)


_offsets: Final = st.builds(timezone, st.timedeltas(timedelta(hours=-23, minutes=-59), timedelta(hours=23, minutes=59)))
_zones: Final = st.none() | st.just(UTC) | _offsets


def _datetimes(asked: Constraints) -> Values:
    bounds = [bound.value for bound in (asked.lowest, asked.highest) if bound]
    if any(isinstance(bound, datetime) and bound.tzinfo for bound in bounds):
        return st.datetimes(
            _limit(asked.lowest, _in_utc) or datetime.min,  # noqa: DTZ901 - the zone follows
            _limit(asked.highest, _in_utc) or datetime.max,  # noqa: DTZ901 - the same
            timezones=st.just(UTC),
        )
    lowest, highest = _limit(asked.lowest, _naive), _limit(asked.highest, _naive)
    if lowest is not None or highest is not None:
        return st.datetimes(lowest or datetime.min, highest or datetime.max)  # noqa: DTZ901 - compared with naive ones
    return st.builds(datetime.replace, st.datetimes(timezones=_zones), fold=st.integers(0, 1))


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def _naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)


def _dates(asked: Constraints) -> Values:
    return st.dates(_limit(asked.lowest, _day) or date.min, _limit(asked.highest, _day) or date.max)


def _day(value: date) -> date:
    return date(value.year, value.month, value.day)


def _times(asked: Constraints) -> Values:
    if asked.lowest or asked.highest:
        return st.times(_limit(asked.lowest, _clock) or time.min, _limit(asked.highest, _clock) or time.max)
    return st.builds(time.replace, st.times(), tzinfo=_zones)


def _clock(value: time) -> time:
    return value.replace(tzinfo=None)


def _durations(asked: Constraints) -> Values:
    lowest, highest = _limit(asked.lowest, abs), _limit(asked.highest, abs)
    return st.timedeltas(
        timedelta.min if lowest is None or asked.lowest is None else asked.lowest.value,
        timedelta.max if highest is None or asked.highest is None else asked.highest.value,
    )


def _binary(asked: Constraints) -> Values:
    return st.binary(min_size=asked.shortest, max_size=asked.longest)


def _paths(make: Callable[[str], PurePath]) -> Draw:
    return lambda asked: texts(asked).filter(lambda text: "\0" not in text).map(make)


def _anything(values: Values) -> Draw:
    return lambda _: values


def _wrong(*values: object) -> Callable[[object], Sequence[object]]:
    return lambda _: values


def _wrong_text(*values: str) -> Callable[[object], Sequence[object]]:
    """Texts of another form, and the right one with something too much or too little."""
    return lambda right: [*values, " ", f" {right}", f"{right} ", f"{right}\n", f"{right}x", "\u0661"]


def _text(draw: Draw, *wrong: str) -> Scalar:
    return Scalar(draw, frozenset({"str"}), _wrong_text(*wrong))


def _path(make: Callable[[str], PurePath]) -> Scalar:
    return Scalar(_paths(make), frozenset({"str"}), _wrong())


SCALARS: Final[Mapping[object, Scalar]] = {
    str: Scalar(texts, frozenset({"str"}), _wrong()),
    int: Scalar(_ints, frozenset({"int", "$int"}), _wrong({"$int": "5"}, {"$int": 5}, {"$int": "1e30"}, {"$int": None})),
    float: Scalar(
        _floats, frozenset({"float", "int", "$float"}), _wrong(2**53 + 1, {"$float": "NaN"}, {"$float": "1.5"}, {"$float": 1.5})
    ),
    bool: Scalar(_anything(st.booleans()), frozenset({"bool"}), _wrong()),
    **dict.fromkeys((None, type(None)), Scalar(_anything(st.none()), frozenset({"null"}), _wrong())),
    bytes: _text(_binary, "abc", "a", "YQ", "YR==", "é"),
    UUID: _text(_anything(st.uuids()), "", "1" * 31, "{12345678-1234-5678-1234-567812345678}", "12345678-1234-5678-1234"),
    datetime: _text(_datetimes, "2020-01-01", "2020-01-01 00:00:00", "2020-13-01T00:00:00", "20200101T000000", "now"),
    date: _text(_dates, "2020-01-01T00:00:00", "2020-02-30", "20200101", "1.1.2020", "today"),
    time: _text(_times, "24:00:00", "12:60:00", "12:00", "noon", "12"),
    timedelta: _text(_durations, "P1D", "1 day", "PT5S", "P0DT99999S", "5", "-P0DT0S"),
    Decimal: _text(_decimals, "1,5", "1_000", "one", "+1", ".5", "5.", "0x10"),
    Path: _path(Path),
    PurePosixPath: _path(PurePosixPath),
    PurePath: _path(PurePath),
}
"""The types that consist of nothing else, as every flavor may use them."""
