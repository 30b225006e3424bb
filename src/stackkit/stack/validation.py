"""What is wrong with a stack, all of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast, final

import attrs

from stackkit.core.component import StackComponent
from stackkit.core.component_type import Component, ComponentType, P
from stackkit.core.reference import Reference
from stackkit.errors import ComponentNotFoundError, InvalidStackError, Problem, StackkitError
from stackkit.stack.secrets import SecretValues, leaves, place_of
from stackkit.stack.stack import Stack, unreachable_secrets


@final
@attrs.frozen
class _Configured:
    """A stack as its components see it while it is validated: nobody is asked for secrets yet."""

    stack: Stack

    def __getitem__(self, kind: ComponentType[P], /) -> P:
        found = self.get(kind)
        if found is None:
            raise ComponentNotFoundError(Problem(f"the stack {self.stack.name} has no {kind.title}", remedy="add one"))
        return found

    def get(self, kind: ComponentType[P], /) -> P | None:
        by_slug = {component.TYPE.slug: component for component in self.stack.components}
        return cast("P | None", by_slug.get(kind.slug))  # the token's slug says which Protocol

    def __contains__(self, kind: ComponentType[Any], /) -> bool:
        return kind in self.stack


def problems(stack: Stack, components: Sequence[Component] | None = None) -> list[Problem]:
    """What is wrong with a stack: what its components need and do not find, and references to what it has not.

    The secrets manager is not asked for secrets.

    Args:
        stack: Any stack.
        components: Which of its components are looked at; all by default.

    Returns:
        The problems, each with the component it is about; none for a right stack.
    """
    if not len(stack):
        return [Problem("has no components", where=stack.name, remedy="add one")]
    chosen = stack.components if components is None else components
    return [problem for component in chosen for problem in _component_problems(component, stack)]


def _component_problems(component: Component, stack: Stack) -> Iterator[Problem]:
    for problem in (*_reference_problems(component, stack), *_own_problems(component, stack)):
        yield problem.under(place_of(component))
    yield from unreachable_secrets(component, stack)


def _reference_problems(component: Component, stack: Stack) -> Iterator[Problem]:
    there = {place_of(other) for other in stack.components}
    for place, leaf in leaves(component):
        if isinstance(leaf, Reference) and leaf.text not in there:
            remedy = f"add the {leaf.type.replace('_', ' ')} {leaf.name} to it"
            yield Problem(f"refers to {leaf.text}, which is not in the stack", where=place, remedy=remedy)


def _own_problems(component: Component, stack: Stack) -> Iterator[Problem]:
    """What a component itself says of its stack."""
    owned: object = component
    if not isinstance(owned, StackComponent):
        return
    try:
        yield from owned.validate(_Configured(stack))
    except StackkitError as error:
        yield from error.problems
    except Exception as error:  # noqa: BLE001 - a component may raise anything; the others are asked all the same
        text = (str(error).splitlines() or [""])[0]
        what = f"validate raised {type(error).__name__}{': ' if text else ''}{text}"
        yield Problem(what, remedy=f"mend the flavor {component.FLAVOR}")


def secret_problems(stack: Stack, components: Sequence[Component] | None = None) -> list[Problem]:
    """The secrets that the stack's components refer to and its secrets manager does not have.

    Args:
        stack: A stack that was validated.
        components: Which of its components are looked at; all by default.

    Raises:
        SecretError: The secrets manager cannot tell.
    """
    manager = stack.secrets_manager
    if manager is None:
        return []
    values = SecretValues(manager)
    chosen = stack.components if components is None else components
    return [problem for component in chosen for problem in values.missing(component)]


def validate(stack: Stack, components: Sequence[Component] | None = None) -> None:
    """Refuse a stack that is wrong.

    Args:
        stack: Any stack.
        components: Which of its components are looked at; all by default.

    Raises:
        InvalidStackError: Everything that is wrong with it.
    """
    found = problems(stack, components)
    if found:
        raise InvalidStackError(*found)


def require_secrets(stack: Stack, components: Sequence[Component] | None = None) -> None:
    """Refuse a stack that lacks secrets.

    Args:
        stack: A stack that was validated.
        components: Which of its components are looked at; all by default.

    Raises:
        InvalidStackError: All the secrets that are missing, or why the secrets manager cannot tell.
    """
    try:
        found = secret_problems(stack, components)
    except StackkitError as error:
        raise InvalidStackError(*error.problems) from error
    if found:
        raise InvalidStackError(*found)


def validate_for_use(stack: Stack) -> None:
    """Refuse a stack that is wrong, or that lacks secrets, before anything starts.

    Args:
        stack: Any stack.

    Raises:
        InvalidStackError: Everything that is wrong with it.
    """
    validate(stack)
    require_secrets(stack)
