"""What attrs' validators ask of a value, as far as it helps to draw one."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from itertools import product
from typing import Any, Final, TypeAlias

import attrs
from attrs import validators as v


@attrs.frozen
class Bound:
    """A limit of numbers, or of other values that have an order.

    Args:
        value: The limit.
        is_open: Whether the limit itself is not allowed.
    """

    value: Any
    is_open: bool


@attrs.frozen
class Constraints:
    """What is asked of a value. They narrow what is drawn; validators then see every value all the same.

    Args:
        options: The only values there are; None where there are others.
        lowest: The lower limit.
        highest: The upper limit.
        shortest: The least number of elements or characters.
        longest: The largest number of them.
        pattern: What a text looks like.
        is_whole: Whether the pattern is one of the whole text, not of a part of it.
        items: What is asked of elements.
        keys: What is asked of the keys of a mapping.
    """

    options: Sequence[object] | None = None
    lowest: Bound | None = None
    highest: Bound | None = None
    shortest: int = 0
    longest: int | None = None
    pattern: re.Pattern[str] | None = None
    is_whole: bool = False
    items: Alternatives = ()
    keys: Alternatives = ()

    def and_also(self, other: Constraints) -> Constraints:
        """What both ask."""
        return Constraints(
            options=_both(self.options, other.options, _intersection),
            lowest=_both(self.lowest, other.lowest, _higher),
            highest=_both(self.highest, other.highest, _lower),
            shortest=max(self.shortest, other.shortest),
            longest=_both(self.longest, other.longest, min),
            pattern=self.pattern or other.pattern,
            is_whole=self.is_whole if self.pattern else other.is_whole,
            items=all_of([self.items, other.items]),
            keys=all_of([self.keys, other.keys]),
        )

    def has_length(self, size: int) -> bool:
        """Whether a value may have this many elements."""
        return self.shortest <= size and (self.longest is None or size <= self.longest)


Alternatives: TypeAlias = tuple[Constraints, ...]
"""Constraints of which one suffices; none at all where nothing is asked."""

ANYTHING: Final[Alternatives] = (Constraints(),)


def all_of(parts: Iterable[Alternatives]) -> Alternatives:
    """What all of them ask together."""
    asked = [part for part in parts if part]
    return tuple(reduce(Constraints.and_also, choice) for choice in product(*asked)) if asked else ()


def constraints_of(validator: object) -> Alternatives:
    """What a validator asks; a validator that is not attrs' own asks nothing that could be told.

    Args:
        validator: The validator of an attrs field, or None.
    """
    read = _READERS.get(type(validator))
    return ANYTHING if read is None else read(validator) or ANYTHING


def _both(one: Any, other: Any, merge: Callable[[Any, Any], Any]) -> Any:
    if one is None or other is None:
        return other if one is None else one
    return merge(one, other)


def _intersection(one: Sequence[object], other: Sequence[object]) -> Sequence[object]:
    return [value for value in one if value in other]


def _higher(one: Bound, other: Bound) -> Bound:
    return other if _is_below(one, other) or (one.value == other.value and other.is_open) else one


def _lower(one: Bound, other: Bound) -> Bound:
    return one if _is_below(one, other) or (one.value == other.value and one.is_open) else other


def _is_below(one: Bound, other: Bound) -> bool:
    return bool(one.value < other.value)


def _number(validator: Any) -> Alternatives:
    is_open = validator.compare_func in (operator.lt, operator.gt)
    bound = Bound(validator.bound, is_open)
    is_lower = validator.compare_func in (operator.ge, operator.gt)
    return (Constraints(lowest=bound) if is_lower else Constraints(highest=bound),)


def _in(validator: Any) -> Alternatives:
    try:
        return (Constraints(options=list(validator.options)),)
    except TypeError:  # a container that can only be asked
        return ANYTHING


def _regex(validator: Any) -> Alternatives:
    is_whole = validator.match_func.__name__ == "fullmatch"
    return (Constraints(pattern=validator.pattern, is_whole=is_whole),)


def _min_len(validator: Any) -> Alternatives:
    return (Constraints(shortest=validator.min_length),)


def _max_len(validator: Any) -> Alternatives:
    return (Constraints(longest=validator.max_length),)


def _optional(validator: Any) -> Alternatives:
    return constraints_of(validator.validator)


def _or(validator: Any) -> Alternatives:
    return tuple(found for part in validator.validators for found in constraints_of(part))


def _and(validator: Any) -> Alternatives:
    return all_of(map(constraints_of, getattr(validator, "_validators")))  # noqa: B009 - attrs keeps it private


def _deep_iterable(validator: Any) -> Alternatives:
    items = Constraints(items=constraints_of(validator.member_validator))
    return all_of([constraints_of(validator.iterable_validator), (items,)])


def _deep_mapping(validator: Any) -> Alternatives:
    inner = Constraints(keys=constraints_of(validator.key_validator), items=constraints_of(validator.value_validator))
    return all_of([constraints_of(validator.mapping_validator), (inner,)])


_ANY: Final[Any] = v.ge(0)
"""A validator for making examples of those that are made of others."""
_attrs: Any = v  # what is deep has elements of types that pyright cannot tell

_READERS: Final[dict[type, Callable[[Any], Alternatives]]] = {
    type(v.ge(0)): _number,
    type(v.in_(())): _in,
    type(v.matches_re("")): _regex,
    type(v.min_len(0)): _min_len,
    type(v.max_len(0)): _max_len,
    type(v.optional(_ANY)): _optional,
    type(v.or_(_ANY, _ANY)): _or,
    type(v.and_(_ANY)): _and,
    type(_attrs.deep_iterable(_ANY)): _deep_iterable,
    type(_attrs.deep_mapping(_ANY, _ANY)): _deep_mapping,
}
"""attrs' validators by their classes; `instance_of` and `not_` ask nothing that helps to draw."""
