"""Strategies: every type that a field may have, with its values; flavors made of such fields, with instances of them."""

from __future__ import annotations

import enum
import keyword
import string
import types
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field as dataclass_field
from dataclasses import fields, is_dataclass, make_dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, ClassVar, Final, Literal, NewType, TypeAlias, Union
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
from hypothesis import strategies as st
from typing_extensions import TypeAliasType

from stackkit.core.component import StackComponent
from stackkit.core.component_type import SLUG, Component, ComponentType
from stackkit.core.narrow import is_mapping, is_row, is_set
from stackkit.core.reference import Reference
from stackkit.core.secret import REFERENCE, Secret

Values: TypeAlias = st.SearchStrategy[Any]


class Anything(StackComponent, abstract=True):
    """The base of the flavors that are made here."""

    TYPE: ClassVar[ComponentType[Component]] = ComponentType[Component]("anything")


class Colour(enum.Enum):
    """Text and numbers as constants, some of which other readers of YAML confuse."""

    RED = "red"
    NO = "no"
    ONE = 1
    ONE_AS_TEXT = "1"


class Level(enum.IntEnum):
    """Numbers."""

    LOW = 1
    HIGH = 10


class Region(enum.StrEnum):
    """Texts."""

    NORTH = "n"
    NULL = "null"


class Mode(str, enum.Enum):  # noqa: UP042 - the older way to write it, which people still do
    """Texts, the older way."""

    READ = "r"
    YES = "yes"


class Permission(enum.Flag):
    """Bits that can be combined."""

    READ = 1
    WRITE = 2
    ALL = 3


class Large(enum.IntFlag):
    """Bits, with others that have no names."""

    FIRST = 1
    LAST = 2**70


@attrs.frozen
class Kind:
    """A type that a field may have.

    Args:
        annotation: The type.
        values: Its values.
        written: What documents hold for them, as `kind_of` calls it; what tells the members of a union apart.
        hashable: Whether its values can be elements of sets.
    """

    annotation: Any
    values: Values = attrs.field(repr=False)
    written: frozenset[str] = attrs.field(repr=False)
    hashable: bool = True


def kind(annotation: Any, values: Values, *written: str, hashable: bool = True) -> Kind:
    return Kind(annotation, values, frozenset(written), hashable)


ODD_TEXTS: Final = (
    "", " ", "~", "null", "Null", "true", "True", "no", "NO", "on", "off", "y", "n", "yes", "=", "<<", "-", "?", ":", "#",
    "%", "1", "-1", "+1", "007", "0o7", "0x1F", "1_000", "1:30", "1:30:00", "1e5", "1.5", ".5", "5.", "-.inf", ".nan", ".NaN",
    "1e400", "2020-01-01", "2020-01-01T00:00:00Z", "- a", "a: b", "a #b", "&a", "*a", "!a", "|", ">", "@", "`", "'", '"', "{",
    "[", "]", ",", "---", "...", "\n", "\r\n", "\r", "\t", " a", "a ", "a\nb", "a\n", "\na", "a\n\n", "\x00", "\x07", "\x1b",
    "\x7f", "\x85", "a\x85b", "\u2028", "a\u2029b", "\ufeff", "\ufeffa", "a\ufeff", "\u200b", "\u202e", "\ud7ff", "\ue000",
    "\ufffd", "\ufffe", "\uffff", "\U0001f600", "\U0010ffff", "e\u0301", "\xa0", "$secret", "$$", "${a.b}", "\\", "\\n",
    "x" * 200, "word " * 60,
)  # fmt: skip
"""Texts that some format, or some reader of it, takes for something else."""

