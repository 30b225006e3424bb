"""Codecs of single values: text, numbers, times, paths, secrets and references."""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal, InvalidOperation
from pathlib import Path, PurePath, PurePosixPath
from typing import Final
from uuid import UUID

import attrs
from typing_extensions import TypeIs, override

from stackkit.core.component_type import SLUG
from stackkit.core.reference import Reference
from stackkit.core.secret import REFERENCE, Secret
from stackkit.errors import DocumentError, NotSerializableError, Problem
from stackkit.serialization.codec import Codec, tagged

INT_TAG: Final = "$int"
FLOAT_TAG: Final = "$float"
SECRET_TAG: Final = "$secret"  # noqa: S105 - the key that marks a reference, no secret
REFERENCE_TAG: Final = "$component"

NATIVE_INTS: Final = range(-(2**63), 2**63)
"""What every format carries as a number; others are written as `{"$int": "…"}`."""
INT_DIGITS: Final = 4300
"""Python's own limit for integers in text."""
NON_FINITE: Final = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}

DATE = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{6})?"
OFFSET = r"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{6})?)?)?"
DURATION = r"-?P[0-9]{1,9}DT[0-9]{1,5}(\.[0-9]{6})?S"
DECIMAL = r"-?(NaN[0-9]*|sNaN[0-9]*|Infinity|[0-9]+(\.[0-9]+)?(E[+-][0-9]+)?)"
INTEGER = r"-?[1-9][0-9]{18,4299}"


class NoneCodec(Codec):
    """None, written as null."""

    expected = "null"
    kinds = frozenset({"null"})

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
    kinds = frozenset({"bool"})

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
    """Whole numbers of any size."""

    expected = "int"
    kinds = frozenset({"int", INT_TAG})

    @override
    def load(self, value: object, _: object = None) -> int:
        if type(value) is int and value in NATIVE_INTS:
            return value
        text = tagged(value, INT_TAG)
        if isinstance(text, str) and re.fullmatch(INTEGER, text) and int(text) not in NATIVE_INTS:
            return int(text)
        if type(value) is int:
            return value
        raise self.wrong(value)

    @override
    def dump(self, value: object) -> object:
        if type(value) is not int:
            raise self.unwritable(value)
        if value in NATIVE_INTS:
            return value
        if abs(value) >= 10**INT_DIGITS:
            raise NotSerializableError(Problem(f"an int of more than {INT_DIGITS} digits cannot be written as text"))
        return {INT_TAG: str(value)}

    @override
    def accepts(self, value: object) -> bool:
        return type(value) is int


class FloatCodec(Codec):
    """Floating point numbers; a whole number is one where it loses nothing."""

    expected = "float"
    kinds = frozenset({"float", FLOAT_TAG})

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


def is_exact_int(value: object) -> TypeIs[int]:
    """Whether a value is a whole number that a float holds without loss."""
    try:
        return type(value) is int and float(value) == value
    except OverflowError:
        return False


class StrCodec(Codec):
    """Text: anything that UTF-8 can carry."""

    expected = "str"
    kinds = frozenset({"str"})

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


def is_unicode(text: str) -> bool:
    """Whether a text can be written as UTF-8: it holds no lone surrogates."""
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


@attrs.frozen
class TextForm:
    """How the values of a type are written as text.

    Args:
        cls: Whose values.
        expected: What messages call it.
        write: A value's text.
        read: The value of a text; raises ValueError for any other.
        pattern: What texts look like, as a regular expression.
        format: The name of the form in JSON Schema, where there is one.
    """

    cls: type
    expected: str
    write: Callable[..., str]
    read: Callable[[str], object]
    pattern: str = ""
    format: str = ""


class TextCodec(Codec):
    """Values that are written as text of a form of their own."""

    kinds = frozenset({"str"})

    def __init__(self, form: TextForm) -> None:
        self.form = form
        self.expected = form.expected

    @override
    def load(self, value: object, _: object = None) -> object:
        form = self.form
        if type(value) is not str or not is_unicode(value) or (form.pattern and not re.fullmatch(form.pattern, value)):
            raise self.wrong(value)
        try:
            return form.read(value)
        except (ValueError, ArithmeticError) as error:
            raise self.wrong(value) from error

    @override
    def dump(self, value: object) -> str:
        if not self.accepts(value):
            raise self.unwritable(value)
        text = self.form.write(value)
        if not is_unicode(text):
            raise NotSerializableError(Problem("holds bytes that are no text, which no format can carry"))
        return text

    @override
    def accepts(self, value: object) -> bool:
        return isinstance(value, self.form.cls) and not (self.form.cls is date and isinstance(value, datetime))


