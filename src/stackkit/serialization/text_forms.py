"""Values that are written as text of a form of their own: bytes, UUIDs, times, decimal numbers and paths."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Context, Decimal, InvalidOperation
from functools import cached_property
from pathlib import Path, PurePath, PurePosixPath
from typing import Final
from uuid import UUID

import attrs
from typing_extensions import override

from stackkit.errors import NotSerializableError, Problem
from stackkit.serialization.builtin_values import is_unicode
from stackkit.serialization.codec import Codec

DATE = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{6})?"
OFFSET = r"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{6})?)?)?"
DURATION = r"-?P[0-9]{1,9}DT[0-9]{1,5}(\.[0-9]{6})?S"
DECIMAL = r"-?(NaN[0-9]*|sNaN[0-9]*|Infinity|[0-9]+(\.[0-9]+)?(E[+-][0-9]{1,19})?)"
HEX_GROUPS = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
BASE64 = r"[A-Za-z0-9+/]*={0,2}"


@attrs.frozen(slots=False)
class TextForm:
    """How the values of a type are written as text.

    Args:
        cls: Whose values.
        expected: What messages call the text.
        write: A value's text; raises ValueError for a value that has none.
        read: The value of a text; raises ValueError or ArithmeticError for one that has none.
        pattern: What texts look like, as a regular expression; empty where any text will do.
        format: The name of the form in JSON Schema, where it has one.
    """

    cls: type
    expected: str
    write: Callable[..., str]
    read: Callable[[str], object]
    pattern: str = ""
    format: str = ""

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The pattern, compiled."""
        return re.compile(self.pattern or ".*", re.DOTALL)


class TextCodec(Codec):
    """Values that are written as text of a form of their own."""

    kinds = frozenset({"str"})

    def __init__(self, form: TextForm) -> None:
        self.form = form
        self.expected = form.expected
        self.values = form.cls.__name__

    @override
    def load(self, value: object, _: object = None) -> object:
        if type(value) is str and is_unicode(value) and self.form.regex.fullmatch(value):
            try:
                return self.form.read(value)
            except (ValueError, ArithmeticError):
                pass  # raised below, where it does not drag the text along
        raise self.wrong(value)

    @override
    def dump(self, value: object) -> str:
        if not self.accepts(value):
            raise self.unwritable(value)
        text = self.form.write(value)
        if not is_unicode(text):
            raise NotSerializableError(Problem("holds bytes that are no text, which no format can carry"))
        if not self.form.regex.fullmatch(text):  # a subclass that writes itself in another way
            raise self.unwritable(value)
        return text

    @override
    def accepts(self, value: object) -> bool:
        return isinstance(value, self.form.cls) and not (self.form.cls is date and isinstance(value, datetime))


def _write_bytes(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _read_bytes(text: str) -> bytes:
    try:
        value = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(text) from error
    if _write_bytes(value) != text:
        raise ValueError(text)
    return value


def _write_moment(value: datetime | time) -> str:
    if value.tzinfo is not None and value.utcoffset() is None:
        raise NotSerializableError(
            Problem(f"the offset of {value.tzinfo} depends on the date", remedy="use a fixed offset, or a datetime")
        )
    return value.isoformat()


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


_STRICT: Final = Context(traps=[InvalidOperation])


def _read_decimal(text: str) -> Decimal:
    return Decimal(text, _STRICT)


TEXT_FORMS: Final = (
    TextForm(bytes, "base64 text", _write_bytes, _read_bytes, BASE64),
    TextForm(UUID, "a UUID", str, UUID, HEX_GROUPS, "uuid"),
    TextForm(datetime, "a date and time", _write_moment, datetime.fromisoformat, f"{DATE}T{CLOCK}{OFFSET}"),
    TextForm(date, "a date", date.isoformat, date.fromisoformat, DATE, "date"),
    TextForm(time, "a time of day", _write_moment, time.fromisoformat, f"{CLOCK}{OFFSET}"),
    TextForm(timedelta, "a duration such as P1DT2.500000S", _write_duration, _read_duration, DURATION),
    TextForm(Decimal, "a decimal number as text", str, _read_decimal, DECIMAL),
    TextForm(Path, "a path", str, Path),
    TextForm(PurePosixPath, "a path", str, PurePosixPath),
    TextForm(PurePath, "a path", str, PurePath),
)
