"""What a right flavor might do better: told to its author, and no reason to refuse it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal, get_args, get_origin

from stackkit.core.component import StackComponent
from stackkit.core.definition import place
from stackkit.core.secret import Secret
from stackkit.errors import Problem
from stackkit.registry.source import source_lines

_SECRET_NAME: Final = re.compile(
    r"(.*_)?(password|passwd|passphrase|pwd|secret|token|credentials?|apikey|(api|access|account|private|secret|signing)_key)s?"
)


def advice(flavor: type[StackComponent]) -> list[Problem]:
    """What could be better about a flavor that `check` finds right.

    It is told that the class has no docstring, and which fields look like secrets although they are plain text.

    Args:
        flavor: The flavor's class.

    Returns:
        Each piece of advice, with file and line where the source is at hand.

    >>> from stackkit.flavors.alerter.console import ConsoleAlerter
    >>> advice(ConsoleAlerter)
    []
    """
    lines = source_lines(flavor)
    return [lines.locate(problem) for problem in _advice(flavor)]


def _advice(flavor: type[StackComponent]) -> Iterator[Problem]:
    if not vars(flavor).get("__doc__"):
        yield Problem("has no docstring", where=place(flavor), remedy="say what it is: its first line is what listings show")
    for path in _plain_secrets(flavor, place(flavor), ()):
        name = path.rpartition(".")[2]
        remedy = f"write {name}: Secret, so that documents hold a reference to it and not the value"
        yield Problem("looks like a secret, and is plain text", where=path, remedy=remedy)


def _plain_secrets(cls: type, path: str, around: tuple[type, ...]) -> Iterator[str]:
    """The paths of fields that have a secret's name and hold text, in a class and in the classes of its fields."""
    from stackkit.serialization.fields import class_with_fields, config_fields  # cattrs is needed by few commands

    for field in config_fields(cls):
        inside = f"{path}.{field.name}"
        if _SECRET_NAME.fullmatch(field.name) and _holds_text(field.type):
            yield inside
        for part in _parts(field.type):
            inner = class_with_fields(part)
            if inner is not None and inner not in (*around, cls):
                yield from _plain_secrets(inner, inside, (*around, cls))


def _holds_text(tp: object) -> bool:
    parts = [*_parts(tp)]
    return any(part is str or part is bytes for part in parts) and not any(part is Secret for part in parts)


def _parts(tp: object) -> Iterator[object]:
    """A type, and all that it consists of."""
    yield tp
    if get_origin(tp) is not Literal:
        for part in get_args(tp):
            yield from _parts(part)
