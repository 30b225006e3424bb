"""The stacks of a workspace: named sets of its components, one of them the active one."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.registry.modules import ModuleFolder

from stackkit.components.alerter import ALERTER
from stackkit.components.artifact_store import ARTIFACT_STORE
from stackkit.components.secrets_manager import SecretGroup
from stackkit.core.reference import Reference
from stackkit.core.secret import Secret
from stackkit.errors import (
    ComponentNotFoundError,
    ConfigurationError,
    ConflictError,
    DocumentError,
    FlavorNotFoundError,
    InvalidStackError,
    NameTakenError,
    Problem,
    StackNotFoundError,
    StoreError,
)
from stackkit.flavors.alerter.console import ConsoleAlerter
from stackkit.flavors.artifact_store.local import LocalArtifactStore
from stackkit.flavors.secrets_manager.local import LocalSecretsManager
from stackkit.stack.stack import Stack
from stackkit.workspace import records
from stackkit.workspace.stacks import WorkspaceStacks
from stackkit.workspace.workspace import Workspace

from .example_flavors import RELAY, Inbox, Mailer, Relay, meanwhile
from .projects import documents, lines, only, unchanged

BOTH = {"alerter": "mail", "inbox": "box"}


@pytest.fixture
def filled(workspace: Workspace) -> Workspace:
    """A workspace that has components."""
    for component in (
        Mailer(name="mail", address="ada@example.org"),
        ConsoleAlerter(name="terminal"),
        Inbox(name="box"),
        Relay(name="to-mail", target=Reference("alerter", "mail")),
        Relay(name="needy", needs=("inbox", "artifact_store")),
    ):
        workspace.components.register(component)
    return workspace


class TestRegistering:
    def test_a_stack_is_composed_of_components_that_are_there(self, filled: Workspace) -> None:
        record = filled.stacks.register("laptop", BOTH)
        assert (record.name, record.components, record.revision) == ("laptop", BOTH, 1)
        assert filled.stacks.record("laptop") == record
        assert filled.stacks.all() == [record]
        stack = filled.stacks.get("laptop")
        assert stack == Stack(
            filled.components.get(ALERTER, "mail"), filled.components.get(filled.registry.token("inbox"), "box"), name="laptop"
        )

    def test_they_are_listed_by_name(self, filled: Workspace) -> None:
        for name in ("b", "a", "C"):
            filled.stacks.register(name, BOTH)
        assert [record.name for record in filled.stacks.all()] == ["C", "a", "b"]

    def test_a_name_that_is_taken_or_none_is_refused(self, filled: Workspace) -> None:
        filled.stacks.register("laptop", BOTH)
        with unchanged(filled), pytest.raises(NameTakenError) as taken:
            filled.stacks.register("laptop", BOTH, activate=True)
        assert only(taken.value) == Problem("the stack laptop exists already", remedy="choose another name, or update it")
        with unchanged(filled), pytest.raises(ConfigurationError, match='"a b" is no name for a stack; use up to 128 letters'):
            filled.stacks.register("a b", BOTH)

    def test_all_components_and_types_that_are_not_there_are_named(self, filled: Workspace) -> None:
        with unchanged(filled), pytest.raises(ComponentNotFoundError) as refused:
            filled.stacks.register("laptop", {"alerter": "mial", "artifact_store": "files", "alertr": "mail", "inbox": "box"})
        assert lines(refused.value) == [
            "there is no alerter mial; did you mean mail?",
            "there is no artifact store files; there are none",
            "there is no component type alertr; did you mean alerter?",
        ]

    def test_all_that_does_not_go_together_is_told(self, filled: Workspace) -> None:
        with unchanged(filled), pytest.raises(InvalidStackError) as refused:
            filled.stacks.register("laptop", {"alerter": "terminal", "relay": "to-mail"})
        remedy = "add the alerter mail to it"
        assert lines(refused.value) == [f"relay/to-mail.target: refers to alerter/mail, which is not in the stack; {remedy}"]
        with unchanged(filled), pytest.raises(InvalidStackError) as refused:
            filled.stacks.register("laptop", {"relay": "needy"})
        assert lines(refused.value) == [
            "relay/needy.needs: needs a component of the type inbox; add one",
            "relay/needy.needs: needs a component of the type artifact_store; add one",
        ]

    def test_an_empty_one_is_refused(self, filled: Workspace) -> None:
        with unchanged(filled), pytest.raises(InvalidStackError, match="laptop: has no components; add one"):
            filled.stacks.register("laptop", {})

    def test_secrets_that_are_missing_do_not_keep_it_from_being_registered(self, filled: Workspace, tmp_path: Path) -> None:
        filled.components.register(LocalSecretsManager(name="keys", path=str(tmp_path / "secrets")))
        filled.components.update(ALERTER, "mail", {"token": {"$secret": "smtp.token"}})
        filled.stacks.register("laptop", {"alerter": "mail", "secrets_manager": "keys"})
        assert filled.stacks.get("laptop").components[0] == filled.components.get(ALERTER, "mail")

    def test_a_component_that_was_deleted_meanwhile_is_not_in_it(self, filled: Workspace, again: Workspace) -> None:
        meanwhile.append(lambda: again.components.delete(filled.registry.token("inbox"), "box"))
        with pytest.raises(ComponentNotFoundError, match="there is no inbox box; there are none"):
            filled.stacks.register("laptop", BOTH)
        assert filled.stacks.all() == []

    def test_a_name_that_was_taken_meanwhile_is_refused(self, filled: Workspace, again: Workspace) -> None:
        meanwhile.append(lambda: again.stacks.register("laptop", {"alerter": "terminal"}))
        with pytest.raises(NameTakenError):
            filled.stacks.register("laptop", BOTH)
        assert filled.stacks.record("laptop").components == {"alerter": "terminal"}


class TestTaking:
    def test_a_stack_gives_its_components_their_secrets(self, filled: Workspace, tmp_path: Path) -> None:
        manager = LocalSecretsManager(name="keys", path=str(tmp_path / "secrets"))
        manager.register_secret(SecretGroup("smtp", {"token": "hunter2"}))
        filled.components.register(manager)
        filled.components.register(Mailer(name="guarded", address="x", token=Secret("smtp.token")))
        filled.stacks.register("laptop", {"alerter": "guarded", "secrets_manager": "keys"})
        taken = filled.stacks.get("laptop")[ALERTER]
        assert isinstance(taken, Mailer)
        assert taken.token is not None
        assert taken.token.reveal() == "hunter2"

    def test_all_components_that_cannot_be_had_are_named(self, filled: Workspace) -> None:
        file = ModuleFolder(filled.root).write_alerter("soon_gone", "Pigeon", "pigeon")
        filled.flavors.register("soon_gone.Pigeon")
        filled.components.register(filled.components.new(ALERTER, "p", "pigeon", {}))
        filled.stacks.register("laptop", {"alerter": "p", "inbox": "box"})
        del sys.modules["soon_gone"]
        file.unlink()
        with filled.store.write() as transaction:
            document = transaction.get(records.COMPONENT, "inbox/box")
            assert document is not None
            body = document.body.replace('"config":{', '"config":{"old":1,')
            transaction.put(records.COMPONENT, "inbox/box", body, revision=document.revision)
        with Workspace.open(filled.root) as other, pytest.raises(FlavorNotFoundError) as refused:
            other.stacks.get("laptop")
        told = [problem.where for problem in refused.value.problems]
        assert told == ["alerter/p.soon_gone.Pigeon", "inbox/box.config.old"]

    def test_a_configuration_that_does_not_fit_any_more_is_named(self, filled: Workspace) -> None:
        filled.stacks.register("laptop", BOTH)
        with filled.store.write() as transaction:
            document = transaction.get(records.COMPONENT, "alerter/mail")
            assert document is not None
            body = document.body.replace('"retries":3', '"retries":"3"')
            transaction.put(records.COMPONENT, "alerter/mail", body, revision=document.revision)
        with pytest.raises(DocumentError) as refused:
            filled.stacks.get("laptop")
        assert only(refused.value).where == "alerter/mail.config.retries"


def active(workspace: Workspace) -> str | None:
    """Asked anew: a checker takes a property for one that stays."""
    return workspace.stacks.active


class TestActive:
    def test_the_active_stack_is_the_one_that_is_meant_without_a_name(self, filled: Workspace, again: Workspace) -> None:
        assert active(filled) is None
        filled.stacks.register("one", BOTH, activate=True)
        filled.stacks.register("two", {"alerter": "terminal"})
        assert active(filled) == active(again) == "one"
        assert filled.stacks.get().name == "one"
        filled.stacks.activate("two")
        assert again.stacks.get()[ALERTER].name == "terminal"
        assert filled.stacks.get("one").name == "one"

    def test_without_one_it_says_how_to_choose(self, filled: Workspace) -> None:
        with pytest.raises(StackNotFoundError) as refused:
            filled.stacks.get()
        assert only(refused.value) == Problem("no stack is active", remedy="name one, or: stackkit stack set NAME")

    def test_the_empty_name_is_a_name(self, filled: Workspace) -> None:
        filled.stacks.register("one", BOTH, activate=True)
        with pytest.raises(StackNotFoundError, match="there is no stack ; there are one"):
            filled.stacks.get("")

    def test_it_follows_a_rename_and_ends_with_a_deletion(self, filled: Workspace) -> None:
        filled.stacks.register("one", BOTH, activate=True)
        filled.stacks.register("two", BOTH)
        filled.stacks.rename("one", "three")
        assert active(filled) == "three"
        filled.stacks.rename("two", "four")
        filled.stacks.delete("four")
        assert active(filled) == "three"
        filled.stacks.delete("three")
        assert active(filled) is None
        filled.stacks.register("three", BOTH)
        assert active(filled) is None

    def test_activating_can_be_repeated(self, filled: Workspace) -> None:
        filled.stacks.register("one", BOTH)
        for _ in range(3):
            filled.stacks.activate("one")
        assert active(filled) == "one"


ACTS: list[Callable[[WorkspaceStacks, str], object]] = [
    lambda stacks, name: stacks.record(name),
    lambda stacks, name: stacks.get(name),
    lambda stacks, name: stacks.activate(name),
    lambda stacks, name: stacks.update(name, {}),
    lambda stacks, name: stacks.remove_components(name, []),
    lambda stacks, name: stacks.rename(name, "x"),
    lambda stacks, name: stacks.copy(name, "x"),
    lambda stacks, name: stacks.delete(name),
]


@pytest.mark.parametrize("act", ACTS)
def test_what_is_not_there_is_named_with_a_similar_one(
    act: Callable[[WorkspaceStacks, str], object], filled: Workspace
) -> None:
    filled.stacks.register("laptop", BOTH)
    with unchanged(filled), pytest.raises(StackNotFoundError) as refused:
        act(filled.stacks, "labtop")
    assert only(refused.value) == Problem("there is no stack labtop", remedy="did you mean laptop?")


class TestUpdating:
    def test_components_are_exchanged_and_added_and_the_others_stay(self, filled: Workspace) -> None:
        filled.stacks.register("laptop", BOTH)
        record = filled.stacks.update("laptop", {"alerter": "terminal"})
        assert record.components == {"alerter": "terminal", "inbox": "box"}
        assert filled.stacks.record("laptop") == record
        assert filled.stacks.update("laptop", {"alerter": "mail", "relay": "to-mail"}).components == BOTH | {"relay": "to-mail"}

    def test_what_is_not_there_or_does_not_go_together_is_refused(self, filled: Workspace) -> None:
        filled.stacks.register("laptop", BOTH | {"relay": "to-mail"})
        with (
            unchanged(filled),
            pytest.raises(ComponentNotFoundError, match="there is no alerter gone; there are mail, terminal"),
        ):
            filled.stacks.update("laptop", {"alerter": "gone"})
        with unchanged(filled), pytest.raises(InvalidStackError, match=r"relay/to-mail\.target: refers to alerter/mail"):
            filled.stacks.update("laptop", {"alerter": "terminal"})

    def test_a_change_that_somebody_else_made_meanwhile_is_not_lost(self, filled: Workspace, again: Workspace) -> None:
        filled.stacks.register("laptop", BOTH | {"relay": "to-mail"})
        meanwhile.append(lambda: again.stacks.remove_components("laptop", ["relay"]))
        with pytest.raises(ConflictError) as refused:
            filled.stacks.update("laptop", {"inbox": "box"})
        assert only(refused.value) == Problem(
            "the stack laptop was changed by somebody else meanwhile; nothing was written",
            remedy="look at it, and repeat the change",
        )
        assert filled.stacks.record("laptop").components == BOTH


class TestRemovingComponents:
    def test_they_are_taken_out(self, filled: Workspace) -> None:
        filled.stacks.register("laptop", BOTH)
        assert filled.stacks.remove_components("laptop", ["inbox"]).components == {"alerter": "mail"}
        assert [record.name for record in filled.components.all()] == ["mail", "terminal", "box", "needy", "to-mail"]

    def test_all_that_it_has_not_are_named(self, filled: Workspace) -> None:
        filled.stacks.register("laptop", BOTH)
        with unchanged(filled), pytest.raises(ComponentNotFoundError) as refused:
            filled.stacks.remove_components("laptop", ["inbox", "artifact_store", "relay"])
        assert lines(refused.value) == [
            "the stack laptop has no artifact store; it has alerter, inbox",
            "the stack laptop has no relay; it has alerter, inbox",
        ]

    def test_one_that_others_need_stays_and_so_does_the_last(self, filled: Workspace) -> None:
        filled.stacks.register("laptop", BOTH | {"relay": "to-mail"})
        with unchanged(filled), pytest.raises(InvalidStackError, match="refers to alerter/mail, which is not in the stack"):
            filled.stacks.remove_components("laptop", ["alerter"])
        with unchanged(filled), pytest.raises(InvalidStackError, match="laptop: has no components"):
            filled.stacks.remove_components("laptop", ["alerter", "relay", "inbox"])


class TestRenamingAndCopying:
    def test_a_renamed_stack_is_the_same(self, filled: Workspace) -> None:
        filled.stacks.register("laptop", BOTH)
        record = filled.stacks.rename("laptop", "desktop")
        assert (record.name, record.components) == ("desktop", BOTH)
        assert filled.stacks.all() == [record]

    def test_a_copied_stack_stands_by_itself(self, filled: Workspace) -> None:
        filled.stacks.register("laptop", BOTH, activate=True)
        record = filled.stacks.copy("laptop", "desktop")
        assert (record.name, record.components) == ("desktop", BOTH)
        filled.stacks.update("desktop", {"alerter": "terminal"})
        assert filled.stacks.record("laptop").components == BOTH
        assert filled.stacks.active == "laptop"

    def test_a_name_that_is_taken_or_none_is_refused(self, filled: Workspace) -> None:
        filled.stacks.register("one", BOTH)
        filled.stacks.register("two", BOTH)
        for act in (filled.stacks.rename, filled.stacks.copy):
            for taken in ("one", "two"):
                with (
                    unchanged(filled),
                    pytest.raises(NameTakenError, match=f"the stack {taken} exists already; choose another"),
                ):
                    act("one", taken)
            with unchanged(filled), pytest.raises(ConfigurationError, match='"-x" is no name for a stack'):
                act("one", "-x")

    def test_one_that_became_wrong_can_be_renamed_and_not_copied(self, filled: Workspace) -> None:
        filled.stacks.register("laptop", BOTH | {"relay": "to-mail"})
        filled.components.update(RELAY, "to-mail", {"target": {"$component": "alerter/terminal"}})
        filled.stacks.rename("laptop", "desktop")
        with unchanged(filled), pytest.raises(InvalidStackError, match="refers to alerter/terminal"):
            filled.stacks.copy("desktop", "more")


def test_a_deleted_stack_leaves_its_components_and_nothing_else(filled: Workspace) -> None:
    before = documents(filled.store)
    filled.stacks.register("laptop", BOTH, activate=True)
    filled.stacks.delete("laptop")
    assert documents(filled.store) == before


def test_a_record_that_is_damaged_is_named(filled: Workspace) -> None:
    with filled.store.write() as transaction:
        transaction.put(records.STACK, "laptop", '{"components": ["mail"]}', revision=0)
    with pytest.raises(StoreError, match="stack laptop: is damaged; restore it from a backup"):
        filled.stacks.all()


def test_a_stack_of_the_kits_own_flavors_comes_up_in_any_order(workspace: Workspace, tmp_path: Path) -> None:
    workspace.components.register(LocalArtifactStore(name="files", path=str(tmp_path / "files")))
    workspace.components.register(ConsoleAlerter(name="terminal"))
    workspace.stacks.register("a", {"artifact_store": "files", "alerter": "terminal"})
    workspace.stacks.register("b", {"alerter": "terminal", "artifact_store": "files"})
    first, second = (workspace.stacks.get(name) for name in ("a", "b"))
    assert Stack(*first, name="x") == Stack(*second, name="x")
    assert first[ARTIFACT_STORE].path == str(tmp_path / "files")
