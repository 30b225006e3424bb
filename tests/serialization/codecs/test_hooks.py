"""Hooks of a flavor's own: whatever they do, documents stay strict and errors stay ours."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, ClassVar, Protocol

import attrs
import cattrs
import pytest
from cattrs.gen import make_dict_structure_fn
from tests.serialization.everything import Anything, Region
from typing_extensions import override

from stackkit.core.component import StackComponent
from stackkit.errors import DocumentError, NotSerializableError, Problem, StackkitError
from stackkit.serialization.codecs.codec import Codec
from stackkit.serialization.codecs.hooks import HookCodec
from stackkit.serialization.converter import FlavorConverter, config_codec, unsupported_fields
from stackkit.serialization.document import FlavorLookup, dump_component, load_component
from stackkit.serialization.formats.table import FORMATS, decode, encode


class Endpoint:
    """A class of a library's own, of which the kit knows nothing."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Endpoint) and (self.host, self.port) == (other.host, other.port)

    @override
    def __hash__(self) -> int:
        return hash((self.host, self.port))


def read_endpoint(value: object, _: object) -> Endpoint:
    host, _, port = str(value).partition(":")
    return Endpoint(host, int(port))


def write_endpoint(value: Endpoint) -> str:
    return f"{value.host}:{value.port}"


def write_endpoint_as_object(value: Endpoint) -> dict[str, object]:
    return {"host": value.host, "port": value.port}


def read_endpoint_object(value: Any, _: object) -> Endpoint:
    return Endpoint(value["host"], value["port"])


class WithEndpoints(Anything):
    """Uses hooks wherever a type can stand."""

    FLAVOR: ClassVar[str] = "endpoints"

    one: Endpoint
    many: list[Endpoint] = attrs.field(factory=list[Endpoint])
    named: dict[str, Endpoint] = attrs.field(factory=dict[str, Endpoint])
    different: frozenset[Endpoint] = frozenset[Endpoint]()
    maybe: Endpoint | None = None
    either: int | Endpoint | list[str] | None = None

    @override
    @classmethod
    def configure_converter(cls, converter: cattrs.Converter) -> None:
        converter.register_structure_hook(Endpoint, read_endpoint_object)
        converter.register_unstructure_hook(Endpoint, write_endpoint_as_object)


def same(flavor: type[StackComponent]) -> FlavorLookup:
    def lookup(_kind: str, _flavor: str) -> type[StackComponent]:
        return flavor

    return lookup


@pytest.mark.parametrize("name", FORMATS)
def test_values_with_hooks_are_read_back_wherever_they_stand(name: str) -> None:
    endpoint = Endpoint("a", 1)
    for either in (5, endpoint, ["a"], None):
        component = WithEndpoints(
            name="a", one=endpoint, many=[endpoint], named={"a": endpoint}, different=frozenset({endpoint}),
            maybe=endpoint if either else None, either=either,
        )  # fmt: skip
        found = load_component(decode(encode(dump_component(component), name), name), same(WithEndpoints))
        assert found == component
    assert unsupported_fields(WithEndpoints) == []


class Converted(Anything):
    """Its hooks are set by each test."""

    FLAVOR: ClassVar[str] = "converted"


Load = Callable[[Any, Any], object]
Dump = Callable[[Any], object]


def codec(tp: Any, load: Load | None = None, dump: Dump | None = None) -> Codec:
    converter = FlavorConverter()
    if load:
        converter.register_structure_hook(tp, load)
    if dump:
        converter.register_unstructure_hook(tp, dump)
    return converter.codec(tp)


