"""The top of the command line: the groups of the component types, made from what is registered, and the rest."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Final

import click
from typing_extensions import override

from stackkit import __version__
from stackkit.cli.groups import LazyCommands, LazyGroup, Maker, command_at
from stackkit.cli.session import Session, session_of
from stackkit.components.catalog import COMPONENT_TYPES, TypeEntry

FIXED: Final[LazyCommands] = {
    "demo": ("The main job from start to end, in a temporary workspace.", command_at("demo.command:demo")),
    "init": ("Make a workspace here.", command_at("workspace.commands:init")),
    "status": ("Workspace, store, active stack, and what is up.", command_at("workspace.commands:status")),
    "check": ("Everything that is wrong with a flavor, at once.", command_at("workspace.commands:check_flavor")),
    "workspace": ("Look after what the workspace keeps.", command_at("workspace.migrate:workspace")),
    "stack": ("Compose stacks, and bring them up and down.", command_at("stacks.commands:stack")),
    "run": ("Run a pipeline on a stack.", command_at("pipelines.run:run_pipeline")),
    "runs": ("Runs of pipelines: how they went, and what they gave.", command_at("pipelines.runs:runs")),
    "pipelines": ("The pipelines that ran.", command_at("pipelines.commands:pipelines")),
    "pipeline": ("A pipeline as a picture.", command_at("pipelines.commands:pipeline")),
}
WIDEST_HELP: Final = 110
VARIABLE: Final = "STACKKIT_WORKSPACE"
UNWRAPPED: Final = 100_000
"""The width of a terminal that wraps no help."""


class RootGroup(LazyGroup):
    """The fixed commands, and one group for each component type that is registered."""

    @override
    def lazy_commands(self, context: click.Context) -> LazyCommands:
        groups = {_option(entry): (_summary(entry), _maker(entry)) for entry in session_of(context).types()}
        return {**FIXED, **{name: group for name, group in groups.items() if name not in FIXED}}

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.commands:  # no need to look at installed packages for what the kit has itself
            built_in = {_option(entry): _maker(entry) for entry in COMPONENT_TYPES}
            make = FIXED[cmd_name][1] if cmd_name in FIXED else built_in.get(cmd_name)
            if make is not None:
                self.commands[cmd_name] = make()
        return super().get_command(ctx, cmd_name)


def _option(entry: TypeEntry) -> str:
    return entry.slug.replace("_", "-")


def _summary(entry: TypeEntry) -> str:
    return f"{entry.slug.replace('_', ' ').capitalize()}: {entry.summary or 'a component type'}."


def _maker(entry: TypeEntry) -> Maker:
    def make() -> click.Command:
        from stackkit.cli.components.commands import type_group

        return type_group(entry)

    return make


@click.group(
    "stackkit",
    cls=RootGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDEST_HELP},
    epilog='For completion in bash: eval "$(_STACKKIT_COMPLETE=bash_source stackkit)"; zsh and fish likewise.',
)
@click.option("--workspace", "folder", metavar="DIR", envvar=VARIABLE, help="The workspace's folder.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(__version__, prog_name="stackkit")
@click.pass_context
def stackkit(context: click.Context, folder: str | None, debug: bool) -> None:  # noqa: ARG001 - main reads --debug itself
    """Flavors, components and stacks of machine-learning platforms."""
    session = Session(folder)
    context.obj = session
    if folder:  # for components that keep something in the workspace, and for the processes that they start
        before = os.environ.get(VARIABLE)
        os.environ[VARIABLE] = folder
        context.call_on_close(lambda: _set_back(before))
    context.call_on_close(session.close)


def _set_back(before: str | None) -> None:
    if before is None:
        os.environ.pop(VARIABLE, None)
    else:
        os.environ[VARIABLE] = before


def run(arguments: Sequence[str]) -> int:
    """Run one command.

    Args:
        arguments: What follows `stackkit`.

    Returns:
        The exit status that the command asks for.

    Raises:
        Exception: Whatever ended it otherwise; `failures.tell` says so to people.
    """
    width = None if sys.stdout and sys.stdout.isatty() else UNWRAPPED
    status: object = stackkit.main([*arguments], prog_name="stackkit", standalone_mode=False, terminal_width=width)
    return status if type(status) is int else 0
