"""What the shell can complete: names of components, stacks, flavors, fields and component types."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import click

from stackkit.cli.session import Session, session_of
from stackkit.errors import StackkitError

if TYPE_CHECKING:  # only where a shell asks
    from click.shell_completion import CompletionItem

    Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def names(list_names: Callable[[Session, click.Context], list[str]]) -> Complete:
    """Completes one of some names.

    Args:
        list_names: Gives the names; where the workspace cannot be read there are none to complete.
    """

    def complete(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        try:
            found = list_names(session_of(context), context)
        except StackkitError:
            return []
        return [CompletionItem(name) for name in found if name.startswith(incomplete)]

    return complete


def components_of(slug: str) -> Complete:
    """Completes the components of a type."""
    from stackkit.core.component_type import ComponentType

    return names(lambda session, _: [record.name for record in session.workspace.components.all(ComponentType(slug))])


def flavors_of(slug: str) -> Complete:
    """Completes the flavors of a type."""
    return names(lambda session, _: [record.name for record in session.registry.records(slug)])


def fields_of(slug: str) -> Complete:
    """Completes the fields of the component that is named before."""
    from stackkit.core.component_type import ComponentType

    def fields(session: Session, context: click.Context) -> list[str]:
        config = session.workspace.components.record(ComponentType(slug), context.params["name"]).config
        return [field.replace("_", "-") for field in config if field not in ("name", "uuid")]

    return names(fields)


complete_stacks: Final = names(lambda session, _: [record.name for record in session.workspace.stacks.all()])
complete_members: Final = names(
    lambda session, context: [
        slug.replace("_", "-") for slug in session.workspace.stacks.record(context.params["name"]).components
    ]
)
"""Completes the component types that the stack has which is named before."""
