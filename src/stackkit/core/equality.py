"""When two configurations are the same document."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Hashable
from datetime import datetime, time
from decimal import Decimal

import attrs
from typing_extensions import override

from stackkit.core.narrow import is_mapping, is_row, is_set


def public_fields(cls: type) -> tuple[attrs.Attribute[object], ...]:
    """The fields of an attrs class that are its configuration: public and given to its constructor."""
    return tuple(f for f in attrs.fields(cls) if f.init and not f.name.startswith("_"))


def key(value: object) -> Hashable:
    """A value that is equal for two values exactly when they are written the same in a document.

    NaN equals itself, 0.0 differs from -0.0, `Decimal("1.0")` from `Decimal("1.00")`, and times compare with their
    offsets, since all of these are written differently. 1 and 1.0 are the same number.

    >>> key(float("nan")) == key(float("nan"))
    True
    >>> key(True) == key(1)
    False
    """
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, float) and (math.isnan(value) or repr(value) == "-0.0"):
        return ("float", repr(value))
    if isinstance(value, Decimal):
        return ("decimal", str(value))
    if isinstance(value, datetime | time):
        return ("datetime" if isinstance(value, datetime) else "time", value.isoformat())
    if isinstance(value, bytes | bytearray):
        return ("bytes", bytes(value))
    if is_mapping(value):
        return ("mapping", frozenset((key(k), key(v)) for k, v in value.items()))
    if is_set(value):
        return ("set", frozenset(map(key, value)))
    if is_row(value):
        return ("sequence", tuple(map(key, value)))
    if attrs.has(type(value)):
        return (type(value), tuple(key(getattr(value, f.name)) for f in public_fields(type(value))))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        shown = [f.name for f in dataclasses.fields(value) if f.init and not f.name.startswith("_")]
        return (type(value), tuple(key(getattr(value, name)) for name in shown))
    return _ByEquality(value)


@attrs.frozen(eq=False)
class _ByEquality:
    """A value compared by its own `==`; without a hash, all share one bucket."""

    value: object

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByEquality) and self.value == other.value

    @override
    def __hash__(self) -> int:
        try:
            return hash(self.value)
        except TypeError:  # unhashable itself, or something in it
            return 0
