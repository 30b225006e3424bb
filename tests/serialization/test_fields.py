"""What is seen of a class: its fields with their types, wherever these are written, or why they cannot be told."""

from __future__ import annotations

import types
from dataclasses import KW_ONLY, dataclass, field, make_dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

import attrs
import pytest
from tests.serialization.everything import Anything

from stackkit.errors import UnsupportedTypeError
from stackkit.serialization.converter import config_codec, unsupported_fields
from stackkit.serialization.fields import class_with_fields, config_fields

if TYPE_CHECKING:
    from decimal import Decimal  # noqa: TC004 - that is the mistake
    from fractions import Fraction


@attrs.define
class Nested:
    """A field whose type is imported for type checkers alone."""

    number: Decimal
    fine: int = 0


class Flavor(Anything):
    """The same, and private fields and constants of such types."""

    FLAVOR: ClassVar[str] = "hidden-types"
    KIND: ClassVar[Fraction | None] = None
    ratio: Fraction
    nested: Nested
    fine: dict[str, int] = attrs.field(factory=dict[str, int])
    _client: Fraction | None = attrs.field(init=False, default=None)


class Clean(Anything):
    """Only what is not configuration has a type that is imported for type checkers alone."""

    FLAVOR: ClassVar[str] = "clean"
    KIND: ClassVar[Fraction | None] = None
    path: str
    _client: Fraction | None = attrs.field(init=False, default=None)


def test_a_type_that_is_imported_for_type_checkers_alone_is_named_with_its_import() -> None:
    module, rest = Flavor.__module__, "under TYPE_CHECKING alone"
    assert sorted(map(str, unsupported_fields(Flavor))) == [
        f"{where}: its type {name} is not known at run time; import {name} at the top of {module}, and not {rest}"
        for where, name in (("Flavor.ratio", "Fraction"), ("Nested.number", "Decimal"))
    ]
    with pytest.raises(UnsupportedTypeError, match=r"Flavor\.ratio: its type Fraction is not known"):
        config_codec(Flavor).load({})


def test_private_fields_and_constants_may_have_types_for_type_checkers_alone() -> None:
    assert unsupported_fields(Clean) == []
    assert config_codec(Clean).dump(Clean(name="a", path="b")) is not None


MODULE = {"__module__": __name__}
Odd = make_dataclass("Odd", [("attribute", "int.nothing"), ("syntax", "1 +"), ("fine", "int")], namespace=MODULE)


def test_an_annotation_that_cannot_be_evaluated_is_told_with_its_field() -> None:
    found = {field.name: field for field in config_fields(Odd)}
    assert found["fine"].type is int
    for name, annotation in (("attribute", "int.nothing"), ("syntax", "1 +")):
        assert str(found[name].problem).startswith(f"Odd.{name}: its type {annotation} cannot be evaluated: ")


def test_a_field_without_a_type_is_refused() -> None:
    untyped: Any = attrs.make_class("Untyped", {"x": attrs.field(), "y": attrs.field(type=int)})
    found = {field.name: field for field in config_fields(untyped)}
    assert str(found["x"].problem) == "Untyped.x: has no type; annotate it: x: <its type>"
    assert found["y"].type is int


@dataclass
class Plain:
    """All kinds of fields of a dataclass."""

    LIMIT: ClassVar[int] = 5
    required: int
    _: KW_ONLY
    fixed: Final[int] = 3
    default: str | None = field(default=None, metadata={"help": "some help"})
    made: list[int] = field(default_factory=list[int])
    derived: int = field(init=False, default=0)
    _private: int = 0


def test_the_fields_of_a_dataclass_are_those_that_its_constructor_takes() -> None:
    found = {field.name: field for field in config_fields(Plain)}
    assert [*found] == ["required", "fixed", "default", "made"]
    assert [name for name, entry in found.items() if entry.required] == ["required"]
    assert found["fixed"].type is int
    assert (found["default"].default, found["default"].help) == (None, "some help")
    assert found["made"].default == attrs.Factory(list[int])


def test_a_class_without_fields_is_none_with_fields() -> None:
    assert class_with_fields(int) is None
    assert class_with_fields(list[int]) is None
    assert class_with_fields("Plain") is None
    assert class_with_fields(Plain) is Plain
    assert config_fields(int) == ()


def fill(namespace: dict[str, object]) -> None:
    namespace.update(__annotations__={"inner": "Local"}, FLAVOR="in-function", __module__=__name__)


def test_a_type_of_a_functions_own_is_told_like_any_other_that_cannot_be_found() -> None:
    flavor = types.new_class("InFunction", (Anything,), {}, fill)
    assert issubclass(flavor, Anything)
    (problem,) = unsupported_fields(flavor)
    assert "inner: its type Local is not known at run time; import Local at the top of " in str(problem)
