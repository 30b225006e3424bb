"""A whole stack as one document: its name, and the documents of its components."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from stackkit.core.component import StackComponent, type_of
from stackkit.core.narrow import is_dict, is_list
from stackkit.errors import DocumentError, NewerDocumentError, Problem, StackkitError
from stackkit.serialization.codec import located
from stackkit.serialization.document import FlavorLookup, load_component
from stackkit.workspace.records import ComponentRecord

FORM: Final = 1
"""The version of this document's form."""
KEYS: Final = ("stackkit", "stack", "components")


@attrs.frozen
class StackDocument:
    """A stack as it travels.

    Args:
        name: The stack's name.
        components: Its components.
        given_uuids: The components whose uuid stands in the document; others got a new one.
    """

    name: str
    components: Sequence[StackComponent]
    given_uuids: frozenset[str] = frozenset()


def dump_stack(name: str, components: Sequence[ComponentRecord]) -> dict[str, object]:
    """The document of a stack, as builtins; secrets are in it as references alone.

    Args:
        name: The stack's name.
        components: The records of its components.
    """
    ordered = sorted(components, key=lambda record: record.type)
    return {"stackkit": FORM, "stack": name, "components": [record.document for record in ordered]}


def load_stack(data: object, lookup: FlavorLookup) -> StackDocument:
    """A stack from its document.

    Args:
        data: The document, as builtins.
        lookup: Gives flavors by the slug of their type and their name; nothing else is imported.

    Raises:
        NewerDocumentError: It was written by a newer stackkit, or a component by a newer flavor.
        DocumentError: It is no stack's document, or components do not fit; every mistake is named with its path.
    """
    name, rows = _outline(data)
    components: list[StackComponent] = []
    problems: list[Problem] = []
    newer = False
    for index, row in enumerate(rows):
        try:
            components.append(load_component(row, lookup))
        except StackkitError as error:
            newer = newer or isinstance(error, NewerDocumentError)
            problems.extend(located(error, f"components[{index}]"))
    problems += _repeated(components)
    if problems:
        raise (NewerDocumentError if newer else DocumentError)(*problems)
    configs = [row.get("config") for row in rows if is_dict(row)]
    given = frozenset(str(config["uuid"]).lower() for config in configs if is_dict(config) and "uuid" in config)
    return StackDocument(name, components, given)


def _outline(data: object) -> tuple[str, list[object]]:
    if not is_dict(data):
        raise DocumentError(Problem("is no stack document", remedy=f"it is an object with {', '.join(KEYS)}"))
    form, name, rows = (data.get(key) for key in KEYS)
    if type(form) is int and form > FORM:
        raise NewerDocumentError(
            Problem(f"has form {form}, known is {FORM}", where="stackkit", remedy="install a newer stackkit")
        )
    problems = [
        Problem("is not known", where=ascii(key)[1:-1], remedy=f"it has {', '.join(KEYS)}") for key in data if key not in KEYS
    ]
    if form != FORM or type(form) is not int:
        problems.append(Problem(f"expected {FORM}", where="stackkit", remedy="is it a stack document?"))
    if not isinstance(name, str):
        problems.append(Problem("expected the stack's name", where="stack"))
    if not is_list(rows):
        problems.append(Problem("expected a list of component documents", where="components"))
    if problems or not isinstance(name, str) or not is_list(rows):
        raise DocumentError(*problems)
    return name, rows


def _repeated(components: Sequence[StackComponent]) -> list[Problem]:
    by_slug: dict[str, StackComponent] = {}
    problems: list[Problem] = []
    for component in components:
        first = by_slug.setdefault(type_of(component.__class__).slug, component)
        if first is not component:
            title = type_of(type(component)).title
            problems.append(Problem(f"has two {title}s: {first.name} and {component.name}", where="components"))
    return problems


def names_by_slug(components: Sequence[StackComponent]) -> Mapping[str, str]:
    """The names of components by the slugs of their types, as a stack keeps them."""
    return {type_of(type(component)).slug: component.name for component in components}
