"""Commands that take the fields of a flavor as options, which is known once their arguments are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import click
from typing_extensions import override

from stackkit.cli.components.fields import option_name, own_fields, shown_default, shown_type
from stackkit.cli.late_options import LateOptionsCommand, late_option
from stackkit.cli.session import Session
from stackkit.core.component import StackComponent
from stackkit.serialization.codecs.classes import ClassCodec
from stackkit.serialization.converter import config_codec

FlavorOf: TypeAlias = Callable[[Session, Sequence[str]], type[StackComponent] | None]
"""Finds the flavor that a command line speaks of, before it is parsed."""


class FieldsCommand(LateOptionsCommand):
    """A command that also takes the fields of a flavor as options.

    Args:
        flavor_of: Finds the flavor in the arguments.
        without_flavor: What to say about an option, when the arguments name no flavor.
    """

    def __init__(self, *args: Any, flavor_of: FlavorOf, without_flavor: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._flavor_of = flavor_of
        self.advice = without_flavor

    @override
    def late_options(self, session: Session, arguments: Sequence[str]) -> Iterator[click.Option] | None:
        flavor = self._flavor_of(session, arguments)
        return None if flavor is None else field_options(config_codec(flavor))


def field_options(codec: ClassCodec) -> Iterator[click.Option]:
    """An option for each field of a configuration but its name and uuid.

    Args:
        codec: The flavor's configuration.
    """
    for name, field in own_fields(codec).items():
        of = codec.codecs[name]
        default = "required" if field.required else f"default: {shown_default(field, of)}"
        text = f"{field.help[:1].upper()}{field.help[1:]}  [{default}]".lstrip()
        yield late_option(name, option_name(name), metavar=f"<{shown_type(of)}>", help=text)
