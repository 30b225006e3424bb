"""The components of a workspace: configured instances of flavors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, cast
from uuid import UUID, uuid4

from stackkit.core.component import StackComponent, as_component
from stackkit.core.component_type import ComponentType, P
from stackkit.core.names import listed, suggestion
from stackkit.errors import ComponentNotFoundError, ConfigurationError, InUseError, Problem
from stackkit.registry.registry import FlavorRegistry
from stackkit.serialization.document import dump_component, load_component
from stackkit.store.base import Store, Transaction
from stackkit.workspace import component_records, records
from stackkit.workspace.component_records import find_component
from stackkit.workspace.records import ComponentRecord

FIXED: Final = ("name", "uuid")
"""The fields that say which component it is, and do not change with its configuration."""


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
            return [
                *map(records.component_record, snapshot.list(records.COMPONENT, records.key(kind.slug, "") if kind else ""))
            ]

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
            FlavorDriftError: The same, since the flavor's class has changed; each change is named.
        """
        from stackkit.workspace.drift import load_kept  # cattrs costs 30 ms, and a listing loads nothing

        return load_kept(self._store, record, self._registry)

    def new(self, kind: ComponentType[Any], name: str, flavor: str, config: Mapping[str, object]) -> StackComponent:
        """Configure a component without keeping it.

        Args:
            kind: Its type.
            name: Its name.
            flavor: The name of its flavor.
            config: The other fields, as builtins.

        Raises:
            ConfigurationError: The configuration has another name.
            FlavorNotFoundError: There is no such flavor.
            DocumentError: The configuration does not fit; every mistake is named.
        """
        _refuse_other({"name": name}, config)
        version = self._registry.flavor(kind.slug, flavor).VERSION
        document = {"type": kind.slug, "flavor": flavor, "version": version, "config": {"name": name, **config}}
        return load_component(document, self._registry.flavor)

    def register(self, component: StackComponent) -> ComponentRecord:
        """Keep a new component.

        Args:
            component: Its flavor must be known here.

        Raises:
            ConfigurationError: Its name is none that can be kept.
            DocumentError: It is not of the class that its flavor is here.
            FlavorNotFoundError: Its flavor is not known here.
            NameTakenError: Another component of its type has its name, or any has its uuid.
            NotSerializableError: It holds what cannot be written, such as a plain secret.
        """
        record = self._written(component)
        with self._store.write() as transaction:
            return component_records.create(transaction, record, self._registry)

    def _written(self, component: StackComponent) -> ComponentRecord:
        """The record of a component, which was seen to be one that can be loaded here."""
        record = ComponentRecord.of(dump_component(component))
        records.check_name(component.name, record.type)
        self.load(record)
        return record

    def update(self, kind: ComponentType[Any], name: str, changes: Mapping[str, object]) -> ComponentRecord:
        """Change some of a component's configuration.

        Args:
            kind: Its type.
            name: Its name.
            changes: New values, as builtins, by field.

        Raises:
            ComponentNotFoundError: There is none of this name.
            ConfigurationError: The changes have another name or uuid, which do not change so.
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
        record, gone = records.normal(self.record(kind, name), self._registry.flavor), list(fields)
        problems = [
            *(Problem(f"the {field} of a component cannot be removed", where=name) for field in gone if field in FIXED),
            *(_no_field(record, field) for field in gone if field not in record.config),
        ]
        if problems:
            raise ComponentNotFoundError(*problems)
        return self._rewrite(kind, name, lambda config: {f: value for f, value in config.items() if f not in gone})

    def _rewrite(
        self, kind: ComponentType[Any], name: str, change: Callable[[dict[str, object]], dict[str, object]]
    ) -> ComponentRecord:
        old = records.normal(self.record(kind, name), self._registry.flavor)
        config = change(dict(old.config))
        _refuse_other(old.config, config, rename=f"rename it: stackkit {kind.option} rename {name} NEW")
        new = self._written(load_component(old.document | {"config": config}, self._registry.flavor))
        with self._store.write() as transaction:
            return component_records.rewrite(transaction, new, self._registry, revision=old.revision)

    def rename(self, kind: ComponentType[Any], name: str, new_name: str) -> ComponentRecord:
        """Give a component another name; the stacks that have it follow, and the components that refer to it.

        Raises:
            ComponentNotFoundError: There is none of the old name.
            ConfigurationError: The new name is none that can be kept.
            NameTakenError: There is one of the new name.
        """
        records.check_name(new_name, kind.slug)
        with self._store.write() as transaction:
            old = find_component(transaction, kind.slug, name)
            new = ComponentRecord.of(old.document | {"config": {**old.config, "name": new_name}})
            if transaction.get(records.COMPONENT, new.key) is not None:
                raise component_records.name_taken(new)
            component_records.release(transaction, old)
            transaction.delete(records.COMPONENT, old.key, revision=old.revision)
            there = transaction.put(records.COMPONENT, new.key, records.encode(new.document), revision=0)
            component_records.claim(transaction, new)
            _let_follow(transaction, kind.slug, name, new_name)
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
                many = len(users) > 1
                what = f"the {kind.title} {name} is used by the stack{'s' if many else ''} {listed(users)}"
                remedy = f"take it out of {'them' if many else 'it'} first: stackkit stack remove-component"
                raise InUseError(Problem(what, remedy=remedy))
            component_records.release(transaction, record)
            transaction.delete(records.COMPONENT, record.key, revision=record.revision)


def _refuse_other(fixed: Mapping[str, object], config: Mapping[str, object], rename: str = "leave it out") -> None:
    """Refuse a configuration that says it is another component."""
    remedies = {"name": rename, "uuid": "leave it out"}
    changed = [field for field in FIXED if field in fixed and config.get(field, fixed[field]) != fixed[field]]
    if changed:
        what = "is not changed with the configuration"
        raise ConfigurationError(*(Problem(what, where=f"config.{field}", remedy=remedies[field]) for field in changed))


def _no_field(record: ComponentRecord, field: str) -> Problem:
    names = [name for name in record.config if name not in FIXED]
    return Problem(f"there is no field {field} to remove", where=record.name, remedy=suggestion(field, names))


def _let_follow(transaction: Transaction, slug: str, name: str, new_name: str) -> None:
    """Let stacks and references follow a component's new name."""
    for stack in map(records.stack_record, transaction.list(records.STACK)):
        if stack.components.get(slug) == name:
            body = records.stack_body({**stack.components, slug: new_name})
            transaction.put(records.STACK, stack.name, body, revision=stack.revision)
    for document in transaction.list(records.COMPONENT):
        body = records.following(document.body, slug, name, new_name)
        if body != document.body:
            transaction.put(records.COMPONENT, document.key, body, revision=document.revision)
