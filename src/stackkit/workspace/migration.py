"""Bringing the components of a workspace to the form that their flavors have now; they can be read without it, too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import attrs

from stackkit.errors import DocumentError, Problem, StackkitError
from stackkit.registry.registry import FlavorRegistry
from stackkit.serialization.document import Envelope, dump_component
from stackkit.store.base import CanBackUp, Snapshot, Store
from stackkit.workspace import component_records, records
from stackkit.workspace.location import FOLDER
from stackkit.workspace.records import ComponentRecord

BACKUPS: Final = "backups"
"""The folder in `.stackkit` that holds copies of the database, each named by its time."""


@attrs.frozen
class Upgrade:
    """What migrating does with one component.

    Args:
        old: The component as it is kept.
        new: As it will be.
    """

    old: ComponentRecord
    new: ComponentRecord

    @property
    def details(self) -> tuple[str, ...]:
        """What changes in its configuration, each in a line: `path: "a" -> none`."""
        before, after = self.old.config, self.new.config
        shown = {field: (_shown(before, field), _shown(after, field)) for field in {**before, **after}}
        return tuple(f"{field}: {old} -> {new}" for field, (old, new) in shown.items() if old != new)


def _shown(config: Mapping[str, object], field: str) -> str:
    return records.encode(config[field]) if field in config else "none"


@attrs.frozen
class Migrated:
    """What was migrated.

    Args:
        upgrades: The components that were changed.
        backup: The copy of the database as it was before; None where nothing was to do, or the store makes no copies.
    """

    upgrades: Sequence[Upgrade]
    backup: Path | None


class WorkspaceMigration:
    """Brings components to the form that their flavors have now.

    Args:
        store: Where they are kept.
        registry: Their flavors.
        root: The workspace's folder.
    """

    def __init__(self, store: Store, registry: FlavorRegistry, root: Path) -> None:
        self._store = store
        self._registry = registry
        self._root = root

    @property
    def can_back_up(self) -> bool:
        """Whether a copy of the database is made first; a shared server's is made by whoever runs it."""
        return isinstance(self._store, CanBackUp)

    def plan(self) -> list[Upgrade]:
        """What migrating would change; nothing is written.

        Raises:
            DocumentError: Components cannot be migrated; each is named, with the step that fails.
        """
        with self._store.read() as snapshot:
            return self._upgrades(snapshot)

    def run(self) -> Migrated:
        """Migrate all components that are older than their flavors, in one transaction, after a backup.

        Raises:
            DocumentError: Components cannot be migrated; each is named, with the step that fails. Nothing was written.
            StoreError: The backup or the components cannot be written. Everything is as it was.
        """
        with self._store.write() as transaction:
            upgrades = self._upgrades(transaction)
            backup = self._back_up() if upgrades else None  # of what others see: this transaction has changed nothing yet
            for upgrade in upgrades:
                component_records.rewrite(transaction, upgrade.new, self._registry, revision=upgrade.old.revision)
        return Migrated(upgrades, backup)

    def _back_up(self) -> Path | None:
        if not isinstance(self._store, CanBackUp):
            return None
        moment = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S.%fZ")
        file = self._root / FOLDER / BACKUPS / f"workspace-{moment}.db"
        self._store.back_up(file)
        return file

    def _upgrades(self, snapshot: Snapshot) -> list[Upgrade]:
        upgrades: list[Upgrade] = []
        problems: list[Problem] = []
        for record in map(records.component_record, snapshot.list(records.COMPONENT)):
            try:
                new = self._current(record)
            except StackkitError as error:
                problems.extend(problem.under(record.key) for problem in error.problems)
            else:
                upgrades += [Upgrade(record, new)] if new is not None else []
        if problems:
            raise DocumentError(*problems)
        return upgrades

    def _current(self, record: ComponentRecord) -> ComponentRecord | None:
        """A component's record in its flavor's form; None where it has it."""
        flavor = self._registry.flavor(record.type, record.flavor)
        if record.version == flavor.VERSION:
            return None
        component = Envelope.read(record.document).load(flavor)
        return ComponentRecord.of(dump_component(component), record.revision)
