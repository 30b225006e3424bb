"""Which flavors have generated code, when it is made, and that it does what constructors, hooks and versions ask for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Literal
from uuid import UUID

import attrs
import cattrs
import pytest
from hypothesis import strategies as st
from tests.serialization.everything import Anything, Colour, Kind, MadeField, Permission, Region, make_flavor
from typing_extensions import override

from stackkit import ComponentType, FlavorRegistry, Secret, StackComponent, dumps, from_builtins, loads, to_builtins
from stackkit.core.migrations import Migration
from stackkit.core.reference import Reference
from stackkit.errors import DocumentError, NewerDocumentError, NotSerializableError
from stackkit.serialization.mirror.mirror import Mirror, begin_mirror, mirror_of

FUNCTIONS = {"read_json", "read_builtins", "write_json", "write_builtins"}


def mirror(flavor: type[StackComponent]) -> Mirror:
    begin_mirror(flavor)
    found = mirror_of(flavor)
    assert found is not None
    return found


def made_functions(flavor: type[StackComponent]) -> set[str]:
    found = mirror_of(flavor)
    return set() if found is None else {name for name in FUNCTIONS if getattr(found, name).__name__ == "made"}


class Plain(Anything):
    """Two fields more than any component."""

    FLAVOR: ClassVar[str] = "plain"

    text: str
    number: int = 5


def test_nothing_is_generated_for_a_flavor_that_is_used_once() -> None:
    class Once(Anything):
        FLAVOR: ClassVar[str] = "once"

    written = dumps(Once(name="a"))
    assert made_functions(Once) == set()
    loads(written, Once)
    assert made_functions(Once) == {"read_json"}
    dumps(Once(name="a"))
    assert made_functions(Once) == {"read_json", "write_json"}


def flavor_of(annotation: object) -> type[Any]:
    """A flavor with one field, `one`."""
    return make_flavor({"one": MadeField(Kind(annotation, st.nothing(), frozenset()), attrs.NOTHING)}).cls


ORDINARY: list[tuple[Any, object]] = [
    (str, 'a "b" \n'),
    (int, -(2**63)),
    (float, -0.5),
    (bool, True),
    (bytes, b"a"),
    (UUID, UUID(int=5)),
    (datetime, datetime(2020, 1, 1, 12, 30, 0, 5, tzinfo=UTC)),
    (datetime, datetime(2020, 1, 1)),  # noqa: DTZ001 - naive ones are values too
    (datetime, datetime(2020, 1, 1, tzinfo=timezone(timedelta(hours=5)))),
    (date, date(2020, 1, 1)),
    (time, time(12, 30)),
    (timedelta, timedelta(seconds=5)),
    (Decimal, Decimal("1.50")),
    (Path, Path("a/b")),
    (Secret, Secret("a.b")),
    (Reference, Reference("alerter", "chat")),
    (Colour, Colour.ONE),
    (Region, Region.NORTH),
    (Permission, Permission.ALL),
    (Literal["a", "b"], "b"),
    (Literal["a", 1, True], 1),
    (str | None, None),
    (str | None, "a"),
    (float | None, 1.5),
    (int | str, "a"),
    (int | list[str], ["a"]),
    (list[str], ["a", "b"]),
    (list[float], [1.5]),
    (tuple[str, ...], ("a",)),
    (tuple[int, str], (1, "a")),
    (tuple[()], ()),
    (set[str], {"b", "a"}),
    (frozenset[int], frozenset({2, 1})),
    (dict[str, str], {"b": "c", "a": "d"}),
    (dict[str, list[int]], {"b": [1], "a": []}),
]


@pytest.mark.parametrize(("annotation", "value"), ORDINARY)
def test_what_is_ordinary_is_read_and_written_by_generated_code(annotation: Any, value: object) -> None:
    flavor = flavor_of(annotation)
    component = flavor(name="a", one=value)
    slow = dumps(component)
    found = mirror(flavor)
    assert found.write_json(component) == slow
    assert json.loads(slow) == found.write_builtins(component)
    assert found.read_builtins(json.loads(slow)) == found.read_json(slow) == component


DONE: list[str] = []


def noted_number(number: int) -> int:
    DONE.append("converter")
    return number


def note_validated(_: object, __: object, ___: int) -> None:
    DONE.append("validator")


@attrs.define
class Inner:
    """Does everything that attrs can."""

    number: int = attrs.field(converter=noted_number, validator=note_validated)

    def __attrs_pre_init__(self) -> None:
        DONE.append("pre")

    def __attrs_post_init__(self) -> None:
        DONE.append("post")


@dataclass
class Other:
    """Does what dataclasses can."""

    number: int = 5

    def __post_init__(self) -> None:
        DONE.append("other")


class Watched(Anything):
    """Holds both."""

    FLAVOR: ClassVar[str] = "watched"

    inner: Inner
    other: Other


class TestConstructors:
    """What a class does when it is constructed, it does once for each instance, in the same order."""

    def test_converters_validators_and_hooks_run(self) -> None:
        component = Watched(name='"a"', inner=Inner(1), other=Other())
        document = to_builtins(component)
        data = dumps(component)
        found = mirror(Watched)
        for read in (found.read_builtins, found.read_json):
            DONE.clear()
            assert read(document if read == found.read_builtins else data) == component
            assert DONE == ["pre", "converter", "validator", "post", "other"]

    def test_what_a_validator_refuses_is_told_with_its_path(self) -> None:
        class Checked(Anything):
            FLAVOR: ClassVar[str] = "checked"
            number: int = attrs.field(validator=attrs.validators.ge(5))

        document = dumps(Checked(name="a", number=5))
        assert loads(document, Checked).number == 5
        for _ in range(2):
            with pytest.raises(DocumentError, match=r"config\.number: 'number' must be >= 5: 4"):
                loads(document.replace(b'"number":5', b'"number":4'), Checked)

    @pytest.mark.parametrize(
        "decorate", [attrs.define, attrs.frozen, attrs.define(slots=False), attrs.frozen(slots=False), dataclass]
    )
    def test_nested_instances_are_of_their_class_and_as_frozen_as_it_is(self, decorate: Callable[[type], type[Any]]) -> None:
        made = decorate(
            type("Inner", (), {"__annotations__": {"number": int, "text": str}, "text": "b", "__module__": __name__})
        )

        outer = flavor_of(made)
        component = outer(name="a", one=made(1))
        read = mirror(outer).read_json(dumps(component).replace(b',"text":"b"', b""))
        assert read == component
        assert type(read.one) is made
        assert is_frozen(read.one) == is_frozen(component.one)

    def test_private_fields_have_their_defaults(self) -> None:
        class Stateful(Anything):
            FLAVOR: ClassVar[str] = "stateful"
            path: str
            _open: list[str] = attrs.field(factory=list[str], init=False)
            _size: int = attrs.field(default=7, init=False)

        component = Stateful(name="a", path="b")
        one, other = (mirror(Stateful).read_json(dumps(component)) for _ in range(2))
        assert vars(one) == vars(component)
        assert one._open is not other._open


def is_frozen(instance: Any) -> bool:
    try:
        instance.number = 2
    except (attrs.exceptions.FrozenInstanceError, AttributeError):
        return True
    return False


class Node(Anything):
    """Refers to itself."""

    FLAVOR: ClassVar[str] = "node"

    tree: Tree


@attrs.define
class Tree:
    """Holds others of its class."""

    inside: list[Tree] = attrs.field(factory=list["Tree"])


def test_a_class_that_refers_to_itself_is_left_to_its_codecs() -> None:
    component = Node(name="a", tree=Tree([Tree()]))
    assert loads(dumps(component), Node) == component
    assert mirror(Node).write_json(component) is None
    assert loads(dumps(component), Node) == component


def test_hooks_of_a_flavor_are_used() -> None:
    class Hooked(Anything):
        FLAVOR: ClassVar[str] = "hooked"
        number: complex

        @override
        @classmethod
        def configure_converter(cls, converter: cattrs.Converter) -> None:
            converter.register_structure_hook(complex, lambda value, _: complex(*value["b"]))
            converter.register_unstructure_hook(complex, lambda value: {"b": [value.real, value.imag], "a": None})

    component = Hooked(name="a", number=1 + 2j)
    slow = dumps(component)
    assert mirror(Hooked).write_json(component) == slow
    assert slow.endswith(b'"number":{"b":[1.0,2.0],"a":null}}}')
    assert mirror(Hooked).read_json(slow) == component


@pytest.mark.parametrize(
    "repeated", [b'"name":"a","name":"a"', b'"name":"\\"","name":"a"', b'"x":0,"name":"a"', b'"name":"a\\\\","name":"a"']
)
def test_a_key_that_is_repeated_or_unknown_is_refused(repeated: bytes) -> None:
    written = dumps(Plain(name="a", text="b"))
    wrong = written.replace(b'"name":"a"', repeated)
    assert wrong != written
    assert mirror(Plain).read_json(written) is not None
    assert mirror(Plain).read_json(wrong) is None


@pytest.mark.parametrize("text", ['"', '"a"', "\n", "\\n", "é", "\U0001f600"])
def test_escapes_do_not_keep_a_document_from_being_read_by_generated_code(text: str) -> None:
    component = Plain(name="a", text=text)
    for escaped in (dumps(component), json.dumps(to_builtins(component)).encode()):
        assert mirror(Plain).read_json(escaped) == component


def test_what_was_written_shares_nothing_with_the_component() -> None:
    class Sharing(Anything):
        FLAVOR: ClassVar[str] = "sharing"
        texts: list[str]
        named: dict[str, str]

    component = Sharing(name="a", texts=["b"], named={"c": "d"})
    written: Any = mirror(Sharing).write_builtins(component)
    read = mirror(Sharing).read_builtins(written)
    for kept in (written["config"]["texts"], written["config"]["named"], read.texts, read.named):
        kept.clear()
    assert (component.texts, component.named) == (["b"], {"c": "d"})
    assert mirror(Sharing).write_builtins(component)["config"]["texts"] == ["b"]


def test_a_plain_secret_is_refused_all_the_same() -> None:
    class Secretive(Anything):
        FLAVOR: ClassVar[str] = "secretive"
        password: Secret

    plain = Secretive(name="a", password=Secret.plain("hunter2"))
    assert mirror(Secretive).write_json(plain) is None
    with pytest.raises(NotSerializableError) as error:
        dumps(plain)
    assert "hunter2" not in str(error.value)


class TestVersions:
    """A document of another version is the codecs' business, whenever that came about."""

    @staticmethod
    def flavor(version: int, steps: Mapping[int, Migration]) -> type[Any]:
        class Versioned(Anything):
            FLAVOR: ClassVar[str] = "versioned"
            VERSION: ClassVar[int] = version
            MIGRATIONS: ClassVar[Mapping[int, Migration]] = MappingProxyType(steps)
            number: int

        return Versioned

    def test_an_older_one_is_migrated_and_a_newer_one_refused(self) -> None:
        flavor = self.flavor(2, {1: lambda config: {**config, "number": config["number"] * 2}})
        now = dumps(flavor(name="a", number=5))
        assert loads(now, flavor).number == loads(now, flavor).number == 5
        assert loads(now.replace(b'"version":2', b'"version":1'), flavor).number == 10
        with pytest.raises(NewerDocumentError):
            loads(now.replace(b'"version":2', b'"version":3'), flavor)
        assert from_builtins({**to_builtins(flavor(name="a", number=5)), "version": 1}, flavor).number == 10

    @pytest.mark.parametrize("version", [b"1.0", b"true", b'"1"', b"null"])
    def test_what_is_no_version_is_refused(self, version: bytes) -> None:
        flavor = self.flavor(1, {})
        written = dumps(flavor(name="a", number=5))
        assert loads(written, flavor).number == 5
        with pytest.raises(DocumentError, match=r"version: expected a whole number"):
            loads(written.replace(b'"version":1', b'"version":' + version), flavor)


