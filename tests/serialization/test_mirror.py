"""What generated code reads and writes is what the codecs read and write, whatever the input."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.serialization.everything import SCALARS, Anything, Kind, MadeField, MadeFlavor, flavors, has_same_types, make_flavor
from tests.serialization.hostile import tampered
from tests.serialization.nearly import as_json, nearly

from stackkit import StackComponent, dumps, from_builtins, loads, to_builtins
from stackkit.core.narrow import is_dict
from stackkit.errors import StackkitError
from stackkit.serialization.mirror.mirror import begin_mirror, mirror_of

# deep strategies are slow, and drop some draws
MANY = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large])

MIRROR = "__stackkit_mirror__"


def by_codecs(flavor: type[StackComponent], act: Callable[[], object]) -> object:
    """What comes of an act where the flavor was never used before, and so has no mirror."""
    if MIRROR in vars(flavor):
        delattr(flavor, MIRROR)
    return outcome(act)


def by_mirror(flavor: type[StackComponent], act: Callable[[], object]) -> object:
    """What comes of it where the flavor was used before."""
    begin_mirror(flavor)
    return outcome(act)


def outcome(act: Callable[[], object]) -> object:
    try:
        return act()
    except StackkitError as error:
        return type(error), [attrs.astuple(problem) for problem in error.problems], str(error)


def assert_same(flavor: type[StackComponent], act: Callable[[], object]) -> None:
    slow, fast = by_codecs(flavor, act), by_mirror(flavor, act)
    assert has_same_types(fast, slow)
    if isinstance(slow, StackComponent):
        assert fast == slow
        assert [*vars(fast)] == [*vars(slow)]
        assert dumps(slow) == dumps(fast) if isinstance(fast, StackComponent) else False
    else:
        assert repr(fast) == repr(slow)  # which tells the order of keys, and NaN


def assert_read_the_same(flavor: type[Any], document: object, data: bytes) -> None:
    assert_same(flavor, lambda: from_builtins(document, flavor))
    assert_same(flavor, lambda: loads(data, flavor))
    assert_same(flavor, lambda: loads(data.decode("utf-8", "surrogateescape"), flavor))
    assert_same(flavor, lambda: loads(memoryview(data), flavor))


@MANY
@given(data=st.data(), made=flavors(2))
def test_a_component_is_written_the_same(data: st.DataObject, made: MadeFlavor) -> None:
    component = data.draw(made.components)
    assert_same(made.cls, lambda: to_builtins(component))
    for name in ("json", "msgpack", "yaml"):
        assert_same(made.cls, partial(dumps, component, name))


@MANY
@given(data=st.data(), made=flavors(2))
def test_a_component_that_holds_what_its_types_do_not_allow_is_written_or_refused_the_same(
    data: st.DataObject, made: MadeFlavor
) -> None:
    component = data.draw(made.components)
    for name in data.draw(st.sets(st.sampled_from([*vars(component)]), min_size=1)):
        other = data.draw(st.sampled_from([*vars(data.draw(made.components)).values()]) | nearly(getattr(component, name)))
        object.__setattr__(component, name, other)
    assert_same(made.cls, lambda: to_builtins(component))
    assert_same(made.cls, lambda: dumps(component))


@MANY
@given(data=st.data(), made=flavors(2))
def test_a_right_document_is_read_the_same(data: st.DataObject, made: MadeFlavor) -> None:
    document = to_builtins(data.draw(made.components))
    assert_read_the_same(made.cls, document, data.draw(as_json(document)))


@MANY
@given(data=st.data(), made=flavors(2))
def test_a_document_that_is_nearly_right_is_read_or_refused_the_same(data: st.DataObject, made: MadeFlavor) -> None:
    document = data.draw(nearly(to_builtins(data.draw(made.components))))
    assert_read_the_same(made.cls, document, data.draw(as_json(document)))


@MANY
@given(data=st.data(), made=flavors(2))
def test_bytes_that_were_tampered_with_are_read_or_refused_the_same(data: st.DataObject, made: MadeFlavor) -> None:
    document = data.draw(as_json(to_builtins(data.draw(made.components))))
    found = data.draw(tampered(document))
    assert_same(made.cls, lambda: loads(found, made.cls))


@pytest.mark.parametrize("kind", SCALARS, ids=lambda kind: str(kind.annotation))
@settings(MANY, max_examples=settings().max_examples // 2)
@given(data=st.data())
def test_each_type_by_itself_is_written_and_read_or_refused_the_same(kind: Kind, data: st.DataObject) -> None:
    made = _MADE.setdefault(id(kind), make_flavor({"one": MadeField(kind, attrs.NOTHING)}))
    component = data.draw(made.components)
    assert_same(made.cls, lambda: to_builtins(component))
    assert_same(made.cls, lambda: dumps(component))
    document = to_builtins(component)
    config = document["config"]
    assert is_dict(config)
    assert_read_the_same(made.cls, document, data.draw(as_json(document)))
    wrong = {**document, "config": {**config, "one": data.draw(nearly(config["one"]))}}
    assert_read_the_same(made.cls, wrong, data.draw(as_json(wrong)))


_MADE: dict[int, MadeFlavor] = {}


def test_only_a_class_that_was_used_has_a_mirror_and_its_subclass_has_not() -> None:
    assert mirror_of(Anything) is None
