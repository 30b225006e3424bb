"""Stacks that travel: export, import, and making a workspace match a file."""

from __future__ import annotations

from collections.abc import Sequence

from stackkit.core.component import as_component, type_of
from stackkit.errors import ConfigurationError, NameTakenError, Problem
from stackkit.registry.registry import FlavorRegistry
from stackkit.serialization.document import dump_component
from stackkit.stack.stack import Stack
from stackkit.stack.validation import validate
from stackkit.store.base import Store, Transaction
from stackkit.workspace import component_records, records
from stackkit.workspace.changes import Change, apply_changes, planned
from stackkit.workspace.component_records import component_at, find_component
from stackkit.workspace.importing import FreeNames, Rename, stack_taken
from stackkit.workspace.records import ComponentRecord, StackRecord
from stackkit.workspace.stack_document import StackDocument, dump_stack, load_stack, names_by_slug
from stackkit.workspace.stacks import find_stack, put_active


class Transfer:
    """Takes stacks out of a workspace and brings them in.

    Args:
        store: The workspace's store.
        registry: The flavors it knows.
        place: The checkout whose active stack an import sets, where several share the store.
    """

    def __init__(self, store: Store, registry: FlavorRegistry, place: str = "") -> None:
        self._store = store
        self._registry = registry
        self._active = records.active_key(place)

    def export(self, name: str) -> dict[str, object]:
        """The document of a stack, as builtins: its components included, secrets as references alone.

        Args:
            name: Which stack.

        Raises:
            StackNotFoundError: There is none of this name.
        """
        with self._store.read() as snapshot:
            stack = find_stack(snapshot, name)
            return dump_stack(name, [find_component(snapshot, slug, c) for slug, c in stack.components.items()])

    def bring_in(self, data: object, *, rename: Rename | None = None, activate: bool = False) -> StackRecord:
        """Import a stack: all of it, or nothing.

        A component that is here already, with the same document, is used as it is. One that gets another name gets a uuid
        of its own, and references to it follow.

        Args:
            data: The document, as builtins.
            rename: Asked for another name where one is taken; without it such a name is an error.
            activate: Whether to make it the active one.

        Raises:
            ConfigurationError: Names are none that can be kept.
            DocumentError: It is no stack's document, or does not fit; every mistake is named.
            InvalidStackError: The components do not go together.
            NameTakenError: Names are taken; all of them are named.
        """
        document = load_stack(data, self._registry.flavor)
        _check_names(document)
        document = FreeNames(self._store, self._registry.flavor, rename).settled(document)
        _check(document)
        with self._store.write() as transaction:
            for component in document.components:
                self._put(transaction, ComponentRecord.of(dump_component(component)))
            if transaction.get(records.STACK, document.name) is not None:
                raise NameTakenError(stack_taken(document.name))
            body = records.stack_body(names_by_slug(document.components))
            there = transaction.put(records.STACK, document.name, body, revision=0)
            if activate:
                put_active(transaction, document.name, self._active)
        return records.stack_record(there)

    def _put(self, transaction: Transaction, record: ComponentRecord) -> None:
        there = component_at(transaction, record.type, record.name)
        if there is None or not records.normal(there, self._registry.flavor).is_same(record):
            component_records.create(transaction, record, self._registry)

    def plan(self, data: object) -> list[Change]:
        """What applying a file would do; nothing is written.

        A component that the file gives no uuid keeps the one it has.

        Args:
            data: A stack's document, as builtins.

        Returns:
            What is done with each component, and with the stack last.

        Raises:
            ConfigurationError: Names are none that can be kept.
            DocumentError: It is no stack's document, or does not fit; every mistake is named.
            InvalidStackError: The components do not go together.
            NameTakenError: Components have the uuids of others; all of them are named.
        """
        document = load_stack(data, self._registry.flavor)
        _check_names(document)
        _check(document)
        with self._store.read() as snapshot:
            return planned(snapshot, document, self._registry.flavor)

    def apply(self, changes: Sequence[Change]) -> None:
        """Do what a plan says, in one transaction.

        Args:
            changes: What `plan` gave.

        Raises:
            ConflictError: Something changed since the plan was made; nothing was written, and all of it is named.
            FlavorNotFoundError: A flavor was deleted meanwhile.
            NameTakenError: A uuid was given to another component meanwhile.
        """
        with self._store.write() as transaction:
            apply_changes(transaction, changes, self._registry)


def _check_names(document: StackDocument) -> None:
    slugs = [type_of(type(component)).slug for component in document.components]
    problems: list[Problem] = []
    for name, slug in zip([document.name, *(c.name for c in document.components)], ["stack", *slugs], strict=True):
        try:
            records.check_name(name, slug)
        except ConfigurationError as error:
            problems.extend(error.problems)
    if problems:
        raise ConfigurationError(*problems)


def _check(document: StackDocument) -> None:
    validate(Stack(*map(as_component, document.components), name=document.name))
