"""Components are brought to the form that their flavors have now: all of them or none, after a backup."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import AbstractContextManager
from pathlib import Path

import attrs
import pytest

from stackkit.errors import DocumentError, StoreError
from stackkit.store.base import CanBackUp, Snapshot, Store, Transaction
from stackkit.store.sqlite import SqliteStore
from stackkit.workspace import records
from stackkit.workspace.workspace import Workspace

from .example_flavors import Mailer
from .projects import documents, path_of, unchanged
from .versioned_flavors import DEPOT, Depot, keep_old


@pytest.fixture
def depots(workspace: Workspace) -> Workspace:
    """A workspace with two components in an older form, and two in the present one."""
    workspace.flavors.register(path_of(Depot))
    keep_old(workspace, "old", "b/f")
    keep_old(workspace, "older", "c/g/h")
    workspace.components.register(Depot(name="new", bucket="b", folder="f"))
    workspace.components.register(Mailer(name="mail", address="ada@example.org"))
    return workspace


def backups(workspace: Workspace) -> list[Path]:
    return sorted((workspace.root / ".stackkit" / "backups").glob("*"))


def test_what_is_older_can_be_read_without_migrating(depots: Workspace) -> None:
    found = depots.components.get(DEPOT, "older")
    assert isinstance(found, Depot)
    assert (found.bucket, found.folder, found.limit) == ("c", "g/h", 5)
    assert depots.components.record(DEPOT, "older").version == 1


def test_a_plan_names_what_changes_and_writes_nothing(depots: Workspace) -> None:
    with unchanged(depots):
        plan = depots.migration.plan()
    assert [(upgrade.old.name, upgrade.old.version, upgrade.new.version) for upgrade in plan] == [
        ("old", 1, 2),
        ("older", 1, 2),
    ]
    assert plan[0].details == ('path: "b/f" -> none', 'bucket: none -> "b"', 'folder: none -> "f"', "limit: none -> 5")
    assert backups(depots) == []


def test_what_is_migrated_is_the_same_component_in_the_present_form(depots: Workspace) -> None:
    before = {record.name: record for record in depots.components.all()}
    loaded = {name: depots.components.load(record) for name, record in before.items()}
    done = depots.migration.run()
    assert [upgrade.new.name for upgrade in done.upgrades] == ["old", "older"]
    for record in depots.components.all():
        assert record.version == (1 if record.type == "alerter" else 2)
        assert record.uuid == before[record.name].uuid
        assert record.revision == before[record.name].revision + (record.name in ("old", "older"))
        assert depots.components.load(record) == loaded[record.name]


def test_migrating_again_does_nothing(depots: Workspace) -> None:
    depots.migration.run()
    with unchanged(depots):
        done = depots.migration.run()
    assert (done.upgrades, done.backup) == ([], None)
    assert len(backups(depots)) == 1


def test_the_backup_is_the_database_as_it_was(depots: Workspace) -> None:
    before = documents(depots.store)
    done = depots.migration.run()
    assert done.backup is not None
    assert backups(depots) == [done.backup]
    assert re.fullmatch(r"workspace-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{6}Z\.db", done.backup.name)
    assert done.backup.stat().st_mode & 0o077 == 0
    copy = SqliteStore(done.backup)
    assert documents(copy) == before
    copy.close()


def test_one_that_cannot_be_migrated_leaves_all_as_they_were(depots: Workspace) -> None:
    keep_old(depots, "broken", "bucket")
    keep_old(depots, "worse", "")
    with unchanged(depots), pytest.raises(DocumentError) as caught:
        depots.migration.run()
    lines = str(caught.value).splitlines()
    assert lines[0] == (
        "depot/broken.config: depot depot: the migration of broken from version 1 to 2 failed: "
        "ValueError: the path has no folder; mend Depot.MIGRATIONS"
    )
    assert [line.partition(".")[0] for line in lines] == ["depot/broken", "depot/worse"]
    assert backups(depots) == []
    with pytest.raises(DocumentError):
        depots.migration.plan()


def test_one_whose_flavor_is_gone_is_named(depots: Workspace) -> None:
    with depots.store.write() as transaction:
        there = transaction.get(records.FLAVOR, "alerter/mailer")
        assert there is not None
        transaction.delete(records.FLAVOR, there.key, revision=there.revision)
    depots.registry.refresh()
    with unchanged(depots), pytest.raises(DocumentError, match="alerter/mail"):
        depots.migration.run()


def test_no_backup_no_migration(depots: Workspace) -> None:
    (depots.root / ".stackkit" / "backups").write_text("in the way")
    with unchanged(depots), pytest.raises(StoreError, match="no copy can be written"):
        depots.migration.run()


@attrs.frozen
class Shared:
    """A store that has no way to copy itself."""

    inner: Store

    @property
    def url(self) -> str:
        return self.inner.url

    def read(self) -> AbstractContextManager[Snapshot]:
        return self.inner.read()

    def write(self) -> AbstractContextManager[Transaction]:
        return self.inner.write()

    def close(self) -> None:
        self.inner.close()


@pytest.fixture
def shared(depots: Workspace) -> Generator[Workspace]:
    with Workspace(depots.root, Shared(depots.store)) as workspace:
        yield workspace


def test_a_store_that_makes_no_copies_says_so(depots: Workspace, shared: Workspace) -> None:
    assert depots.migration.can_back_up
    assert not shared.migration.can_back_up
    done = shared.migration.run()
    assert (len(done.upgrades), done.backup) == (2, None)
    assert backups(depots) == []


def as_one_that_can(store: SqliteStore) -> CanBackUp:
    """A checker reports here when the class and the Protocol drift apart."""
    return store


def test_a_component_of_an_older_form_is_changed_renamed_and_copied_as_any_other(depots: Workspace) -> None:
    depots.components.rename(DEPOT, "old", "ancient")
    depots.components.copy(DEPOT, "ancient", "twin")
    changed = depots.components.update(DEPOT, "ancient", {"limit": 7})
    assert (changed.version, changed.config["bucket"], changed.config["limit"]) == (2, "b", 7)
    assert depots.components.record(DEPOT, "twin").version == 2
    assert [upgrade.old.name for upgrade in depots.migration.plan()] == ["older"]
