"""The components of a workspace: configured instances of flavors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast
from uuid import UUID, uuid4

from stackkit.core.component import StackComponent, as_component
from stackkit.core.component_type import ComponentType, P
from stackkit.errors import ComponentNotFoundError, InUseError, NameTakenError, Problem
from stackkit.registry.registry import FlavorRegistry
from stackkit.serialization.document import dump_component, load_component
from stackkit.store.base import Snapshot, Store
from stackkit.workspace import records
from stackkit.workspace.names import suggestion
from stackkit.workspace.records import ComponentRecord


class WorkspaceComponents:
    """The components that a workspace keeps, by type and name.

    Args:
        store: Where they are kept.
        registry: Their flavors.
    """

    def __init__(self, store: Store, registry: FlavorRegistry) -> None:
        self._store = store
        self._registry = registry

    def all(self, kind: ComponentType[Any] | None = None) -> list[ComponentRecord]:
        """The components there are, sorted by type and name; one query, and no flavor is imported.

        Args:
            kind: Of which type; of all by default.
        """
        with self._store.read() as snapshot:
            return [*map(records.component_record, snapshot.list(records.COMPONENT, f"{kind.slug}/" if kind else ""))]

    def record(self, kind: ComponentType[Any], name: str) -> ComponentRecord:
        """A component as it is kept.

        Raises:
            ComponentNotFoundError: There is none of this name; a similar one is suggested.
        """
        with self._store.read() as snapshot:
            return find_component(snapshot, kind.slug, name)

    def get(self, kind: ComponentType[P], name: str) -> P:
        """A component, ready for use but for its secrets, which come with a stack.

        Raises:
            ComponentNotFoundError: There is none of this name.
            FlavorNotFoundError: Its flavor cannot be imported.
            DocumentError: Its configuration does not fit its flavor any more.
        """
        return cast("P", as_component(self.load(self.record(kind, name))))  # the token's slug says which Protocol

    def load(self, record: ComponentRecord) -> StackComponent:
        """The component of a record.

        Raises:
            FlavorNotFoundError: Its flavor cannot be imported.
            DocumentError: Its configuration does not fit its flavor any more.
        """
        return load_component(record.document, self._registry.flavor)

    def new(self, kind: ComponentType[Any], name: str, flavor: str, config: Mapping[str, object]) -> StackComponent:
        """Configure a component without keeping it.

        Args:
            kind: Its type.
            name: Its name.
            flavor: The name of its flavor.
            config: The other fields, as builtins.

        Raises:
            FlavorNotFoundError: There is no such flavor.
            DocumentError: The configuration does not fit; every mistake is named.
        """
        version = self._registry.flavor(kind.slug, flavor).VERSION
        document = {"type": kind.slug, "flavor": flavor, "version": version, "config": {"name": name, **config}}
        return load_component(document, self._registry.flavor)

    def register(self, component: StackComponent) -> ComponentRecord:
        """Keep a new component.

        Args:
            component: Its flavor must be known here.

        Raises:
            ConfigurationError: Its name is none that can be kept.
            FlavorNotFoundError: Its flavor is not known here.
            NameTakenError: Another component of its type has its name, or any has its uuid.
            NotSerializableError: It holds what cannot be written, such as a plain secret.
        """
        record = self._written(component)
        key = records.key(record.type, record.name)
        with self._store.write() as transaction:
            if transaction.get(records.COMPONENT, key) is not None:
                raise component_taken(record)
            there = transaction.put(records.COMPONENT, key, records.encode(record.document), revision=0)
        return ComponentRecord.of(record.document, there.revision)

    def _written(self, component: StackComponent) -> ComponentRecord:
        record = ComponentRecord.of(dump_component(component))
        records.check_name(component.name, record.type.replace("_", " "))
        self._registry.record(record.type, record.flavor)
        return record

    def update(self, kind: ComponentType[Any], name: str, changes: Mapping[str, object]) -> ComponentRecord:
        """Change some of a component's configuration.

        Args:
            kind: Its type.
            name: Its name.
            changes: New values, as builtins, by field.

        Raises:
            ComponentNotFoundError: There is none of this name.
            DocumentError: The new configuration does not fit; every mistake is named.
            ConflictError: Somebody else changed it meanwhile; nothing was written.
        """
        return self._rewrite(kind, name, lambda config: config | dict(changes))

    def remove_fields(self, kind: ComponentType[Any], name: str, fields: Iterable[str]) -> ComponentRecord:
        """Set fields of a component back to their defaults.

        Args:
            kind: Its type.
            name: Its name.
            fields: Which fields.

        Raises:
            ComponentNotFoundError: There is none of this name, or it has no such field.
            DocumentError: A field has no default.
            ConflictError: Somebody else changed it meanwhile; nothing was written.
        """
        record, gone = self.record(kind, name), list(fields)
        unknown = [field for field in gone if field not in record.config or field in ("name", "uuid")]
        if unknown:
            names = [field for field in record.config if field not in ("name", "uuid")]
            problems = [Problem(f"{name} has no field {f} to remove", remedy=suggestion(f, names)) for f in unknown]
            raise ComponentNotFoundError(*problems)
        return self._rewrite(kind, name, lambda config: {f: value for f, value in config.items() if f not in gone})

    def _rewrite(
        self, kind: ComponentType[Any], name: str, change: Callable[[dict[str, object]], dict[str, object]]
    ) -> ComponentRecord:
        old = self.record(kind, name)
        document = old.document | {"config": change(dict(old.config))}
        new = self._written(load_component(document, self._registry.flavor))
        with self._store.write() as transaction:
            key = records.key(old.type, old.name)
            there = transaction.put(records.COMPONENT, key, records.encode(new.document), revision=old.revision)
        return ComponentRecord.of(new.document, there.revision)

    def rename(self, kind: ComponentType[Any], name: str, new_name: str) -> ComponentRecord:
        """Give a component another name; stacks that have it follow.

        Raises:
            ComponentNotFoundError: There is none of the old name.
            NameTakenError: There is one of the new name.
        """
        records.check_name(new_name, kind.title)
        with self._store.write() as transaction:
            old = find_component(transaction, kind.slug, name)
            new = ComponentRecord.of(old.document | {"config": {**old.config, "name": new_name}})
            if transaction.get(records.COMPONENT, records.key(kind.slug, new_name)) is not None:
                raise component_taken(new)
            transaction.delete(records.COMPONENT, records.key(kind.slug, name), revision=old.revision)
            key = records.key(kind.slug, new_name)
            there = transaction.put(records.COMPONENT, key, records.encode(new.document), revision=0)
            for stack in map(records.stack_record, transaction.list(records.STACK)):
                if stack.components.get(kind.slug) == name:
                    body = records.encode({"components": {**stack.components, kind.slug: new_name}})
                    transaction.put(records.STACK, stack.name, body, revision=stack.revision)
        return ComponentRecord.of(new.document, there.revision)

    def copy(self, kind: ComponentType[Any], name: str, new_name: str, *, uuid: UUID | None = None) -> ComponentRecord:
        """Keep a copy of a component under another name, with a uuid of its own.

        Raises:
            ComponentNotFoundError: There is none of this name.
            NameTakenError: There is one of the new name.
        """
        old = self.record(kind, name)
        config = {**old.config, "name": new_name, "uuid": str(uuid or uuid4())}
        return self.register(load_component(old.document | {"config": config}, self._registry.flavor))

    def delete(self, kind: ComponentType[Any], name: str) -> None:
        """Forget a component.

        Raises:
            ComponentNotFoundError: There is none of this name.
            InUseError: Stacks have it; they are named.
        """
        with self._store.write() as transaction:
            record = find_component(transaction, kind.slug, name)
            stacks = map(records.stack_record, transaction.list(records.STACK))
            users = [stack.name for stack in stacks if stack.components.get(kind.slug) == name]
            if users:
                what = f"the {kind.title} {name} is used by the stack{'s' if len(users) > 1 else ''} {', '.join(users)}"
                raise InUseError(Problem(what, remedy="take it out of them, or delete them, first"))
            transaction.delete(records.COMPONENT, records.key(kind.slug, name), revision=record.revision)


def find_component(snapshot: Snapshot, slug: str, name: str) -> ComponentRecord:
    """A component's record.

    Raises:
        ComponentNotFoundError: There is none of this name; a similar one, or those there are, are named.
    """
    document = snapshot.get(records.COMPONENT, records.key(slug, name))
    if document is None:
        names = [d.key.partition("/")[2] for d in snapshot.list(records.COMPONENT, f"{slug}/")]
        title = slug.replace("_", " ")
        raise ComponentNotFoundError(Problem(f"there is no {title} {name}", remedy=suggestion(name, names)))
    return records.component_record(document)


def component_taken(record: ComponentRecord) -> NameTakenError:
    """The error for a component's name that is in use."""
    title = record.type.replace("_", " ")
    return NameTakenError(Problem(f"the {title} {record.name} exists already", remedy="choose another name, or update it"))