texts: Final = st.text() | st.sampled_from(ODD_TEXTS)
keys: Final = texts | st.text(string.ascii_letters, min_size=1).map("${}".format) | st.just("$")
ints: Final = st.integers() | st.sampled_from([0, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 10**300, -(10**4299)])
decimals: Final = st.decimals().filter(lambda number: not number.is_snan()) | st.sampled_from(
    ["-0", "0E-10", "1E+5", "1.00", "NaN123", "-NaN", "1E-999999"]
).map(Decimal)
offsets: Final = st.builds(timezone, st.timedeltas(timedelta(hours=-23, minutes=-59), timedelta(hours=23, minutes=59)))
zones: Final = st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Africa/Monrovia"]).map(ZoneInfo)
moments: Final = st.builds(
    datetime.replace,
    st.datetimes(timezones=st.none() | st.just(UTC) | offsets | zones),
    fold=st.integers(0, 1),
)
times: Final = st.builds(time.replace, st.times(), tzinfo=st.none() | st.just(UTC) | offsets)
paths: Final = texts.filter(lambda text: "\0" not in text)
secrets: Final = st.from_regex(REFERENCE, fullmatch=True).map(Secret)
references: Final = st.builds(Reference, st.from_regex(SLUG, fullmatch=True), texts.filter(bool))

SCALARS: Final = (
    kind(str, texts, "str"),
    kind(int, ints, "int", "$int"),
    kind(float, st.floats() | st.just(-0.0), "float", "$float"),
    kind(bool, st.booleans(), "bool"),
    kind(None, st.none(), "null"),
    kind(bytes, st.binary(), "str"),
    kind(UUID, st.uuids(), "str"),
    kind(datetime, moments, "str"),
    kind(date, st.dates(), "str"),
    kind(time, times, "str"),
    kind(timedelta, st.timedeltas(), "str"),
    kind(Decimal, decimals, "str"),
    kind(Decimal, decimals | st.just(Decimal("sNaN")), "str", hashable=False),
    kind(Path, paths.map(Path), "str"),
    kind(PurePosixPath, paths.map(PurePosixPath), "str"),
    kind(Secret, secrets, "$secret"),
    kind(Reference, references, "$component"),
    kind(Colour, st.sampled_from(Colour), "str", "int"),
    kind(Level, st.sampled_from(Level), "int"),
    kind(Region, st.sampled_from(Region), "str"),
    kind(Mode, st.sampled_from(Mode), "str"),
    kind(Permission, st.sampled_from([Permission(0), *Permission, Permission.ALL]), "int", "$int"),
    kind(Large, st.sampled_from([Large.FIRST, Large.LAST, Large(6)]), "int", "$int"),
    kind(Literal["red", 1, True, Colour.NO], st.sampled_from(["red", 1, True, Colour.NO]), "str", "int", "bool"),
)
"""The types that consist of nothing else."""


@st.composite
def kinds(draw: st.DrawFn, depth: int = 3) -> Kind:
    """Types, nested to a depth."""
    return draw(_kinds(depth))  # behind a composite, whose repr is short


@cache
def _kinds(depth: int) -> st.SearchStrategy[Kind]:
    scalars = st.sampled_from(SCALARS)
    if depth == 0:
        return scalars
    inner = kinds(depth - 1)
    hashable = inner.filter(lambda found: found.hashable)
    return st.one_of(
        scalars,
        inner.map(_list),
        inner.map(_long_tuple),
        st.lists(inner, max_size=3).map(_tuple),
        hashable.map(_set),
        hashable.map(_frozenset),
        inner.map(_dict),
        inner.map(_mapping),
        inner.map(_renamed),
        st.lists(inner, min_size=2, max_size=4).map(_union),
        inner.map(lambda found: _union([found, SCALARS[4]])),
        nested(inner),
    )


_new_type: Final[Any] = NewType  # without its type, as checkers allow it for variables alone
_alias: Final[Any] = TypeAliasType


def of(generic: Any, *arguments: Any) -> Any:
    """A generic type with arguments that are known at run time only."""
    return generic[arguments[0] if len(arguments) == 1 else arguments]


