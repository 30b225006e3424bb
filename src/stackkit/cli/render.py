"""Tables for people, JSON for machines."""

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
        click.echo(json.dumps([dict(row) for row in rows], indent=2, ensure_ascii=False))
    elif not rows:
        click.echo(empty, err=True)
    else:
        _table([[str(heading).upper().replace("_", " ") for heading in rows[0]], *(map(cell, row.values()) for row in rows)])


def show_fields(fields: Mapping[str, object], output: str) -> None:
    """Print one thing: a line for each of its fields, or a JSON object."""
    if output == "json":
        click.echo(json.dumps(dict(fields), indent=2, ensure_ascii=False))
    else:
        _table([[name.replace("_", " "), cell(value)] for name, value in fields.items()])


def cell(value: object) -> str:
    """A value in a table: text as it is, with control characters made visible, and anything else as JSON."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _table(rows: Sequence[Any]) -> None:
    lines = [list(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        click.echo("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())
