"""Bringing stacks up and down, and telling the truth about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import attrs

from stackkit.components.secrets_manager import SECRETS_MANAGER
from stackkit.core.component_type import Component, ComponentType
from stackkit.core.lifecycle import has_lifecycle
from stackkit.errors import ComponentNotFoundError, LifecycleError, Problem, StackkitError
from stackkit.stack.secrets import place_of, unresolved, without_secrets
from stackkit.stack.stack import Stack
from stackkit.stack.validation import require_secrets, validate


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
        only: The one type whose component is meant, and the secrets manager if that has to give it secrets; all by default.
        on_step: Called with each component once it is up.

    Raises:
        ComponentNotFoundError: The stack has no component of that type.
        InvalidStackError: The stack is wrong, and nothing was started; or it lacks secrets, and nothing was started but
            the secrets manager, which had to be asked.
        LifecycleError: A component failed; those before it are up, those after it were not touched.
    """
    chosen = _in_order(stack, only, with_manager=True)
    validate(stack, chosen)
    asked = False
    for component in chosen:
        if component.TYPE != SECRETS_MANAGER and not asked:
            require_secrets(stack, chosen)
            asked = True
        _raise_up(component, stack)
        if on_step is not None:
            on_step(component)


def _in_order(stack: Stack, only: ComponentType[Any] | None, *, with_manager: bool = False) -> list[Component]:
    """The components that are meant, the secrets manager first."""
    if only is not None and only not in stack:
        raise ComponentNotFoundError(Problem(f"the stack {stack.name} has no {only.title}", remedy="name one that it has"))
    chosen = [component for component in stack.components if only in (None, component.TYPE)]
    needs = with_manager and any(unresolved(component) for component in chosen)
    managers = [component for component in stack.components if component.TYPE == SECRETS_MANAGER]
    return [*(managers if needs or only in (None, SECRETS_MANAGER) else ()), *(c for c in chosen if c not in managers)]


def _raise_up(component: Component, stack: Stack) -> None:
    failure = None
    usable = component
    try:
        usable = stack.usable(component)
        _start(usable)
    except Exception as error:  # noqa: BLE001 - a component may raise anything; the error is kept as the cause
        failure = _Failure.of(usable, "come up", error)
    if failure is not None:  # raised out here: there, the error would be shown with it in every case
        raise LifecycleError(failure.problem) from failure.cause


def _start(component: object) -> None:
    if not has_lifecycle(component):
        return
    if not component.is_provisioned:
        component.provision()
    if not component.is_running:
        component.resume()
    if not component.is_running:
        raise LifecycleError(Problem("resume() returned, and it is not running"))


def down(
    stack: Stack,
    *,
    force: bool = False,
    only: ComponentType[Any] | None = None,
    on_step: Callable[[Component], None] | None = None,
) -> None:
    """Bring every component down: suspend it and, with `force`, deprovision it; the secrets manager last.

    A component that fails does not keep the others up. One whose secrets are not to be had goes down without them, if
    it can.

    Args:
        stack: The stack; what is down already is left alone.
        force: Whether to take away what `up` made.
        only: The one type whose component is meant; all by default.
        on_step: Called with each component once it is down.

    Raises:
        ComponentNotFoundError: The stack has no component of that type.
        LifecycleError: Components failed; all of them are named, and the others are down.
    """
    failures: list[_Failure] = []
    for component in reversed(_in_order(stack, only)):
        failure = _put_down(component, stack, force=force)
        if failure is not None:
            failures.append(failure)
        elif on_step is not None:
            on_step(component)
    if failures:
        raise LifecycleError(*(failure.problem for failure in failures)) from failures[0].cause


def _put_down(component: Component, stack: Stack, *, force: bool) -> _Failure | None:
    usable, missing = _best(component, stack)
    try:
        _stop(usable, force=force)
    except Exception as error:  # noqa: BLE001 - the same as in `up`; all failures are told together
        return _Failure.of(usable, "go down", missing or error)
    return None


def _stop(component: object, *, force: bool) -> None:
    if not has_lifecycle(component):
        return
    if component.is_running:
        component.suspend()
    if force and component.is_provisioned:
        component.deprovision()


def _best(component: Component, stack: Stack) -> tuple[Component, Exception | None]:
    """A component with its secrets or, where they are not to be had, without, and why."""
    try:
        return stack.usable(component), None
    except Exception as error:  # noqa: BLE001 - the secrets manager may raise anything, too
        return component, error


@attrs.frozen
class _Failure:
    """What went wrong with a component.

    Args:
        problem: What to tell.
        cause: The error, unless it tells a secret.
    """

    problem: Problem
    cause: Exception | None

    @classmethod
    def of(cls, component: Component, act: str, error: Exception) -> _Failure:
        text = f"did not {act}: {_said(error, component)}"
        problem = Problem(text, where=place_of(component), remedy="mend it and repeat")
        tells = any(without_secrets(str(told), component) != str(told) for told in _chain(error))
        return cls(problem, None if tells else error)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and those that a traceback shows with it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _said(error: Exception, component: Component) -> str:
    """The first line of an error, and of what class it is where that is not ours; without secrets."""
    first = (without_secrets(str(error), component).splitlines() or [""])[0]
    return first if isinstance(error, StackkitError) else f"{type(error).__name__}{': ' if first else ''}{first}"


def states(components: Iterable[Component]) -> list[ComponentState]:
    """How components stand, asked of each of them now.

    Args:
        components: A stack, whose components are asked with the values of their secrets; or any components.
    """
    if isinstance(components, Stack):
        return [_state(*_best(component, components)) for component in components]
    return [_state(component) for component in components]


def _state(component: Component, missing: Exception | None = None) -> ComponentState:
    provisioned = running = True
    failure = ""
    lifecycle: object = component
    if has_lifecycle(lifecycle):
        try:
            provisioned, running = lifecycle.is_provisioned, lifecycle.is_running
        except Exception as error:  # noqa: BLE001 - a state that cannot be told is told as such
            provisioned = running = False
            failure = _said(missing or error, component)
    return ComponentState(component.TYPE.slug, component.name, component.FLAVOR, provisioned, running, failure)
