"""A stack: an immutable set of components, at most one of each type."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, cast, final

from typing_extensions import override

from stackkit.components.secrets_manager import SECRETS_MANAGER, SecretsManager
from stackkit.core.component_type import Component, ComponentType, P
from stackkit.core.constants import a
from stackkit.errors import ComponentNotFoundError, InvalidStackError, Problem, SecretNotResolvedError
from stackkit.stack.secrets import SecretValues, place_of, unresolved


@final
class Stack:
    """Components that work together.

    A component taken from a stack has the values of its secrets: they are asked for when it is first taken.

    Args:
        components: At most one of each type.
        name: What people call the stack.

    Raises:
        InvalidStackError: Two components have the same type.

    >>> from stackkit.components.alerter import ALERTER
    >>> from stackkit.flavors.alerter.console import ConsoleAlerter
    >>> stack = Stack(ConsoleAlerter(name="terminal"), name="laptop")
    >>> stack[ALERTER].name
    'terminal'
    """

    __slots__ = ("_by_slug", "_name", "_resolved")

    def __init__(self, *components: Component, name: str = "stack") -> None:
        by_slug: dict[str, Component] = {}
        problems: list[Problem] = []
        for component in components:
            if isinstance(component, type) or not isinstance(getattr(component, "TYPE", None), ComponentType):
                remedy = "give instances of flavors"
                problems.append(Problem(f"{_described(component)} is no stack component", where=name, remedy=remedy))
                continue
            first = by_slug.setdefault(component.TYPE.slug, component)
            if first is not component:
                what = f"two components are {component.TYPE.title}s: {first.name} and {component.name}"
                problems.append(Problem(what, where=name, remedy="keep one of them"))
        if problems:
            raise InvalidStackError(*problems)
        self._by_slug = by_slug
        self._name = name
        self._resolved: dict[str, Component] = {}

    @property
    def name(self) -> str:
        """What people call the stack."""
        return self._name

    @property
    def components(self) -> tuple[Component, ...]:
        """The components as they were configured, in the order they were given."""
        return tuple(self._by_slug.values())

    def __getitem__(self, kind: ComponentType[P], /) -> P:
        """The component of a type, with the values of its secrets.

        Raises:
            ComponentNotFoundError: The stack has none of this type; those it has are named.
            SecretNotFoundError: Its secrets manager lacks secrets; all of them are named.
            SecretNotResolvedError: It refers to secrets, and the stack has no secrets manager.
        """
        found = self.get(kind)
        if found is None:
            has = ", ".join(component.TYPE.title for component in self) or "nothing"
            raise ComponentNotFoundError(Problem(f"the stack {self._name} has no {kind.title}", remedy=f"it has {has}"))
        return found

    def get(self, kind: ComponentType[P], /) -> P | None:
        """The component of a type, with the values of its secrets, or None.

        Raises:
            SecretNotFoundError: Its secrets manager lacks secrets; all of them are named.
            SecretNotResolvedError: It refers to secrets, and the stack has no secrets manager.
        """
        component = self._by_slug.get(_slug(kind))
        return None if component is None else cast("P", self.usable(component))  # the token's slug says which Protocol

    def usable(self, component: Component) -> Component:
        """A component of this stack with the values of its secrets; itself where it has none.

        Args:
            component: One of `components`.

        Raises:
            ComponentNotFoundError: It is not one of them.
            SecretNotFoundError: The secrets manager lacks secrets; all of them are named.
            SecretNotResolvedError: It refers to secrets, and the stack has no secrets manager.
        """
        slug = component.TYPE.slug
        if self._by_slug.get(slug) is not component:
            raise ComponentNotFoundError(Problem(f"{place_of(component)} is not in the stack {self._name}"))
        if slug not in self._resolved:
            # of two threads, both get the component of the first
            return self._resolved.setdefault(slug, self._with_secrets(component))
        return self._resolved[slug]

    def _with_secrets(self, component: Component) -> Component:
        manager = self.secrets_manager
        problems = unreachable_secrets(component, self)
        if problems:
            raise SecretNotResolvedError(*problems)
        return component if manager is None else SecretValues(manager).given_to(component)

    @property
    def secrets_manager(self) -> SecretsManager | None:
        """The stack's secrets manager, as it was configured."""
        return cast("SecretsManager | None", self._by_slug.get(SECRETS_MANAGER.slug))  # the slug says which Protocol

    def __contains__(self, kind: ComponentType[Any], /) -> bool:
        return _slug(kind) in self._by_slug

    def __iter__(self) -> Iterator[Component]:
        return iter(self.components)

    def __len__(self) -> int:
        return len(self._by_slug)

    @override
    def __eq__(self, other: object) -> bool:
        """Two stacks are equal when they have the same name and equal components, in any order."""
        if not isinstance(other, Stack):
            return NotImplemented
        return self._name == other._name and self._by_slug == other._by_slug

    @override
    def __hash__(self) -> int:
        return hash((self._name, frozenset(self._by_slug)))

    @override
    def __repr__(self) -> str:
        inside = "".join(f"{component!r}, " for component in self.components)
        return f"Stack({inside}name={self._name!r})"

    @override
    def __reduce__(self) -> tuple[Callable[..., Stack], tuple[Component, ...]]:
        """Copies and pickles have the components as they were configured, and get their own secrets."""
        return (partial(Stack, name=self._name), self.components)


def _slug(kind: object) -> str:
    if isinstance(kind, ComponentType):
        return kind.slug
    # callers without a type checker give slugs and classes
    what = f"a stack is not asked for {_described(kind)}"
    raise ComponentNotFoundError(Problem(what, remedy="give a token such as ARTIFACT_STORE"))


def _described(value: object) -> str:
    return f"the class {value.__qualname__}" if isinstance(value, type) else a(value)


def unreachable_secrets(component: Component, stack: Stack) -> list[Problem]:
    """The secrets that a component refers to and that nobody in its stack could give it.

    Args:
        component: One of the stack's components.
        stack: The stack.
    """
    if component.TYPE == SECRETS_MANAGER:
        remedy = "configure it without: a secrets manager has nobody to ask"
    elif stack.secrets_manager is None:
        remedy = f"add a secrets manager to the stack {stack.name}"
    else:
        return []
    return [
        Problem(f"the secret {secret.reference} has no value", where=place, remedy=remedy).under(place_of(component))
        for place, secret in unresolved(component)
    ]
