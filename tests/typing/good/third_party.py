"""A component type of somebody else's own: its Protocol, a constant that it requires, its token and its base."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar, Final, Protocol, assert_type

from stackkit import Component, Components, ComponentType, Stack, StackComponent


class HasRules(Protocol):
    """What says which rules it knows."""

    RULES: ClassVar[tuple[str, ...]]


class DataValidator(Component, HasRules, Protocol):
    """Finds what is wrong with data."""

    TYPE: ClassVar[ComponentType[DataValidator]]

    @property
    def limit(self) -> int: ...
    def find_faults(self, rows: Sequence[Mapping[str, object]], *, rule: str = "") -> list[str]: ...


DATA_VALIDATOR: Final = ComponentType[DataValidator]("data_validator")


class BaseDataValidator(StackComponent, HasRules, ABC):
    """The base of every data validator."""

    TYPE: ClassVar[ComponentType[DataValidator]] = DATA_VALIDATOR

    limit: int = 100

    @abstractmethod
    def find_faults(self, rows: Sequence[Mapping[str, object]], *, rule: str = "") -> list[str]:
        """What is wrong with some rows."""


def use(stack: Stack, components: Components) -> None:
    assert_type(stack[DATA_VALIDATOR], DataValidator)
    assert_type(stack.get(DATA_VALIDATOR), DataValidator | None)
    assert_type(components[DATA_VALIDATOR], DataValidator)
    assert_type(components[DATA_VALIDATOR].find_faults([]), list[str])
    assert_type(components[DATA_VALIDATOR].RULES, tuple[str, ...])
