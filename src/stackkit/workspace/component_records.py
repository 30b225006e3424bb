"""Writing components into a store, where each name and each uuid belongs to one of them."""

from __future__ import annotations

from stackkit.core.names import suggestion, titled
from stackkit.errors import ComponentNotFoundError, FlavorNotFoundError, NameTakenError, Problem
from stackkit.registry.registry import FlavorRegistry
from stackkit.store.base import Snapshot, Transaction
from stackkit.workspace import records
from stackkit.workspace.records import ComponentRecord


def find_component(snapshot: Snapshot, slug: str, name: str) -> ComponentRecord:
    """A component's record.

    Raises:
        ComponentNotFoundError: There is none of this name; a similar one, or those there are, are named.
    """
    record = component_at(snapshot, slug, name)
    if record is None:
        names = [d.key.partition("/")[2] for d in snapshot.list(records.COMPONENT, records.key(slug, ""))]
        title = slug.replace("_", " ")
        raise ComponentNotFoundError(Problem(f"there is no {title} {name}", remedy=suggestion(name, names)))
    return record


def component_at(snapshot: Snapshot, slug: str, name: str) -> ComponentRecord | None:
    """A component's record, or None."""
    document = snapshot.get(records.COMPONENT, records.key(slug, name))
    return None if document is None else records.component_record(document)


def holder(snapshot: Snapshot, uuid: str) -> str | None:
    """The key of the component that has a uuid, or None."""
    document = snapshot.get(records.UUID, uuid)
    return None if document is None else document.body


def name_taken(record: ComponentRecord) -> NameTakenError:
    """The error for a component's name that is in use."""
    title = titled(record.type)
    return NameTakenError(Problem(f"there is {title} {record.name} already", remedy="choose another name, or update it"))


def uuid_taken(record: ComponentRecord, key: str) -> NameTakenError:
    """The error for a component's uuid that another one has.

    Args:
        record: The component.
        key: The one that has it.
    """
    remedy = "leave the uuid out, and a new one is made"
    return NameTakenError(Problem(f"its uuid is that of {key}", where=record.key, remedy=remedy))


def create(transaction: Transaction, record: ComponentRecord, registry: FlavorRegistry) -> ComponentRecord:
    """Write a new component.

    Raises:
        NameTakenError: Its name or its uuid is in use.
        FlavorNotFoundError: Its flavor was deleted meanwhile.
        FlavorDriftError: Its flavor's class writes another form by now than components of its version are kept in.
    """
    if transaction.get(records.COMPONENT, record.key) is not None:
        raise name_taken(record)
    _require_flavor(transaction, record, registry)
    _remember_shape(transaction, record, registry)
    claim(transaction, record)
    there = records.put(transaction, records.COMPONENT, record.key, records.encode(record.document), revision=0)
    return ComponentRecord.of(record.document, there.revision)


def rewrite(transaction: Transaction, record: ComponentRecord, registry: FlavorRegistry, *, revision: int) -> ComponentRecord:
    """Write a component again, its name and uuid as they are.

    Raises:
        ConflictError: Somebody else changed it since that revision.
        FlavorNotFoundError: Its flavor was deleted meanwhile.
        FlavorDriftError: Its flavor's class writes another form by now than components of its version are kept in.
    """
    _require_flavor(transaction, record, registry)
    _remember_shape(transaction, record, registry)
    body = records.encode(record.document)
    there = records.put(transaction, records.COMPONENT, record.key, body, revision=revision)
    return ComponentRecord.of(record.document, there.revision)


def claim(transaction: Transaction, record: ComponentRecord) -> None:
    """Make a uuid a component's own.

    Raises:
        NameTakenError: Another one has it.
    """
    key = holder(transaction, record.uuid)
    if key is None:
        transaction.put(records.UUID, record.uuid, record.key, revision=0)
    elif key != record.key:
        raise uuid_taken(record, key)


def release(transaction: Transaction, record: ComponentRecord) -> None:
    """Let go of a component's uuid."""
    there = transaction.get(records.UUID, record.uuid)
    if there is not None and there.body == record.key:
        transaction.delete(records.UUID, record.uuid, revision=there.revision)


def _remember_shape(transaction: Transaction, record: ComponentRecord, registry: FlavorRegistry) -> None:
    from stackkit.workspace.drift import remember  # cattrs costs 30 ms, and a listing writes nothing

    remember(transaction, registry.flavor(record.type, record.flavor))


def _require_flavor(transaction: Transaction, record: ComponentRecord, registry: FlavorRegistry) -> None:
    """Another process may have deleted a flavor of this workspace that this one still knows."""
    flavor = registry.record(record.type, record.flavor)
    if flavor.source == "workspace" and transaction.get(records.FLAVOR, records.key(record.type, record.flavor)) is None:
        title = record.type.replace("_", " ")
        raise FlavorNotFoundError(Problem(f"the {title} flavor {record.flavor} was deleted meanwhile", remedy="register it"))
