"""Secret references in components: finding them, giving them their values, and keeping the values out of messages."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import TypeVar, cast

import attrs

from stackkit.components.secrets_manager import SecretGroup, SecretsManager
from stackkit.core.component import StackComponent
from stackkit.core.component_type import Component
from stackkit.core.equality import public_fields
from stackkit.core.narrow import is_list, is_mapping, is_row, is_set
from stackkit.core.reference import Reference
from stackkit.core.secret import Secret, split_reference
from stackkit.errors import Problem, SecretAccessError, SecretNotFoundError, StackkitError

C = TypeVar("C", bound=Component)


def leaves(value: object, place: str = "") -> Iterator[tuple[str, Secret | Reference]]:
    """The secrets and references in a configuration, at any depth, each with its path.

    Args:
        value: A component, or any value of a field.
        place: The path of the value itself.
    """
    if isinstance(value, Secret | Reference):
        yield place, value
    for name, element in _fields(value).items():
        yield from leaves(element, f"{place}.{name}" if place else name)
    if is_mapping(value):
        for key, element in value.items():
            yield from leaves(element, f"{place}.{key}")
    elif is_row(value):
        for index, element in enumerate(value):
            yield from leaves(element, f"{place}[{index}]")
    elif is_set(value):  # whose elements have no place of their own
        for element in value:
            yield from leaves(element, place)


def _fields(value: object) -> dict[str, object]:
    """The public fields of an instance of an attrs class or a dataclass."""
    if isinstance(value, Secret | Reference | type):
        return {}
    if attrs.has(type(value)):
        return {field.name: getattr(value, field.name) for field in public_fields(type(value))}
    if dataclasses.is_dataclass(value):
        public = [f.name for f in dataclasses.fields(value) if f.init and not f.name.startswith("_")]
        return {name: getattr(value, name) for name in public}
    return {}


def unresolved(value: object) -> list[tuple[str, Secret]]:
    """The secrets of a component that have no value yet, each with the path of its field."""
    return [(place, leaf) for place, leaf in leaves(value) if isinstance(leaf, Secret) and not leaf.is_resolved]


class SecretValues:
    """The values of a secrets manager, each secret asked for once.

    Args:
        manager: The secrets manager of a stack.
    """

    def __init__(self, manager: SecretsManager) -> None:
        self._manager = manager
        self._groups: dict[str, SecretGroup | None] = {}

    def of(self, secret: Secret) -> str | None:
        """The value of a secret, or None where the secrets manager has none.

        Raises:
            SecretError: The secrets manager cannot tell.
        """
        name, key = split_reference(secret.require_reference())
        if name not in self._groups:
            self._groups[name] = self._asked(name)
        group = self._groups[name]
        return group[key] if group is not None and key in group else None

    def _asked(self, name: str) -> SecretGroup | None:
        try:
            return self._manager.get_secret(name)
        except SecretNotFoundError:
            return None
        except StackkitError:
            raise
        except Exception as error:
            what = f"the secret {name} cannot be read: {type(error).__name__}"
            where = f"{self._manager.TYPE.slug}/{self._manager.name}"
            raise SecretAccessError(Problem(what, where=where, remedy="is it up?")) from error

    def missing(self, component: Component) -> list[Problem]:
        """The secrets of a component that have no value, each with the path of its field."""
        return [self._missing(component, place, secret) for place, secret in unresolved(component) if self.of(secret) is None]

    def _missing(self, component: Component, place: str, secret: Secret) -> Problem:
        name, key = split_reference(secret.require_reference())
        remedy = f"stackkit secrets-manager secret register {name} {key}"
        problem = Problem(f"the secret {secret.reference} is not in {self._manager.name}", where=place, remedy=remedy)
        return problem.under(place_of(component))

    def given_to(self, component: C) -> C:
        """A copy of a component whose secrets have their values.

        Raises:
            SecretNotFoundError: Values are missing; all of them are named.
        """
        problems = self.missing(component)
        if problems:
            raise SecretNotFoundError(*problems)
        return cast("C", _replaced(component, self._resolved))  # the same class again

    def _resolved(self, secret: Secret) -> Secret:
        value = self.of(secret)
        return secret if value is None else secret.resolved(value)


def place_of(component: Component) -> str:
    """What messages call a component: `artifact_store/prod`."""
    return f"{component.TYPE.slug}/{component.name}"


def _replaced(value: object, resolve: Callable[[Secret], Secret]) -> object:
    """A value with its secrets resolved, at any depth; itself where it has none."""
    if not unresolved(value):
        return value
    if isinstance(value, Secret):
        return resolve(value)
    if is_mapping(value):
        return {key: _replaced(element, resolve) for key, element in value.items()}
    if is_row(value):
        elements = [_replaced(element, resolve) for element in value]
        return elements if is_list(value) else tuple(elements)
    if is_set(value):
        different = {_replaced(element, resolve) for element in value}
        return different if isinstance(value, set) else frozenset(different)
    return _evolved(value, {name: _replaced(element, resolve) for name, element in _fields(value).items()})


def _evolved(value: object, changes: dict[str, object]) -> object:
    if isinstance(value, StackComponent):
        return value.replace(**changes)
    if not attrs.has(type(value)):
        return _replace(value, **changes)
    aliases = {field.name: field.alias or field.name for field in public_fields(type(value))}
    return _evolve(value, **{aliases[name]: element for name, element in changes.items()})


_replace: Callable[..., object] = dataclasses.replace  # for values whose classes are known at run time alone
_evolve: Callable[..., object] = attrs.evolve


def without_secrets(text: str, component: object) -> str:
    """A text in which the values of a component's secrets are blotted out, as they are and as programs quote them.

    Args:
        text: What somebody else's code said.
        component: The component, with the values.
    """
    from urllib.parse import quote  # only when something failed

    values = [leaf.reveal() for _, leaf in leaves(component) if isinstance(leaf, Secret) and leaf.is_resolved]
    written = {form for value in values for form in (value, repr(value)[1:-1], quote(value), quote(value, safe="")) if form}
    for form in sorted(written, key=len, reverse=True):
        text = text.replace(form, "***")
    return text
