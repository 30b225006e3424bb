"""Which types have codecs, and what is said of those that have none."""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path, PureWindowsPath
from typing import Annotated, Any, ClassVar, Final, Generic, Literal, NamedTuple, NewType, Protocol, TypedDict, TypeVar

import attrs
import pytest
from hypothesis import given
from tests.serialization.everything import SCALARS, Anything, Kind, kinds, of
from typing_extensions import TypeAliasType

from stackkit.core.component import StackComponent
from stackkit.errors import UnsupportedTypeError
from stackkit.flavors.alerter.console import ConsoleAlerter
from stackkit.serialization.codecs.codec import reachable
from stackkit.serialization.converter import FlavorConverter, unsupported_fields

T = TypeVar("T")


@attrs.define
class Box(Generic[T]):
    """A generic class."""

    item: T


@attrs.define
class IntBox(Box[int]):
    """A generic class with its argument, which its base's field does not know."""


class Row(NamedTuple):
    """A tuple with names."""

    x: int


class Shape(TypedDict):
    """A dict with known keys."""

    x: int


class HasSize(Protocol):
    """A Protocol."""

    size: int


def new_type(name: str, tp: Any) -> Any:
    make: Any = getattr(typing, "NewType")  # noqa: B009 - checkers allow it for some types alone
    return make(name, tp)


Callback = new_type("Callback", Callable[[], None])

REFUSED: list[tuple[Any, str]] = [
    (Any, "Any has no serialization hook; register hooks for it in configure_converter"),
    (object, "object has no serialization hook; register hooks for it in configure_converter"),
    (complex, "complex has no serialization hook; register hooks for it in configure_converter"),
    (bytearray, "bytearray has no serialization hook; register hooks for it in configure_converter"),
    (PureWindowsPath, "PureWindowsPath has no serialization hook; register hooks for it in configure_converter"),
    (
        Callable[[], None],
        "collections.abc.Callable[[], None] has no serialization hook; register hooks for it in configure_converter",
    ),
    (Callback, "collections.abc.Callable[[], None] has no serialization hook; register hooks for it in configure_converter"),
    (Sequence[int], "collections.abc.Sequence[int] has no serialization hook; register hooks for it in configure_converter"),
    (Iterable[int], "collections.abc.Iterable[int] has no serialization hook; register hooks for it in configure_converter"),
    (type[int], "type[int] has no serialization hook; register hooks for it in configure_converter"),
    (Row, "Row has no serialization hook; register hooks for it in configure_converter"),
    (Shape, "Shape has no serialization hook; register hooks for it in configure_converter"),
    (HasSize, "HasSize has no serialization hook; register hooks for it in configure_converter"),
    (list, "list does not say what it holds; write list[...]"),
    (tuple, "tuple does not say what it holds; write tuple[...]"),
    (dict, "dict does not say what it holds; write dict[...]"),
    (set, "set does not say what it holds; write set[...]"),
    (list[dict], "dict does not say what it holds; write dict[...]"),  # type: ignore[type-arg]
    (dict[int, str], "dict[int, str] has keys that are not text; use str keys"),
    (dict[Literal["a"], str], "dict[Literal['a'], str] has keys that are not text; use str keys"),
    (Box[int], "Box[int] is generic; write a class whose fields have types of their own"),
    (T, "T is a type variable; generic classes cannot be serialized: name a type here"),
    (list["Row"], "the name Row cannot be resolved; write the type itself, not its name as text"),
    (ConsoleAlerter, "ConsoleAlerter is a component; refer to it: annotate the field with Reference"),
    (StackComponent | None, "StackComponent is a component; refer to it: annotate the field with Reference"),
    (int | complex, "complex has no serialization hook; register hooks for it in configure_converter"),
    (tuple[int, complex], "complex has no serialization hook; register hooks for it in configure_converter"),
    (Annotated[complex, ["no hash"]], "complex has no serialization hook; register hooks for it in configure_converter"),
]


@pytest.mark.parametrize(("tp", "message"), REFUSED)
def test_a_type_without_a_codec_is_refused_with_what_to_do(tp: Any, message: str) -> None:
    with pytest.raises(UnsupportedTypeError) as caught:
        FlavorConverter().codec(tp)
    assert str(caught.value).replace(f"{__name__}.", "") == message


def test_a_type_that_refers_to_itself_is_refused() -> None:
    endless = new_type("Endless", int)
    endless.__supertype__ = of(list, endless)
    for tp in (endless, of(dict, str, endless)):
        with pytest.raises(UnsupportedTypeError, match="Endless refers to itself; write a class instead"):
            FlavorConverter().codec(tp)


@given(kinds())
def test_every_supported_type_has_one_codec_for_a_converter(kind: Kind) -> None:
    converter = FlavorConverter()
    assert converter.codec(kind.annotation) is converter.codec(kind.annotation)
    assert all(found.expected for found in reachable(converter.codec(kind.annotation)))
    assert converter.codec(kind.annotation).kinds <= kind.written


@pytest.mark.parametrize("kind", SCALARS, ids=lambda kind: str(kind.annotation))
def test_what_a_type_is_written_as_is_known_beforehand(kind: Kind) -> None:
    assert FlavorConverter().codec(kind.annotation).kinds == kind.written


def test_metadata_without_a_hash_may_stand_anywhere() -> None:
    converter = FlavorConverter()
    odd: Any = Annotated[int, ["no hash"]]
    for tp in (odd, list[odd], dict[str, odd], tuple[odd, ...], tuple[odd, str], Annotated[list[odd], {}]):
        assert converter.codec(tp).parts is not None
    assert converter.codec(dict[str, list[odd]]).load({"a": [1]}) == {"a": [1]}


Name = NewType("Name", str)
Names = TypeAliasType("Names", list[Name])


def test_other_names_of_a_type_mean_the_type() -> None:
    converter = FlavorConverter()
    assert converter.codec(Name) is converter.codec(str) is converter.codec(Annotated[Name, 1])
    assert converter.codec(Names).load(["a"]) == ["a"]
    assert converter.codec(dict[Name, Names]).load({"a": ["b"]}) == {"a": ["b"]}


class Generics(Anything):
    """Fields of generic classes."""

    FLAVOR: ClassVar[str] = "generics"
    box: Box[int]
    bare: Box  # type: ignore[type-arg]
    derived: IntBox
    path: Final[Path]


def test_generic_classes_are_refused_with_their_fields() -> None:
    variable = "T is a type variable; generic classes cannot be serialized: name a type here"
    assert sorted(str(problem).replace(f"{__name__}.", "") for problem in unsupported_fields(Generics)) == [
        f"Box.item: {variable}",
        "Generics.box: Box[int] is generic; write a class whose fields have types of their own",
        f"IntBox.item: {variable}",
    ]


class Several(Anything):
    """Several fields that cannot be serialized, at several depths."""

    FLAVOR: ClassVar[str] = "several"
    one: complex
    two: list[dict[str, object]]
    three: Wrapper
    fine: int


@attrs.define
class Wrapper:
    """Nested."""

    bad: dict[int, int]
    again: Wrapper | None = None


def test_every_field_that_cannot_be_serialized_is_named_once() -> None:
    hook = "has no serialization hook; register hooks for it in configure_converter"
    assert [str(problem) for problem in unsupported_fields(Several)] == [
        f"Several.one: complex {hook}",
        f"Several.two: object {hook}",
        "Wrapper.bad: dict[int, int] has keys that are not text; use str keys",
    ]


def test_a_set_of_any_kind_is_read_as_a_frozen_one() -> None:
    assert FlavorConverter().codec(AbstractSet[int]).load([1]) == frozenset({1})
