"""The flavors of a workspace: registering, listing and forgetting them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from stackkit.core.component_type import ComponentType
from stackkit.core.names import listed
from stackkit.errors import FlavorDefinitionError, FlavorNotFoundError, InUseError, Problem
from stackkit.registry.registry import FlavorRecord, FlavorRegistry, name_taken, summary
from stackkit.store.base import Store
from stackkit.workspace import records

if TYPE_CHECKING:  # a listing imports no class
    from stackkit.core.component import StackComponent


@attrs.frozen
class StoredFlavors:
    """The flavors that a workspace's store holds, read whenever they are iterated.

    Args:
        store: The store.
    """

    store: Store

    def __iter__(self) -> Iterator[FlavorRecord]:
        with self.store.read() as snapshot:
            documents = snapshot.list(records.FLAVOR)
        return map(records.flavor_record, documents)


class WorkspaceFlavors:
    """The flavors that a workspace knows: those of the kit, those installed, and its own.

    Args:
        store: Where its own are kept.
        registry: All of them.
        root: The folder whose modules a class path may name.
    """

    def __init__(self, store: Store, registry: FlavorRegistry, root: Path) -> None:
        self._store = store
        self._registry = registry
        self._root = root

    def all(self, kind: ComponentType[Any] | None = None) -> list[FlavorRecord]:
        """The flavors there are, sorted by type and name; none is imported.

        Args:
            kind: Of which component type; of all by default.
        """
        return self._registry.records(kind.slug if kind else None)

    def get(self, kind: ComponentType[Any], name: str) -> type[StackComponent]:
        """The class of a flavor.

        Raises:
            FlavorNotFoundError: There is none of this name, or its class cannot be imported.
        """
        return self._registry.flavor(kind.slug, name)

    def record(self, kind: ComponentType[Any], name: str) -> FlavorRecord:
        """A flavor as it is listed.

        Raises:
            FlavorNotFoundError: There is none of this name; a similar one is suggested.
        """
        return self._registry.record(kind.slug, name)

    def failure(self, record: FlavorRecord) -> str:
        """Why a flavor cannot be used, in a line; empty where it can."""
        return self._registry.failure(record)

    def register(self, path: str, kind: ComponentType[Any] | None = None) -> FlavorRecord:
        """Import a class by its path, check it, and keep it as a flavor of this workspace.

        Args:
            path: `module.Class`: of a module in the workspace's root, or of any installed package.
            kind: The component type it is meant to be of.

        Raises:
            ImportPathError: There is no such class.
            FlavorDefinitionError: It is not right; everything that is wrong is named.
            NameTakenError: Another flavor of the type has its name.
            FlavorDriftError: Components of a flavor of this name are kept in another form of the same version.
        """
        from stackkit.core.component import type_of
        from stackkit.registry.check import load_flavor
        from stackkit.workspace.drift import remember

        try:
            flavor = load_flavor(path, self._root, kind=kind)
        except FlavorDefinitionError as error:
            raise self._with_name(error, path) from None
        record = FlavorRecord(type_of(flavor).slug, flavor.FLAVOR, path, "workspace", summary(flavor))
        taken = self._taken(record.type, record.name)
        if taken is not None:
            raise name_taken(taken, path)
        key = records.key(record.type, record.name)
        with self._store.write() as transaction:
            there = transaction.get(records.FLAVOR, key)
            if there is not None:
                raise name_taken(records.flavor_record(there), path)
            transaction.put(records.FLAVOR, key, records.encode({"path": path, "summary": record.summary}), revision=0)
            remember(transaction, flavor)
        return record

    def _with_name(self, error: FlavorDefinitionError, path: str) -> FlavorDefinitionError:
        """Say of a wrong class that its name is taken, too."""
        name, kind = getattr(error.flavor_class, "FLAVOR", ""), getattr(error.flavor_class, "TYPE", None)
        taken = self._taken(kind.slug, name) if isinstance(kind, ComponentType) else None
        more = () if taken is None else name_taken(taken, path).problems
        return FlavorDefinitionError(*error.problems, *more)

    def _taken(self, slug: str, name: str) -> FlavorRecord | None:
        return next((record for record in self._registry.records(slug) if record.name == name), None)

    def delete(self, kind: ComponentType[Any], name: str) -> None:
        """Forget a flavor that was registered in this workspace.

        Raises:
            FlavorNotFoundError: There is none of this name.
            InUseError: Components have it; they are named. Or it comes with the kit or an installed package.
        """
        from stackkit.workspace.drift import forget

        record = self._registry.record(kind.slug, name)
        if record.source != "workspace":
            what = f"the {kind.title} flavor {name} is {record.source}, not of this workspace"
            raise InUseError(Problem(what, remedy="only registered flavors can be deleted"))
        with self._store.write() as transaction:
            documents = transaction.list(records.COMPONENT, records.key(kind.slug, ""))
            users = [c.name for c in map(records.component_record, documents) if c.flavor == name]
            if users:
                what = f"the {kind.title} flavor {name} is used by {listed(users)}"
                raise InUseError(Problem(what, remedy=f"delete {'them' if len(users) > 1 else 'it'} first"))
            there = transaction.get(records.FLAVOR, records.key(kind.slug, name))
            if there is None:
                raise FlavorNotFoundError(Problem(f"the {kind.title} flavor {name} was deleted meanwhile"))
            transaction.delete(records.FLAVOR, there.key, revision=there.revision)
            forget(transaction, kind.slug, name)
        self._registry.refresh()
