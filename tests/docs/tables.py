"""Tables of the documentation that follow from the code; `python -m tests.docs.tables` writes them anew."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import click

from stackkit import FlavorRegistry
from stackkit.cli.components.commands import SPECIAL
from stackkit.cli.root import stackkit
from stackkit.components.catalog import COMPONENT_TYPES
from stackkit.core.constants import required_constants
from stackkit.flavors.catalog import FLAVORS

ROOT = Path(__file__).parents[2]


def types_and_flavors() -> Iterator[str]:
    """The component types of the kit, with their flavors."""
    yield "| component type | token | what it is | flavors of the kit |"
    yield "|---|---|---|---|"
    for entry in COMPONENT_TYPES:
        flavors = "; ".join(f"`{flavor.name}`: {flavor.summary}" for flavor in FLAVORS if flavor.type == entry.slug)
        token = f"`{entry.slug.upper()}`"
        yield f"| {entry.slug.replace('_', ' ')} | {token} | {entry.summary} | {flavors or 'none yet'} |"


def types_and_members() -> Iterator[str]:
    """The base classes, with what a flavor of each defines."""
    yield "| component type | base class | constants | methods |"
    yield "|---|---|---|---|"
    registry = FlavorRegistry()
    for entry in COMPONENT_TYPES:
        base = registry.base(entry.slug)
        constants = _code(sorted(required_constants(base)))
        methods = _code(name for name in vars(base) if name in base.__abstractmethods__)
        yield f"| {entry.slug.replace('_', ' ')} | `{base.__name__}` | {constants} | {methods} |"


def contracts() -> Iterator[str]:
    """The contracts of the component types that have one."""
    yield "| component type | contract |"
    yield "|---|---|"
    for entry in COMPONENT_TYPES:
        path = f"stackkit.testing.contracts.{entry.slug}"
        if importlib.util.find_spec(path):
            name = f"{entry.slug.title().replace('_', '')}Contract"
            assert isinstance(getattr(importlib.import_module(path), name), type)
            yield f"| {entry.slug.replace('_', ' ')} | `{path}.{name}` |"


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def commands() -> Iterator[str]:
    """The commands at the top, those of stacks, those of single component types, and those that every type has."""
    yield "| command | what it does |"
    yield "|---|---|"
    with click.Context(stackkit, info_name="stackkit", terminal_width=1000, **stackkit.context_settings) as context:
        types = {entry.slug.replace("_", "-") for entry in COMPONENT_TYPES}
        yield from _commands(stackkit, context, "stackkit", without=types)
        for slug, special in SPECIAL.items():
            option = slug.replace("_", "-")
            group = _group(context, option)
            of_all = {*group.list_commands(context)} - special.keys()
            yield from _commands(group, context, f"stackkit {option}", without=of_all)
        for row in _commands(_group(context, "alerter"), context, "stackkit TYPE"):
            yield row.replace("the type alerter", "the type").replace("stack's alerter", "stack's component of the type")


def _group(context: click.Context, *names: str) -> click.Group:
    found: click.Group = stackkit
    for name in names:
        inner = found.get_command(context, name)
        assert isinstance(inner, click.Group)
        found = inner
    return found


def _commands(group: click.Group, context: click.Context, path: str, without: Iterable[str] = ()) -> Iterator[str]:
    for name in group.list_commands(context):
        command = None if name in without else group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _commands(command, context, f"{path} {name}")
        elif command is not None:
            arguments = [piece for piece in command.collect_usage_pieces(context) if piece != "[OPTIONS]"]
            yield f"| `{' '.join([path, name, *arguments])}` | {command.get_short_help_str(limit=200)} |"


TABLES: Mapping[tuple[str, str], Callable[[], Iterator[str]]] = {
    ("README.md", "types"): types_and_flavors,
    ("docs/custom-flavors.md", "types"): types_and_members,
    ("docs/command-line.md", "commands"): commands,
    ("docs/testing-a-flavor.md", "contracts"): contracts,
}
"""The rows of each table, by its page and its name: it stands between `<!-- name -->` and `<!-- end of name -->`."""


def place(page: str, name: str) -> tuple[str, re.Match[str]]:
    """The text of a page, and where in it a table stands."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = re.search(rf"(?<=<!-- {name} -->\n).*?(?=<!-- end of {name} -->)", text, re.DOTALL)
    assert found, f"{page} has no table {name}"
    return text, found


if __name__ == "__main__":
    for (page, name), rows in TABLES.items():
        text, found = place(page, name)
        table = "".join(f"{row}\n" for row in rows())
        (ROOT / page).write_text(text[: found.start()] + table + text[found.end() :], encoding="utf-8")
