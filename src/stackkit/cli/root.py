"""The top of the command line: the groups of the component types, made from what is registered, and the rest."""

from __future__ import annotations

from functools import partial
from typing import Final

import click
from typing_extensions import override

from stackkit import __version__
from stackkit.cli.groups import LazyGroup, Maker, command_at
from stackkit.cli.session import Session, session_of
from stackkit.components.catalog import COMPONENT_TYPES, TypeEntry

FIXED: Final[dict[str, tuple[str, Maker]]] = {
    "demo": ("The main job from start to end, in a temporary workspace.", command_at("demo.command:demo")),
    "init": ("Make a workspace here.", command_at("workspace_commands:init")),
    "status": ("Workspace, store, active stack, and what is up.", command_at("workspace_commands:status")),
    "check": ("Everything that is wrong with a flavor, at once.", command_at("workspace_commands:check_flavor")),
    "stack": ("Compose stacks, and bring them up and down.", command_at("stack_commands:stack")),
}


class RootGroup(LazyGroup):
    """The fixed commands, and one group for each component type that is registered."""

    @override
    def lazy_commands(self, context: click.Context) -> dict[str, tuple[str, Maker]]:
        groups = {_option(entry): (f"{_title(entry)}: {entry.summary}.", _maker(entry)) for entry in self._types(context)}
        return {**FIXED, **groups}

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in FIXED and cmd_name not in self.commands:
            self.commands[cmd_name] = FIXED[cmd_name][1]()
        built_in = next((entry for entry in COMPONENT_TYPES if _option(entry) == cmd_name), None)
        if built_in is not None and cmd_name not in self.commands:  # no need to look at installed packages
            self.commands[cmd_name] = _maker(built_in)()
        return self.commands.get(cmd_name) or super().get_command(ctx, cmd_name)

    @staticmethod
    def _types(context: click.Context) -> list[TypeEntry]:
        from stackkit.registry.registry import FlavorRegistry

        session = session_of(context)
        return (session.registry if "workspace" in vars(session) else FlavorRegistry()).types()


def _option(entry: TypeEntry) -> str:
    return entry.slug.replace("_", "-")


def _title(entry: TypeEntry) -> str:
    return entry.slug.replace("_", " ").capitalize()


def _maker(entry: TypeEntry) -> Maker:
    from stackkit.cli.type_commands import type_group

    return partial(type_group, entry)


@click.group("stackkit", cls=RootGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--workspace", "folder", metavar="DIR", envvar="STACKKIT_WORKSPACE", help="The workspace's folder.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(__version__, prog_name="stackkit")
@click.pass_context
def stackkit(context: click.Context, folder: str | None, debug: bool) -> None:  # noqa: ARG001 - main reads --debug itself
    """Flavors, components and stacks of machine-learning platforms."""
    session = Session(folder)
    context.obj = session
    context.call_on_close(session.close)
