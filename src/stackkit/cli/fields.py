"""Options made of a flavor's own fields: what `--help` shows, and how their text becomes a configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import attrs
import click
from typing_extensions import override

from stackkit.cli.session import Session, session_of
from stackkit.core.component import StackComponent
from stackkit.errors import Problem, StackkitError
from stackkit.serialization.classes import ClassCodec
from stackkit.serialization.converter import config_codec
from stackkit.serialization.text import builtins_from_text

RESERVED = frozenset({"name", "uuid"})
PREFIX = "field__"

FlavorOf = Callable[[Session, Sequence[str]], type[StackComponent] | None]
"""Finds the flavor that a command line speaks of, before it is parsed."""


class FieldsCommand(click.Command):
    """A command that also takes the fields of a flavor as options.

    Args:
        flavor_of: Finds the flavor in the arguments.
    """

    def __init__(self, *args: Any, flavor_of: FlavorOf, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._flavor_of = flavor_of

    @override
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            flavor = self._flavor_of(session_of(ctx), args)
        except StackkitError:
            if "--help" not in args and "-h" not in args and not ctx.resilient_parsing:
                raise
            flavor = None
        if flavor is not None:
            taken = {option for parameter in self.params for option in parameter.opts}
            self.params.extend(field_options(config_codec(flavor), taken))
        return super().parse_args(ctx, args)

    @override
    def invoke(self, ctx: click.Context) -> Any:
        given = {name: value for name, value in ctx.params.items() if name.startswith(PREFIX)}
        ctx.params = {name: value for name, value in ctx.params.items() if name not in given}
        ctx.params["texts"] = {name.removeprefix(PREFIX): tuple(value) for name, value in given.items() if value}
        return super().invoke(ctx)


def field_options(codec: ClassCodec, taken: set[str]) -> Iterator[click.Option]:
    """An option for each field of a configuration but its name and uuid.

    Args:
        codec: The flavor's configuration.
        taken: Options that the command has already; a field of such a name is called `--field-NAME`.
    """
    for name, field in codec.fields.items():
        if name in RESERVED:
            continue
        option = option_name(name, taken)
        shown = "required" if field.required else f"default: {_shown(field.default)}"
        text = f"{field.help[:1].upper()}{field.help[1:]}  [{shown}]" if field.help else f"[{shown}]"
        yield click.Option([option, f"{PREFIX}{name}"], multiple=True, metavar=_metavar(codec.codecs[name].expected), help=text)


def option_name(field: str, taken: AbstractSet[str] = frozenset()) -> str:
    """The option of a field: `--api-key` for `api_key`."""
    option = f"--{field.replace('_', '-')}"
    return f"--field-{field.replace('_', '-')}" if option in taken else option


def _metavar(expected: str) -> str:
    return f"<{expected}>"


def _shown(default: object) -> str:
    factory = getattr(default, "factory", None)
    if factory is not None:
        return "made anew" if not isinstance(factory, type) else f"{factory.__name__}()"
    return repr(default) if default is not None else "none"


def builtins_of(flavor: type[StackComponent], texts: Mapping[str, Sequence[str]]) -> dict[str, object]:
    """The builtins of fields that were given as text.

    Args:
        flavor: Whose fields.
        texts: The texts of each option, by field.

    Raises:
        StackkitError: Texts cannot be right for their fields, such as a plain secret; every field is named.
    """
    codecs = config_codec(flavor).codecs
    config: dict[str, object] = {}
    problems: list[Problem] = []
    for name, values in texts.items():
        try:
            config[name] = builtins_from_text(codecs[name], values)
        except StackkitError as error:
            problems.extend(problem.under(name) for problem in error.problems)
    if problems:
        raise StackkitError(*as_options(problems))
    return config


def as_options(problems: Sequence[Problem]) -> list[Problem]:
    """Problems of a configuration as the command line calls its fields: `--api-key` for `config.api_key`."""
    return [attrs.evolve(problem, where=_as_option(problem.where)) for problem in problems]


def _as_option(where: str) -> str:
    path = where.removeprefix("config.")
    head = path.split(".", 1)[0].split("[", 1)[0]
    return path.replace(head, option_name(head), 1) if head and head not in RESERVED else path
