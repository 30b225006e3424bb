"""Secret references in components: finding them, and giving them their values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import attrs

from stackkit.components.secrets_manager import SecretGroup, SecretsManager
from stackkit.core.component import StackComponent, as_component
from stackkit.core.component_type import Component
from stackkit.core.equality import public_fields
from stackkit.core.narrow import is_dict, is_row
from stackkit.core.reference import Reference
from stackkit.core.secret import Secret, split_reference
from stackkit.errors import Problem, SecretNotFoundError, StackkitError


def leaves(value: object, place: str = "") -> Iterator[tuple[str, Secret | Reference]]:
    """The secrets and references in a configuration, at any depth, each with its path.

    Args:
        value: A component, or any value of a field.
        place: The path of the value itself.
    """
    if isinstance(value, Secret | Reference):
        yield place, value
    elif attrs.has(type(value)):
        for field in public_fields(type(value)):
            yield from leaves(getattr(value, field.name), f"{place}.{field.name}" if place else field.name)
    elif is_dict(value):
        for key, element in value.items():
            yield from leaves(element, f"{place}.{key}")
    elif is_row(value):
        for index, element in enumerate(value):
            yield from leaves(element, f"{place}[{index}]")


def unresolved(component: object) -> list[tuple[str, Secret]]:
    """The secrets of a component that have no value yet, each with the path of its field."""
    return [(place, leaf) for place, leaf in leaves(component) if isinstance(leaf, Secret) and not leaf.is_resolved]


def missing_secrets(component: object, manager: SecretsManager) -> list[Problem]:
    """The secrets of a component that its secrets manager does not have.

    Args:
        component: Any component.
        manager: The secrets manager of its stack.
    """
    return _Values(manager).missing(component)


def resolved(component: Component, manager: SecretsManager) -> Component:
    """A copy of a component whose secrets have their values; itself, where it is not of our base.

    Args:
        component: The component, as it was configured.
        manager: Where the values are.

    Raises:
        SecretNotFoundError: Values are missing; all of them are named.
    """
    if not isinstance(component, StackComponent):
        return component
    values = _Values(manager)
    problems = values.missing(component)
    if problems:
        raise SecretNotFoundError(*problems)
    changed = {f.name: _replaced(getattr(component, f.name), values.of) for f in public_fields(type(component))}
    return as_component(component.replace(**changed))


class _Values:
    """The values of a secrets manager, each secret asked for once."""

    def __init__(self, manager: SecretsManager) -> None:
        self._manager = manager
        self._groups: dict[str, SecretGroup | StackkitError] = {}

    def of(self, secret: Secret) -> str:
        name, key = split_reference(secret.require_reference())
        if name not in self._groups:
            try:
                self._groups[name] = self._manager.get_secret(name)
            except SecretNotFoundError as error:
                self._groups[name] = error
        group = self._groups[name]
        if isinstance(group, StackkitError):
            raise group
        return group[key]

    def missing(self, component: object) -> list[Problem]:
        problems: list[Problem] = []
        for place, secret in unresolved(component):
            try:
                self.of(secret)
            except SecretNotFoundError:
                name, key = split_reference(secret.require_reference())
                problems.append(
                    Problem(
                        f"the secret {secret.reference} is not in {self._manager.name}",
                        where=place,
                        remedy=f"stackkit secrets-manager secret register {name} {key}",
                    )
                )
        return problems


def _replaced(value: object, reveal: Callable[[Secret], str]) -> object:
    if isinstance(value, Secret):
        return value if value.is_resolved else value.resolved(reveal(value))
    if not any(True for _ in leaves(value)):
        return value
    if is_dict(value):
        return {key: _replaced(element, reveal) for key, element in value.items()}
    if is_row(value):
        elements = [_replaced(element, reveal) for element in value]
        return elements if isinstance(value, list) else tuple(elements)
    if attrs.has(type(value)):
        return _evolved(value, reveal)
    return value


def _evolved(value: object, reveal: Callable[[Secret], str]) -> object:
    fields = public_fields(type(value))
    changes: Mapping[str, object] = {f.alias or f.name: _replaced(getattr(value, f.name), reveal) for f in fields}
    return type(value)(**changes)
