"""Groups of commands that import a command only when it is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

import click
from typing_extensions import override

from stackkit.core.names import suggestion

if TYPE_CHECKING:  # only where a shell asks
    from click.shell_completion import CompletionItem

Maker: TypeAlias = Callable[[], click.Command]
LazyCommands: TypeAlias = Mapping[str, tuple[str, Maker]]
"""For each name, its summary and what makes the command."""


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

    def __init__(self, *args: Any, lazy: LazyCommands | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lazy: LazyCommands = lazy or {}

    def lazy_commands(self, context: click.Context) -> LazyCommands:  # noqa: ARG002 - for subclasses
        """The commands that are made when called, each with its summary."""
        return self._lazy

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self._summaries(ctx)]

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
            known = self.list_commands(ctx)
            hint = suggestion(name, known, f"there are {', '.join(known)}")
            raise click.UsageError(f"there is no command {name}; {hint}", ctx)
        return super().resolve_command(ctx, args)

    @override
    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([*self._summaries(ctx).items()])

    @override
    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        summaries = self._summaries(ctx)
        found = [CompletionItem(name, help=summary) for name, summary in summaries.items() if name.startswith(incomplete)]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]  # Group's own would import every command

    def _summaries(self, ctx: click.Context) -> dict[str, str]:
        lazy = {name: summary for name, (summary, _) in self.lazy_commands(ctx).items()}
        made = {name: made.get_short_help_str(limit=100) for name, made in self.commands.items() if name not in lazy}
        return {**made, **lazy}
