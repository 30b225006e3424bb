"""Tables for people, JSON for machines; neither lets a value drive the terminal."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def output_option(command: F) -> F:
    """Add `--output table|json` to a command."""
    option = click.option(
        "--output",
        type=click.Choice(["table", "json"]),
        default="table",
        show_default=True,
        help="A table for people, or JSON for machines.",
    )
    return option(command)


def show_rows(rows: Sequence[Mapping[str, object]], output: str, *, empty: str) -> None:
    """Print rows: as a table with a heading, or as a JSON array of objects.

    Args:
        rows: All with the same keys, which are the headings.
        output: `table` or `json`.
        empty: What to tell a person when there are none.
    """
    if output == "json":
        click.echo(as_json([dict(row) for row in rows]))
    elif not rows:
        click.echo(visible(empty), err=True)
    else:
        _table([[heading.upper().replace("_", " ") for heading in rows[0]], *([*map(cell, row.values())] for row in rows)])


def show_fields(fields: Mapping[str, object], output: str) -> None:
    """Print one thing: a line for each of its fields, or a JSON object."""
    if output == "json":
        click.echo(as_json(dict(fields)))
    else:
        _table([[name.replace("_", " "), cell(value)] for name, value in fields.items()])


def as_json(value: object) -> str:
    r"""A value as JSON, in which every character shows that could do something to a terminal.

    >>> print(as_json(["é", "bell\x07"]))
    [
      "é",
      "bell\u0007"
    ]
    """
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)


def visible(text: str, *, keep: str = "") -> str:
    r"""A text with escapes for the characters that do not show, so that none of them does something to a terminal.

    Args:
        text: Any text.
        keep: Characters that stay as they are.

    >>> visible("red \x1b[31m")
    'red \\x1b[31m'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in keep else c.encode("unicode_escape").decode() for c in text)


def say(text: str) -> None:
    """Print a line for people."""
    click.echo(visible(text))


def cell(value: object) -> str:
    """A value in a table: text as it is, as far as it shows, and anything else as JSON."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return visible(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _table(lines: Sequence[Sequence[str]]) -> None:
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        padded = (text + " " * (width - _width(text)) for text, width in zip(line, widths, strict=True))
        click.echo("  ".join(padded).rstrip())


def _width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)
