"""JSON Schema: what validates loads, what was written validates, and each thing a flavor's author says is in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import ClassVar, Final, Literal
from uuid import UUID

import attrs
import cattrs
import pytest
from attrs import field, validators
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tests.serialization.everything import (
    Anything,
    Colour,
    Kind,
    Large,
    MadeField,
    Permission,
    components,
    kinds,
    made_fields,
    make_flavor,
)
from tests.serialization.from_schema import documents, narrowed
from typing_extensions import override

from stackkit.core.component import StackComponent
from stackkit.core.reference import Reference
from stackkit.core.secret import Secret
from stackkit.errors import DocumentError, UnsupportedTypeError
from stackkit.registry.registry import FlavorRegistry
from stackkit.serialization.converter import config_codec
from stackkit.serialization.document import Envelope, dump_component
from stackkit.serialization.schemas.schema import json_schema

PATIENT: Final = settings(
    max_examples=settings().max_examples // 2,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    deadline=None,
)
BUILT_IN: Final = [(record.type, record.name) for record in FlavorRegistry().records() if record.source == "built-in"]


def built_in(name: tuple[str, str]) -> type[StackComponent]:
    return FlavorRegistry().flavor(*name)


def mistakes(flavor: type[StackComponent], document: object) -> list[str]:
    """What the schema of a flavor says of a document."""
    return [f"{e.json_path}: {e.message}" for e in Draft202012Validator(json_schema(flavor)).iter_errors(document)]


def document(flavor: type[StackComponent], **config: object) -> dict[str, object]:
    """A document of one of the flavors here."""
    return {"type": "anything", "flavor": flavor.FLAVOR, "version": flavor.VERSION, "config": {"name": "x", **config}}


UNSAID: Final = ("lists a value twice", "expected float, got int")
"""The mistakes that JSON Schema has no words for."""


def check_loads(flavor: type[StackComponent], found: object) -> None:
    """A document that validates is loaded, or refused by the flavor's own code; what is then written validates too."""
    envelope = Envelope.read(found)
    fields = config_codec(flavor)
    _, problems = fields._load_fields(envelope.config)  # pyright: ignore[reportPrivateUsage] # without the class's own code
    assume(not problems or not all(problem.what.startswith(UNSAID) for problem in problems))
    assert problems == []
    try:
        loaded = envelope.load(flavor)
    except DocumentError:
        assert flavor.__module__.startswith("stackkit.flavors.")  # whose code asks for more than types can say
    else:
        assert mistakes(flavor, dump_component(loaded)) == []


@pytest.mark.parametrize("name", BUILT_IN, ids="/".join)
def test_the_schema_of_every_flavor_of_the_kit_is_one(name: tuple[str, str]) -> None:
    schema = json_schema(built_in(name))
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema.get("description")


@pytest.mark.parametrize("name", BUILT_IN, ids="/".join)
@PATIENT
@given(data=st.data())
def test_what_validates_for_a_flavor_of_the_kit_loads(name: tuple[str, str], data: st.DataObject) -> None:
    flavor = built_in(name)
    check_loads(flavor, data.draw(documents(json_schema(flavor))))


@PATIENT
@given(component=components(2))
def test_what_was_written_validates(component: StackComponent) -> None:
    Draft202012Validator.check_schema(json_schema(type(component)))
    assert mistakes(type(component), dump_component(component)) == []


@PATIENT
@given(data=st.data())
def test_what_validates_loads(data: st.DataObject) -> None:
    made = make_flavor(data.draw(made_fields(kinds(1)))).cls
    check_loads(made, data.draw(documents(json_schema(made))))


class Limited(Anything):
    """Everything that validators of attrs can ask.

    More about it.
    """

    FLAVOR: ClassVar[str] = "limited"

    number: int = field(
        default=5, validator=validators.and_(validators.ge(1), validators.lt(10)), metadata={"help": "how many"}
    )
    share: float | None = field(default=None, validator=validators.optional([validators.gt(0.0), validators.le(1.5)]))
    size: int = field(default=0, validator=validators.ge(0))
    colour: Colour = field(default=Colour.RED, validator=validators.in_([Colour.RED, Colour.NO]))
    level: str = field(default="low", validator=validators.in_({"low", "high"}))
    region: str | None = field(default=None, validator=validators.in_(["n", None]))
    code: str = field(default="a1", validator=[validators.matches_re("[a-z][0-9]"), validators.max_len(2)])
    start: str = field(default="ab", validator=validators.matches_re("a", func=re.match))
    inside: str = field(default="ab", validator=validators.matches_re("b", func=re.search))
    tags: list[str] = field(
        factory=lambda: ["a"],
        validator=validators.deep_iterable(validators.min_len(1), [validators.min_len(1), validators.max_len(3)]),
    )
    ports: dict[str, int] = field(
        factory=dict[str, int],
        validator=validators.deep_mapping(validators.min_len(1), validators.gt(0), validators.max_len(2)),
    )


