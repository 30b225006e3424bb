"""Every component that is drawn is right; every value that a field may have can be drawn."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

import attrs
import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from tests.serialization.everything import flavors
from tests.testing.strategies.sample import EVERY_CHECK, Addressed, Anything, Everything, Validated, unreached

from stackkit import Problem, StackComponent, dumps, from_builtins, loads, to_builtins
from stackkit.errors import ConfigurationError, UnsupportedTypeError
from stackkit.serialization.formats.table import FORMATS
from stackkit.testing.strategies import components

patient = settings(max_examples=settings().max_examples // 2, suppress_health_check=EVERY_CHECK, deadline=None)
SAMPLES: Mapping[type[StackComponent], st.SearchStrategy[StackComponent]] = {
    flavor: components(flavor) for flavor in (Everything, Validated, Addressed)
}


@pytest.mark.parametrize("flavor", SAMPLES)
@patient
@given(data=st.data())
def test_every_component_is_read_back_in_every_format(flavor: type[StackComponent], data: st.DataObject) -> None:
    component = data.draw(SAMPLES[flavor])
    assert from_builtins(to_builtins(component), flavor) == component
    for name in FORMATS:
        assert loads(dumps(component, name), flavor, name) == component


@patient
@given(data=st.data())
def test_a_flavor_with_fields_of_any_types_has_components(data: st.DataObject) -> None:
    flavor = data.draw(flavors()).cls
    component = data.draw(components(flavor))
    assert from_builtins(to_builtins(component), flavor) == component


def test_all_fields_have_more_than_one_value() -> None:
    seen: dict[str, set[str]] = {field.name: set() for field in attrs.fields(Everything)}

    def varies(name: str, component: object) -> bool:
        seen[name].add(repr(getattr(component, name)))
        return len(seen[name]) > 1

    varied = {name: partial(varies, name) for name in seen}
    assert unreached(SAMPLES[Everything], varied, 60) == {"nothing", "none_at_all"}


VALIDATED: Mapping[str, Callable[[Any], bool]] = {
    "an option": lambda c: c.chosen == 3,
    "a letter": lambda c: c.letter == "c",
    "the end of a range": lambda c: c.ranged == 19,
    "a limit": lambda c: c.least == 2**70,
    "beyond a limit": lambda c: c.least > 2**70,
    "the lower side": lambda c: c.either <= -100,
    "the upper side": lambda c: c.either >= 100,
    "none where that is allowed": lambda c: c.maybe is None,
    "some where none is allowed": lambda c: c.maybe is not None,
    "several deep": lambda c: len(c.deep) > 2,
    "both deeper": lambda c: {"a", "b"} == {letter for row in c.deeper for letter in row},
    "several names": lambda c: len(c.named) > 1,
    "a longer text": lambda c: len(c.short) == 3,
}


def test_validators_leave_what_they_allow() -> None:
    assert unreached(SAMPLES[Validated], VALIDATED, 200) == set()


def test_a_path_has_each_of_the_schemes() -> None:
    forms = ("s3://[^/]", "s3:///", "file://[^/]", "file:///", "/", "[^:/]+(/|$)")

    def has_form(form: str, component: Addressed) -> bool:
        return re.match(form, component.path) is not None

    wanted = {form: partial(has_form, form) for form in forms}
    assert unreached(SAMPLES[Addressed], wanted, 200) == set()


def test_what_the_constructor_refuses_is_drawn_anew() -> None:
    assert unreached(SAMPLES[Addressed], {"both given": lambda c: 0 < c.low < c.high}, 200) == set()


def test_values_can_be_given_by_the_names_of_the_fields() -> None:
    given_path = components(Addressed, path=st.just("s3://mine"), low=st.just(-5))
    found = find(given_path, lambda _: True)
    assert (found.path, found.low) == ("s3://mine", -5)


def test_a_value_that_is_given_is_always_given() -> None:
    with_default = components(Everything, with_default=st.just(7))

    @settings(patient, max_examples=settings().max_examples // 5)
    @given(with_default)
    def look(component: Everything) -> None:
        assert component.with_default == 7

    look()


def test_a_field_that_is_not_there_is_refused_with_the_one_that_was_meant() -> None:
    with pytest.raises(ConfigurationError) as refused:
        components(Addressed, pth=st.just("a"), colour=st.just("b"))
    assert refused.value.problems == (
        Problem("has no field pth", where="Addressed", remedy="did you mean path?"),
        Problem("has no field colour", where="Addressed", remedy="it has name, uuid, path, low, high"),
    )


class Url:
    def __init__(self, host: str) -> None:
        self.host = host


class Own(Anything):
    """A field of a type of its own."""

    FLAVOR: ClassVar[str] = "own"

    url: Url
    either: Url | int
    callback: Callable[[], None] = attrs.field(default=print)


def test_a_type_of_ones_own_is_drawn_as_hypothesis_does() -> None:
    found = find(components(Own, callback=st.just(print)), lambda c: len(c.url.host) > 1)
    assert isinstance(found.url, Url)


def test_a_type_that_nothing_is_known_of_is_named_with_its_field() -> None:
    with pytest.raises(
        UnsupportedTypeError, match=r"Own.callback: nothing is known of the type .*Callable.*; give the field's"
    ):
        components(Own)
