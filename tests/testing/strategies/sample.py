"""Flavors with fields of every type, with every validator of attrs, and with types of their own."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Mapping, MutableMapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path, PurePath, PurePosixPath
from typing import Annotated, Any, ClassVar, Final, Literal, NewType
from uuid import UUID

import attrs
from attrs import validators as v
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from typing_extensions import TypeAliasType

from stackkit import Component, ComponentType, Reference, Secret, StackComponent
from stackkit.errors import ConfigurationError, Problem

ANYTHING: Final = ComponentType[Component]("anything")


class Anything(StackComponent, abstract=True):
    """The base of the flavors here."""

    TYPE: ClassVar[ComponentType[Component]] = ANYTHING


class Colour(enum.Enum):
    RED = "red"
    NO = "no"
    ONE = 1
    TRUE = True


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 10


class Permission(enum.Flag):
    READ = 1
    WRITE = 2


Port = NewType("Port", int)
Names = TypeAliasType("Names", list[str])


@attrs.frozen
class Retry:
    """A nested attrs class, with a validator of its own and an alias."""

    attempts: int = attrs.field(validator=[v.ge(1), v.le(5)])
    pause: float = attrs.field(default=0.5, alias="seconds")


@attrs.define
class Node:
    """A class that holds itself, in every way that one can."""

    value: int
    next: Node | None = None
    children: list[Node] = attrs.field(factory=list["Node"])
    named: dict[str, Node] = attrs.field(factory=dict[str, "Node"])


@dataclass
class Limits:
    """A nested dataclass."""

    most: int
    names: list[str] = field(default_factory=list[str])


class Everything(Anything):
    """Fields of every type that flavors may have."""

    FLAVOR: ClassVar[str] = "everything"

    text: str
    whole: int
    number: float
    truth: bool
    nothing: None
    raw: bytes
    id: UUID
    moment: datetime
    day: date
    clock: time
    duration: timedelta
    price: Decimal
    path: Path
    posix: PurePosixPath
    pure: PurePath
    secret: Secret
    other: Reference
    colour: Colour
    level: Level
    permission: Permission
    literal: Literal["red", 1, True]
    optional: int | None
    union: int | str | list[float] | Retry | None
    row: list[int]
    long: tuple[str, ...]
    pair: tuple[int, str]
    none_at_all: tuple[()]
    numbers: set[int]
    frozen: frozenset[str]
    any_set: AbstractSet[int]
    mapping: dict[str, int]
    any_mapping: Mapping[str, list[bool]]
    changing: MutableMapping[str, str]
    retry: Retry
    limits: Limits
    tree: Node
    secrets: list[Secret]
    deep: dict[str, list[Retry | None]]
    port: Port
    names: Names
    noted: Annotated[int, ["a note"]]
    last: Final[int]
    with_default: int = 5
    with_factory: list[Retry] = attrs.field(factory=list[Retry])


def _even(_: object, __: object, value: int) -> None:
    if value % 2:
        raise ConfigurationError(Problem("is odd"))


def _below_limit(instance: Any, _: object, value: int) -> None:
    if value > instance.limit:
        raise ValueError(value)


validators: Any = v  # what is deep has elements of types that pyright cannot tell
DEEP: Final = validators.deep_iterable(v.gt(7), v.min_len(2))
DEEPER: Final = validators.deep_iterable(validators.deep_iterable(v.in_(["a", "b"])), v.min_len(1))
NAMED: Final = validators.deep_mapping(v.matches_re("[a-z]{2}"), v.and_(v.ge(1), v.le(2)), v.min_len(1))


class Validated(Anything):
    """Fields with every validator of attrs, alone and together."""

    FLAVOR: ClassVar[str] = "validated"

    chosen: int = attrs.field(validator=v.in_([1, 2, 3, True]))
    letter: str = attrs.field(validator=v.in_("abc"))
    colour: Colour = attrs.field(validator=v.in_([Colour.RED, Colour.NO]))
    ranged: int = attrs.field(validator=v.in_(range(10, 20)))
    least: int = attrs.field(validator=v.ge(2**70))
    more: float = attrs.field(validator=[v.gt(0.25), v.lt(0.5)])
    most: int = attrs.field(validator=v.le(-3))
    price: Decimal = attrs.field(validator=[v.ge(Decimal(1)), v.lt(Decimal(2))])
    day: date = attrs.field(validator=[v.ge(date(2020, 1, 1)), v.lt(date(2020, 1, 3))])
    moment: datetime = attrs.field(validator=v.ge(datetime(2020, 1, 1, tzinfo=UTC)))
    naive: datetime = attrs.field(validator=v.lt(datetime(2020, 1, 1)))  # noqa: DTZ001 - the naive ones
    clock: time = attrs.field(validator=v.ge(time(23, 59)))
    pause: timedelta = attrs.field(validator=[v.gt(timedelta()), v.le(timedelta(seconds=5))])
    version: str = attrs.field(validator=v.matches_re(r"v[0-9]+\.[0-9]+"))
    started: str = attrs.field(validator=v.matches_re("ab", func=re.match))
    found: str = attrs.field(validator=v.matches_re("x[0-9]", func=re.search))
    short: str = attrs.field(validator=[v.min_len(1), v.max_len(3)])
    exact: list[int] = attrs.field(validator=[v.min_len(4), v.max_len(4)])
    raw: bytes = attrs.field(validator=v.min_len(2))
    typed: int | str = attrs.field(validator=v.instance_of(int))
    maybe: int | None = attrs.field(validator=v.optional(v.ge(100)))
    either: int = attrs.field(validator=v.or_(v.le(-100), v.ge(100)))
    both: int = attrs.field(validator=v.and_(v.ge(0), v.and_(v.le(9), _even)))
    rest: int = attrs.field(validator=v.not_(v.in_([0, 1])))
    deep: list[int] = attrs.field(validator=DEEP)
    deeper: list[list[str]] = attrs.field(validator=DEEPER)
    named: dict[str, int] = attrs.field(validator=NAMED)
    own: int = attrs.field(validator=_even)
    limit: int = 10**9
    limited: int = attrs.field(default=0, validator=_below_limit)
    converted: str = attrs.field(default="a", converter=str.upper, validator=v.matches_re("[^a-z]*"))
    retry: Retry = attrs.field(factory=lambda: Retry(1))


class Addressed(Anything):
    """A flavor with schemes, whose constructor has a say too."""

    FLAVOR: ClassVar[str] = "addressed"
    SUPPORTED_SCHEMES: ClassVar[frozenset[str]] = frozenset({"s3://", "file://", ""})

    path: str
    low: int = 0
    high: int = 0

    def __attrs_post_init__(self) -> None:
        if self.low > self.high:
            raise ConfigurationError(Problem("is above high", where="low"))


class Loop(Anything):
    """A flavor that refers to another component and to a secret."""

    FLAVOR: ClassVar[str] = "loop"

    other: Reference
    secret: Secret | None = None


EVERY_CHECK: Final[tuple[HealthCheck, ...]] = tuple(check for check in HealthCheck if isinstance(check, HealthCheck))
"""Health checks are of no use where what is drawn is what is tested."""


class _ReachedError(Exception):
    """Nothing is missing any more."""


def unreached(drawn: st.SearchStrategy[Any], wanted: Mapping[str, Callable[[Any], object]], tries: int) -> set[str]:
    """What holds for none of what is drawn."""
    missing = set(wanted)

    @settings(
        max_examples=tries,
        phases=[Phase.generate],
        derandomize=True,
        database=None,
        suppress_health_check=EVERY_CHECK,
        deadline=None,
    )
    @given(drawn)
    def look(found: Any) -> None:
        missing.difference_update({what for what in missing if wanted[what](found)})
        if not missing:
            raise _ReachedError

    with suppress(_ReachedError):
        look()
    return missing
