"""A flavor's own fields as the command line calls and shows them, and how the texts of options become builtins."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final, get_origin

import attrs

from stackkit.core.component import StackComponent
from stackkit.errors import Problem, StackkitError
from stackkit.serialization.codecs.classes import ClassCodec
from stackkit.serialization.codecs.codec import Codec
from stackkit.serialization.codecs.references import SECRET_TAG, ReferenceCodec, SecretCodec
from stackkit.serialization.converter import config_codec
from stackkit.serialization.fields import ConfigField
from stackkit.serialization.text import builtins_from_text

RESERVED: Final = frozenset({"name", "uuid"})
"""Fields that are no options: the name is an argument, the uuid is made."""

_TAKEN: Final = frozenset({"--flavor", "--from", "--help"})
_EMPTY: Final = (list, tuple, set, frozenset, dict)


def own_fields(codec: ClassCodec) -> dict[str, ConfigField]:
    """The fields of a flavor that are options."""
    return {name: field for name, field in codec.fields.items() if name not in RESERVED}


def option_name(field: str) -> str:
    """The option of a field; one that commands have themselves is called `--field-NAME`.

    >>> option_name("api_key"), option_name("from")
    ('--api-key', '--field-from')
    """
    option = f"--{field.replace('_', '-')}"
    return f"--field-{field.replace('_', '-')}" if option in _TAKEN else option


def shown_type(codec: Codec) -> str:
    """What an option takes, as it is typed: a secret as `${NAME.KEY}`, another component as `TYPE/NAME`."""
    return codec.expected.replace(SecretCodec.expected, "${NAME.KEY}").replace(ReferenceCodec.expected, "TYPE/NAME")


def shown_default(field: ConfigField, codec: Codec) -> str:
    """A field's default as it would be typed; a factory is not called to find out what it makes.

    Args:
        field: A field that is not required.
        codec: The codec of its type.
    """
    factory: object = getattr(field.default, "factory", None)
    if factory is not None:
        made = get_origin(factory) or factory
        return "{}" if made is dict else "[]" if made in _EMPTY else "computed"
    return shown_value(field.default, codec)


def shown_value(default: object, codec: Codec) -> str:
    """A value as it would be typed.

    Args:
        default: The value.
        codec: The codec of its type.
    """
    try:
        value = codec.dump(default)
    except StackkitError:
        return repr(default)
    if isinstance(value, dict) and SECRET_TAG in value:
        return f"${{{value[SECRET_TAG]}}}"
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)


def builtins_of(flavor: type[StackComponent], texts: Mapping[str, Sequence[str]]) -> tuple[dict[str, object], list[Problem]]:
    """The builtins of fields that were given as text.

    Args:
        flavor: Whose fields.
        texts: The texts of each option, by field.

    Returns:
        The builtins by field, and what is wrong with texts that have none, such as that of a plain secret.
    """
    codecs = config_codec(flavor).codecs
    config: dict[str, object] = {}
    problems: list[Problem] = []
    for name, values in texts.items():
        try:
            config[name] = builtins_from_text(codecs[name], values)
        except StackkitError as error:
            problems.extend(problem.under(name) for problem in error.problems)
    return config, as_options(problems)


def as_options(problems: Sequence[Problem]) -> list[Problem]:
    """Problems of a configuration as the command line calls its fields: `--api-key` for `config.api_key`."""
    return [attrs.evolve(problem, where=_as_option(problem.where)) for problem in problems]


def _as_option(where: str) -> str:
    path = where.removeprefix("config.")
    head = path.split(".", 1)[0].split("[", 1)[0]
    return f"{option_name(head)}{path[len(head) :]}" if head and head not in RESERVED else path
