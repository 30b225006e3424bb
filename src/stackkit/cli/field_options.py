"""Commands that take the fields of a flavor as options, which is known once their arguments are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeAlias

import click
from typing_extensions import override

from stackkit.cli.fields import option_name, own_fields, shown_default, shown_type
from stackkit.cli.session import Session, session_of
from stackkit.core.component import StackComponent
from stackkit.errors import StackkitError
from stackkit.serialization.classes import ClassCodec
from stackkit.serialization.converter import config_codec

PREFIX: Final = "field__"
_OPTIONS: Final = "stackkit.field_options"

FlavorOf: TypeAlias = Callable[[Session, Sequence[str]], type[StackComponent] | None]
"""Finds the flavor that a command line speaks of, before it is parsed."""


class FieldsCommand(click.Command):
    """A command that also takes the fields of a flavor as options; its callback gets their texts as `texts`.

    Args:
        flavor_of: Finds the flavor in the arguments.
        without_flavor: What to say about an option, when the arguments name no flavor.
    """

    def __init__(self, *args: Any, flavor_of: FlavorOf, without_flavor: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._flavor_of = flavor_of
        self._without_flavor = without_flavor

    @override
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        flavor = self._flavor(ctx, args)
        if flavor is not None:
            ctx.meta[_OPTIONS] = [*field_options(config_codec(flavor))]
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            if flavor is not None or error.possibilities:
                raise
            raise click.UsageError(f"{error.message} {self._without_flavor}", ctx) from error

    def _flavor(self, ctx: click.Context, args: Sequence[str]) -> type[StackComponent] | None:
        try:
            return self._flavor_of(session_of(ctx), args)
        except StackkitError:
            if ctx.resilient_parsing or not {"-h", "--help"}.isdisjoint(args):
                return None
            raise

    @override
    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        own = super().get_params(ctx)
        return [*own[:-1], *ctx.meta.get(_OPTIONS, []), *own[-1:]]  # --help stays the last

    @override
    def invoke(self, ctx: click.Context) -> Any:
        given = {name: value for name, value in ctx.params.items() if name.startswith(PREFIX)}
        ctx.params = {name: value for name, value in ctx.params.items() if name not in given}
        ctx.params["texts"] = {name.removeprefix(PREFIX): tuple(value) for name, value in given.items() if value}
        return super().invoke(ctx)


def field_options(codec: ClassCodec) -> Iterator[click.Option]:
    """An option for each field of a configuration but its name and uuid.

    Args:
        codec: The flavor's configuration.
    """
    for name, field in own_fields(codec).items():
        of = codec.codecs[name]
        default = "required" if field.required else f"default: {shown_default(field, of)}"
        text = f"{field.help[:1].upper()}{field.help[1:]}  [{default}]".lstrip()
        yield click.Option([option_name(name), f"{PREFIX}{name}"], multiple=True, metavar=f"<{shown_type(of)}>", help=text)
