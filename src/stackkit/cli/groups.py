"""Groups of commands that import a command only when it is called."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeAlias

import click
from typing_extensions import override

Maker: TypeAlias = Callable[[], click.Command]


def command_at(path: str) -> Maker:
    """What imports a command when it is called.

    Args:
        path: `module:name`, of this package.
    """

    def make() -> click.Command:
        module, _, name = path.partition(":")
        found: object = getattr(import_module(f"stackkit.cli.{module}"), name)
        if not isinstance(found, click.Command):
            raise TypeError(f"{path} is not a command")
        return found

    return make


class LazyGroup(click.Group):
    """A group whose commands are made when they are called; their summaries are known without that.

    Args:
        lazy: For each name, its summary and what makes the command.
    """

    def __init__(self, *args: Any, lazy: dict[str, tuple[str, Maker]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lazy = lazy or {}

    def lazy_commands(self, context: click.Context) -> dict[str, tuple[str, Maker]]:  # noqa: ARG002 - for subclasses
        """The commands that are made when called, each with its summary."""
        return self._lazy

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self.lazy_commands(ctx), *super().list_commands(ctx)]

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.commands:
            found = self.lazy_commands(ctx).get(cmd_name)
            if found is None:
                return None
            self.commands[cmd_name] = found[1]()
        return self.commands[cmd_name]

    @override
    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if not ctx.resilient_parsing and not name.startswith("-") and self.get_command(ctx, name) is None:
            close = difflib.get_close_matches(name, self.list_commands(ctx), 1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise click.UsageError(f"there is no command {name}{hint}", ctx)
        return super().resolve_command(ctx, args)

    @override
    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        summaries = {name: summary for name, (summary, _) in self.lazy_commands(ctx).items()}
        for name, command in self.commands.items():
            summaries.setdefault(name, command.get_short_help_str(limit=100))
        if summaries:
            with formatter.section("Commands"):
                formatter.write_dl([*summaries.items()])
