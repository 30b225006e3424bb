"""The flavors of a workspace: registered by their path, listed without being imported, forgotten unless they are used."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.registry.modules import ModuleFolder

from stackkit.components.alerter import ALERTER
from stackkit.components.artifact_store import ARTIFACT_STORE
from stackkit.errors import (
    FlavorDefinitionError,
    FlavorNotFoundError,
    ImportPathError,
    InUseError,
    NameTakenError,
    Problem,
    StoreError,
)
from stackkit.flavors.alerter.console import ConsoleAlerter
from stackkit.registry.registry import FlavorRecord
from stackkit.workspace import records
from stackkit.workspace.workspace import Workspace

from .example_flavors import INBOX, RELAY, Console, Mailer, Relay
from .projects import lines, only, path_of, unchanged


@pytest.fixture
def modules(workspace: Workspace) -> ModuleFolder:
    return ModuleFolder(workspace.root)


class TestRegistering:
    def test_a_class_of_a_module_in_the_root_becomes_a_flavor(self, workspace: Workspace, modules: ModuleFolder) -> None:
        modules.write_alerter("my_alerts", "Pigeon", "pigeon", summary="Flies.")
        record = workspace.flavors.register("my_alerts.Pigeon", ALERTER)
        assert record == FlavorRecord("alerter", "pigeon", "my_alerts.Pigeon", "workspace", "Flies.")
        assert workspace.flavors.record(ALERTER, "pigeon") == record
        assert record in workspace.flavors.all()
        assert workspace.flavors.get(ALERTER, "pigeon").__name__ == "Pigeon"
        assert workspace.flavors.failure(record) == ""

    def test_it_is_there_for_others_at_once_and_when_the_workspace_is_opened_again(
        self, workspace: Workspace, again: Workspace, modules: ModuleFolder
    ) -> None:
        assert "pigeon" not in [record.name for record in again.flavors.all()]
        modules.write_alerter("my_alerts", "Pigeon", "pigeon")
        workspace.flavors.register("my_alerts.Pigeon")
        assert again.flavors.get(ALERTER, "pigeon").__name__ == "Pigeon"
        with Workspace.open(workspace.root) as reopened:
            assert reopened.flavors.all() == workspace.flavors.all() == again.flavors.all()

    def test_a_type_that_only_its_flavors_have_is_one_of_the_workspace(self, workspace: Workspace) -> None:
        assert [entry.slug for entry in workspace.registry.types()][-2:] == ["inbox", "relay"]
        assert workspace.registry.token("relay") == RELAY
        assert [record.name for record in workspace.flavors.all(RELAY)] == ["relay"]

    def test_a_class_that_is_not_there_is_refused(self, workspace: Workspace, modules: ModuleFolder) -> None:
        modules.write_alerter("my_alerts", "Pigeon", "pigeon")
        with unchanged(workspace), pytest.raises(ImportPathError) as refused:
            workspace.flavors.register("my_alert.Pigeon")
        assert only(refused.value) == Problem(
            "there is no module my_alert", where="my_alert.Pigeon", remedy="did you mean my_alerts?"
        )

    def test_a_wrong_class_is_refused_with_everything_that_is_wrong_its_name_included(
        self, workspace: Workspace, modules: ModuleFolder
    ) -> None:
        text = """
        from typing import ClassVar
        from stackkit.components.alerter import BaseAlerter
        class Wrong(BaseAlerter):
            FLAVOR: ClassVar[str] = "console"
            retries = 5
        """
        file = modules.write("my_wrongs", text)
        with unchanged(workspace), pytest.raises(FlavorDefinitionError) as refused:
            workspace.flavors.register("my_wrongs.Wrong", ARTIFACT_STORE)
        told = lines(refused.value)
        assert [line.partition(";")[0] for line in told] == [
            f"{file}:6: Wrong.retries: has no annotation",
            f"{file}:4: Wrong: does not define ask, post",
            f"{file}:4: Wrong: is of the type alerter, not artifact store",
            "there is an alerter flavor console already: stackkit.flavors.alerter.console:ConsoleAlerter (built-in)",
        ]

    def test_a_class_of_another_type_is_refused(self, workspace: Workspace) -> None:
        with unchanged(workspace), pytest.raises(FlavorDefinitionError, match="is of the type alerter, not artifact store"):
            workspace.flavors.register(path_of(Console), ARTIFACT_STORE)

    @pytest.mark.parametrize(
        ("flavor", "remedy"),
        [(Console, "give your class another FLAVOR"), (ConsoleAlerter, "it is this class: use it")],
    )
    def test_a_name_that_is_taken_is_refused(self, flavor: type[ConsoleAlerter], remedy: str, workspace: Workspace) -> None:
        with unchanged(workspace), pytest.raises(NameTakenError) as refused:
            workspace.flavors.register(path_of(flavor))
        what = "there is an alerter flavor console already: stackkit.flavors.alerter.console:ConsoleAlerter (built-in)"
        assert only(refused.value) == Problem(what, remedy=remedy)

    def test_a_name_that_was_taken_meanwhile_is_refused(self, workspace: Workspace, again: Workspace) -> None:
        again.flavors.delete(INBOX, "inbox")
        path = "tests.workspace.example_flavors:Inbox"
        again.flavors.register(path)
        with unchanged(workspace), pytest.raises(NameTakenError) as refused:
            workspace.flavors.register(path.replace(":", "."))
        what = f"there is an inbox flavor inbox already: {path} (workspace)"
        assert only(refused.value) == Problem(what, remedy="it is this class: use it")


class TestListing:
    def test_a_broken_flavor_stays_listed_with_its_reason(self, workspace: Workspace, modules: ModuleFolder) -> None:
        modules.write_alerter("fleeting", "Pigeon", "pigeon")
        record = workspace.flavors.register("fleeting.Pigeon")
        with Workspace.open(workspace.root) as other:
            modules.write("fleeting", "class Pigeon: ...")
            del sys.modules["fleeting"]
            assert record in other.flavors.all()
            assert "the flavor pigeon is broken: is not a stack component" in other.flavors.failure(record)
            with pytest.raises(FlavorNotFoundError):
                other.flavors.get(ALERTER, "pigeon")

    def test_an_unknown_flavor_is_named_with_a_similar_one(self, workspace: Workspace) -> None:
        for look in (workspace.flavors.record, workspace.flavors.get, workspace.flavors.delete):
            with unchanged(workspace), pytest.raises(FlavorNotFoundError) as refused:
                look(ALERTER, "mailr")
            assert only(refused.value) == Problem("there is no alerter flavor mailr", remedy="did you mean mailer?")

    def test_a_record_that_is_damaged_is_named(self, workspace: Workspace) -> None:
        with workspace.store.write() as transaction:
            transaction.put(records.FLAVOR, "alerter/x", '{"path": 5}', revision=0)
        with pytest.raises(StoreError, match="flavor alerter/x: is damaged; restore it from a backup"):
            workspace.flavors.all()


class TestDeleting:
    def test_a_registered_flavor_is_forgotten(self, workspace: Workspace, again: Workspace) -> None:
        assert again.flavors.record(ALERTER, "mailer").path == path_of(Mailer)
        workspace.flavors.delete(ALERTER, "mailer")
        for each in (workspace, again):
            assert [record.name for record in each.flavors.all(ALERTER)] == ["console"]
        workspace.flavors.register(path_of(Mailer))

    def test_one_that_comes_with_the_kit_stays(self, workspace: Workspace) -> None:
        with unchanged(workspace), pytest.raises(InUseError) as refused:
            workspace.flavors.delete(ALERTER, "console")
        assert only(refused.value) == Problem(
            "the alerter flavor console is built-in, not of this workspace", remedy="only registered flavors can be deleted"
        )

    def test_one_that_components_have_stays_and_they_are_named(self, workspace: Workspace) -> None:
        workspace.components.register(Mailer(name="a", address="x"))
        self._assert_used(workspace, "a", "delete it first")
        workspace.components.register(Mailer(name="b", address="x"))
        workspace.components.register(ConsoleAlerter(name="c"))
        self._assert_used(workspace, "a, b", "delete them first")

    def _assert_used(self, workspace: Workspace, names: str, remedy: str) -> None:
        with unchanged(workspace), pytest.raises(InUseError) as refused:
            workspace.flavors.delete(ALERTER, "mailer")
        assert only(refused.value) == Problem(f"the alerter flavor mailer is used by {names}", remedy=remedy)

    def test_a_component_that_another_process_still_can_make_is_refused_once_its_flavor_is_gone(
        self, workspace: Workspace, again: Workspace
    ) -> None:
        component = Relay(name="r")
        assert again.flavors.get(RELAY, "relay") is Relay
        workspace.flavors.delete(RELAY, "relay")
        with unchanged(workspace), pytest.raises(FlavorNotFoundError) as refused:
            again.components.register(component)
        assert only(refused.value) == Problem("the relay flavor relay was deleted meanwhile", remedy="register it")

    def test_one_that_another_process_deleted_is_gone(self, workspace: Workspace, again: Workspace) -> None:
        assert again.flavors.record(RELAY, "relay").name == "relay"
        workspace.flavors.delete(RELAY, "relay")
        with unchanged(workspace), pytest.raises(FlavorNotFoundError, match="the relay flavor relay was deleted meanwhile"):
            again.flavors.delete(RELAY, "relay")


def test_a_workspace_in_a_folder_that_is_on_the_path_finds_its_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    ModuleFolder(tmp_path).write_alerter("on_the_path", "Pigeon", "pigeon")
    with Workspace.init(tmp_path) as workspace:
        assert workspace.flavors.register("on_the_path.Pigeon").name == "pigeon"
