"""What is wrong with a stack, all of it."""

from __future__ import annotations

from collections.abc import Iterator

from stackkit.components.secrets_manager import SECRETS_MANAGER
from stackkit.core.component import StackComponent
from stackkit.core.component_type import Component
from stackkit.core.reference import Reference
from stackkit.errors import InvalidStackError, Problem, StackkitError
from stackkit.stack.secrets import leaves, missing_secrets, unresolved
from stackkit.stack.stack import Stack


def problems(stack: Stack) -> list[Problem]:
    """What is wrong with a stack: what its components need and do not find, and references to what it has not.

    Args:
        stack: Any stack.

    Returns:
        The problems, each with the component it is about; none for a right stack.
    """
    if not len(stack):
        return [Problem("has no components", where=stack.name, remedy="add one")]
    return [
        problem.under(f"{component.TYPE.slug}/{component.name}")
        for component in stack.components
        if isinstance(component, StackComponent)
        for problem in _component_problems(component, component, stack)
    ]


def _component_problems(component: StackComponent, face: Component, stack: Stack) -> Iterator[Problem]:
    for place, leaf in leaves(component):
        if isinstance(leaf, Reference) and not _has(stack, leaf):
            yield Problem(f"refers to {leaf.text}, which is not in the stack", where=place, remedy="add it")
    waiting = unresolved(component)
    if waiting and (stack.secrets_manager is None or face.TYPE == SECRETS_MANAGER):
        names = ", ".join(str(secret.reference) for _, secret in waiting)
        yield Problem(f"refers to secrets: {names}", where=waiting[0][0], remedy="add a secrets manager to the stack")
        return
    yield from component.validate(stack)


def _has(stack: Stack, reference: Reference) -> bool:
    return any((c.TYPE.slug, c.name) == (reference.type, reference.name) for c in stack.components)


def secret_problems(stack: Stack) -> list[Problem]:
    """The secrets that the stack's components refer to and its secrets manager does not have.

    Args:
        stack: A stack that was validated.
    """
    manager = stack.secrets_manager
    if manager is None:
        return []
    return [
        problem.under(f"{component.TYPE.slug}/{component.name}")
        for component in stack.components
        if unresolved(component)
        for problem in missing_secrets(component, manager)
    ]


def validate(stack: Stack) -> None:
    """Refuse a stack that is wrong.

    Args:
        stack: Any stack.

    Raises:
        InvalidStackError: Everything that is wrong with it.
    """
    found = problems(stack)
    if found:
        raise InvalidStackError(*found)


def validate_for_use(stack: Stack) -> None:
    """Refuse a stack that is wrong, or that lacks secrets, before anything starts.

    Args:
        stack: Any stack.

    Raises:
        InvalidStackError: Everything that is wrong with it.
    """
    try:
        found = problems(stack) or secret_problems(stack)
    except StackkitError as error:
        raise InvalidStackError(*error.problems) from error
    if found:
        raise InvalidStackError(*found)