class OddError(Exception):
    """A library's own error."""


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError("no port"), "expected Endpoint: no port"),
        (KeyError("port"), "expected Endpoint: port"),
        (OddError(), "expected Endpoint: OddError"),
        (OddError("two\nlines"), "expected Endpoint: two"),
        (ZeroDivisionError("division by zero"), "expected Endpoint: division by zero"),
        (AssertionError(), "expected Endpoint: AssertionError"),
        (DocumentError(Problem("is odd", where="port")), "port: is odd"),
        (StackkitError("is odd"), "is odd"),
        (ExceptionGroup("several", [ValueError("one")]), "expected Endpoint: several"),
    ],
)
def test_whatever_a_hook_raises_is_a_mistake_of_the_document(error: Exception, message: str) -> None:
    def fail(*_: object) -> object:
        raise error

    made = codec(Endpoint, fail, fail)
    for act in (made.load, made.dump):
        with pytest.raises(StackkitError) as caught:
            act(Endpoint("a", 1))
        assert str(caught.value) == message


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (math.nan, "is nan, which is no number"),
        ({"a": [1, math.inf]}, "a[1]: is inf, which is no number"),
        (2**63, "is a whole number of more than 64 bits"),
        ("\ud800", "holds a lone surrogate, which is no text"),
        ({1: "a"}, "has a key that is no text but a int"),
        ({"\ud800": "a"}, "has a key that is no text but a str"),
        ((1, 2), "is a tuple, which no document holds"),
        ({"a": {1, 2}}, "a: is a set, which no document holds"),
        (b"a", "is a bytes, which no document holds"),
        (datetime(2020, 1, 1, tzinfo=UTC), "is a datetime, which no document holds"),
        (Region.NORTH, "is a Region, which no document holds"),
        (Endpoint("a", 1), "is a Endpoint, which no document holds"),
    ],
)
def test_a_hook_that_writes_what_no_document_holds_is_told_so(written: object, message: str) -> None:
    made = codec(Endpoint, read_endpoint, lambda _: written)
    with pytest.raises(NotSerializableError) as caught:
        made.dump(Endpoint("a", 1))
    assert str(caught.value) == message


def test_a_hook_that_writes_without_end_is_told_so() -> None:
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(NotSerializableError, match="nested"):
        codec(Endpoint, read_endpoint, lambda _: endless).dump(Endpoint("a", 1))


def test_one_hook_of_two_is_refused_where_the_kit_has_none() -> None:
    class OnlyRead(Anything):
        FLAVOR: ClassVar[str] = "only-read"
        one: Endpoint

        @override
        @classmethod
        def configure_converter(cls, converter: cattrs.Converter) -> None:
            converter.register_structure_hook(Endpoint, read_endpoint)

    class OnlyWritten(Anything):
        FLAVOR: ClassVar[str] = "only-written"
        many: list[Endpoint]

        @override
        @classmethod
        def configure_converter(cls, converter: cattrs.Converter) -> None:
            converter.register_unstructure_hook(Endpoint, write_endpoint)

    remedy = "register both in configure_converter"
    (problem,) = unsupported_fields(OnlyRead)
    assert str(problem).endswith(f"OnlyRead.one: Endpoint has a structure hook alone; {remedy}")
    (problem,) = unsupported_fields(OnlyWritten)
    assert str(problem).endswith(f"OnlyWritten.many: Endpoint has an unstructure hook alone; {remedy}")


def test_one_hook_of_two_stands_beside_the_kits_own() -> None:
    stripped = codec(str, load=lambda value, _: str(value).strip())
    assert stripped.load(" a ") == "a"
    assert stripped.dump("a") == "a"
    with pytest.raises(NotSerializableError):
        stripped.dump(5)
    loud = codec(str, dump=str.upper)
    assert loud.dump("a") == "A"
    with pytest.raises(DocumentError, match="expected str, got int 5"):
        loud.load(5)


@attrs.frozen
class Inner:
    """A nested class, which the kit would serialize by its fields."""

    text: str = ""
    region: Region = Region.NORTH
    flag: bool = False
    number: int = 0
    moment: datetime = datetime(2020, 1, 1, tzinfo=UTC)
    day: date = date(2020, 1, 1)


def test_hooks_for_a_nested_class_take_the_place_of_its_fields() -> None:
    made = codec(Inner, lambda value, _: Inner(value), lambda value: value.text)
    assert isinstance(made, HookCodec)
    assert made.load(made.dump(Inner("a"))) == Inner("a")


def test_hooks_for_a_scalar_are_used_in_every_field_of_that_type_and_no_other() -> None:
    class Own(Anything):
        FLAVOR: ClassVar[str] = "own"
        inner: Inner
        texts: list[str]

        @override
        @classmethod
        def configure_converter(cls, converter: cattrs.Converter) -> None:
            converter.register_structure_hook(str, lambda value, _: f"<{value}>")
            converter.register_unstructure_hook(str, lambda value: value[1:-1])
            converter.register_structure_hook(int, lambda value, _: int(str(value), 16))
            converter.register_unstructure_hook(int, hex)
            converter.register_structure_hook(date, lambda value, _: date.fromordinal(value))
            converter.register_unstructure_hook(date, date.toordinal)

    config = config_codec(Own).codecs
    written = {"text": "a", "region": "null", "flag": True, "number": "0x10", "moment": "2020-01-01T00:00:00+00:00", "day": 1}
    inner = Inner("<a>", Region.NULL, flag=True, number=16, day=date(1, 1, 1))
    assert config["inner"].load(written) == inner
    assert config["inner"].dump(inner) == written
    assert config["texts"].load(["a"]) == ["<a>"]
    assert config["texts"].dump(["<a>"]) == ["a"]


