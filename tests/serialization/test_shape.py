"""The shape of a configuration: what changes of a class documents survive, and what is said of the others."""

from __future__ import annotations

from typing import Any, Literal

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.serialization.everything import Anything, Colour, MadeFlavor, flavors

from stackkit.core.component import StackComponent
from stackkit.core.narrow import is_list
from stackkit.errors import DocumentError
from stackkit.serialization.document import Envelope, dump_component
from stackkit.serialization.shape import Shape, differences, shape_of


@attrs.define(kw_only=True)
class Limits:
    cpu: float
    memory: int = 1


@attrs.define(kw_only=True)
class Tree:
    left: Tree | None = None
    limits: Limits | None = None


def made(**annotations: Any) -> type[StackComponent]:
    """A flavor with these fields; a list is a type and a default."""
    namespace: dict[str, Any] = {"FLAVOR": "made", "__annotations__": {}}
    for name, found in annotations.items():
        namespace["__annotations__"][name] = found[0] if is_list(found) else found
        if is_list(found):
            namespace[name] = attrs.field(default=found[1])
    cls: type[StackComponent] = type("Made", (Anything,), namespace)
    return cls


def said(old: type[StackComponent], new: type[StackComponent]) -> list[str]:
    return [f"{d.place}: {d.what}{'' if d.fits else '!'}" for d in differences(shape_of(old), shape_of(new))]


def test_a_shape_has_a_place_for_everything_a_document_holds() -> None:
    flavor = made(tags=list[str], ports=[dict[str, int], None], tree=Tree, pair=tuple[int, str], colour=Colour)
    assert {place: field.text for place, field in shape_of(flavor).fields.items()} == {
        "name": "str",
        "uuid": "UUID",
        "tags": "list",
        "tags[]": "str",
        "ports": "mapping",
        "ports{}": "int",
        "tree": "object",
        "tree.left": "None | object like tree",
        "tree.limits": "None | object",
        "tree.limits.cpu": "float",
        "tree.limits.memory": "int",
        "pair": "list of 2",
        "pair[0]": "int",
        "pair[1]": "str",
        "colour": '"1" | "no" | "red" | 1',
    }
    assert [place for place, field in shape_of(flavor).fields.items() if field.required] == [
        "name", "tags", "tree", "tree.limits.cpu", "pair", "colour",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ({"a": int}, {"a": int}, []),
        ({"a": int}, {"a": [int, 5]}, ["a: has a default now"]),
        ({"a": [int, 5]}, {"a": [int, 6]}, []),
        ({"a": [int, 5]}, {"a": int}, ["a: has no default any more!"]),
        ({}, {"a": [int, 5]}, ["a: is new, and has a default: int"]),
        ({}, {"a": int}, ["a: is new and required: int!"]),
        ({"a": int}, {}, ["a: was removed!"]),
        ({"a": int}, {"b": int}, ["a: was removed, and b, of the same type, is new!"]),
        ({"a": int}, {"b": str}, ["a: was removed!", "b: is new and required: str!"]),
        ({"a": int}, {"a": str}, ["a: was int, is str!"]),
        ({"a": int}, {"a": int | None}, ["a: was int, may be None too"]),
        ({"a": int | None}, {"a": int}, ["a: was None | int, is int!"]),
        ({"a": list[int]}, {"a": list[str]}, ["a[]: was int, is str!"]),
        ({"a": list[int]}, {"a": list[int | str]}, ["a[]: was int, may be str too"]),
        ({"a": list[int]}, {"a": tuple[int, ...]}, []),
        ({"a": list[list[int]]}, {"a": dict[str, int]}, ["a: was list, is mapping!"]),
        ({"a": dict[str, Limits]}, {}, ["a: was removed!"]),
        ({}, {"a": [dict[str, Limits] | None, None]}, ["a: is new, and has a default: None | mapping"]),
        ({"a": int}, {"a": int | list[str]}, ["a: was int, may be list too"]),
        ({"a": Literal["x"]}, {"a": Literal["x", "y"]}, ['a: was "x", may be "y" too']),
        ({"a": Literal["x", "y"]}, {"a": Literal["x"]}, ['a: was "x" | "y", is "x"!']),
    ],
)
def test_each_change_is_told_with_whether_documents_survive_it(
    old: dict[str, object], new: dict[str, object], what: list[str]
) -> None:
    assert said(made(**old), made(**new)) == what


def test_what_changes_in_a_nested_class_is_told_at_its_place() -> None:
    other: Any = attrs.make_class(
        "Other", {"cpu": attrs.field(type=float), "disk": attrs.field(type=int, default=1)}, kw_only=True
    )
    assert said(made(a=Limits), made(a=other)) == ["a.memory: was removed, and a.disk, of the same type, is new!"]
    assert said(made(a=list[Limits]), made(a=list[other])) == [
        "a[].memory: was removed, and a[].disk, of the same type, is new!"
    ]


def test_the_name_of_a_nested_class_is_no_part_of_the_shape() -> None:
    same = attrs.make_class(
        "Bounds", {"cpu": attrs.field(type=float), "memory": attrs.field(type=int, default=9)}, kw_only=True
    )
    assert shape_of(made(a=Limits)).fingerprint == shape_of(made(a=same)).fingerprint


def test_a_remedy_says_what_to_write() -> None:
    (renamed,) = differences(shape_of(made(a=int)), shape_of(made(b=int)))
    assert renamed.remedy == 'if it was renamed, raise VERSION, and add a migration: config["b"] = config.pop("a")'


def test_the_fingerprint_is_the_same_everywhere() -> None:
    digest = "578d208adee9a5a2ac2d9a62eaa2d745bb6907cfc7983f588c1510cf1a34fbdc"
    assert shape_of(made()).fingerprint == digest


PATIENT = settings(
    max_examples=settings().max_examples // 2,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    deadline=None,
)


@PATIENT
@given(flavor=flavors(2))
def test_a_shape_is_kept_and_found_again(flavor: MadeFlavor) -> None:
    shape = shape_of(flavor.cls)
    found = Shape.from_builtins(shape.to_builtins())
    assert (found, found.fingerprint) == (shape, shape.fingerprint)
    assert differences(shape, found) == []


@pytest.mark.parametrize("data", [None, 5, {"a": 5}, {"a": {"types": 5}}, {"a": {"required": True}}])
def test_what_is_no_shape_is_an_empty_one(data: object) -> None:
    assert Shape.from_builtins(data) == Shape({})


@PATIENT
@given(old=flavors(1), new=flavors(1), data=st.data())
def test_documents_survive_every_change_that_is_said_to_be_harmless(
    old: MadeFlavor, new: MadeFlavor, data: st.DataObject
) -> None:
    component = data.draw(old.components)
    changes = differences(shape_of(old.cls), shape_of(new.cls))
    try:
        Envelope.read(dump_component(component)).load(new.cls)
    except DocumentError:
        assert not all(change.fits for change in changes)
