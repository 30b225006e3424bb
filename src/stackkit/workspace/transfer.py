"""Stacks that travel: export, import, and making a workspace match a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeAlias
from uuid import UUID, uuid4

import attrs

from stackkit.core.component import StackComponent, as_component, type_of
from stackkit.errors import ConflictError, NameTakenError, Problem
from stackkit.registry.registry import FlavorRegistry
from stackkit.serialization.document import dump_component
from stackkit.stack.stack import Stack
from stackkit.stack.validation import validate
from stackkit.store.base import Document, Snapshot, Store, Transaction
from stackkit.workspace import records
from stackkit.workspace.components import find_component
from stackkit.workspace.records import ComponentRecord, StackRecord
from stackkit.workspace.stack_document import StackDocument, dump_stack, load_stack, names_by_slug
from stackkit.workspace.stacks import find_stack

Action: TypeAlias = Literal["create", "change", "leave"]
Rename: TypeAlias = Callable[[str, str], str | None]
"""Asked for each name that is taken, with what is called so and its name: another name, or None to give up."""


@attrs.frozen
class Change:
    """What applying a file does with one thing.

    Args:
        action: Whether it is created, changed or left as it is.
        kind: The slug of a component's type, or `stack`.
        name: Its name.
        details: What changes, each in a line: `path: /a -> /b`.
    """

    action: Action
    kind: str
    name: str
    details: tuple[str, ...] = ()
    document: str = attrs.field(default="", repr=False)
    revision: int = attrs.field(default=0, repr=False)


class Transfer:
    """Takes stacks out of a workspace and brings them in.

    Args:
        store: The workspace's store.
        registry: The flavors it knows.
    """

    def __init__(self, store: Store, registry: FlavorRegistry) -> None:
        self._store = store
        self._registry = registry

    def export(self, name: str) -> dict[str, object]:
        """The document of a stack, as builtins: its components included, secrets as references alone.

        Raises:
            StackNotFoundError: There is none of this name.
        """
        with self._store.read() as snapshot:
            stack = find_stack(snapshot, name)
            return dump_stack(name, [find_component(snapshot, slug, c) for slug, c in stack.components.items()])

    def bring_in(self, data: object, *, rename: Rename | None = None) -> StackRecord:
        """Import a stack: all of it, or nothing.

        A component that is here already, with the same document, is used as it is.

        Args:
            data: The document, as builtins.
            rename: Asked for another name where one is taken; without it such a name is an error.

        Raises:
            DocumentError: It is no stack's document, or does not fit; every mistake is named.
            NameTakenError: Names are taken; all of them are named.
        """
        document = load_stack(data, self._registry.flavor)
        with self._store.read() as snapshot:
            document = _Names(snapshot, rename).settled(document)
        _check(document)
        with self._store.write() as transaction:
            for component in document.components:
                self._put_new(transaction, component)
            body = records.encode({"components": dict(names_by_slug(document.components))})
            if transaction.get(records.STACK, document.name) is not None:
                raise NameTakenError(_taken("stack", document.name))
            return records.stack_record(transaction.put(records.STACK, document.name, body, revision=0))

    def _put_new(self, transaction: Transaction, component: StackComponent) -> None:
        document = dump_component(component)
        key = records.key(type_of(type(component)).slug, component.name)
        there = transaction.get(records.COMPONENT, key)
        if there is None:
            transaction.put(records.COMPONENT, key, records.encode(document), revision=0)
        elif records.component_record(there).document != document:
            raise NameTakenError(_taken(type_of(type(component)).title, component.name))

    def plan(self, data: object) -> list[Change]:
        """What applying a file would do; nothing is written.

        Args:
            data: A stack's document, as builtins.

        Raises:
            DocumentError: It is no stack's document, or does not fit; every mistake is named.
            InvalidStackError: The components do not go together.
        """
        document = load_stack(data, self._registry.flavor)
        with self._store.read() as snapshot:
            changes = [_component_change(snapshot, component, document) for component in document.components]
            changes.append(_stack_change(snapshot, document))
        _check(document)
        return changes

    def apply(self, changes: Sequence[Change]) -> None:
        """Do what a plan says, in one transaction.

        Args:
            changes: What `plan` gave.

        Raises:
            ConflictError: Something changed since the plan was made; nothing was written.
        """
        with self._store.write() as transaction:
            for change in changes:
                kind = records.STACK if change.kind == "stack" else records.COMPONENT
                key = change.name if change.kind == "stack" else records.key(change.kind, change.name)
                if change.action != "leave":
                    transaction.put(kind, key, change.document, revision=change.revision)
                else:
                    _require_same(transaction.get(kind, key), change)


def _require_same(there: Document | None, change: Change) -> None:
    if there is None or there.revision != change.revision:
        raise ConflictError(Problem(f"{change.kind} {change.name} has changed meanwhile", remedy="apply the file again"))


def _check(document: StackDocument) -> None:
    records.check_name(document.name, "stack")
    for component in document.components:
        records.check_name(component.name, type_of(type(component)).title)
    validate(Stack(*map(as_component, document.components), name=document.name))


def _taken(what: str, name: str) -> Problem:
    return Problem(f"there is another {what} {name} already", remedy="import it under another name (--rename)")


class _Names:
    """Finds names that are free for what is imported."""

    def __init__(self, snapshot: Snapshot, rename: Rename | None) -> None:
        self._snapshot = snapshot
        self._rename = rename
        self._problems: list[Problem] = []

    def settled(self, document: StackDocument) -> StackDocument:
        components = [self._component(component) for component in document.components]
        name = self._free("stack", document.name, lambda n: self._snapshot.get(records.STACK, n) is None)
        if self._problems:
            raise NameTakenError(*self._problems)
        return attrs.evolve(document, name=name, components=components)

    def _component(self, component: StackComponent) -> StackComponent:
        kind = type_of(type(component))
        there = self._there(kind.slug, component.name)
        if there is None or there.document == dump_component(component):
            return component
        name = self._free(kind.title, component.name, lambda n: self._there(kind.slug, n) is None)
        return component if name == component.name else component.replace(name=name, uuid=uuid4())

    def _there(self, slug: str, name: str) -> ComponentRecord | None:
        document = self._snapshot.get(records.COMPONENT, records.key(slug, name))
        return None if document is None else records.component_record(document)

    def _free(self, what: str, name: str, is_free: Callable[[str], bool]) -> str:
        chosen = name
        while not is_free(chosen):
            new = self._rename(what, chosen) if self._rename else None
            if new is None:
                self._problems.append(_taken(what, chosen))
                return name
            chosen = new
        return chosen


def _component_change(snapshot: Snapshot, component: StackComponent, document: StackDocument) -> Change:
    slug = type_of(type(component)).slug
    there = snapshot.get(records.COMPONENT, records.key(slug, component.name))
    if there is None:
        return Change("create", slug, component.name, (), records.encode(dump_component(component)), 0)
    old = records.component_record(there)
    if str(component.uuid) not in document.given_uuids:
        component = component.replace(uuid=UUID(old.uuid))
    new = ComponentRecord.of(dump_component(component))
    if new.document == old.document:
        return Change("leave", slug, component.name, (), "", there.revision)
    return Change("change", slug, component.name, _differences(old, new), records.encode(new.document), there.revision)


def _differences(old: ComponentRecord, new: ComponentRecord) -> tuple[str, ...]:
    before: Mapping[str, object] = {"flavor": old.flavor, "version": old.version, **old.config}
    after: Mapping[str, object] = {"flavor": new.flavor, "version": new.version, **new.config}
    fields = [field for field in {**before, **after} if before.get(field) != after.get(field)]
    return tuple(f"{f}: {records.encode(before.get(f))} -> {records.encode(after.get(f))}" for f in fields)


def _stack_change(snapshot: Snapshot, document: StackDocument) -> Change:
    names = names_by_slug(document.components)
    body = records.encode({"components": dict(names)})
    there = snapshot.get(records.STACK, document.name)
    if there is None:
        return Change("create", "stack", document.name, (), body, 0)
    old = records.stack_record(there).components
    if old == names:
        return Change("leave", "stack", document.name, (), "", there.revision)
    slugs = [slug for slug in {**old, **names} if old.get(slug) != names.get(slug)]
    details = tuple(f"{slug}: {old.get(slug, 'none')} -> {names.get(slug, 'none')}" for slug in slugs)
    return Change("change", "stack", document.name, details, body, there.revision)
