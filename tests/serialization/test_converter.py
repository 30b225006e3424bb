"""The converter of a flavor: strict, made once, and forgotten with its flavor."""

from __future__ import annotations

import gc
import threading
import weakref
from enum import Enum
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar
from uuid import UUID

import attrs
import cattrs
import pytest
from hypothesis import HealthCheck, given, settings
from tests.serialization.everything import Anything, Colour, MadeFlavor, Mode, Region, flavors
from typing_extensions import override

from stackkit.core.component import StackComponent
from stackkit.core.secret import Secret
from stackkit.errors import DocumentError, NotSerializableError, UnsupportedTypeError
from stackkit.serialization.converter import FlavorConverter, config_codec, converter_for


@attrs.define
class Point:
    """A nested class."""

    x: int
    y: float = 0.0


class Sample(Anything):
    """A flavor."""

    FLAVOR: ClassVar[str] = "sample"
    point: Point


LEAKS: list[tuple[Any, object]] = [
    (int, "5"),
    (int, 5.9),
    (int, True),
    (float, "1"),
    (str, None),
    (str, 5),
    (bool, "false"),
    (bool, 1),
    (bytes, "!"),
    (Path, 5),
    (UUID, "5"),
    (list[str], "abc"),
    (tuple[str, ...], "abc"),
    (set[str], "abc"),
    (dict[str, int], {1: 1}),
    (int | str, True),
    (float | str, None),
    (Colour, "RED"),
    (Region, Mode.READ),
    (Secret, "a.b"),
    (Point, {"x": 1, "z": 2}),
    (Point, {"x": "1"}),
    (Point, [1]),
    (None, 0),
]


@pytest.mark.parametrize(("tp", "value"), LEAKS)
def test_what_cattrs_would_coerce_is_refused(tp: Any, value: object) -> None:
    for converter in (FlavorConverter(), converter_for(Sample)):
        with pytest.raises(DocumentError):
            converter.structure(value, tp)


PLAIN: list[tuple[object, object]] = [
    (5, 5),
    (2**64, {"$int": str(2**64)}),
    (1.5, 1.5),
    (True, True),
    (None, None),
    ("a", "a"),
    (b"a", "YQ=="),
    (Path("a"), "a"),
    (PurePosixPath("a"), "a"),
    (Colour.RED, "red"),
    (Region.NORTH, "n"),
    (Mode.READ, "r"),
    (Secret("a.b"), {"$secret": "a.b"}),
    (Point(1), {"x": 1, "y": 0.0}),
    (UUID(int=1), str(UUID(int=1))),
]


@pytest.mark.parametrize(("value", "written"), PLAIN, ids=repr)
def test_the_converter_writes_values_by_their_own_types(value: object, written: object) -> None:
    converter = FlavorConverter()
    assert converter.unstructure(value) == written
    if not isinstance(value, Path):
        assert converter.structure(written, type(value)) == value


def test_the_converter_asks_for_a_type_where_a_value_does_not_tell_one() -> None:
    with pytest.raises(UnsupportedTypeError, match="list does not say what it holds"):
        FlavorConverter().unstructure([1])
    assert FlavorConverter().unstructure([1], list[int]) == [1]
    with pytest.raises(NotSerializableError, match=r"\[0\]: expected int, got str"):
        FlavorConverter().unstructure(["1"], list[int])


def test_hooks_of_the_kit_are_found_and_bound_like_any_other() -> None:
    read = FlavorConverter().get_structure_hook(list[Point])
    write = FlavorConverter().get_unstructure_hook(list[Point])
    assert read([{"x": 1}], list[Point]) == [Point(1)]
    assert write([Point(1)]) == [{"x": 1, "y": 0.0}]


def test_a_hook_for_all_enumerations_is_one_for_each() -> None:
    converter = FlavorConverter()
    converter.register_structure_hook(Enum, lambda value, tp: tp[value])
    converter.register_unstructure_hook(Enum, lambda value: value.name)
    assert converter.codec(list[Colour]).load(["RED"]) == [Colour.RED]
    assert converter.codec(list[Colour]).dump([Colour.RED]) == ["RED"]


def test_a_converter_is_made_once_with_the_hooks_of_its_flavor() -> None:
    calls: list[object] = []

    class Counting(Anything):
        FLAVOR: ClassVar[str] = "counting"

        @override
        @classmethod
        def configure_converter(cls, converter: cattrs.Converter) -> None:
            calls.append(converter)

    found: list[FlavorConverter] = []
    threads = [threading.Thread(target=lambda: found.append(converter_for(Counting))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(converter) for converter in found}) == 1
    assert calls == [found[0]]
    config_codec(Counting)
    assert len(calls) == 1


def test_a_flavor_that_inherits_another_has_a_converter_of_its_own() -> None:
    class Derived(Sample):
        FLAVOR: ClassVar[str] = "derived"
        more: int = 0

    assert converter_for(Sample) is not converter_for(Derived)
    assert config_codec(Derived).cls is Derived
    assert "more" not in config_codec(Sample).fields


def test_a_flavor_that_nobody_uses_any_more_is_forgotten() -> None:
    def make() -> weakref.ref[type[StackComponent]]:
        class Passing(Anything):
            FLAVOR: ClassVar[str] = "passing"
            point: Point

        config_codec(Passing).dump(Passing(name="a", point=Point(1)))
        return weakref.ref(Passing)

    passing = make()
    gc.collect()
    assert passing() is None


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large])
@given(made=flavors())
def test_the_converter_and_the_codec_of_a_flavor_read_the_same(made: MadeFlavor) -> None:
    converter, codec = converter_for(made.cls), config_codec(made.cls)
    assert all(
        converter.codec(field.type) is codec.codecs[name] for name, field in codec.fields.items() if hashable(field.type)
    )


def hashable(tp: object) -> bool:
    try:
        hash(tp)
    except TypeError:
        return False
    return True
