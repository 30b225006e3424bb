"""Finding free names for what is imported."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TypeAlias
from uuid import UUID, uuid4

import attrs

from stackkit.core.component import StackComponent, type_of
from stackkit.errors import NameTakenError, Problem
from stackkit.serialization.document import FlavorLookup, dump_component, load_component
from stackkit.store.base import Store
from stackkit.workspace import records
from stackkit.workspace.component_records import component_at, holder
from stackkit.workspace.records import ComponentRecord
from stackkit.workspace.stack_document import StackDocument

Rename: TypeAlias = Callable[[str, str], str | None]
"""Asked for each name that is taken, with what is called so and its name: another name, or None to give up."""


class FreeNames:
    """Settles under which names a stack and its components come in.

    Nothing is kept open while somebody is asked.

    Args:
        store: The store of the workspace.
        lookup: Gives the flavors it knows.
        rename: Asked for another name where one is taken; without it, such a name is a problem.
    """

    def __init__(self, store: Store, lookup: FlavorLookup, rename: Rename | None) -> None:
        self._store = store
        self._lookup = lookup
        self._rename = rename
        self._problems: list[Problem] = []

    def settled(self, document: StackDocument) -> StackDocument:
        """The document, each name in it free or that of the same component.

        Raises:
            ConfigurationError: A new name is none that can be kept.
            NameTakenError: Names are taken; all of them are named.
        """
        settled = [self._component(component, document) for component in document.components]
        name = self._free("stack", "stack", document.name, self._is_free_stack, stack_taken(document.name))
        if self._problems:
            raise NameTakenError(*self._problems)
        names = {(_slug(old), old.name): new.name for old, new in zip(document.components, settled, strict=True)}
        renamed = {old: new for old, new in names.items() if old[1] != new}
        return attrs.evolve(document, name=name, components=[self._following(component, renamed) for component in settled])

    def _component(self, component: StackComponent, document: StackDocument) -> StackComponent:
        slug, title = _slug(component), type_of(type(component)).title
        there, elsewhere = self._there(slug, component.name), self._holder(component.uuid)
        if there is None and elsewhere is None:
            return component
        if there is not None:
            as_there = component if component.uuid in document.given else component.replace(uuid=UUID(there.uuid))
            if records.normal(there, self._lookup).is_same(ComponentRecord.of(dump_component(as_there))):
                return as_there
            what = f"there is another {title} {component.name} already"
        else:
            what = f"the {title} {component.name} is here already, as {elsewhere}"
        problem = Problem(what, remedy="import it under another name (--rename)")
        name = self._free(title, slug, component.name, lambda new: self._is_free(slug, new, component), problem)
        return component if name == component.name else component.replace(name=name, uuid=uuid4())

    def _is_free(self, slug: str, name: str, component: StackComponent) -> bool:
        return name != component.name and self._there(slug, name) is None

    def _is_free_stack(self, name: str) -> bool:
        with self._store.read() as snapshot:
            return snapshot.get(records.STACK, name) is None

    def _there(self, slug: str, name: str) -> ComponentRecord | None:
        with self._store.read() as snapshot:
            return component_at(snapshot, slug, name)

    def _holder(self, uuid: UUID) -> str | None:
        with self._store.read() as snapshot:
            return holder(snapshot, str(uuid))

    def _free(self, what: str, slug: str, name: str, is_free: Callable[[str], bool], problem: Problem) -> str:
        """A name that is free: the one it has, or one that is asked for."""
        chosen, tried = name, {name}
        while not is_free(chosen):
            new = self._rename(what, chosen) if self._rename else None
            if new is None or new in tried:
                self._problems.append(problem)
                return name
            records.check_name(new, slug)
            chosen = new
            tried.add(new)
        return chosen

    def _following(self, component: StackComponent, renamed: Mapping[tuple[str, str], str]) -> StackComponent:
        """A component whose references follow the new names of others."""
        body = before = records.encode(dump_component(component))
        for (slug, name), new_name in renamed.items():
            body = records.following(body, slug, name, new_name)
        return component if body == before else load_component(json.loads(body), self._lookup)


def _slug(component: StackComponent) -> str:
    return type_of(type(component)).slug


def stack_taken(name: str) -> Problem:
    """What is wrong where a stack's name is in use."""
    return Problem(f"there is a stack {name} already", remedy="import it under another name (--rename)")
