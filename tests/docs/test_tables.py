"""Tables of the documentation that follow from the code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from stackkit import FlavorRegistry
from stackkit.components.catalog import COMPONENT_TYPES
from stackkit.core.constants import required_constants
from stackkit.flavors.catalog import FLAVORS

ROOT = Path(__file__).parents[2]


def table(page: str, name: str) -> list[str]:
    """The rows of a table that stands between `<!-- name -->` and `<!-- end of name -->`, without its head."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- end of {name} -->", text, re.DOTALL)
    assert found, f"{page} has no table {name}"
    return found[1].splitlines()[2:]


def code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def types_and_flavors() -> Iterator[str]:
    for entry in COMPONENT_TYPES:
        flavors = "; ".join(f"`{flavor.name}`: {flavor.summary}" for flavor in FLAVORS if flavor.type == entry.slug)
        token = f"`{entry.slug.upper()}`"
        yield f"| {entry.slug.replace('_', ' ')} | {token} | {entry.summary} | {flavors or 'none yet'} |"


def types_and_members() -> Iterator[str]:
    registry = FlavorRegistry()
    for entry in COMPONENT_TYPES:
        base = registry.base(entry.slug)
        methods = [name for name in vars(base) if name in base.__abstractmethods__]
        title = entry.slug.replace("_", " ")
        yield f"| {title} | `{base.__name__}` | {code(required_constants(base))}; {code(methods)} |"


def test_the_readme_lists_the_component_types_and_their_flavors() -> None:
    assert table("README.md", "types") == list(types_and_flavors())


def test_the_guide_lists_what_a_flavor_of_each_type_defines() -> None:
    assert table("docs/custom-flavors.md", "types") == list(types_and_members())
