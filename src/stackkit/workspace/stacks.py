"""The stacks of a workspace: named sets of its components."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from stackkit.core.names import suggestion
from stackkit.errors import (
    ComponentNotFoundError,
    ComponentTypeNotFoundError,
    NameTakenError,
    Problem,
    StackkitError,
    StackNotFoundError,
)
from stackkit.registry.registry import FlavorRegistry
from stackkit.store.base import Document, Snapshot, Store, Transaction
from stackkit.workspace import records
from stackkit.workspace.component_records import find_component
from stackkit.workspace.records import ComponentRecord, StackRecord

if TYPE_CHECKING:  # a listing composes no stack
    from stackkit.core.component_type import Component
    from stackkit.stack.stack import Stack


class WorkspaceStacks:
    """The stacks that a workspace keeps, and which of them is the active one.

    Args:
        store: Where they are kept.
        registry: The flavors of their components.
        place: The checkout whose active stack is meant, where several share the store.
    """

    def __init__(self, store: Store, registry: FlavorRegistry, place: str = "") -> None:
        self._store = store
        self._registry = registry
        self._active = records.active_key(place)

    def all(self) -> list[StackRecord]:
        """The stacks there are, sorted by name; no flavor is imported."""
        with self._store.read() as snapshot:
            return [*map(records.stack_record, snapshot.list(records.STACK))]

    def record(self, name: str) -> StackRecord:
        """A stack as it is kept.

        Raises:
            StackNotFoundError: There is none of this name; a similar one is suggested.
        """
        with self._store.read() as snapshot:
            return find_stack(snapshot, name)

    @property
    def active(self) -> str | None:
        """The name of the active stack, or None."""
        with self._store.read() as snapshot:
            return active_stack(snapshot, self._active)

    def activate(self, name: str) -> None:
        """Make a stack the active one.

        Raises:
            StackNotFoundError: There is none of this name.
        """
        with self._store.write() as transaction:
            find_stack(transaction, name)
            put_active(transaction, name, self._active)

    def get(self, name: str | None = None) -> Stack:
        """A stack, ready for use.

        Args:
            name: Which; the active one by default.

        Raises:
            StackNotFoundError: There is none of this name, or no active one.
            FlavorNotFoundError: The flavor of a component cannot be imported; every component that cannot be had is named.
            DocumentError: A component's configuration does not fit its flavor any more; the same.
        """
        with self._store.read() as snapshot:
            stack = find_stack(snapshot, self._chosen(snapshot, name))
            found = [find_component(snapshot, slug, component) for slug, component in stack.components.items()]
        return self._composed(stack.name, found)

    def _chosen(self, snapshot: Snapshot, name: str | None) -> str:
        chosen = active_stack(snapshot, self._active) if name is None else name
        if chosen is None:
            raise StackNotFoundError(Problem("no stack is active", remedy="name one, or: stackkit stack set NAME"))
        return chosen

    def _composed(self, name: str, components: Iterable[ComponentRecord]) -> Stack:
        from stackkit.core.component import as_component
        from stackkit.stack.stack import Stack
        from stackkit.workspace.drift import load_kept

        made: list[Component] = []
        errors: list[StackkitError] = []
        problems: list[Problem] = []
        for record in components:
            try:
                made.append(as_component(load_kept(self._store, record, self._registry)))
            except StackkitError as error:
                errors.append(error)
                problems.extend(problem.under(record.key) for problem in error.problems)
        if errors:
            raise type(errors[0])(*problems) from errors[0]
        return Stack(*made, name=name)

    def _validate(self, name: str, components: Iterable[ComponentRecord]) -> None:
        from stackkit.stack.validation import validate

        validate(self._composed(name, components))

    def register(self, name: str, components: Mapping[str, str], *, activate: bool = False) -> StackRecord:
        """Keep a new stack.

        Args:
            name: Its name.
            components: Names of components, by the slugs of their types.
            activate: Whether to make it the active one.

        Raises:
            ConfigurationError: The name is none that can be kept.
            NameTakenError: There is a stack of this name.
            ComponentNotFoundError: Components or their types do not exist; all of them are named.
            InvalidStackError: The components do not go together.
        """
        records.check_name(name, "stack")
        with self._store.read() as snapshot:
            if snapshot.get(records.STACK, name) is not None:
                raise stack_taken(name)
            found = self._require_components(snapshot, components)
        self._validate(name, found)
        with self._store.write() as transaction:
            if transaction.get(records.STACK, name) is not None:
                raise stack_taken(name)
            self._require_components(transaction, components)
            there = transaction.put(records.STACK, name, records.stack_body(components), revision=0)
            if activate:
                put_active(transaction, name, self._active)
        return records.stack_record(there)

    def _require_components(self, snapshot: Snapshot, components: Mapping[str, str]) -> list[ComponentRecord]:
        found: list[ComponentRecord] = []
        problems: list[Problem] = []
        for slug, name in components.items():
            try:
                self._registry.entry(slug)
                found.append(find_component(snapshot, slug, name))
            except (ComponentNotFoundError, ComponentTypeNotFoundError) as error:
                problems.extend(error.problems)
        if problems:
            raise ComponentNotFoundError(*problems)
        return found

    def update(self, name: str, components: Mapping[str, str]) -> StackRecord:
        """Exchange or add components of a stack.

        Args:
            name: Which stack.
            components: Names of components, by the slugs of their types; the others stay.

        Raises:
            StackNotFoundError: There is none of this name.
            ComponentNotFoundError: Components or their types do not exist; all of them are named.
            InvalidStackError: The components do not go together.
            ConflictError: Somebody else changed it meanwhile; nothing was written.
        """
        old = self.record(name)
        return self._rewrite(old, {**old.components, **components})

    def remove_components(self, name: str, slugs: Iterable[str]) -> StackRecord:
        """Take components out of a stack.

        Args:
            name: Which stack.
            slugs: The slugs of their types.

        Raises:
            StackNotFoundError: There is none of this name.
            ComponentNotFoundError: It has none of a type; all of them are named.
            InvalidStackError: What is left does not go together.
            ConflictError: Somebody else changed it meanwhile; nothing was written.
        """
        old, gone = self.record(name), list(slugs)
        missing = [slug for slug in gone if slug not in old.components]
        if missing:
            has = f"it has {', '.join(s.replace('_', ' ') for s in old.components)}"
            problems = [Problem(f"the stack {name} has no {slug.replace('_', ' ')}", remedy=has) for slug in missing]
            raise ComponentNotFoundError(*problems)
        return self._rewrite(old, {slug: component for slug, component in old.components.items() if slug not in gone})

    def _rewrite(self, old: StackRecord, components: Mapping[str, str]) -> StackRecord:
        with self._store.read() as snapshot:
            found = self._require_components(snapshot, components)
        self._validate(old.name, found)
        with self._store.write() as transaction:
            self._require_components(transaction, components)
            body = records.stack_body(components)
            return records.stack_record(records.put(transaction, records.STACK, old.name, body, revision=old.revision))

    def rename(self, name: str, new_name: str) -> StackRecord:
        """Give a stack another name; it stays the active one wherever it was.

        Raises:
            StackNotFoundError: There is none of the old name.
            ConfigurationError: The new name is none that can be kept.
            NameTakenError: There is one of the new name.
        """
        records.check_name(new_name, "stack")
        with self._store.write() as transaction:
            old = find_stack(transaction, name)
            if transaction.get(records.STACK, new_name) is not None:
                raise stack_taken(new_name)
            transaction.delete(records.STACK, name, revision=old.revision)
            there = transaction.put(records.STACK, new_name, records.stack_body(old.components), revision=0)
            for setting in settings_naming(transaction, name):
                transaction.put(records.SETTING, setting.key, new_name, revision=setting.revision)
        return records.stack_record(there)

    def copy(self, name: str, new_name: str) -> StackRecord:
        """Keep another stack of the same components.

        Raises:
            StackNotFoundError: There is none of this name.
            ConfigurationError: The new name is none that can be kept.
            NameTakenError: There is one of the new name.
            InvalidStackError: The components do not go together any more.
        """
        return self.register(new_name, self.record(name).components)

    def delete(self, name: str) -> None:
        """Forget a stack; its components stay.

        Raises:
            StackNotFoundError: There is none of this name.
        """
        with self._store.write() as transaction:
            old = find_stack(transaction, name)
            transaction.delete(records.STACK, name, revision=old.revision)
            for setting in settings_naming(transaction, name):
                transaction.delete(records.SETTING, setting.key, revision=setting.revision)


def active_stack(snapshot: Snapshot, key: str) -> str | None:
    """The name of the active stack, which is kept under a key."""
    setting = snapshot.get(records.SETTING, key)
    return setting.body if setting else None


def put_active(transaction: Transaction, name: str, key: str) -> None:
    """Write which stack is the active one."""
    setting = transaction.get(records.SETTING, key)
    transaction.put(records.SETTING, key, name, revision=setting.revision if setting else 0)


def settings_naming(snapshot: Snapshot, name: str) -> list[Document]:
    """The settings, of all checkouts that share the store, by which a stack is the active one."""
    return [setting for setting in snapshot.list(records.SETTING, records.ACTIVE_STACK) if setting.body == name]


def find_stack(snapshot: Snapshot, name: str) -> StackRecord:
    """A stack's record.

    Raises:
        StackNotFoundError: There is none of this name; a similar one, or those there are, are named.
    """
    document = snapshot.get(records.STACK, name)
    if document is None:
        names = [d.key for d in snapshot.list(records.STACK)]
        raise StackNotFoundError(Problem(f"there is no stack {name}", remedy=suggestion(name, names)))
    return records.stack_record(document)


def stack_taken(name: str) -> NameTakenError:
    """The error for a stack's name that is in use."""
    return NameTakenError(Problem(f"the stack {name} exists already", remedy="choose another name, or update it"))
