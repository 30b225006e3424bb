"""The documents that are read and written, what is wrong with the wrong ones, and how answers are checked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, Final
from uuid import UUID

import attrs

from serialization_peers.by_stackkit import Large, Limits, Medium, Replica, Silent, Small
from serialization_peers.values import Region
from stackkit import dumps
from stackkit.core.narrow import is_dict, is_list

MANY: Final = 10_000
MOMENT: Final = datetime(2026, 3, 1, 12, 30, 45, 123456, tzinfo=UTC)


def small(number: int) -> Small:
    """A component of 4 fields."""
    return Small(name=f"alerts-{number}", uuid=_uuid(number), channel="#machine-learning", retries=number % 7)


def medium(number: int) -> Medium:
    """A component of 7 fields."""
    return Medium(
        name=f"mail-{number}",
        uuid=_uuid(number),
        address="on-call@example.org",
        mode="loud" if number % 2 else "quiet",
        size=number * 1000,
        created=MOMENT + timedelta(seconds=number),
        parent=_uuid(number + 1) if number % 3 else None,
    )


def large(number: int) -> Large:
    """A component of 15 fields."""
    return Large(
        name=f"pager-{number}",
        uuid=_uuid(number),
        endpoint="https://pager.example.org/v2/events",
        region=list(Region)[number % 3],
        created=MOMENT,
        expires=MOMENT + timedelta(days=number) if number % 2 else None,
        retries=number % 11,
        timeout=2.5,
        verify=True,
        bucket=None,
        proxy="http://proxy.example.org:3128",
        tags=["training", "nightly", f"team-{number}"],
        labels={"owner": "platform", "tier": "gold", "zone": "b"},
        limits=Limits(soft=100, hard=1000, burst=1.5),
        replicas=[replica(number + at, at) for at in range(3)],
    )


def replica(number: int, at: int) -> Replica:
    """One of the nested values of a large component."""
    return Replica(uuid=_uuid(number), host=f"host-{at}.example.org", port=8000 + at, weight=0.5)


def mixed() -> list[Silent]:
    """Many components of three flavors, by turns."""
    made: tuple[Callable[[int], Silent], ...] = (small, medium, large)
    return [made[number % 3](number) for number in range(MANY)]


def _uuid(number: int) -> UUID:
    return UUID(int=(number + 1) * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128)


def difference(expected: object, found: object, place: str = "") -> str:
    """Where an answer is not what it should be, or nothing.

    Args:
        expected: A component, or a value of one.
        found: What a library made of it: the same fields with the same values, in classes of its own.
        place: Where it stands.
    """
    parts: list[tuple[str, object, object]]
    cls: type[Any] = type(expected)
    if attrs.has(cls):
        names = [field.name for field in attrs.fields(cls) if not field.name.startswith("_")]
        parts = [(name, getattr(expected, name), getattr(found, name, "nothing")) for name in names]
    elif is_list(expected) and is_list(found) and len(expected) == len(found):
        parts = [(str(at), *pair) for at, pair in enumerate(zip(expected, found, strict=True))]
    elif isinstance(expected, (datetime, Enum)) or type(expected) is type(found):
        return "" if expected == found else f"{place}: {found!r} instead of {expected!r}"
    else:
        return f"{place}: {found!r} instead of {expected!r}"
    return next(filter(None, (difference(there, here, f"{place}.{name}") for name, there, here in parts)), "")


def rich_types(value: object) -> set[str]:
    """The types in what should be builtins that JSON does not know."""
    if is_dict(value):
        return set[str]().union(*map(rich_types, value.values()))
    if is_list(value):
        return set[str]().union(*map(rich_types, value))
    return set() if value is None or isinstance(value, (str, int, float)) else {type(value).__name__}


NEAR_MISSES: Final[tuple[tuple[str, tuple[str | int, ...], object], ...]] = (
    ("text for a whole number", ("config", "retries"), "5"),
    ("a fraction for a whole number", ("config", "retries"), 5.9),
    ("true for a whole number", ("config", "retries"), True),
    ("null for a text", ("config", "endpoint"), None),
    ("a number for a text", ("config", "name"), 5),
    ("text for true or false", ("config", "verify"), "false"),
    ("a number for true or false", ("config", "verify"), 1),
    ("text for a fraction", ("config", "timeout"), "2.5"),
    ("text for a list", ("config", "tags"), "abc"),
    ("a number in a list of texts", ("config", "tags", 1), 7),
    ("a number in a dict of texts", ("config", "labels", "tier"), 7),
    ("a number for a moment", ("config", "created"), 1_700_000_000),
    ("no UUID", ("config", "uuid"), "not-a-uuid"),
    ("no member of the enumeration", ("config", "region"), "east"),
    ("text for a whole number, nested", ("config", "limits", "soft"), "5"),
    ("text for a whole number, in a list", ("config", "replicas", 1, "port"), "80"),
    ("an unknown key", ("config", "retires"), 5),
    ("an unknown key, nested", ("config", "limits", "medium"), 5),
    ("an unknown key beside the configuration", ("comment",), "hello"),
    ("another flavor", ("flavor",), "small"),
    ("another version", ("version",), 2),
    ("true for the version", ("version",), True),
)
VALUES: Final = (0, 4, 5, 12, 15)
MISSPELT: Final = (0, 5, 12, 15, 16)
"""Near misses that stand together in a document with several mistakes: wrong values alone, and with an unknown key."""


def wrong_documents() -> dict[str, bytes]:
    """Large documents with one mistake each, by what it is."""
    return {what: json.dumps(_changed(_document(), path, value)).encode() for what, path, value in NEAR_MISSES}


def wrong_document(mistakes: Iterable[int] = MISSPELT) -> bytes:
    """A large document with several mistakes.

    Args:
        mistakes: Which of `NEAR_MISSES`.
    """
    document = _document()
    for at in mistakes:
        document = _changed(document, *NEAR_MISSES[at][1:])
    return json.dumps(document).encode()


def document_with_repeated_key() -> bytes:
    """A large document in which a key is given twice."""
    return dumps(large(1)).replace(b'"retries":', b'"retries":1,"retries":', 1)


def _document() -> Any:
    return json.loads(dumps(large(1)))


def _changed(document: Any, path: tuple[str | int, ...], value: object) -> Any:
    made = deepcopy(document)
    inner = made
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return made
