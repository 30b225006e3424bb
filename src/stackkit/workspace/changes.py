"""Making a workspace match a file: what that changes, and doing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias
from uuid import UUID

import attrs

from stackkit.core.component import StackComponent, type_of
from stackkit.errors import ConflictError, NameTakenError, Problem
from stackkit.registry.registry import FlavorRegistry
from stackkit.serialization.document import FlavorLookup, dump_component
from stackkit.store.base import Document, Snapshot, Transaction
from stackkit.workspace import component_records, records
from stackkit.workspace.component_records import component_at, holder, uuid_taken
from stackkit.workspace.records import ComponentRecord
from stackkit.workspace.stack_document import StackDocument, names_by_slug

Action: TypeAlias = Literal["create", "change", "leave"]


@attrs.frozen
class Change:
    """What applying a file does with one thing.

    Args:
        action: Whether it is created, changed or left as it is.
        kind: The slug of a component's type, or `stack`.
        name: Its name.
        details: What changes, each in a line: `path: "/a" -> "/b"`.
    """

    action: Action
    kind: str
    name: str
    details: tuple[str, ...] = ()
    record: ComponentRecord | None = attrs.field(default=None, repr=False)
    body: str = attrs.field(default="", repr=False)
    revision: int = attrs.field(default=0, repr=False)

    @property
    def place(self) -> tuple[str, str]:
        """The kind and the key of the record that this is about."""
        return (records.STACK, self.name) if self.record is None else (records.COMPONENT, self.record.key)


def planned(snapshot: Snapshot, document: StackDocument, lookup: FlavorLookup) -> list[Change]:
    """What applying a document would do.

    Args:
        snapshot: The workspace.
        document: What it shall match.
        lookup: Gives the flavors it knows.

    Raises:
        NameTakenError: Components have the uuids of others; all of them are named.
    """
    changes = [_component_change(snapshot, component, document, lookup) for component in document.components]
    problems = _uuid_problems(snapshot, [change.record for change in changes if change.record is not None])
    if problems:
        raise NameTakenError(*problems)
    return [*changes, _stack_change(snapshot, document)]


def _uuid_problems(snapshot: Snapshot, planned_records: Sequence[ComponentRecord]) -> list[Problem]:
    """Which components would have the uuid of another; those of the document may exchange theirs."""
    keys = {record.uuid: record.key for record in planned_records}  # of several, the last
    problems: list[Problem] = []
    for record in planned_records:
        there = holder(snapshot, record.uuid)
        key = keys[record.uuid] if there is None or there in keys.values() else there
        if key != record.key:
            problems.extend(uuid_taken(record, key).problems)
    return problems


def _component_change(snapshot: Snapshot, component: StackComponent, document: StackDocument, lookup: FlavorLookup) -> Change:
    slug = type_of(type(component)).slug
    there = component_at(snapshot, slug, component.name)
    if there is None:
        return Change("create", slug, component.name, record=ComponentRecord.of(dump_component(component)))
    if component.uuid not in document.given:
        component = component.replace(uuid=UUID(there.uuid))
    new = ComponentRecord.of(dump_component(component))
    details = _differences(records.normal(there, lookup), new)
    action: Action = "change" if details else "leave"
    return Change(action, slug, component.name, details, new, revision=there.revision)


def _differences(old: ComponentRecord, new: ComponentRecord) -> tuple[str, ...]:
    before: Mapping[str, object] = {"flavor": old.flavor, "version": old.version, **old.config}
    after: Mapping[str, object] = {"flavor": new.flavor, "version": new.version, **new.config}
    shown = {field: (_shown(before, field), _shown(after, field)) for field in {**before, **after}}
    return tuple(f"{field}: {old} -> {new}" for field, (old, new) in shown.items() if old != new)


def _shown(values: Mapping[str, object], field: str) -> str:
    return records.encode(values[field]) if field in values else "none"


def _stack_change(snapshot: Snapshot, document: StackDocument) -> Change:
    names = names_by_slug(document.components)
    body = records.stack_body(names)
    there = snapshot.get(records.STACK, document.name)
    if there is None:
        return Change("create", "stack", document.name, body=body)
    old = records.stack_record(there).components
    slugs = [slug for slug in {**old, **names} if old.get(slug) != names.get(slug)]
    details = tuple(f"{slug}: {old.get(slug, 'none')} -> {names.get(slug, 'none')}" for slug in slugs)
    return Change("change" if details else "leave", "stack", document.name, details, body=body, revision=there.revision)


def apply_changes(transaction: Transaction, changes: Sequence[Change], registry: FlavorRegistry) -> None:
    """Do what was planned.

    Args:
        transaction: The workspace.
        changes: The plan.
        registry: The flavors the workspace knows.

    Raises:
        ConflictError: Something changed since the plan was made; all of it is named.
        FlavorNotFoundError: A flavor was deleted meanwhile.
        NameTakenError: A uuid was given to another component meanwhile.
    """
    found = [(change, transaction.get(*change.place)) for change in changes]
    stale = [change for change, there in found if change.revision != (there.revision if there else 0)]
    if stale:
        raise ConflictError(*(_meanwhile(change) for change in stale))
    to_do = [(change, there) for change, there in found if change.action != "leave"]
    for change, there in to_do:  # all of them before the first is claimed: two components may exchange their uuids
        if change.record is not None and there is not None:
            component_records.release(transaction, records.component_record(there))
    for change, there in to_do:
        _apply(transaction, change, there, registry)


def _apply(transaction: Transaction, change: Change, there: Document | None, registry: FlavorRegistry) -> None:
    if change.record is None:
        transaction.put(records.STACK, change.name, change.body, revision=change.revision)
    elif there is None:
        component_records.create(transaction, change.record, registry)
    else:
        component_records.claim(transaction, change.record)
        component_records.rewrite(transaction, change.record, registry, revision=change.revision)


def _meanwhile(change: Change) -> Problem:
    what = f"the {change.kind.replace('_', ' ')} {change.name} was changed by somebody else meanwhile; nothing was written"
    return Problem(what, remedy="plan again")