class SecretCodec(Codec):
    """Secrets, written as `{"$secret": "name.key"}`; a value that is no reference is not shown."""

    expected = f'a secret reference {{"{SECRET_TAG}": "name.key"}}'
    kinds = frozenset({SECRET_TAG})
    sensitive = True

    @override
    def load(self, value: object, _: object = None) -> Secret:
        text = tagged(value, SECRET_TAG)
        if not isinstance(text, str) or not REFERENCE.fullmatch(text):
            raise self.wrong(value)
        return Secret(text)

    @override
    def dump(self, value: object) -> object:
        if not isinstance(value, Secret):
            raise self.unwritable(value)
        return {SECRET_TAG: value.require_reference()}

    @override
    def accepts(self, value: object) -> bool:
        return isinstance(value, Secret)


class ReferenceCodec(Codec):
    """Other components of the stack, written as `{"$component": "type/name"}`."""

    expected = f'a component {{"{REFERENCE_TAG}": "type/name"}}'
    kinds = frozenset({REFERENCE_TAG})

    @override
    def load(self, value: object, _: object = None) -> Reference:
        text = tagged(value, REFERENCE_TAG)
        if isinstance(text, str) and is_unicode(text):
            kind, separator, name = text.partition("/")
            if separator and name and SLUG.fullmatch(kind):
                return Reference(kind, name)
        raise self.wrong(value)

    @override
    def dump(self, value: object) -> object:
        if not isinstance(value, Reference) or not (SLUG.fullmatch(value.type) and value.name and is_unicode(value.name)):
            raise self.unwritable(value)
        return {REFERENCE_TAG: value.text}

    @override
    def accepts(self, value: object) -> bool:
        return isinstance(value, Reference)


def _read_bytes(text: str) -> bytes:
    try:
        value = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(text) from error
    if _write_bytes(value) != text:
        raise ValueError(text)
    return value


def _write_bytes(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _read_uuid(text: str) -> UUID:
    value = UUID(text)
    if str(value) != text.lower():
        raise ValueError(text)
    return value


def _read_datetime(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _write_offset(value: datetime | time) -> str:
    offset = value.utcoffset()
    if offset is None:
        return value.replace(tzinfo=None).isoformat()
    return value.replace(tzinfo=UTC if offset == timedelta() else timezone(offset)).isoformat()


def _write_duration(value: timedelta) -> str:
    sign, size = ("-", -value) if value < timedelta() else ("", value)
    fraction = f".{size.microseconds:06}" if size.microseconds else ""
    return f"{sign}P{size.days}DT{size.seconds}{fraction}S"


def _read_duration(text: str) -> timedelta:
    sign = -1 if text.startswith("-") else 1
    days, _, rest = text.lstrip("-P").partition("DT")
    seconds, _, fraction = rest.rstrip("S").partition(".")
    value = sign * timedelta(days=int(days), seconds=int(seconds), microseconds=int(fraction or 0))
    if _write_duration(value) != text:
        raise ValueError(text)
    return value


def _read_decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text) from error


UUID_PATTERN = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
BASE64_PATTERN = r"([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"

TEXT_FORMS: Final = (
    TextForm(bytes, "base64 text", _write_bytes, _read_bytes, BASE64_PATTERN),
    TextForm(UUID, "a UUID", str, _read_uuid, UUID_PATTERN, "uuid"),
    TextForm(datetime, "a date and time", _write_offset, _read_datetime, f"{DATE}T{CLOCK}{OFFSET}"),
    TextForm(date, "a date", date.isoformat, date.fromisoformat, DATE, "date"),
    TextForm(time, "a time of day", _write_offset, time.fromisoformat, f"{CLOCK}{OFFSET}"),
    TextForm(timedelta, "a duration such as P1DT2.500000S", _write_duration, _read_duration, DURATION),
    TextForm(Decimal, "a decimal number as text", str, _read_decimal, DECIMAL),
    TextForm(Path, "a path", str, Path),
    TextForm(PurePosixPath, "a path", str, PurePosixPath),
    TextForm(PurePath, "a path", str, PurePath),
)

SCALARS: Final[dict[object, Codec]] = {
    None: NoneCodec(),
    type(None): NoneCodec(),
    bool: BoolCodec(),
    int: IntCodec(),
    float: FloatCodec(),
    str: StrCodec(),
    Secret: SecretCodec(),
    Reference: ReferenceCodec(),
    **{form.cls: TextCodec(form) for form in TEXT_FORMS},
}
