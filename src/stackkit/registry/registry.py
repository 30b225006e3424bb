"""The registry: component types and flavors from the kit, from installed packages, from a workspace, and from code."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, TypeAlias

import attrs

from stackkit.components.catalog import COMPONENT_TYPES, TypeEntry
from stackkit.core.component import StackComponent, type_of
from stackkit.core.component_type import SLUG, ComponentType
from stackkit.errors import (
    ComponentTypeNotFoundError,
    FlavorDefinitionError,
    FlavorNotFoundError,
    NameTakenError,
    Problem,
    StackkitError,
)
from stackkit.flavors.catalog import FLAVORS
from stackkit.registry.check import check, load_flavor
from stackkit.registry.entry_points import COMPONENT_TYPES_GROUP, FLAVORS_GROUP, entry_points
from stackkit.registry.resolve import resolve

Source: TypeAlias = Literal["built-in", "installed", "workspace", "code"]


@attrs.frozen
class FlavorRecord:
    """A flavor as it is listed, without importing it.

    Args:
        type: The slug of its component type.
        name: Its name.
        path: Its import path.
        source: Where it comes from.
        summary: What it does, in a line, where that is known without importing it.
    """

    type: str
    name: str
    path: str
    source: Source
    summary: str = ""


class FlavorRegistry:
    """Component types and flavors, by name. Nothing is imported before it is asked for.

    Flavors of the kit and of installed packages are always there; a workspace adds its own, and so does `register`.

    Args:
        records: Flavors of a workspace.
        root: A folder whose modules the records may name.

    >>> registry = FlavorRegistry()
    >>> [record.name for record in registry.records("artifact_store")]
    ['local']
    """

    def __init__(self, records: Iterable[FlavorRecord] = (), root: Path | None = None) -> None:
        self._root = root
        self._classes: dict[tuple[str, str], type[StackComponent]] = {}
        self._types: dict[str, TypeEntry] = {entry.slug: entry for entry in COMPONENT_TYPES}
        self._flavors = {(e.type, e.name): FlavorRecord(e.type, e.name, e.path, "built-in", e.summary) for e in FLAVORS}
        for point in entry_points():
            if point.group == COMPONENT_TYPES_GROUP and SLUG.fullmatch(point.name):
                self._types.setdefault(point.name, TypeEntry(point.name, point.path, f"from {point.distribution}"))
            elif point.group == FLAVORS_GROUP:
                slug, _, name = point.name.partition(".")
                installed = FlavorRecord(slug, name, point.path, "installed", f"from {point.distribution}")
                self._flavors.setdefault((slug, name), installed)
        for record in records:
            self._flavors.setdefault((record.type, record.name), record)

    def types(self) -> list[TypeEntry]:
        """The component types there are, those of the kit first."""
        return list(self._types.values())

    def entry(self, slug: str) -> TypeEntry:
        """A component type as it is listed.

        Raises:
            ComponentTypeNotFoundError: There is none of this slug; a similar one is suggested.
        """
        if slug not in self._types:
            raise ComponentTypeNotFoundError(Problem(f"there is no component type {slug}", remedy=_suggest(slug, self._types)))
        return self._types[slug]

    def base(self, slug: str) -> type[StackComponent]:
        """The base class of a component type.

        Raises:
            ComponentTypeNotFoundError: There is none of this slug, or it cannot be imported.
        """
        entry = self.entry(slug)
        try:
            found = resolve(entry.base, self._root)
        except StackkitError as error:
            raise ComponentTypeNotFoundError(*error.problems) from error
        if isinstance(found, type) and issubclass(found, StackComponent) and type_of(found).slug == slug:
            return found
        raise ComponentTypeNotFoundError(Problem(f"is not the base of a component type {slug}", where=entry.base))

    def token(self, slug: str) -> ComponentType[Any]:
        """The token of a component type.

        Raises:
            ComponentTypeNotFoundError: There is none of this slug, or it cannot be imported.
        """
        return type_of(self.base(slug))

    def records(self, slug: str | None = None) -> list[FlavorRecord]:
        """The flavors there are, sorted by name; nothing is imported.

        Args:
            slug: Of which component type; of all by default.
        """
        return sorted((r for r in self._flavors.values() if slug in (None, r.type)), key=lambda r: (r.type, r.name))

    def record(self, slug: str, name: str) -> FlavorRecord:
        """A flavor as it is listed.

        Raises:
            FlavorNotFoundError: There is none of this name; a similar one is suggested.
        """
        found = self._flavors.get((slug, name))
        if found is None:
            names = [flavor for kind, flavor in self._flavors if kind == slug]
            title = slug.replace("_", " ")
            raise FlavorNotFoundError(Problem(f"there is no {title} flavor {name}", remedy=_suggest(name, names)))
        return found

    def flavor(self, slug: str, name: str) -> type[StackComponent]:
        """The class of a flavor; imported now, if it was not before.

        Raises:
            FlavorNotFoundError: There is none of this name, or its class cannot be imported or is not right any more.
        """
        if (slug, name) not in self._classes:
            record = self.record(slug, name)
            try:
                self._classes[slug, name] = load_flavor(record.path, self._root, kind=ComponentType(slug))
            except StackkitError as error:
                problems = [attrs.evolve(p, what=f"flavor {name} is broken: {p.what}") for p in error.problems]
                raise FlavorNotFoundError(*problems) from error
        return self._classes[slug, name]

    def failure(self, record: FlavorRecord) -> str:
        """Why a flavor cannot be used, in a line; empty where it can. Flavors of the kit are not imported for it."""
        if record.source == "built-in":
            return ""
        try:
            self.flavor(record.type, record.name)
        except StackkitError as error:
            return str(error).splitlines()[0]
        return ""

    def register(self, flavor: type[StackComponent]) -> FlavorRecord:
        """Add a flavor from code, for as long as this registry lives.

        Args:
            flavor: The class.

        Raises:
            FlavorDefinitionError: It is not right; everything that is wrong is named.
            NameTakenError: Another class has the name.
        """
        problems = check(flavor)
        if problems:
            raise FlavorDefinitionError(*problems)
        path = f"{flavor.__module__}:{flavor.__qualname__}"
        record = FlavorRecord(type_of(flavor).slug, flavor.FLAVOR, path, "code")
        self.add(record, flavor)
        return record

    def add(self, record: FlavorRecord, flavor: type[StackComponent]) -> None:
        """Add a flavor that was checked.

        Raises:
            NameTakenError: Another class has the name.
        """
        taken = self._flavors.get((record.type, record.name))
        if taken is not None and self._classes.get((record.type, record.name)) is not flavor:
            raise name_taken(taken)
        self._types.setdefault(record.type, TypeEntry(record.type, record.path, ""))
        self._flavors[record.type, record.name] = record
        self._classes[record.type, record.name] = flavor

    def remove(self, record: FlavorRecord) -> None:
        """Forget a flavor."""
        self._flavors.pop((record.type, record.name), None)
        self._classes.pop((record.type, record.name), None)


def name_taken(record: FlavorRecord) -> NameTakenError:
    """The error for a flavor name that is in use."""
    title = record.type.replace("_", " ")
    return NameTakenError(
        Problem(
            f"the {title} flavor {record.name} exists already: {record.path} ({record.source})",
            remedy="give your class another FLAVOR",
        )
    )


def _suggest(name: str, names: Iterable[str]) -> str:
    known = sorted(names)
    close = difflib.get_close_matches(name, known, 1)
    if close:
        return f"did you mean {close[0]}?"
    return f"there are {', '.join(known)}" if known else "there are none"
