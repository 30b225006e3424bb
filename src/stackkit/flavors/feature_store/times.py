"""Times as whole microseconds since 1970, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

MICROSECOND: Final = timedelta(microseconds=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(time: datetime) -> int:
    """A time as a number.

    Args:
        time: The time; one without a time zone is in UTC.

    >>> microseconds(datetime(1970, 1, 2))
    86400000000
    """
    return ((time if time.tzinfo else time.replace(tzinfo=UTC)) - _EPOCH) // MICROSECOND


def moment(number: int) -> datetime:
    """A number as a time in UTC.

    >>> moment(86400000000)
    datetime.datetime(1970, 1, 2, 0, 0, tzinfo=datetime.timezone.utc)
    """
    return _EPOCH + number * MICROSECOND


def now() -> int:
    """The present."""
    return microseconds(datetime.now(UTC))
