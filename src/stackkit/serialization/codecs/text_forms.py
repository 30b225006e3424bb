"""Values that are written as text of a form of their own: bytes, UUIDs, times, decimal numbers and paths."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from decimal import Context, Decimal, InvalidOperation
from functools import cached_property
from pathlib import Path, PurePath, PurePosixPath
from typing import Final
from uuid import UUID

import attrs
from typing_extensions import override

from stackkit.errors import NotSerializableError, Problem
from stackkit.serialization.codecs.builtin_values import is_unicode
from stackkit.serialization.codecs.codec import Codec

YEAR = r"(?!0000)[0-9]{4}"
LEAP_YEAR = r"(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][48]|[13579][26]|[2468]0)00)"
DAY_OF_YEAR = (
    r"(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
DATE = f"(?:{YEAR}-{DAY_OF_YEAR}|{LEAP_YEAR}-02-29)"
CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{6})?"
OFFSET = r"(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{6})?)?)?"
SECONDS_OF_DAY = r"(?:[0-9]|[1-9][0-9]{1,3}|[1-7][0-9]{4}|8[0-5][0-9]{3}|86[0-3][0-9]{2})"
DURATION = (
    rf"(?!-P0DT0S|-P999999999DT(?!0S))-?P(?:0|[1-9][0-9]{{0,8}})DT{SECONDS_OF_DAY}(?:\.(?!000000)[0-9]{{6}})?S"  # as timedelta
)
DECIMAL = r"-?(?:NaN[0-9]*|sNaN[0-9]*|Infinity|[0-9]+(?:\.[0-9]+)?(?:E[+-][0-9]{1,17})?)"
HEX_GROUPS = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
BASE64 = r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?"
"""Each matches the texts that there are values for, and no other: what is told to others in a schema is what holds here."""


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
        other: What is read, but not written, nor told in a schema: another regular expression.
    """

    cls: type
    expected: str
    write: Callable[..., str]
    read: Callable[[str], object]
    pattern: str = ""
    format: str = ""
    other: str = ""

    @cached_property
    def written(self) -> re.Pattern[str]:
        """The pattern of what is written, compiled."""
        return re.compile(self.pattern or ".*", re.DOTALL)

    @cached_property
    def readable(self) -> re.Pattern[str]:
        """The pattern of what is read, compiled."""
        return re.compile(f"{self.pattern}|{self.other}", re.DOTALL) if self.other else self.written


class TextCodec(Codec):
    """Values that are written as text of a form of their own."""

    kinds: frozenset[str] = frozenset({"str"})

    def __init__(self, form: TextForm) -> None:
        self.form = form
        self.expected: str = form.expected
        self.values: str = form.cls.__name__

    @override
    def load(self, value: object, _: object = None) -> object:
        if type(value) is str and is_unicode(value) and self.form.readable.fullmatch(value):
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
        if not self.form.written.fullmatch(text):  # a subclass that writes itself in another way
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


def _read_uuid(text: str) -> UUID:
    import msgspec  # a document is read: only now

    return msgspec.convert(text, UUID)  # in a third of the time that UUID() takes


def _write_moment(value: datetime | time) -> str:
    if value.tzinfo is not None and value.utcoffset() is None:
        raise NotSerializableError(
            Problem(f"the offset of {value.tzinfo} depends on the date", remedy="use a fixed offset, or a datetime")
        )
    return value.isoformat()


_FINE_OFFSET: Final = re.compile(r"(.*[0-9])([+-])([0-9]{2}):([0-9]{2}):([0-9]{2})\.([0-9]{6})")


def _read_datetime(text: str) -> datetime:
    plain, zone = _zone_apart(text)
    return datetime.fromisoformat(plain) if zone is None else datetime.fromisoformat(plain).replace(tzinfo=zone)


def _read_time(text: str) -> time:
    plain, zone = _zone_apart(text)
    return time.fromisoformat(plain) if zone is None else time.fromisoformat(plain).replace(tzinfo=zone)


def _zone_apart(text: str) -> tuple[str, timezone | None]:
    """An offset with microseconds, which Python itself reads as UTC where it is less than a second."""
    found = _FINE_OFFSET.fullmatch(text)
    if found is None:
        return text, None
    hours, minutes, seconds, microseconds = map(int, found.groups()[2:])
    offset = timedelta(hours=hours, minutes=minutes, seconds=seconds, microseconds=microseconds)
    return found[1], timezone(-offset if found[2] == "-" else offset)


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


def _write_decimal(value: Decimal) -> str:
    text = str(value)
    if len(text.partition("E")[2]) > 18:  # noqa: PLR2004 - the sign, and 17 digits
        raise NotSerializableError(Problem("is a number whose exponent has more than 17 digits"))
    return text


_STRICT: Final = Context(traps=[InvalidOperation])


def _read_decimal(text: str) -> Decimal:
    return Decimal(text, _STRICT)


TEXT_FORMS: Final = (
    TextForm(bytes, "base64 text", _write_bytes, _read_bytes, BASE64),
    TextForm(UUID, "a UUID", str, _read_uuid, HEX_GROUPS, "uuid", "[0-9a-fA-F]{32}"),
    TextForm(datetime, "a date and time", _write_moment, _read_datetime, f"{DATE}T{CLOCK}{OFFSET}"),
    TextForm(date, "a date", date.isoformat, date.fromisoformat, DATE, "date"),
    TextForm(time, "a time of day", _write_moment, _read_time, f"{CLOCK}{OFFSET}"),
    TextForm(timedelta, "a duration such as P1DT2.500000S", _write_duration, _read_duration, DURATION),
    TextForm(Decimal, "a decimal number as text", _write_decimal, _read_decimal, DECIMAL),
    TextForm(Path, "a path", str, Path),
    TextForm(PurePosixPath, "a path", str, PurePosixPath),
    TextForm(PurePath, "a path", str, PurePath),
)
