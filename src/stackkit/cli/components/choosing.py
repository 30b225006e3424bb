"""Which component a command works with that is about one component type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stackkit.cli.session import Session
from stackkit.core.component_type import ComponentType, P
from stackkit.errors import ComponentNotFoundError, Problem
from stackkit.flavors.catalog import FLAVORS

if TYPE_CHECKING:
    from stackkit.stack.stack import Stack


def chosen_name(session: Session, kind: ComponentType[Any], name: str | None, option: str) -> str:
    """The name of the component that is meant: the given one, the active stack's, or the only one there is.

    Args:
        session: The call of the command line.
        kind: The component type.
        name: The name that is given.
        option: The option that gives one, for the message.

    Raises:
        ComponentNotFoundError: There is none, or there are several.
    """
    found = name or session.active_component(kind)
    if found is not None:
        return found
    known = [record.name for record in session.workspace.components.all(kind)]
    if len(known) == 1:
        return known[0]
    flavor = next((entry.name for entry in FLAVORS if entry.type == kind.slug), "FLAVOR")
    what, remedy = f"there is no {kind.title} yet", f"stackkit {kind.option} register NAME --flavor={flavor}"
    if known:
        what, remedy = f"there are several {kind.title}s: {', '.join(known)}", f"choose one: {option} NAME"
    raise ComponentNotFoundError(Problem(what, remedy=remedy))


def chosen_component(session: Session, kind: ComponentType[P], name: str | None, option: str) -> P:
    """The component that is meant, with the values of its secrets.

    Args:
        session: The call of the command line.
        kind: The component type.
        name: The name that is given.
        option: The option that gives one, for the message.

    Raises:
        ComponentNotFoundError: There is none, or there are several.
    """
    return stack_around(session, kind, chosen_name(session, kind, name, option))[kind]


def stack_around(session: Session, kind: ComponentType[Any], name: str) -> Stack:
    """The active stack, where it has the component; else a stack of the component alone.

    Args:
        session: The call of the command line.
        kind: The component type.
        name: The component's name.
    """
    from stackkit.stack.stack import Stack

    if session.active_component(kind) == name:
        return session.workspace.stacks.get()
    return Stack(session.workspace.components.get(kind, name), name=name)
