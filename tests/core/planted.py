"""Flavors as text: the guard refuses a class while it is defined, so that a broken one cannot stand in a test's module."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property, lru_cache, partialmethod
from textwrap import dedent, indent
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, Protocol, TypedDict

import attrs
import pytest

from stackkit.components.alerter import ALERTER, Alerter, BaseAlerter
from stackkit.components.artifact_store import BaseArtifactStore
from stackkit.core.component import StackComponent
from stackkit.core.component_type import Component, ComponentType, HasFlavor
from stackkit.errors import FlavorDefinitionError

if TYPE_CHECKING:
    from collections import OrderedDict


class Table(TypedDict):
    """A type that isinstance refuses."""

    rows: int


class HasLimits(Protocol):
    """Constants of many types, as a component type of somebody's own might ask for."""

    LIMIT: ClassVar[int | None]
    RATIO: ClassVar[float]
    MODE: ClassVar[Literal["fast", "safe"]]
    ANYTHING: ClassVar[Any]
    KINDS: ClassVar[tuple[int, ...]]
    TABLE: ClassVar[Table]
    LABEL: ClassVar[HasFlavor]


class HasUnresolvable(Protocol):
    """A constant whose type is imported for type checkers only."""

    ORDER: ClassVar[OrderedDict[str, int]]
    not_a_constant: int


class Annotator(Component, Protocol):
    """A component type of somebody's own."""

    TYPE: ClassVar[ComponentType[Annotator]]


ANNOTATOR: Final = ComponentType[Annotator]("annotator")


class Mute:
    """A mixin whose method does not fit the alerter's."""

    def ask(self) -> bool:
        return False


class Loud:
    """A mixin that does."""

    def ask(self, question: str, volume: int = 11) -> bool:
        return bool(question) and volume > 0


NAMES: dict[str, object] = {
    "ABC": ABC,
    "ALERTER": ALERTER,
    "ANNOTATOR": ANNOTATOR,
    "Alerter": Alerter,
    "Any": Any,
    "BaseAlerter": BaseAlerter,
    "BaseArtifactStore": BaseArtifactStore,
    "ClassVar": ClassVar,
    "Classic": attrs.make_class("Classic", {"_seen": attrs.field(default=0)}),
    "ComponentType": ComponentType,
    "HasLimits": HasLimits,
    "HasUnresolvable": HasUnresolvable,
    "Loud": Loud,
    "Mute": Mute,
    "StackComponent": StackComponent,
    "abstractmethod": abstractmethod,
    "attrs": attrs,
    "cached_property": cached_property,
    "field": attrs.field,
    "lru_cache": lru_cache,
    "partialmethod": partialmethod,
}

WHOLE = """
FLAVOR: ClassVar[str] = "shop"
def post(self, message: str) -> bool: return True
def ask(self, question: str) -> bool: return True
"""


def define(source: str, *, postponed: bool) -> type:
    """Run the text of a class called Shop; `postponed` is `from __future__ import annotations`."""
    future = "from __future__ import annotations\n" if postponed else ""
    namespace = {"__name__": "planted", **NAMES}
    exec(compile(future + dedent(source), "planted", "exec", dont_inherit=True), namespace)  # noqa: S102 - the text is here
    made = namespace["Shop"]
    assert isinstance(made, type)
    return made


def shop(body: str, *, bases: str = "BaseAlerter", whole: str = WHOLE) -> str:
    """The text of a flavor: a whole one, with something added."""
    return f"class Shop({bases}):\n" + indent(dedent(whole) + dedent(body), "    ")


def accept(source: str, *, postponed: bool) -> None:
    assert define(source, postponed=postponed).__name__ == "Shop"


def refusal(source: str, *, postponed: bool) -> list[str]:
    """What the guard says, line by line; every problem is one line with a place and a remedy."""
    with pytest.raises(FlavorDefinitionError) as caught:
        define(source, postponed=postponed)
    problems = caught.value.problems
    assert all(problem.where.startswith("Shop") and problem.remedy for problem in problems)
    lines = str(caught.value).splitlines()
    assert len(lines) == len(problems)
    return lines