def _list(item: Kind) -> Kind:
    return kind(of(list, item.annotation), st.lists(item.values, max_size=3), "list", hashable=False)


def _long_tuple(item: Kind) -> Kind:
    values = st.lists(item.values, max_size=3).map(tuple)
    return kind(of(tuple, item.annotation, ...), values, "list", hashable=item.hashable)


def _tuple(items: Sequence[Kind]) -> Kind:
    annotation = of(tuple, *(item.annotation for item in items))
    return kind(annotation, st.tuples(*(i.values for i in items)), "list", hashable=all(i.hashable for i in items))


def _set(item: Kind) -> Kind:
    return kind(of(set, item.annotation), st.sets(item.values, max_size=3), "list", hashable=False)


def _frozenset(item: Kind) -> Kind:
    return kind(of(frozenset, item.annotation), st.frozensets(item.values, max_size=3), "list")


def _dict(item: Kind) -> Kind:
    return kind(of(dict, str, item.annotation), st.dictionaries(keys, item.values, max_size=3), "dict", hashable=False)


def _mapping(item: Kind) -> Kind:
    return attrs.evolve(_dict(item), annotation=of(Mapping, str, item.annotation))


def _renamed(item: Kind) -> Kind:
    """The same type under another name."""
    made = (
        _new_type("New", item.annotation),
        of(Annotated, item.annotation, "a note"),
        _alias("Alias", item.annotation),
    )
    return attrs.evolve(item, annotation=made[hash(str(item.annotation)) % len(made)])


def _union(items: Sequence[Kind]) -> Kind:
    """A union of those that can be told apart from the ones before them."""
    chosen: list[Kind] = []
    for item in items:
        if not any(item.written & other.written for other in chosen):
            chosen.append(item)
    written = frozenset[str]().union(*(item.written for item in chosen))
    annotation = of(Union, *(item.annotation for item in chosen))
    return Kind(annotation, st.one_of([i.values for i in chosen]), written, all(i.hashable for i in chosen))


def is_name(text: str) -> bool:
    """Whether a field can have this name, in a flavor as well as in a class that is nested in one."""
    plain = unicodedata.normalize("NFKC", text) == text and text.isidentifier() and not keyword.iskeyword(text)
    return plain and not text.startswith("_") and not text.isupper() and not hasattr(Anything, text) and text not in _TAKEN


_TAKEN: Final = {"name", "uuid", "self", "config"}
names: Final = st.one_of(
    st.text(string.ascii_lowercase, min_size=1, max_size=3),
    st.from_regex(r"[a-z][A-Za-z0-9_]{0,6}", fullmatch=True),
    st.sampled_from(["no", "on", "y", "null", "true", "type", "items", "ñ", "名前"]),
).filter(is_name)


@attrs.frozen
class MadeField:
    """A field of a class that is made at run time, with its default, if it has one."""

    kind: Kind
    default: object = attrs.NOTHING

    def in_attrs(self) -> Any:
        if self.default is attrs.NOTHING:
            return attrs.field()
        shared = type(self.default).__hash__ is not None
        return attrs.field(default=self.default) if shared else attrs.field(factory=lambda: self.default)

    def in_dataclass(self) -> Any:
        made = dataclass_field()
        return made if self.default is attrs.NOTHING else dataclass_field(default_factory=lambda: self.default)


@st.composite
def made_fields(draw: st.DrawFn, inner: st.SearchStrategy[Kind], least: int = 0) -> dict[str, MadeField]:
    """Fields by name, with and without defaults."""
    chosen = draw(st.dictionaries(names, inner, min_size=least, max_size=4))
    has_default = {name: draw(st.booleans()) for name in chosen}
    return {name: MadeField(k, draw(k.values) if has_default[name] else attrs.NOTHING) for name, k in chosen.items()}


