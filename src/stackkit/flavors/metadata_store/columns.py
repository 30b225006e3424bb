"""Values as columns hold them: what every database can keep, and gives back as it was."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

_ESCAPE: Final = "\x10"  # the control character "data link escape", which nobody writes
_ODD: Final = re.compile("[\0\x10\ud800-\udfff]")  # PostgreSQL takes no NUL, and UTF-8 no surrogate
_ESCAPED: Final = re.compile("\x10([0-9a-f]{4})")


def to_text(text: str) -> str:
    r"""A text as columns hold it: any character that a database could refuse is escaped.

    >>> to_text("a\0b")
    'a\x100000b'
    """
    return _ODD.sub(lambda found: f"{_ESCAPE}{ord(found[0]):04x}", text)


def from_text(column: str) -> str:
    r"""The text of a column.

    >>> from_text(to_text("a\0b\ud800\x10"))
    'a\x00b\ud800\x10'
    """
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), column) if _ESCAPE in column else column


def to_time(time: datetime) -> int:
    """A time as columns hold it: microseconds since 1970 in UTC.

    Args:
        time: An aware one.
    """
    return (time - _EPOCH) // _MICROSECOND


def from_time(column: int) -> datetime:
    """The time of a column, aware, in UTC."""
    return _EPOCH + column * _MICROSECOND


def fingerprint(text: str) -> bytes:
    """What stands for a text in an index, where the text itself may be too long for one: 16 bytes."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
