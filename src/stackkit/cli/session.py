"""What a command works with: the workspace, and how to talk to the person or program that called."""

from __future__ import annotations

import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

import click

from stackkit.core.component_type import ComponentType
from stackkit.errors import ComponentNotFoundError, Problem
from stackkit.registry.registry import FlavorRegistry

if TYPE_CHECKING:  # opening a workspace imports its store, which `--help` has no need of
    from stackkit.workspace.workspace import Workspace


@final
class Session:
    """One call of the command line.

    Args:
        folder: The workspace's folder, where it was named; found upwards from the current folder otherwise.
    """

    def __init__(self, folder: str | None = None) -> None:
        self._folder = folder

    @cached_property
    def workspace(self) -> Workspace:
        """The workspace in use."""
        from stackkit.workspace.workspace import Workspace

        return Workspace.open(Path(self._folder)) if self._folder else Workspace.find()

    @property
    def registry(self) -> FlavorRegistry:
        """The component types and flavors that the workspace knows."""
        return self.workspace.registry

    def component_name(self, kind: ComponentType[Any], name: str | None) -> str:
        """A component's name, or that of the active stack's component of the type.

        Raises:
            ComponentNotFoundError: No name is given, and no stack is active or it has none of the type.
        """
        if name is not None:
            return name
        active = self.workspace.stacks.active
        found = self.workspace.stacks.record(active).components.get(kind.slug) if active else None
        if found is None:
            why = f"the active stack {active} has no {kind.title}" if active else "no stack is active"
            raise ComponentNotFoundError(Problem(why, remedy=f"name one: stackkit {kind.option} list"))
        return found

    def close(self) -> None:
        """Give back what the workspace holds open."""
        if "workspace" in vars(self):
            self.workspace.close()


def session_of(context: click.Context) -> Session:
    """The session of a call, made at first use."""
    found: object = context.find_root().obj
    if isinstance(found, Session):
        return found
    session = Session()
    context.find_root().obj = session
    return session


pass_session = click.make_pass_decorator(Session)


def is_interactive() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def confirm(question: str, *, yes: bool) -> None:
    """Ask before something is lost.

    Args:
        question: What is about to happen.
        yes: Whether `--yes` has answered already.

    Raises:
        click.Abort: The answer is no.
        click.UsageError: Nobody can be asked.
    """
    if yes:
        return
    if not is_interactive():
        raise click.UsageError(f"{question} Nobody can be asked here: repeat with --yes")
    click.confirm(question, abort=True, err=True)
