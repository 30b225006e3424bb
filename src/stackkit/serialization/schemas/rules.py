"""What attrs validators ask of a value, as far as JSON Schema can say it.

A rule that it cannot say is left out: the schema then lets through what the validator refuses, and never the other way.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from enum import EnumMeta
from typing import Final

import attrs

from stackkit.core.narrow import is_row, is_set
from stackkit.errors import StackkitError
from stackkit.serialization.codecs.builtin_values import ordered
from stackkit.serialization.codecs.codec import Codec
from stackkit.serialization.codecs.constants import ConstantCodec
from stackkit.serialization.codecs.scalars import BoolCodec, FloatCodec, IntCodec, NoneCodec, StrCodec

_KEYWORDS: Final = {">=": "minimum", ">": "exclusiveMinimum", "<=": "maximum", "<": "exclusiveMaximum"}
_COMPARED_AS_WRITTEN: Final = (StrCodec, IntCodec, FloatCodec, BoolCodec, NoneCodec, ConstantCodec)
"""Two values of these are equal when they are written the same, and only then."""
_PYTHON_ONLY: Final = re.compile(r"\(\?(?![:=!]|<[=!])|\\[AZ]|[*+?}]\+|\{,")
"""What Python's regular expressions have, and those of JSON Schema have not, or read in another way."""


@attrs.frozen
class Bound:
    """A limit for numbers.

    Args:
        keyword: `minimum`, `exclusiveMinimum`, `maximum` or `exclusiveMaximum`.
        number: The limit.
        allows: Whether a number keeps to it.
    """

    keyword: str
    number: int | float
    allows: Callable[[object, object], object]


@attrs.frozen
class Rules:
    """The validators of a value, one beside the other.

    Args:
        validators: All hold; each is one that attrs made, or a user's own.
    """

    validators: tuple[object, ...] = ()

    @classmethod
    def of(cls, validators: Iterable[object]) -> Rules:
        """The rules of some validators; those within `and_` stand beside the others."""
        return cls(tuple(_flat(validators)))

    def for_option(self, codec: Codec) -> Rules:
        """What holds for one of the types of a union: `optional` asks nothing of None."""
        if isinstance(codec, NoneCodec):
            return Rules(tuple(v for v in self.validators if _name(v) != "_OptionalValidator"))
        return Rules.of(_within(v, "_OptionalValidator", "validator") for v in self.validators)

    def for_items(self) -> Rules:
        """What holds for each element of a list or set, or each value of a mapping."""
        members = [*self._inner("_DeepIterable", "member_validator"), *self._inner("_DeepMapping", "value_validator")]
        return Rules.of(members)

    def for_container(self) -> Rules:
        """What holds for a list, set or mapping itself."""
        whole = [*self._inner("_DeepIterable", "iterable_validator"), *self._inner("_DeepMapping", "mapping_validator")]
        return Rules.of([*self.validators, *whole])

    def _inner(self, name: str, attribute: str) -> Iterator[object]:
        for validator in self.validators:
            found: object = getattr(validator, attribute, None) if _name(validator) == name else None
            if found is not None:
                yield found

    def bounds(self) -> list[Bound]:
        """The limits for a number."""
        found = [_bound(v) for v in self.validators if _name(v) == "_NumberValidator"]
        return [bound for bound in found if bound is not None]

    def lengths(self, least: str, most: str) -> dict[str, object]:
        """The limits for a length.

        Args:
            least: The keyword for the lower one: `minItems`.
            most: The keyword for the upper one.
        """
        lows = [n for n in self._numbers("_MinLengthValidator", "min_length") if n > 0]
        highs = [n for n in self._numbers("_MaxLengthValidator", "max_length") if n >= 0]
        return {**({least: max(lows)} if lows else {}), **({most: min(highs)} if highs else {})}

    def _numbers(self, name: str, attribute: str) -> Iterator[int]:
        for validator in self.validators:
            found: object = getattr(validator, attribute, None) if _name(validator) == name else None
            if type(found) is int:
                yield found

    def patterns(self) -> list[str]:
        """The regular expressions that a text must match, each to be looked for anywhere in it."""
        found = [_pattern(v) for v in self.validators if _name(v) == "_MatchesReValidator"]
        return [pattern for pattern in found if pattern is not None]

    def choices(self, codec: Codec) -> list[object] | None:
        """The values that are allowed, as they are written; None where that cannot be said."""
        if not isinstance(codec, _COMPARED_AS_WRITTEN):
            return None
        for validator in self.validators:
            found = _options(validator)
            nullable = isinstance(codec, NoneCodec | ConstantCodec)
            options = [option for option in found or () if nullable or option is not None]
            if options and all(map(codec.accepts, options)):
                try:
                    written = [codec.dump(option) for option in options]
                except StackkitError:
                    continue
                return ordered(written) if is_set(found) else written
        return None


def _flat(validators: Iterable[object]) -> Iterator[object]:
    for validator in validators:
        inner: object = getattr(validator, "_validators", None) if _name(validator) == "_AndValidator" else None
        if is_row(inner):
            yield from _flat(inner)
        else:
            yield validator


def _within(validator: object, name: str, attribute: str) -> object:
    return getattr(validator, attribute, None) if _name(validator) == name else validator


def _name(validator: object) -> str:
    """The class of a validator, where it is one of attrs' own: they have no other names."""
    cls = type(validator)
    return cls.__name__ if cls.__module__ in ("attr.validators", "attr._make") else ""


def _bound(validator: object) -> Bound | None:
    number: object = getattr(validator, "bound", None)
    keyword = _KEYWORDS.get(str(getattr(validator, "compare_op", "")))
    allows: object = getattr(validator, "compare_func", None)
    if keyword is None or not callable(allows) or type(number) not in (int, float):
        return None
    if not isinstance(number, (int, float)) or not -(2**63) <= number < 2**63 or not math.isfinite(number):
        return None
    return Bound(keyword, number, allows)


def _pattern(validator: object) -> str | None:
    pattern: object = getattr(validator, "pattern", None)
    match: object = getattr(validator, "match_func", None)
    text: object = getattr(pattern, "pattern", None)
    if not isinstance(text, str) or getattr(pattern, "flags", 0) != re.UNICODE or _PYTHON_ONLY.search(text):
        return None
    if match == getattr(pattern, "search", None):
        return text
    return anchored(text) if match == getattr(pattern, "fullmatch", None) else f"^(?:{text})"


def anchored(pattern: str) -> str:
    r"""A regular expression for a whole text, also to Python, whose `$` lets a line break follow.

    >>> anchored("[0-9]+")
    '^(?:[0-9]+)$(?!\\n)'
    """
    return f"^(?:{pattern})$(?!\\n)"


def _options(validator: object) -> Collection[object] | None:
    found: object = getattr(validator, "options", None) if _name(validator) == "_InValidator" else None
    if isinstance(found, EnumMeta):
        return [*found]
    return found if is_row(found) or is_set(found) else None


def limited(schema: Mapping[str, object], bounds: Sequence[Bound]) -> dict[str, object]:
    """The schema of a number with its limits.

    Args:
        schema: What holds without them.
        bounds: The limits; of two of a kind, the narrower one is kept.
    """
    found: dict[str, int | float] = {}
    for bound in bounds:
        narrower = max if "inimum" in bound.keyword else min
        found[bound.keyword] = narrower(found.get(bound.keyword, bound.number), bound.number)
    return {**schema, **found}
