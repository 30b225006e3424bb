"""What a command works with: the workspace, and how to talk to the person or program that called."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, final

import click

from stackkit.cli.render import visible
from stackkit.errors import ComponentNotFoundError, Problem

if TYPE_CHECKING:  # a workspace brings its store and registry, which `--help` has no need of
    from stackkit.components.catalog import TypeEntry
    from stackkit.core.component_type import ComponentType
    from stackkit.registry.registry import FlavorRegistry
    from stackkit.workspace.workspace import Workspace

P = ParamSpec("P")
R = TypeVar("R")


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
        from pathlib import Path

        from stackkit.workspace.workspace import Workspace

        return Workspace.open(Path(self._folder)) if self._folder else Workspace.find()

    @property
    def registry(self) -> FlavorRegistry:
        """The component types and flavors that the workspace knows."""
        return self.workspace.registry

    def types(self) -> list[TypeEntry]:
        """The component types there are; no workspace is looked for, so that `--help` works without one."""
        from stackkit.registry.registry import FlavorRegistry

        return (self.registry if "workspace" in vars(self) else FlavorRegistry()).types()

    def component_name(self, kind: ComponentType[Any], name: str | None) -> str:
        """A component's name, or that of the active stack's component of the type.

        Raises:
            ComponentNotFoundError: No name is given, and no stack is active or it has none of the type.
        """
        if name is not None:
            return name
        found = self.active_component(kind)
        if found is None:
            active = self.workspace.stacks.active
            why = f"the active stack {active} has no {kind.title}" if active else "no stack is active"
            raise ComponentNotFoundError(Problem(why, remedy=f"name one of: stackkit {kind.option} list"))
        return found

    def active_component(self, kind: ComponentType[Any]) -> str | None:
        """The name of the active stack's component of a type, or None."""
        active = self.workspace.stacks.active
        return self.workspace.stacks.record(active).components.get(kind.slug) if active else None

    def close(self) -> None:
        """Give back what the workspace holds open."""
        if "workspace" in vars(self):
            self.workspace.close()


def session_of(context: click.Context) -> Session:
    """The session of a call; made here where `--help` or the shell's completion comes before the call itself."""
    root = context.find_root()
    found: object = root.obj
    if not isinstance(found, Session):
        found = root.obj = Session(root.params.get("folder"))
    return found


def pass_session(command: Callable[Concatenate[Session, P], R]) -> Callable[P, R]:
    """Decorate a command that is called with the session before its own parameters.

    Args:
        command: The command's function.
    """
    return click.make_pass_decorator(Session)(command)


def is_interactive() -> bool:
    """Whether somebody can be asked."""
    return bool(sys.stdin and sys.stderr and sys.stdin.isatty() and sys.stderr.isatty())


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
    click.confirm(visible(question), abort=True, err=True)
