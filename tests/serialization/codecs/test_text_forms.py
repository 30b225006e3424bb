"""Bytes, UUIDs, times, decimal numbers and paths have one form each, and are read back exactly."""

from __future__ import annotations

import base64
import time as clock
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal, DefaultContext, InvalidOperation, localcontext
from pathlib import Path, PurePath, PurePosixPath
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.serialization.everything import decimals, moments, paths, times
from typing_extensions import override

from stackkit.core.equality import key
from stackkit.errors import DocumentError, NotSerializableError
from stackkit.serialization.codecs.kinds import SCALARS

BERLIN = ZoneInfo("Europe/Berlin")


def there_and_back(tp: type, value: object) -> Any:
    return SCALARS[tp].load(SCALARS[tp].dump(value))


@pytest.mark.parametrize(
    ("tp", "values"),
    [
        (bytes, st.binary()),
        (UUID, st.uuids()),
        (datetime, moments),
        (date, st.dates()),
        (time, times),
        (timedelta, st.timedeltas()),
        (Decimal, decimals | st.just(Decimal("-sNaN7"))),
        (Path, paths.map(Path)),
        (PurePosixPath, paths.map(PurePosixPath)),
        (PurePath, paths.map(PurePath)),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_a_value_is_read_back_exactly(tp: type, values: st.SearchStrategy[Any]) -> None:
    @given(values)
    def check(value: object) -> None:
        found = there_and_back(tp, value)
        assert key(found) == key(value)
        assert type(found) is type(value)
        assert SCALARS[tp].dump(found) == SCALARS[tp].dump(value)

    check()


OTHER_FORMS: dict[type, list[str]] = {
    bytes: [
        "YQ=", "YQ", "YR==", "Y!Q=", "YQ==\n", "YQ==YQ==", "Zm9v-_", "é", "=", "A===",
    ],
    UUID: [
        "0000000000000000-0000000000000001", "{00000000-0000-0000-0000-000000000001}",
        "urn:uuid:00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-00000000000g",
        "00000000-0000-0000-0000-000000000001 ", "prod",
    ],
    datetime: [
        "2020-01-01", "2020-01-01 00:00:00", "2020-01-01T00:00", "20200101T000000", "2020-02-30T00:00:00",
        "2020-01-01T24:00:00", "2020-01-01T00:00:60", "2020-01-01T00:00:00.5", "2020-01-01T00:00:00+0100",
        "2020-01-01T00:00:00+24:00", "0000-01-01T00:00:00", "2020-W01-1T00:00:00", "2020-01-01T00:00:00Z\n", "1577836800",
        "\u0662\u0660\u0662\u0660-01-01T00:00:00", "2020-01-01T00:00:00 Europe/Berlin",
    ],
    date: [
        "2020-01-01T00:00:00", "2020-1-1", "2020-02-30", "2020-W01-1", "10000-01-01",
    ],
    time: [
        "12:00", "24:00:00", "12", "T12:00:00", "12:00:00.123", "12:00:00 PM",
    ],
    timedelta: [
        "5", "P1D", "1:30:00", "P0DT86400S", "-P0DT0S", "P1DT1.5S", "P999999999DT99999S", "-P999999999DT1S", "P-1DT0S",
    ],
    Decimal: [
        "", "1,5", " 1", "1_000", "1e5", "nan", "Inf", ".5", "5.", "+1", "0x1", "1E+9999999999999999999",
        "1E+99999999999999999999999", "\u0665",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("tp", "text"), [(tp, text) for tp, texts in OTHER_FORMS.items() for text in texts])
def test_a_text_of_another_form_is_refused(tp: type, text: str) -> None:
    codec = SCALARS[tp]
    with pytest.raises(DocumentError) as caught:
        codec.load(text)
    assert str(caught.value).startswith(f'expected {codec.expected}, got str "')


@pytest.mark.parametrize("text", ["12345678-1234-1234-1234-123456789abc", "12345678123412341234123456789abc"])
@pytest.mark.parametrize("change", [str.lower, str.upper])
def test_a_uuid_is_read_without_dashes_and_in_capitals_too_and_written_in_one_form(
    text: str, change: Callable[[str], str]
) -> None:
    found = SCALARS[UUID].load(change(text))
    assert found == UUID(text)
    assert SCALARS[UUID].dump(found) == "12345678-1234-1234-1234-123456789abc"


@pytest.mark.parametrize("tp", [bytes, UUID, datetime, date, time, timedelta, Decimal, Path])
@pytest.mark.parametrize("value", [None, 5, 1.5, True, [], {}, ["a"], {"$int": "5"}])
def test_what_is_no_text_is_refused(tp: type, value: object) -> None:
    with pytest.raises(DocumentError, match=r"expected .*, got "):
        SCALARS[tp].load(value)


@pytest.mark.parametrize(
    ("tp", "value"),
    [
        (bytes, "abc"), (bytes, bytearray(b"a")), (UUID, "00000000-0000-0000-0000-000000000001"), (datetime, date(2020, 1, 1)),
        (date, datetime(2020, 1, 1, tzinfo=UTC)), (time, "12:00:00"), (timedelta, 5), (Decimal, 1.5), (Path, "a"),
        (Path, PurePosixPath("a")),
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_not_written(tp: type, value: object) -> None:
    with pytest.raises(NotSerializableError, match=f"expected {tp.__name__}, got "):
        SCALARS[tp].dump(value)


def test_each_type_has_a_form_that_people_can_read() -> None:
    written = {
        bytes: (b"\x00\xff", "AP8="),
        datetime: (datetime(2020, 1, 1, 12, tzinfo=UTC), "2020-01-01T12:00:00+00:00"),
        date: (date(2020, 1, 1), "2020-01-01"),
        time: (time(12, 30), "12:30:00"),
        timedelta: (-timedelta(days=1, seconds=2, microseconds=5), "-P1DT2.000005S"),
        Decimal: (Decimal("1.50"), "1.50"),
        Path: (Path("/a/b"), "/a/b"),
    }
    for tp, (value, text) in written.items():
        assert SCALARS[tp].dump(value) == text


def test_a_time_zone_is_written_as_its_offset_then() -> None:
    summer, winter = (datetime(2020, month, 1, 12, tzinfo=BERLIN) for month in (7, 1))
    assert SCALARS[datetime].dump(summer) == "2020-07-01T12:00:00+02:00"
    assert SCALARS[datetime].dump(winter) == "2020-01-01T12:00:00+01:00"


def test_an_hour_that_comes_twice_is_told_apart_by_its_offset() -> None:
    first, second = (datetime(2020, 10, 25, 2, 30, tzinfo=BERLIN, fold=fold) for fold in (0, 1))
    assert SCALARS[datetime].dump(first) == "2020-10-25T02:30:00+02:00"
    assert SCALARS[datetime].dump(second) == "2020-10-25T02:30:00+01:00"
    assert there_and_back(datetime, second).utcoffset() == second.utcoffset()


def test_a_naive_moment_stays_naive_whatever_its_fold() -> None:
    plain, folded = (datetime(2020, 10, 25, 2, 30, fold=fold) for fold in (0, 1))  # noqa: DTZ001 - naive ones are tested
    assert plain == folded
    assert SCALARS[datetime].dump(plain) == SCALARS[datetime].dump(folded) == "2020-10-25T02:30:00"
    assert there_and_back(datetime, plain).tzinfo is None


@pytest.mark.parametrize("microseconds", [1, -1, 999_999, -999_999, 59_999_999, 3_600_000_001])
def test_an_offset_keeps_its_microseconds(microseconds: int) -> None:
    zone = timezone(timedelta(microseconds=microseconds))
    assert there_and_back(datetime, datetime(2020, 1, 1, tzinfo=zone)).utcoffset() == timedelta(microseconds=microseconds)
    assert there_and_back(time, time(1, tzinfo=zone)).utcoffset() == timedelta(microseconds=microseconds)


class Vague(tzinfo):
    """A time zone that knows no offset."""

    @override
    def utcoffset(self, _: datetime | None, /) -> timedelta | None:
        return None

    @override
    def dst(self, _: datetime | None, /) -> timedelta | None:
        return None

    @override
    def tzname(self, _: datetime | None, /) -> str:
        return "somewhere"


@pytest.mark.parametrize(
    ("tp", "value"),
    [(time, time(12, tzinfo=BERLIN)), (time, time(12, tzinfo=Vague())), (datetime, datetime(2020, 1, 1, tzinfo=Vague()))],
)
def test_a_time_whose_offset_nobody_knows_is_not_written_as_a_naive_one(tp: type, value: object) -> None:
    with pytest.raises(NotSerializableError, match="depends on the date"):
        SCALARS[tp].dump(value)


class Nanoseconds(datetime):
    """A library's datetime that is more exact, and says so in its text."""

    @override
    def isoformat(self, *_: Any, **__: Any) -> str:
        return f"{super().isoformat()}.000000001"


class Frozen(datetime):
    """A library's datetime that is one in all respects."""


def test_a_librarys_own_moment_is_written_when_nothing_of_it_is_lost() -> None:
    assert SCALARS[datetime].dump(Frozen(2020, 1, 1, tzinfo=UTC)) == "2020-01-01T00:00:00+00:00"
    with pytest.raises(NotSerializableError, match="expected datetime, got Nanoseconds"):
        SCALARS[datetime].dump(Nanoseconds(2020, 1, 1))


@pytest.mark.parametrize("text", ["0", "-0", "0.00", "1E+5", "1E-99999999999999999", "NaN", "-sNaN12", "Infinity", "-Infinity"])
def test_a_decimal_number_keeps_its_form(text: str) -> None:
    assert str(there_and_back(Decimal, Decimal(text))) == text


def test_a_decimal_number_is_read_the_same_in_every_context() -> None:
    with localcontext(DefaultContext) as context:
        context.prec = 2
        context.traps[InvalidOperation] = False
        assert SCALARS[Decimal].load("1.2345") == Decimal("1.2345")
        with pytest.raises(DocumentError):
            SCALARS[Decimal].load("1E+9999999999999999999")


def test_a_path_is_refused_that_is_no_text() -> None:
    with pytest.raises(NotSerializableError, match="no text"):
        SCALARS[Path].dump(Path("\udcff"))
    with pytest.raises(DocumentError, match="expected a path"):
        SCALARS[Path].load("\udcff")


def test_a_path_field_takes_no_pure_path_and_a_pure_one_takes_both() -> None:
    assert there_and_back(PurePosixPath, Path("a")) == PurePosixPath("a")
    assert type(there_and_back(PurePosixPath, Path("a"))) is PurePosixPath


def test_much_data_is_read_in_little_time() -> None:
    data = bytes(range(256)) * 20_000
    text = base64.b64encode(data).decode()
    begin = clock.process_time()
    assert SCALARS[bytes].load(text) == data
    with pytest.raises(DocumentError):
        SCALARS[bytes].load(text[:-1] + "!")
    for tp in (UUID, datetime, time, timedelta, Decimal):
        with pytest.raises(DocumentError):
            SCALARS[tp].load(text)
    assert clock.process_time() - begin < 60  # what takes the square of the length takes hours


def test_an_error_does_not_drag_the_text_along() -> None:
    for tp, text in ((bytes, "hunter2"), (datetime, "2020-02-30T00:00:00"), (Decimal, "1E+9999999999999999999")):
        with pytest.raises(DocumentError) as caught:
            SCALARS[tp].load(text)
        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None
