"""A whole stack as one document: its name, and the documents of its components."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import attrs

from stackkit.core.component import StackComponent, type_of
from stackkit.core.narrow import is_dict, is_list
from stackkit.errors import DocumentError, NewerDocumentError, Problem, StackkitError
from stackkit.serialization.codecs.codec import located
from stackkit.serialization.document import FlavorLookup, load_component
from stackkit.serialization.mistakes import unknown_keys
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
        given: The uuids that stand in the document; components without got a new one.
    """

    name: str
    components: Sequence[StackComponent]
    given: frozenset[UUID] = frozenset()


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

    Documents may be written by hand: a component may leave out its uuid, and every field that has a default. What it may not
    leave out is the version of its flavor: once there is a second one, nobody could tell which the file was written for.

    Args:
        data: The document, as builtins.
        lookup: Gives flavors by the slug of their type and their name; nothing else is imported.

    Raises:
        NewerDocumentError: It was written by a newer stackkit, or a component by a newer flavor.
        DocumentError: It is no stack's document, or components do not fit; every mistake is named with its path.
    """
    name, rows = _outline(data)
    components: list[StackComponent] = []
    given: set[UUID] = set()
    problems: list[Problem] = []
    newer = False
    for index, row in enumerate(rows):
        try:
            component = load_component(row, lookup)
        except StackkitError as error:
            newer = newer or isinstance(error, NewerDocumentError)
            problems.extend(located(error, f"components[{index}]"))
        else:
            components.append(component)
            given |= {component.uuid} if _has_uuid(row) else set()
    problems += _repeated(components)
    if problems:
        raise (NewerDocumentError if newer else DocumentError)(*problems)
    return StackDocument(name, components, frozenset(given))


def _has_uuid(row: object) -> bool:
    config = row.get("config") if is_dict(row) else None
    return is_dict(config) and "uuid" in config


def _outline(data: object) -> tuple[str, list[object]]:
    if not is_dict(data):
        raise DocumentError(Problem("is no stack document", remedy=f"it is an object with {', '.join(KEYS)}"))
    if {"type", "flavor", "config"} <= data.keys():
        what = "is the document of a component, not of a stack"
        raise DocumentError(Problem(what, remedy="register the component from it, or put it into a stack's document"))
    form, name, rows = (data.get(key) for key in KEYS)
    if type(form) is int and form > FORM:
        raise NewerDocumentError(
            Problem(f"has form {form}, known is {FORM}", where="stackkit", remedy="install a newer stackkit")
        )
    problems = unknown_keys(data, KEYS, "is not known")
    if type(form) is not int or form != FORM:
        problems.append(Problem("expected the form of the document", where="stackkit", remedy=f"write {FORM}"))
    if not isinstance(name, str):
        problems.append(Problem("expected the stack's name, a str", where="stack"))
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
            what = f"has two {title}s: {first.name} and {component.name}"
            problems.append(Problem(what, where="components", remedy="keep one of them"))
    return problems


def names_by_slug(components: Sequence[StackComponent]) -> Mapping[str, str]:
    """The names of components by the slugs of their types, as a stack keeps them."""
    return {type_of(type(component)).slug: component.name for component in components}
