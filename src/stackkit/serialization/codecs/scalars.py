"""Codecs of the values that documents hold as they are: None, truth values, numbers and text."""

from __future__ import annotations

import math
import re
from typing import Final, TypeGuard

from typing_extensions import override

from stackkit.errors import DocumentError, NotSerializableError, Problem
from stackkit.serialization.codecs.builtin_values import INT_DIGITS, NATIVE_INTS, is_unicode, tagged
from stackkit.serialization.codecs.codec import Codec

INT_TAG: Final = "$int"
"""Marks a whole number that not every format has, written as text."""
FLOAT_TAG: Final = "$float"
"""Marks what is a float and no number."""
NON_FINITE: Final = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}

_LARGE_INT: Final = re.compile(rf"-?[1-9][0-9]{{18,{INT_DIGITS - 1}}}")


class NoneCodec(Codec):
    """None, written as null."""

    expected = "null"
    values = "None"
    kinds: frozenset[str] = frozenset({"null"})

    @override
    def load(self, value: object, _: object = None) -> None:
        if value is not None:
            raise self.wrong(value)

    @override
    def dump(self, value: object) -> None:
        if value is not None:
            raise self.unwritable(value)

    @override
    def accepts(self, value: object) -> bool:
        return value is None


class BoolCodec(Codec):
    """Truth values; never 0 or 1."""

    expected = "bool"
    kinds: frozenset[str] = frozenset({"bool"})

    @override
    def load(self, value: object, _: object = None) -> bool:
        if not isinstance(value, bool):
            raise self.wrong(value)
        return value

    @override
    def dump(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise self.unwritable(value)
        return value

    @override
    def accepts(self, value: object) -> bool:
        return isinstance(value, bool)


class IntCodec(Codec):
    """Whole numbers of any size; those of more than 64 bits are written as `{"$int": "…"}`."""

    expected = "int"
    kinds: frozenset[str] = frozenset({"int", INT_TAG})

    @override
    def load(self, value: object, _: object = None) -> int:
        if type(value) is int:
            return value
        text = tagged(value, INT_TAG)
        if isinstance(text, str) and _LARGE_INT.fullmatch(text):
            number = _read_int(text)
            if number is not None and number not in NATIVE_INTS:
                return number
        raise self.wrong(value)

    @override
    def dump(self, value: object) -> object:
        if type(value) is not int:
            raise self.unwritable(value)
        if value in NATIVE_INTS:
            return value
        text = _write_int(value)
        if text is None:
            raise NotSerializableError(Problem("is a whole number of too many digits to be written"))
        return {INT_TAG: text}

    @override
    def accepts(self, value: object) -> bool:
        return type(value) is int


def _read_int(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:  # Python's limit for digits is set lower than by default
        return None


def _write_int(value: int) -> str | None:
    """A number in digits, or None where Python's limit, or ours, allows no text of that length."""
    try:
        text = str(value)
    except ValueError:
        return None
    return text if len(text.lstrip("-")) <= INT_DIGITS else None


class FloatCodec(Codec):
    """Floating point numbers; a whole number is one where it loses nothing."""

    expected = "float"
    kinds: frozenset[str] = frozenset({"float", FLOAT_TAG})

    @override
    def load(self, value: object, _: object = None) -> float:
        if isinstance(value, float):
            return value
        if is_exact_int(value):
            return float(value)
        text = tagged(value, FLOAT_TAG)
        if isinstance(text, str) and text in NON_FINITE:
            return NON_FINITE[text]
        raise self.wrong(value)

    @override
    def dump(self, value: object) -> object:
        if is_exact_int(value):
            return float(value)
        if not isinstance(value, float):
            raise self.unwritable(value)
        return float(value) if math.isfinite(value) else {FLOAT_TAG: str(float(value))}

    @override
    def accepts(self, value: object) -> bool:
        return isinstance(value, float) or is_exact_int(value)


def is_exact_int(value: object) -> TypeGuard[int]:
    """Whether a value is a whole number that a float holds without loss."""
    try:
        return type(value) is int and float(value) == value
    except OverflowError:
        return False


class StrCodec(Codec):
    """Text: anything that UTF-8 can carry."""

    expected = "str"
    kinds: frozenset[str] = frozenset({"str"})

    @override
    def load(self, value: object, _: object = None) -> str:
        if type(value) is not str:
            raise self.wrong(value)
        if not is_unicode(value):
            raise DocumentError(Problem("holds a lone surrogate, which is no text"))
        return value

    @override
    def dump(self, value: object) -> str:
        if type(value) is not str:
            raise self.unwritable(value)
        if not is_unicode(value):
            raise NotSerializableError(Problem("holds a lone surrogate, which no format can carry"))
        return value

    @override
    def accepts(self, value: object) -> bool:
        return type(value) is str
