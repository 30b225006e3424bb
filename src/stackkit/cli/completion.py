"""What the shell can complete: names of components, stacks and flavors."""

from __future__ import annotations

from collections.abc import Callable

import click
from click.shell_completion import CompletionItem

from stackkit.cli.session import Session, session_of
from stackkit.errors import StackkitError

Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def names(list_names: Callable[[Session], list[str]]) -> Complete:
    """Completes one of some names.

    Args:
        list_names: Gives the names; where the workspace cannot be read there are none to complete.
    """

    def complete(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
        try:
            found = list_names(session_of(context))
        except StackkitError:
            return []
        return [CompletionItem(name) for name in found if name.startswith(incomplete)]

    return complete


def components_of(slug: str) -> Complete:
    """Completes the components of a type."""
    from stackkit.core.component_type import ComponentType

    return names(lambda session: [record.name for record in session.workspace.components.all(ComponentType(slug))])


def flavors_of(slug: str) -> Complete:
    """Completes the flavors of a type."""
    return names(lambda session: [record.name for record in session.registry.records(slug)])


complete_stacks: Complete = names(lambda session: [record.name for record in session.workspace.stacks.all()])
