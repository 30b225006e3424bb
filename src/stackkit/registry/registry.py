"""The registry: component types and flavors from the kit, from installed packages, from a workspace, and from code."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import attrs

from stackkit.components.catalog import COMPONENT_TYPES, TypeEntry
from stackkit.core.component_type import FLAVOR_NAME, SLUG, ComponentType
from stackkit.core.names import suggestion, titled
from stackkit.errors import (
    ComponentTypeNotFoundError,
    FlavorDefinitionError,
    FlavorNotFoundError,
    NameTakenError,
    Problem,
    StackkitError,
)
from stackkit.flavors.catalog import FLAVORS
from stackkit.registry.entry_points import COMPONENT_TYPES_GROUP, FLAVORS_GROUP, EntryPoint, entry_points

if TYPE_CHECKING:  # what it takes to import and check a class costs 10 ms, and a listing does neither
    from stackkit.core.component import StackComponent

Source: TypeAlias = Literal["built-in", "installed", "workspace", "code"]
Name: TypeAlias = tuple[str, str]
"""The slug of a component type, and the name of a flavor."""


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

    Flavors of the kit and of installed packages are always there; a workspace adds its own, and so does `register`. Where
    two have one name, that of the kit is meant, then the workspace's, then the first installed one: so installing a
    package changes no component that is there.

    Args:
        records: Flavors of a workspace. They are read again when flavors are listed, and when a name is not known: a
            collection that changes is followed.
        root: A folder whose modules the records may name.

    >>> registry = FlavorRegistry()
    >>> [record.name for record in registry.records("artifact_store")]
    ['local']
    """

    def __init__(self, records: Iterable[FlavorRecord] = (), root: Path | None = None) -> None:
        self._root = root
        self._own = records
        self._flavors: dict[Name, FlavorRecord] = {}
        self._classes: dict[Name, tuple[str, type[StackComponent]]] = {}
        self._registered: dict[Name, FlavorRecord] = {}
        self._built_in = {(e.type, e.name): FlavorRecord(e.type, e.name, e.path, "built-in", e.summary) for e in FLAVORS}
        self._installed: dict[Name, FlavorRecord] = {}
        self._known_types = {entry.slug: entry for entry in COMPONENT_TYPES}
        for point in entry_points():
            self._install(point)

    def _install(self, point: EntryPoint) -> None:
        """Take in what a package brings; what is not named as it must be is passed over: no command could reach it."""
        about = f"from {point.distribution}"
        slug, _, name = point.name.partition(".")
        if point.group == COMPONENT_TYPES_GROUP and SLUG.fullmatch(point.name):
            self._known_types.setdefault(point.name, TypeEntry(point.name, point.path, about))
        elif point.group == FLAVORS_GROUP and SLUG.fullmatch(slug) and FLAVOR_NAME.fullmatch(name):
            self._installed.setdefault((slug, name), FlavorRecord(slug, name, point.path, "installed", about))

    def refresh(self) -> None:
        """Read the workspace's flavors again."""
        own = {(record.type, record.name): record for record in self._own}
        self._flavors = self._installed | own | self._registered | self._built_in

    def types(self) -> list[TypeEntry]:
        """The component types there are, those of the kit first, and those that only a flavor of the workspace has last."""
        self.refresh()
        others = {r.type: TypeEntry(r.type, r.path, "") for r in self._flavors.values() if r.type not in self._known_types}
        return [*self._known_types.values(), *(others[slug] for slug in sorted(others))]

    def entry(self, slug: str) -> TypeEntry:
        """A component type as it is listed.

        Raises:
            ComponentTypeNotFoundError: There is none of this slug; a similar one is suggested.
        """
        if slug in self._known_types:
            return self._known_types[slug]
        types = {entry.slug: entry for entry in self.types()}
        if slug not in types:
            raise ComponentTypeNotFoundError(Problem(f"there is no component type {slug}", remedy=suggestion(slug, types)))
        return types[slug]

    def base(self, slug: str) -> type[StackComponent]:
        """The base class of a component type.

        Raises:
            ComponentTypeNotFoundError: There is none of this slug, or it cannot be imported.
        """
        from stackkit.core.component import StackComponent, type_of
        from stackkit.registry.resolve import resolve

        entry = self.entry(slug)
        try:
            found = self._registered_at(entry.base) or resolve(entry.base, self._root)
        except StackkitError as error:
            problems = [attrs.evolve(p, what=f"the component type {slug} is broken: {p.what}") for p in error.problems]
            raise ComponentTypeNotFoundError(*problems) from error
        for cls in reversed(found.__mro__ if isinstance(found, type) else ()):
            if "TYPE" in vars(cls) and issubclass(cls, StackComponent) and type_of(cls) == ComponentType(slug):
                return cls
        what = f"the component type {slug} is broken: this is no base of it"
        raise ComponentTypeNotFoundError(Problem(what, where=entry.base, remedy="name the class that declares its TYPE"))

    def _registered_at(self, path: str) -> type[StackComponent] | None:
        """A class from code, which may have no path that can be imported."""
        return next((cls for known, cls in self._classes.values() if known == path), None)

    def token(self, slug: str) -> ComponentType[Any]:
        """The token of a component type.

        Raises:
            ComponentTypeNotFoundError: There is none of this slug, or it cannot be imported.
        """
        from stackkit.core.component import type_of

        return type_of(self.base(slug))

    def records(self, slug: str | None = None) -> list[FlavorRecord]:
        """The flavors there are, sorted by name; nothing is imported.

        Args:
            slug: Of which component type; of all by default.
        """
        self.refresh()
        found = [record for record in self._flavors.values() if slug in (None, record.type)]
        return sorted(found, key=lambda record: (record.type, record.name))

    def record(self, slug: str, name: str) -> FlavorRecord:
        """A flavor as it is listed.

        Raises:
            FlavorNotFoundError: There is none of this name; a similar one is suggested.
        """
        if (slug, name) not in self._flavors:
            self.refresh()
        if (slug, name) not in self._flavors:
            raise FlavorNotFoundError(self._unknown(slug, name))
        return self._flavors[slug, name]

    def _unknown(self, slug: str, name: str) -> Problem:
        types = [entry.slug for entry in self.types()]
        if slug not in types:
            return Problem(f"there is no component type {slug}", remedy=suggestion(slug, types))
        names = [record.name for record in self.records(slug)]
        return Problem(f"there is no {slug.replace('_', ' ')} flavor {name}", remedy=suggestion(name, names))

    def flavor(self, slug: str, name: str) -> type[StackComponent]:
        """The class of a flavor; imported now, if it was not before.

        Raises:
            FlavorNotFoundError: There is none of this name, or its class cannot be imported or is not right any more.
        """
        record = self.record(slug, name)
        path, found = self._classes.get((slug, name), ("", None))
        if found is None or path != record.path:
            found = self._imported(record)
            self._classes[slug, name] = (record.path, found)
        return found

    def _imported(self, record: FlavorRecord) -> type[StackComponent]:
        from stackkit.registry.check import load_flavor

        broken = f"the flavor {record.name} is broken"
        try:
            found = load_flavor(record.path, self._root, kind=ComponentType(record.type))
        except StackkitError as error:
            raise FlavorNotFoundError(*(attrs.evolve(p, what=f"{broken}: {p.what}") for p in error.problems)) from error
        if record.name != found.FLAVOR:
            what = f"{broken}: its class calls itself {found.FLAVOR}"
            remedy = f'write FLAVOR: ClassVar[str] = "{record.name}", or register it anew'
            raise FlavorNotFoundError(Problem(what, where=record.path, remedy=remedy))
        return found

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
            flavor: The class; one that is there already stays as it is.

        Raises:
            FlavorDefinitionError: It is not right; everything that is wrong is named.
            NameTakenError: Another class has the name.
        """
        from stackkit.core.component import type_of
        from stackkit.registry.check import check

        problems = check(flavor)
        if problems:
            raise FlavorDefinitionError(*problems)
        record = FlavorRecord(type_of(flavor).slug, flavor.FLAVOR, _path_of(flavor), "code", summary(flavor))
        name = (record.type, record.name)
        self.refresh()
        taken = self._flavors.get(name)
        if taken is None:
            self._registered[name], self._classes[name] = record, (record.path, flavor)
            self.refresh()
            return record
        if self._classes.get(name, ("", None))[1] is flavor or is_same_path(taken.path, record.path):
            return taken
        raise name_taken(taken, record.path)


def _path_of(flavor: type) -> str:
    return f"{flavor.__module__}:{flavor.__qualname__}"


def summary(flavor: type) -> str:
    """The first line of a class's docstring."""
    return next(iter((flavor.__doc__ or "").strip().splitlines()), "")


def name_taken(record: FlavorRecord, path: str) -> NameTakenError:
    """The error for a flavor name that is in use.

    Args:
        record: The flavor that has it.
        path: The class that should have it.
    """
    what = f"there is {titled(record.type)} flavor {record.name} already: {record.path} ({record.source})"
    remedy = "it is this class: use it" if is_same_path(record.path, path) else "give your class another FLAVOR"
    return NameTakenError(Problem(what, remedy=remedy))


def is_same_path(path: str, other: str) -> bool:
    """Whether two import paths name the same: `module.Class` and `module:Class` do."""
    return path.replace(":", ".") == other.replace(":", ".")