@settings(PATIENT, max_examples=settings().max_examples)
@given(data=st.data())
def test_what_validators_of_attrs_ask_is_asked(data: st.DataObject) -> None:
    found = data.draw(documents(json_schema(Limited)))
    config = Envelope.read(found).config
    assume("" not in narrowed(config.get("ports", {})))  # what the keys of a mapping must be is not said
    check_loads(Limited, found)
    Envelope.read(found).load(Limited)


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("number", [1, 9], [0, 10, {"$int": "9223372036854775808"}, "1", 1.5]),
        ("share", [None, 0.5, 1, 1.5], [0, -1, 1.6, {"$float": "nan"}, {"$float": "inf"}]),
        ("size", [0, {"$int": "9223372036854775808"}], [-1, {"$int": "-9223372036854775809"}]),
        ("colour", ["red", "no"], [1, "1", None]),
        ("level", ["low", "high"], ["", "middle"]),
        ("region", ["n", None], ["m"]),
        ("code", ["a1"], ["a", "a1b", "xa1", "a1\n"]),
        ("start", ["a", "ab\n"], ["ba", ""]),
        ("inside", ["b", "abc"], ["a"]),
        ("tags", [["a"], ["a", "a", "a"]], [[], [""], ["a"] * 4]),
        ("ports", [{}, {"a": 1}], [{"a": 0}, {"a": 1, "b": 1, "c": 1}, {"$a": 1}]),
    ],
)
def test_the_schema_lets_through_what_loads_and_no_more(name: str, right: list[object], wrong: list[object]) -> None:
    for value in right:
        assert mistakes(Limited, document(Limited, **{name: value})) == []
        Envelope.read(document(Limited, **{name: value})).load(Limited)
    for value in wrong:
        assert mistakes(Limited, document(Limited, **{name: value})) != []
        with pytest.raises(DocumentError):
            Envelope.read(document(Limited, **{name: value})).load(Limited)


def config_schema(flavor: type[StackComponent]) -> Mapping[str, object]:
    return narrowed(narrowed(json_schema(flavor)["properties"])["config"])


def field_schema(flavor: type[StackComponent], name: str) -> Mapping[str, object]:
    return narrowed(narrowed(config_schema(flavor)["properties"])[name])


def test_what_the_author_says_is_in_the_schema() -> None:
    assert json_schema(Limited)["title"] == "anything limited"
    assert json_schema(Limited)["description"] == "Everything that validators of attrs can ask."
    assert field_schema(Limited, "number")["description"] == "how many"
    assert field_schema(Limited, "number")["default"] == 5
    assert field_schema(Limited, "region")["default"] is None
    assert field_schema(Limited, "colour") == {"enum": ["red", "no"], "default": "red"}
    assert field_schema(Limited, "ports")["default"] == {}
    assert "default" not in field_schema(Limited, "tags")  # what a factory makes may differ each time
    assert "default" not in field_schema(Limited, "uuid")
    assert config_schema(Limited)["required"] == ["name"]
    assert config_schema(Limited)["additionalProperties"] is False


@pytest.mark.parametrize("change", [{"type": "x"}, {"flavor": "x"}, {"version": 2}, {"more": 1}])
def test_a_document_of_something_else_does_not_validate(change: dict[str, object]) -> None:
    assert mistakes(Limited, document(Limited) | change) != []
    assert mistakes(Limited, {k: v for k, v in document(Limited).items() if k not in change}) != [] or "more" in change


@attrs.define
class Cat:
    """Purrs."""

    kind: Literal["cat"] = "cat"
    lives: int = 9


@attrs.define
class Dog:
    kind: Literal["dog"] = "dog"
    lives: int = 1


@attrs.define(kw_only=True)
class Tree:
    """Grows."""

    leaf: Cat | Dog
    left: Tree | None = None
    others: list[Tree] = field(factory=list["Tree"])


class Nested(Anything):
    FLAVOR: ClassVar[str] = "nested"

    tree: Tree
    forest: dict[str, Tree] = field(factory=dict[str, Tree])


@PATIENT
@given(data=st.data())
def test_classes_that_hold_themselves_are_definitions(data: st.DataObject) -> None:
    schema = json_schema(Nested)
    assert narrowed(schema["$defs"]).keys() == {"Tree", "Cat", "Dog", "$int"}
    assert narrowed(narrowed(schema["$defs"])["Cat"])["description"] == "Purrs."
    assert "description" not in narrowed(narrowed(schema["$defs"])["Dog"])
    check_loads(Nested, data.draw(documents(schema)))