def test_no_flavor_sees_the_hooks_of_another() -> None:
    class Loud(Anything):
        FLAVOR: ClassVar[str] = "loud"
        text: str

        @override
        @classmethod
        def configure_converter(cls, converter: cattrs.Converter) -> None:
            converter.register_unstructure_hook(str, str.upper)
            converter.register_structure_hook(str, lambda value, _: str(value).lower())

    class Quiet(Anything):
        FLAVOR: ClassVar[str] = "quiet"
        text: str

    assert config_codec(Loud).codecs["text"].dump("a") == "A"
    assert config_codec(Quiet).codecs["text"].dump("a") == "a"


class Derived(WithEndpoints):
    """Inherits the hooks, as it inherits the method."""

    FLAVOR: ClassVar[str] = "derived"
    more: Endpoint | None = None


def test_a_flavor_that_inherits_another_has_its_hooks() -> None:
    component = Derived(name="a", one=Endpoint("a", 1), more=Endpoint("b", 2))
    assert load_component(dump_component(component), same(Derived)) == component


def test_hooks_may_use_the_converter_for_what_is_in_their_values() -> None:
    class Nest(Anything):
        FLAVOR: ClassVar[str] = "nest"
        endpoint: Endpoint

        @override
        @classmethod
        def configure_converter(cls, converter: cattrs.Converter) -> None:
            converter.register_unstructure_hook(Endpoint, lambda value: {"inner": converter.unstructure(Inner(value.host))})
            converter.register_structure_hook(
                Endpoint, lambda value, _: Endpoint(converter.structure(value["inner"], Inner).text, 1)
            )

    made = config_codec(Nest).codecs["endpoint"]
    assert made.load(made.dump(Endpoint("a", 1))) == Endpoint("a", 1)
    with pytest.raises(DocumentError, match="text: expected str, got int 5"):
        made.load({"inner": {"text": 5}})


@attrs.define
class Group:
    """Read by a hook that cattrs makes."""

    size: int
    names: list[str]


def test_the_mistakes_of_a_hook_that_cattrs_made_are_told_one_by_one() -> None:
    converter = FlavorConverter()
    converter.register_structure_hook(Group, make_dict_structure_fn(Group, converter, _cattrs_forbid_extra_keys=True))
    with pytest.raises(DocumentError) as caught:
        converter.codec(Group).load({"size": "5", "names": [1, "a", 2], "more": 1})
    assert sorted(str(caught.value).splitlines()) == [
        "Extra fields in constructor for Group: more",
        "names: [0]: expected str, got int 1; [2]: expected str, got int 2",
        'size: expected int, got str "5"',
    ]
    with pytest.raises(DocumentError, match="size: is missing"):
        converter.codec(Group).load({"names": []})


def test_a_hook_that_writes_what_another_member_of_its_union_would_read_is_told_so() -> None:
    converter = FlavorConverter()
    converter.register_structure_hook(Endpoint, read_endpoint)
    converter.register_unstructure_hook(Endpoint, write_endpoint)
    both: Any = converter.codec(Endpoint | str)
    assert both.dump("a") == "a"
    assert both.load("a:1") == "a:1"
    with pytest.raises(NotSerializableError) as caught:
        both.dump(Endpoint("a", 1))
    assert str(caught.value) == "the hook of Endpoint wrote what would be read as str; write an object"
    assert converter.codec(Endpoint | int | None).load("a:1") == Endpoint("a", 1)


def test_two_types_with_hooks_cannot_be_told_apart() -> None:
    converter = FlavorConverter()
    for tp in (Endpoint, Group):
        converter.register_structure_hook(tp, read_endpoint)
        converter.register_unstructure_hook(tp, write_endpoint)
    (problem,) = converter.codec(Endpoint | Group | None).problems()
    assert "Endpoint and Group cannot be told apart" in str(problem)


class HasSize(Protocol):
    """A Protocol that cannot be asked at run time."""

    size: int


def test_a_protocol_may_have_hooks() -> None:
    converter = FlavorConverter()
    converter.register_structure_hook_func(lambda tp: tp is HasSize, lambda value, _: Group(value, []))
    converter.register_unstructure_hook_func(lambda tp: tp is HasSize, lambda value: value.size)
    maybe: Any = converter.codec(HasSize | None)
    assert maybe.load(5) == Group(5, [])
    assert maybe.dump(Group(5, [])) == 5
    assert maybe.dump(None) is None
    assert maybe.load(None) is None
