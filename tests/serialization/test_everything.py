"""The strategies that the other tests stand on make what they say they make."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st
from tests.serialization.everything import (
    SCALARS,
    Anything,
    Kind,
    MadeFlavor,
    components,
    field_names,
    flavors,
    has_same_types,
    is_name,
    kinds,
    names,
)

from stackkit.core.component import StackComponent
from stackkit.serialization.codecs.choices import UnionCodec
from stackkit.serialization.codecs.classes import ClassCodec
from stackkit.serialization.codecs.codec import Codec, reachable
from stackkit.serialization.codecs.constants import ConstantCodec, FlagCodec
from stackkit.serialization.codecs.containers import MappingCodec, RowCodec, SetCodec, TupleCodec
from stackkit.serialization.codecs.kinds import SCALARS as ALL_SCALARS
from stackkit.serialization.converter import FlavorConverter, config_codec

QUICK = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large])


@pytest.mark.parametrize(
    "cls", [RowCodec, TupleCodec, SetCodec, MappingCodec, ClassCodec, UnionCodec, ConstantCodec, FlagCodec]
)
def test_every_kind_of_type_comes_up_and_inside_of_another(cls: type[Codec]) -> None:
    def has(kind: Kind) -> bool:
        outer = FlavorConverter().codec(kind.annotation)
        return any(isinstance(part, cls) for part in reachable(outer)) and not isinstance(outer, cls)

    assert has(find(kinds(), has, settings=settings(QUICK, max_examples=2_000, database=None)))


def test_every_scalar_type_is_among_those_that_are_made() -> None:
    made = {FlavorConverter().codec(kind.annotation) for kind in SCALARS}
    missing = {str(tp).replace("pathlib._local", "pathlib") for tp, codec in ALL_SCALARS.items() if codec not in made}
    assert missing == {"<class 'pathlib.PurePath'>"}


@QUICK
@given(data=st.data(), kind=kinds())
def test_the_values_of_a_type_are_of_that_type(data: st.DataObject, kind: Kind) -> None:
    value = data.draw(kind.values)
    assert FlavorConverter().codec(kind.annotation).accepts(value)
    if kind.hashable:
        assert isinstance(hash(value), int)


@QUICK
@given(made=flavors())
def test_a_flavor_has_fields_of_its_own(made: MadeFlavor) -> None:
    assert issubclass(made.cls, Anything)
    assert len(config_codec(made.cls).fields) >= 5


@QUICK
@given(component=components())
def test_a_component_has_the_same_types_as_itself(component: StackComponent) -> None:
    assert has_same_types(component, component)
    assert [*field_names(type(component))][:2] == ["name", "uuid"]


@given(names)
def test_a_name_can_be_that_of_a_field(name: str) -> None:
    assert is_name(name)
    made: Any = attrs.make_class("Made", [name])
    assert getattr(made(5), name) == 5


DIFFERENT: list[tuple[object, object]] = [
    (1, 1.0),
    (True, 1),
    ([1], [1.0]),
    ((1,), [1]),
    ({"a": 1}, {"a": True}),
    ({1}, {1.0}),
    ({1}, frozenset({1})),
    ([[1, "a"]], [[True, "a"]]),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_equal_values_of_different_types_are_told_apart(one: object, other: object) -> None:
    assert not has_same_types(one, other)
    assert has_same_types(one, one)