def test_what_tells_classes_apart_is_asked_for_although_it_has_a_default() -> None:
    assert mistakes(Nested, document(Nested, tree={"leaf": {"kind": "cat"}})) == []
    assert mistakes(Nested, document(Nested, tree={"leaf": {}})) != []
    with pytest.raises(DocumentError):
        Envelope.read(document(Nested, tree={"leaf": {}})).load(Nested)


def test_two_classes_of_one_name_are_two_definitions() -> None:
    first, second = (attrs.make_class("Point", {name: field(type=int)}) for name in "ab")

    made = make_flavor(
        {name: MadeField(Kind(cls, st.none(), frozenset()), attrs.NOTHING) for name, cls in (("a", first), ("b", second))}
    ).cls
    assert narrowed(json_schema(made)["$defs"]).keys() == {"Point", "Point2", "$int"}


class Forms(Anything):
    FLAVOR: ClassVar[str] = "forms"

    day: date = date(2024, 2, 29)
    moment: datetime | None = None
    length: timedelta = timedelta()
    number: Decimal = Decimal(1)
    key: UUID | None = None
    data: bytes = b""
    folder: Path = Path("a")
    password: Secret | None = None
    store: Reference | None = None
    bits: Permission = Permission.READ
    more: Large = Large.FIRST
    whole: int = 0


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        (
            "day",
            ["2024-02-29", "2000-02-29"],
            ["2023-02-29", "1900-02-29", "2024-04-31", "0000-01-01", "2024-01-01\n"],
        ),
        ("moment", ["2024-02-29T00:00:00Z", "0001-01-01T00:00:00-23:59"], ["2024-02-30T00:00:00", "2024-02-29T24:00:00"]),
        ("length", ["P0DT0S", "-P999999999DT0S"], ["-P999999999DT1S", "P1DT86400S", "P01DT0S", "-P0DT0S", "P0DT0.000000S"]),
        ("number", ["1.50", "-0", "1E+5", "NaN"], ["", "1.", ".5", "1E+1234567890123456789", "\u0661"]),
        ("key", ["00000000-0000-0000-0000-00000000000A"], ["0" * 31, ""]),
        ("data", ["", "YQ==", "YWI=", "YWJj"], ["YR==", "YQ=", "YQ", "YWJ=", "YW-j", "Y"]),
        ("folder", ["", "a/b"], [5]),
        ("password", [{"$secret": "a.b"}], ["a.b", {"$secret": "a"}, {"$secret": "a.b", "x": 1}, {"$secret": "a.b\n"}]),
        (
            "store",
            [{"$component": "artifact_store/prod"}],
            [{"$component": "prod"}, {"$component": "A/b"}, {"$component": "a/"}],
        ),
        ("bits", [0, 1, 2, 3], [4, -1, {"$int": "9223372036854775808"}]),
        ("more", [0, 2**80, {"$int": str(2**70)}], [-1, {"$int": str(-(2**70))}]),
        ("whole", [{"$int": str(2**63)}, {"$int": str(-(2**63) - 1)}], [{"$int": str(2**63 - 1)}, {"$int": str(-(2**63))}]),
        ("whole", [{"$int": "9" * 4300}], [{"$int": "9" * 4301}, {"$int": "0" * 30}, {"$int": "9" * 20 + "\n"}]),
    ],
)
def test_text_of_a_form_of_its_own_validates_where_it_loads(name: str, right: list[object], wrong: list[object]) -> None:
    for value in right:
        assert mistakes(Forms, document(Forms, **{name: value})) == []
        Envelope.read(document(Forms, **{name: value})).load(Forms)
    for value in wrong:
        assert mistakes(Forms, document(Forms, **{name: value})) != []
        with pytest.raises(DocumentError):
            Envelope.read(document(Forms, **{name: value})).load(Forms)


@settings(PATIENT, max_examples=settings().max_examples)
@given(data=st.data())
def test_every_text_of_a_form_of_its_own_loads(data: st.DataObject) -> None:
    check_loads(Forms, data.draw(documents(json_schema(Forms))))


def test_a_field_that_cannot_be_serialized_has_no_schema() -> None:
    class Odd(Anything):
        FLAVOR: ClassVar[str] = "odd"
        made: complex = 1j

    with pytest.raises(UnsupportedTypeError, match="made"):
        json_schema(Odd)


def test_a_type_with_hooks_of_its_own_may_be_anything() -> None:
    class Hooked(Anything):
        FLAVOR: ClassVar[str] = "hooked"
        made: complex = 1j

        @override
        @classmethod
        def configure_converter(cls, converter: cattrs.Converter) -> None:
            converter.register_structure_hook(complex, lambda value, _: complex(value))
            converter.register_unstructure_hook(complex, str)

    assert field_schema(Hooked, "made") == {"description": "a complex", "default": "1j"}
    assert mistakes(Hooked, dump_component(Hooked(name="x"))) == []
