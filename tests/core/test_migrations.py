"""A flavor whose versions have a gap between them, or steps that lead nowhere, is refused where it is defined."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from stackkit.core.component import StackComponent
from stackkit.core.component_type import Component, ComponentType
from stackkit.core.migrations import Migration
from stackkit.errors import FlavorDefinitionError


class BaseShop(StackComponent, abstract=True):
    TYPE: ClassVar[ComponentType[Component]] = ComponentType[Component]("shop")


def same(config: dict[str, Any]) -> dict[str, Any]:
    return config


def define(version: Any, steps: Any) -> type[BaseShop]:
    class Shop(BaseShop):
        FLAVOR: ClassVar[str] = "shop"
        VERSION: ClassVar[int] = version
        MIGRATIONS: ClassVar[Mapping[int, Migration]] = steps

    return Shop


@pytest.mark.parametrize(("version", "steps"), [(1, {}), (2, {1: same}), (3, {2: same, 1: same})])
def test_steps_from_each_version_to_the_next_are_accepted(version: int, steps: Mapping[int, Migration]) -> None:
    assert issubclass(define(version, steps), BaseShop)


@pytest.mark.parametrize(
    ("version", "steps", "message"),
    [
        (2, {}, "Shop.MIGRATIONS: has no migration from version 1 to 2, and VERSION is 2; add 1: a function"),
        (4, {1: same, 3: same}, "has no migration from version 2 to 3, and VERSION is 4; add 2"),
        (1, {1: same}, "has a migration from version 1, which is none before VERSION, 1; raise VERSION, or take it out"),
        (2, {0: same, 1: same}, "has a migration from version 0"),
        (2, {1: same, "2": same}, "has a migration from version '2'"),
        (2, {1: "same"}, "has no function for the step from version 1, but a str"),
        (2, [same], "is a list, not a mapping of versions to functions"),
    ],
)
def test_what_leads_nowhere_is_refused(version: int, steps: object, message: str) -> None:
    with pytest.raises(FlavorDefinitionError) as caught:
        define(version, steps)
    assert message in str(caught.value)


def test_every_gap_is_named_at_once() -> None:
    with pytest.raises(FlavorDefinitionError) as caught:
        define(4, {2: same})
    assert len(caught.value.problems) == 2


def test_a_version_that_is_none_is_told_as_such_alone() -> None:
    with pytest.raises(FlavorDefinitionError) as caught:
        define(0, {})
    assert [problem.where for problem in caught.value.problems] == ["Shop.VERSION"]


def test_steps_are_inherited_with_the_version() -> None:
    class Second(BaseShop):
        FLAVOR: ClassVar[str] = "second"
        VERSION: ClassVar[int] = 2
        MIGRATIONS: ClassVar[Mapping[int, Migration]] = {1: same}

    class Later(Second):
        FLAVOR: ClassVar[str] = "later"

    assert (Later.VERSION, [*Later.MIGRATIONS]) == (2, [1])
