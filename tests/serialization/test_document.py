"""Documents of components: everything wrong with one at once, and nothing but ours raised, whatever they hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, ClassVar, Literal
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.serialization.everything import Anything, Region, components
from tests.serialization.hostile import builtins, tampered

from stackkit.core.component import StackComponent
from stackkit.core.secret import Secret
from stackkit.errors import (
    DocumentError,
    FlavorNotFoundError,
    NewerDocumentError,
    NotSerializableError,
    StackkitError,
    UnsupportedTypeError,
)
from stackkit.serialization.document import Envelope, FlavorLookup, dump_component, load_component
from stackkit.serialization.formats.table import FORMATS, decode, encode


@attrs.frozen(kw_only=True)
class Node:
    """Holds itself."""

    value: int = 0
    next: Node | None = None


class Sample(Anything):
    """A flavor with a little of everything."""

    FLAVOR: ClassVar[str] = "sample"
    path: str
    retries: int = 3
    mode: Literal["fast", "safe"] = "safe"
    region: Region | None = None
    token: Secret | None = None
    tokens: list[Secret] = attrs.field(factory=list[Secret])
    labels: dict[str, list[float]] = attrs.field(factory=dict[str, list[float]])
    node: Node = attrs.field(factory=Node)


SAMPLE = Sample(
    name="prod",
    uuid=UUID(int=5),
    path="a/b",
    token=Secret("a.b"),
    tokens=[Secret("c.d")],
    labels={"$x": [1.5, float("nan")], "ü": []},
    node=Node(next=Node(value=2**70)),
    region=Region.NULL,
)


def find(kind: str, flavor: str) -> type[StackComponent]:
    if (kind, flavor) != ("anything", "sample"):
        raise FlavorNotFoundError("no such flavor")
    return Sample


def lookup_of(flavor: type[StackComponent]) -> FlavorLookup:
    def lookup(_kind: str, _flavor: str) -> type[StackComponent]:
        return flavor

    return lookup


def mistakes(data: object) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        load_component(data, find)
    return str(caught.value).splitlines()


def test_a_document_is_an_envelope_around_the_configuration() -> None:
    written = dump_component(SAMPLE)
    assert [*written] == ["type", "flavor", "version", "config"]
    assert (written["type"], written["flavor"], written["version"]) == ("anything", "sample", 1)
    assert load_component(written, find) == SAMPLE
    nothing: dict[str, object] = {}
    assert json.loads(encode(written, "json"))["config"] == {
        "name": "prod",
        "uuid": "00000000-0000-0000-0000-000000000005",
        "path": "a/b",
        "retries": 3,
        "mode": "safe",
        "region": "null",
        "token": {"$secret": "a.b"},
        "tokens": [{"$secret": "c.d"}],
        "labels": {"$$x": [1.5, {"$float": "nan"}], "ü": [*nothing]},
        "node": {"value": 0, "next": {"value": {"$int": str(2**70)}, "next": None}},
    }


def test_everything_wrong_in_a_configuration_is_told_at_once() -> None:
    config = {
        "name": None,
        "uuid": "5",
        "pth": "a",
        "retries": "7",
        "mode": "Fast",
        "region": "south",
        "token": "hunter2",
        "tokens": ["hunter2", {"$secret": "a.b"}],
        "labels": {"a": [1, "2", True], "b": "abc"},
        "node": {"value": 1.5, "next": {"valeu": 5}},
    }
    secret = 'a secret reference {"$secret": "name.key"}'
    assert mistakes({"type": "anything", "flavor": "sample", "version": 1, "config": config}) == [
        "config.pth: Sample has no such field; did you mean path?",
        "config.name: expected str, got null",
        'config.uuid: expected a UUID, got str "5"',
        "config.path: is missing; expected str",
        'config.retries: expected int, got str "7"',
        'config.mode: expected one of fast, safe, got str "Fast"',
        'config.region: expected one of n, null or null, got str "south"',
        f"config.token: expected {secret} or null, got str",
        f"config.tokens[0]: expected {secret}, got str",
        'config.labels.a[1]: expected float, got str "2"',
        "config.labels.a[2]: expected float, got bool True",
        'config.labels.b: expected list of float, got str "abc"',
        "config.node.value: expected int, got float 1.5",
        "config.node.next.valeu: Node has no such field; did you mean value?",
    ]


@pytest.mark.parametrize("data", [None, 5, "sample", [], ["type"], True, 1.5])
def test_what_is_no_object_is_no_document(data: object) -> None:
    assert mistakes(data) == ["is no component document; it is an object with type, flavor, version and config"]


def test_everything_wrong_in_an_envelope_is_told_at_once() -> None:
    assert mistakes({"typ": "anything", "flavor": 5, "version": "1", "conf": {}, 7: 1}) == [
        "typ: is not known; did you mean type?",
        "conf: is not known; did you mean config?",
        "is not known: a key is no text but a int",
        "type: is missing; name the component type",
        "config: is missing; give the fields of the component",
        "flavor: expected str, got int",
        "version: expected a whole number from 1 to 2147483647",
    ]


@pytest.mark.parametrize("version", [0, -1, True, 1.0, "1", None, 2**31, 10**5000], ids=lambda value: type(value).__name__)
def test_a_version_is_a_whole_number(version: object) -> None:
    document: dict[str, object] = {"type": "anything", "flavor": "sample", "version": version, "config": {}}
    assert mistakes(document) == ["version: expected a whole number from 1 to 2147483647"]


def test_a_newer_document_is_refused_by_name() -> None:
    with pytest.raises(NewerDocumentError) as caught:
        load_component({**dump_component(SAMPLE), "version": 2}, find)
    assert str(caught.value) == "version: anything sample is known up to version 1 here, not 2; install the newer flavor"


def test_a_flavor_is_looked_up_by_its_type_and_name_alone() -> None:
    for change in ({"type": "alerter"}, {"flavor": "os.system"}, {"flavor": "\ud800"}, {"flavor": "../sample"}, {"type": ""}):
        with pytest.raises(FlavorNotFoundError):
            load_component({**dump_component(SAMPLE), **change}, find)


def test_an_envelope_can_be_read_without_its_flavor() -> None:
    envelope = Envelope.read(dump_component(SAMPLE))
    assert (envelope.kind, envelope.flavor, envelope.version) == ("anything", "sample", 1)
    assert envelope.config["name"] == "prod"


def chain(length: int) -> Node:
    node = Node()
    for _ in range(length):
        node = Node(next=node)
    return node


def cycle() -> Node:
    node = Node()
    object.__setattr__(node, "next", node)
    return node


@pytest.mark.parametrize("make", [lambda: chain(5_000), cycle], ids=["deep", "endless"])
def test_what_holds_itself_is_not_written(make: Callable[[], Node]) -> None:
    with pytest.raises(NotSerializableError, match="nested too deeply"):
        dump_component(SAMPLE.replace(node=make()))


def test_what_is_nested_too_deeply_is_not_read() -> None:
    config: Any = dump_component(SAMPLE)["config"]
    node: Any = {}
    for _ in range(5_000):
        node = {"next": node}
    with pytest.raises(DocumentError):
        load_component({**dump_component(SAMPLE), "config": {**config, "node": node}}, find)


def test_as_deep_as_a_document_goes_is_written_and_read() -> None:
    deep = SAMPLE.replace(node=chain(96))
    for name in FORMATS:
        assert load_component(decode(encode(dump_component(deep), name), name), find) == deep
    with pytest.raises(NotSerializableError, match="nested more than 100 levels"):
        encode(dump_component(SAMPLE.replace(node=chain(100))), "json")


class Unready(Anything):
    """Has a field that cannot be serialized."""

    FLAVOR: ClassVar[str] = "unready"
    number: complex = 1j


def test_a_flavor_that_cannot_be_serialized_is_told_so_with_its_field() -> None:
    lookup = lookup_of(Unready)
    for act in (
        lambda: dump_component(Unready(name="a")),
        lambda: load_component({"type": "anything", "flavor": "unready", "version": 1, "config": {"name": "a"}}, lookup),
    ):
        with pytest.raises(UnsupportedTypeError) as caught:
            act()
        assert str(caught.value).startswith("Unready.number: complex has no serialization hook; ")


@pytest.mark.parametrize("name", FORMATS)
@given(data=st.binary())
def test_any_bytes_are_refused_or_make_a_component(name: str, data: bytes) -> None:
    assert_ours(name, data)


@pytest.mark.parametrize("name", FORMATS)
@given(data=st.data())
def test_a_tampered_document_is_refused_or_makes_a_component(name: str, data: st.DataObject) -> None:
    assert_ours(name, data.draw(tampered(encode(dump_component(SAMPLE), name))))


@pytest.mark.parametrize("name", FORMATS)
def test_a_document_that_ends_early_is_refused_or_makes_a_component(name: str) -> None:
    written = encode(dump_component(SAMPLE), name)
    for end in range(len(written)):
        assert_ours(name, written[:end])


def assert_ours(name: str, data: bytes) -> None:
    """That a document makes a component, which is written and read again, or is refused by us."""
    try:
        found = load_component(decode(data, name), find)
    except StackkitError:
        return
    again = load_component(decode(encode(dump_component(found), name), name), find)
    assert again == found


@given(config=st.dictionaries(st.sampled_from([field.name for field in attrs.fields(Sample)]), builtins))
def test_any_configuration_is_refused_or_makes_a_component(config: dict[str, object]) -> None:
    data = {"type": "anything", "flavor": "sample", "version": 1, "config": config}
    try:
        found = load_component(data, find)
    except DocumentError as error:
        assert error.problems  # noqa: PT017 - a component is as good
    else:
        assert load_component(dump_component(found), find) == found


@given(component=components(2), data=st.data())
def test_a_value_of_another_type_in_its_place_is_refused_or_makes_a_component(
    component: StackComponent, data: st.DataObject
) -> None:
    written = dump_component(component)
    config: Any = written["config"]
    name = data.draw(st.sampled_from([*config]))
    config[name] = data.draw(builtins)
    lookup = lookup_of(type(component))
    try:
        found = load_component(written, lookup)
    except DocumentError as error:
        assert all(problem.where.startswith("config") for problem in error.problems)  # noqa: PT017 - the same
    else:
        assert load_component(dump_component(found), lookup) == found
