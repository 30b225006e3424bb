"""Bringing stacks up and down, and telling the truth about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import attrs

from stackkit.components.secrets_manager import SECRETS_MANAGER
from stackkit.core.component_type import Component, ComponentType
from stackkit.core.lifecycle import HasLifecycle, has_lifecycle
from stackkit.errors import LifecycleError, Problem, StackkitError
from stackkit.stack.stack import Stack
from stackkit.stack.validation import validate_for_use


@attrs.frozen
class ComponentState:
    """How a component stands.

    Args:
        type: The slug of its type.
        name: Its name.
        flavor: Its flavor.
        is_provisioned: Whether what it needs exists.
        is_running: Whether it can be used now.
        failure: Why its state cannot be told; empty where it can.
    """

    type: str
    name: str
    flavor: str
    is_provisioned: bool
    is_running: bool
    failure: str = ""


def up(stack: Stack, *, only: ComponentType[Any] | None = None, on_step: Callable[[Component], None] | None = None) -> None:
    """Bring every component up: provision it if needed, then resume it; the secrets manager first.

    Args:
        stack: The stack; what is up already is left alone.
        only: The one type whose component is meant; all by default.
        on_step: Called with each component once it is up.

    Raises:
        InvalidStackError: The stack is wrong or lacks secrets; nothing was started.
        LifecycleError: A component failed; those before it are up, those after it were not touched.
    """
    manager = next((c for c in stack.components if c.TYPE == SECRETS_MANAGER), None)
    if manager is not None:
        _raise_up(manager, stack)
    validate_for_use(stack)
    for component in _in_order(stack, only):
        _raise_up(component, stack)
        if on_step is not None:
            on_step(component)


def _in_order(stack: Stack, only: ComponentType[Any] | None) -> list[Component]:
    chosen = [component for component in stack.components if only in (None, component.TYPE)]
    return sorted(chosen, key=lambda component: component.TYPE != SECRETS_MANAGER)


def _raise_up(component: Component, stack: Stack) -> None:
    try:
        usable = stack.usable(component)
        if not has_lifecycle(usable):
            return
        if not usable.is_provisioned:
            usable.provision()
        if not usable.is_running:
            usable.resume()
    except Exception as error:  # a component may raise anything: its state is told, and the error kept as the cause
        raise LifecycleError(_failed(component, "come up", error)) from error


def down(
    stack: Stack,
    *,
    force: bool = False,
    only: ComponentType[Any] | None = None,
    on_step: Callable[[Component], None] | None = None,
) -> None:
    """Bring every component down: suspend it and, with `force`, deprovision it; the secrets manager last.

    A component that fails does not keep the others up.

    Args:
        stack: The stack; what is down already is left alone.
        force: Whether to take away what `up` made.
        only: The one type whose component is meant; all by default.
        on_step: Called with each component once it is down.

    Raises:
        LifecycleError: Components failed; all of them are named, and the others are down.
    """
    problems: list[Problem] = []
    for component in reversed(_in_order(stack, only)):
        try:
            usable = stack.usable(component)
            if has_lifecycle(usable):
                _put_down(usable, force=force)
        except Exception as error:  # noqa: BLE001 - the same as in `up`; all failures are told together
            problems.append(_failed(component, "go down", error))
        else:
            if on_step is not None:
                on_step(component)
    if problems:
        raise LifecycleError(*problems)


def _put_down(component: HasLifecycle, *, force: bool) -> None:
    if component.is_running:
        component.suspend()
    if force and component.is_provisioned:
        component.deprovision()


def _failed(component: Component, act: str, error: Exception) -> Problem:
    first = (str(error).splitlines() or [""])[0]
    text = first if isinstance(error, StackkitError) else f"{type(error).__name__}: {first}"
    return Problem(f"did not {act}: {text}", where=f"{component.TYPE.slug}/{component.name}", remedy="mend it and repeat")


def states(components: Iterable[Component]) -> list[ComponentState]:
    """How components stand, asked of each of them now.

    Args:
        components: Any components.
    """
    return [_state(component) for component in components]


def _state(component: Component) -> ComponentState:
    provisioned = running = True
    failure = ""
    lifecycle: object = component
    if has_lifecycle(lifecycle):
        try:
            provisioned, running = lifecycle.is_provisioned, lifecycle.is_running
        except Exception as error:  # noqa: BLE001 - a state that cannot be told is told as such
            provisioned = running = False
            failure = (str(error).splitlines() or [type(error).__name__])[0]
    return ComponentState(component.TYPE.slug, component.name, component.FLAVOR, provisioned, running, failure)