def arguments(made: Mapping[str, MadeField]) -> Values:
    """Arguments for a class of these fields: all that are needed, some of the others."""
    needed = {name: field.kind.values for name, field in made.items() if field.default is attrs.NOTHING}
    others = {name: field.kind.values for name, field in made.items() if name not in needed}
    return st.fixed_dictionaries(needed, optional=others)


@st.composite
def nested(draw: st.DrawFn, inner: st.SearchStrategy[Kind]) -> Kind:
    """A class with fields, to be nested in others."""
    made = draw(made_fields(inner))
    make = draw(st.sampled_from([_attrs_class, _frozen_attrs_class, _dataclass]))
    cls, frozen = make(made), make is _frozen_attrs_class
    hashable = frozen and all(field.kind.hashable for field in made.values())
    return kind(cls, arguments(made).map(lambda given: cls(**given)), "dict", hashable=hashable)


def _body(made: Mapping[str, MadeField]) -> Callable[[dict[str, Any]], None]:
    def fill(namespace: dict[str, Any]) -> None:
        namespace["__annotations__"] = {name: field.kind.annotation for name, field in made.items()}
        namespace.update({name: field.in_attrs() for name, field in made.items()})

    return fill


def _attrs_class(made: Mapping[str, MadeField]) -> type:
    return attrs.define(types.new_class("Nested", (), {}, _body(made)), kw_only=True)


def _frozen_attrs_class(made: Mapping[str, MadeField]) -> type:
    return attrs.frozen(types.new_class("Nested", (), {}, _body(made)), kw_only=True)


def _dataclass(made: Mapping[str, MadeField]) -> type:
    listed = [(name, field.kind.annotation, field.in_dataclass()) for name, field in made.items()]
    return make_dataclass("Nested", listed, kw_only=True)


@attrs.frozen
class MadeFlavor:
    """A flavor that was made at run time.

    Args:
        cls: Its class.
        components: Instances of it.
    """

    cls: type[StackComponent]
    components: st.SearchStrategy[StackComponent] = attrs.field(repr=False)


def make_flavor(made: Mapping[str, MadeField]) -> MadeFlavor:
    """A flavor with these fields; annotations that stand for themselves in one, and in `Final` in the next."""

    def fill(namespace: dict[str, Any]) -> None:
        _body(made)(namespace)
        for index, name in enumerate(namespace["__annotations__"]):
            if index % 3 == 1:
                namespace["__annotations__"][name] = of(Final, namespace["__annotations__"][name])
        namespace["FLAVOR"] = "made"

    cls: Any = types.new_class("Made", (Anything,), {}, fill)
    given = st.tuples(st.fixed_dictionaries({"name": texts, "uuid": st.uuids()}), arguments(made))
    return MadeFlavor(cls, given.map(lambda both: cls(**both[0], **both[1])))


def flavors(depth: int = 3) -> st.SearchStrategy[MadeFlavor]:
    """Flavors with fields of all types, nested to a depth."""
    return made_fields(kinds(depth), least=3).map(make_flavor)


def components(depth: int = 3) -> st.SearchStrategy[StackComponent]:
    """Components of flavors with fields of all types."""
    return flavors(depth).flatmap(lambda made: made.components)


def has_same_types(one: object, other: object) -> bool:
    """Whether two equal values are made of the same types all through."""
    if type(one) is not type(other):
        return False
    if is_mapping(one) and is_mapping(other):
        return all(has_same_types(one[name], other[name]) for name in one)
    if is_row(one) and is_row(other):
        return all(map(has_same_types, one, other))
    if is_set(one) and is_set(other):
        return {type(element) for element in one} == {type(element) for element in other}
    return all(has_same_types(getattr(one, name), getattr(other, name)) for name in field_names(type(one)))


def field_names(cls: type) -> list[str]:
    """The fields of an attrs class or dataclass; none of any other class."""
    if attrs.has(cls):
        return [field.name for field in attrs.fields(cls)]
    return [field.name for field in fields(cls)] if is_dataclass(cls) else []
