"""Each component type's Protocol and its base class ask for the same."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, get_overloads

import attrs
import pytest
from typing_extensions import get_protocol_members, is_protocol

import stackkit.components
from stackkit.core.component import StackComponent
from stackkit.core.component_type import Component, ComponentType
from stackkit.core.constants import required_constants
from stackkit.core.signatures import kind_of

SEVEN = {"alerter", "artifact_store", "container_registry", "experiment_tracker", "feature_store"} | {
    "model_deployer",
    "secrets_manager",
}


@attrs.frozen
class Trio:
    """What a module says about its component type."""

    token: ComponentType[Any]
    protocol: type
    base: type[StackComponent]

    @property
    def members(self) -> set[str]:
        """What the Protocol asks for, besides what every component has."""
        return set(get_protocol_members(self.protocol)) - set(get_protocol_members(Component))


def trios() -> Iterator[Trio]:
    """The component types of the kit: one for each module of `components` that defines a base."""
    for info in pkgutil.iter_modules(stackkit.components.__path__, "stackkit.components."):
        module = importlib.import_module(info.name)
        own = [value for value in vars(module).values() if getattr(value, "__module__", None) == info.name]
        bases = [cls for cls in own if isinstance(cls, type) and issubclass(cls, StackComponent)]
        protocols = [cls for cls in own if isinstance(cls, type) and is_protocol(cls) and Component in cls.__mro__]
        for base, protocol in zip(bases, protocols, strict=True):
            yield Trio(getattr(module, info.name.rpartition(".")[2].upper()), protocol, base)


TRIOS = list(trios())
by_type = pytest.mark.parametrize("kind", TRIOS, ids=lambda kind: kind.token.slug)


def test_there_is_a_module_for_each_component_type() -> None:
    assert {kind.token.slug for kind in TRIOS} >= SEVEN
    assert all(kind.protocol.__module__ == f"stackkit.components.{kind.token.slug}" for kind in TRIOS)


@by_type
def test_protocol_base_and_token_are_called_alike(kind: Trio) -> None:
    words = "".join(word.title() for word in kind.token.slug.split("_"))
    assert (kind.protocol.__name__, kind.base.__name__) == (words, f"Base{words}")


@by_type
def test_the_base_belongs_to_the_type(kind: Trio) -> None:
    assert vars(kind.base)["TYPE"] is kind.token


@by_type
def test_the_base_has_the_members_of_the_protocol_and_no_others_that_flavors_must_define(kind: Trio) -> None:
    public = {name for name in vars(kind.base) if not name.startswith("_")} - {"TYPE"}
    fields = {field.name for field in attrs.fields(kind.base)} - {"name", "uuid"}
    offered = public | fields | set(required_constants(kind.base)) - {"FLAVOR"}
    assert kind.members <= offered
    concrete = {name for name in public if not getattr(vars(kind.base)[name], "__isabstractmethod__", False)}
    assert offered - kind.members <= concrete - fields


@by_type
def test_methods_have_the_same_signatures_in_both(kind: Trio) -> None:
    methods = [name for name in kind.members if kind_of(vars(kind.protocol).get(name)) == "a method"]
    assert methods
    for name in methods:
        assert _signatures(kind.protocol, name) == _signatures(kind.base, name), name


def _signatures(cls: type, name: str) -> list[inspect.Signature]:
    """The signatures that callers may use: those of the overloads, or the method's own."""
    key: Any = SimpleNamespace(__module__=cls.__module__, __qualname__=f"{cls.__qualname__}.{name}")
    return [inspect.signature(form) for form in get_overloads(key) or [vars(cls)[name]]]


@by_type
def test_configuration_is_a_read_only_property_to_the_protocol(kind: Trio) -> None:
    fields = {field.name for field in attrs.fields(kind.base)}
    properties = {name for name in kind.members if kind_of(vars(kind.protocol).get(name)) == "a property"}
    assert properties <= fields
    assert fields - properties == {"name", "uuid"}


@by_type
def test_constants_of_the_protocol_are_required_of_flavors(kind: Trio) -> None:
    constants = set(required_constants(kind.protocol)) - {"TYPE"}
    assert constants == set(required_constants(kind.base))


@by_type
def test_a_class_that_only_inherits_the_base_is_refused(kind: Trio) -> None:
    with pytest.raises(TypeError, match=r"Empty\.FLAVOR: is not assigned"):
        type("Empty", (kind.base,), {})
