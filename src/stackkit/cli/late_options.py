"""Commands with options that are known once their arguments are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import click
from typing_extensions import override

from stackkit.cli.session import Session, session_of
from stackkit.core.names import closest
from stackkit.errors import StackkitError

_OPTIONS: Final = "stackkit.late_options"
_GIVEN: Final = "given__"


def late_option(name: str, *names: str, **others: Any) -> click.Option:
    """An option whose values the callback gets in `texts`.

    Args:
        name: What it is in `texts`.
        names: The option as it is written.
        others: What else click is told of it.
    """
    return click.Option([*names, f"{_GIVEN}{name}"], multiple=True, **others)


class LateOptionsCommand(click.Command, ABC):
    """A command that takes more options than its own; its callback gets their texts by name as `texts`.

    Attributes:
        advice: What to do about an option that there is not, when the arguments name nothing that has options.
    """

    advice: str = ""

    @abstractmethod
    def late_options(self, session: Session, arguments: Sequence[str]) -> Iterable[click.Option] | None:
        """The options that follow from the arguments, made by `late_option`; None where these name nothing that has options.

        Args:
            session: The call of the command line.
            arguments: The arguments, before they are parsed.
        """

    @override
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        found = self._found(ctx, args)
        if found is not None:
            ctx.meta[_OPTIONS] = found
            if not ctx.resilient_parsing:
                _refuse_unknown(args, self.get_params(ctx), ctx)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            if found is not None or error.possibilities:
                raise
            raise click.UsageError(f"{error.message} {self.advice}".rstrip(), ctx) from error

    def _found(self, ctx: click.Context, args: Sequence[str]) -> list[click.Option] | None:
        try:
            found = self.late_options(session_of(ctx), args)
            options = None if found is None else [*found]
        except StackkitError:
            if ctx.resilient_parsing or not {"-h", "--help"}.isdisjoint(args):
                return None
            raise
        return options

    @override
    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        own = super().get_params(ctx)
        return [*own[:-1], *ctx.meta.get(_OPTIONS, []), *own[-1:]]  # --help stays the last

    @override
    def invoke(self, ctx: click.Context) -> Any:
        given = {name: value for name, value in ctx.params.items() if name.startswith(_GIVEN)}
        ctx.params = {name: value for name, value in ctx.params.items() if name not in given}
        ctx.params["texts"] = {name.removeprefix(_GIVEN): tuple(value) for name, value in given.items() if value}
        return super().invoke(ctx)


def positional(arguments: Sequence[str], own: Iterable[click.Parameter]) -> Iterator[str]:
    """The arguments that are no options, and no values of the command's own options.

    Args:
        arguments: The arguments.
        own: The parameters that the command has itself.
    """
    for argument, is_value in _with_values(arguments, own):
        if not is_value and not argument.startswith("-"):
            yield argument


def _with_values(arguments: Sequence[str], parameters: Iterable[click.Parameter]) -> Iterator[tuple[str, bool]]:
    """The arguments, and of each whether it is the value of the option before it."""
    options = [option for option in parameters if isinstance(option, click.Option) and not option.is_flag]
    with_value = {name for option in options for name in option.opts}
    is_value = False
    for argument in arguments:
        yield argument, is_value
        is_value = not is_value and argument in with_value


def _refuse_unknown(args: Sequence[str], parameters: Sequence[click.Parameter], context: click.Context) -> None:
    """Name all options that there are not, where there are several; one alone is click's to name."""
    known = {name for option in parameters if isinstance(option, click.Option) for name in option.opts}
    looked_at = args[: args.index("--")] if "--" in args else args
    names = (argument.partition("=")[0] for argument, is_value in _with_values(looked_at, parameters) if not is_value)
    unknown = [name for name in names if name.startswith("--") and name not in known]
    if len(unknown) > 1:
        told = "; ".join(f"{name}, did you mean {close}?" if (close := closest(name, known)) else name for name in unknown)
        raise click.UsageError(f"No such options: {told}", context)