class TestExpectations:
    """Whatever is expected, and wherever the flavor is looked up, it is as it was before there was generated code."""

    def test_a_subclass_of_a_flavor_is_read_as_itself(self) -> None:
        class More(Plain):
            FLAVOR: ClassVar[str] = "more"
            extra: str = "c"

        base, more = Plain(name="a", text="b"), More(name="a", text="b", extra="d")
        for _ in range(3):
            assert type(loads(dumps(more), More)) is More
            assert loads(dumps(more), More) == more
            assert loads(dumps(base), Plain) == base
            with pytest.raises(DocumentError, match="flavor: expected plain, got more"):
                loads(dumps(more), Plain)

    def test_a_token_and_a_base_take_what_the_registry_knows(self) -> None:
        registry = FlavorRegistry()
        component = registry.flavor("alerter", "console")(name="a")
        base = registry.base("alerter")
        token: ComponentType[Any] = registry.token("alerter")
        for expect in (None, token, base) * 3:
            found: object = loads(dumps(component), expect, registry=registry)
            assert found == component
            assert from_builtins(to_builtins(component), expect, registry=registry) == component
        for expect in (registry.token("artifact_store"), registry.base("artifact_store")):
            with pytest.raises(DocumentError, match="type: expected artifact_store, got alerter"):
                loads(dumps(component), expect, registry=registry)
