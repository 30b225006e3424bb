"""Stacks that travel from one workspace to another: whole or not at all, and without their secrets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from stackkit.components.alerter import ALERTER
from stackkit.components.secrets_manager import SecretGroup
from stackkit.core.reference import Reference
from stackkit.core.secret import Secret
from stackkit.errors import (
    ConfigurationError,
    DocumentError,
    InvalidStackError,
    NameTakenError,
    NewerDocumentError,
    StackkitError,
    StackNotFoundError,
)
from stackkit.flavors.alerter.console import ConsoleAlerter
from stackkit.flavors.secrets_manager.local import LocalSecretsManager
from stackkit.serialization.formats.table import decode, encode
from stackkit.workspace.importing import Rename
from stackkit.workspace.workspace import Workspace

from .example_flavors import INBOX, RELAY, Inbox, Mailer, Relay, meanwhile
from .projects import lines, unchanged

ALL = {"alerter": "mail", "inbox": "box", "relay": "relay", "secrets_manager": "keys"}


@pytest.fixture
def filled(workspace: Workspace, tmp_path: Path) -> Workspace:
    """A workspace with a stack."""
    manager = LocalSecretsManager(name="keys", path=str(tmp_path / "secrets"))
    manager.register_secret(SecretGroup("smtp", {"token": "hunter2"}))
    for component in (
        Mailer(name="mail", address="ada@example.org", token=Secret("smtp.token"), tags=["ä", "b"]),
        Inbox(name="box"),
        Relay(name="relay", target=Reference("alerter", "mail"), needs=("inbox",)),
        manager,
    ):
        workspace.components.register(component)
    workspace.stacks.register("laptop", ALL)
    return workspace


def answers(given: Mapping[tuple[str, str], str]) -> tuple[Rename, list[tuple[str, str]]]:
    """Somebody who is asked for names, and what was asked."""
    asked: list[tuple[str, str]] = []

    def rename(what: str, name: str) -> str | None:
        asked.append((what, name))
        return given.get((what, name))

    return rename, asked


class TestRoundTrip:
    @pytest.mark.parametrize("format_name", ["json", "yaml"])
    def test_a_stack_is_equal_in_the_other_workspace(self, format_name: str, filled: Workspace, elsewhere: Workspace) -> None:
        data = decode(encode(filled.transfer.export("laptop"), format_name), format_name)
        record = elsewhere.transfer.bring_in(data)
        assert (record.name, record.components) == ("laptop", ALL)
        assert elsewhere.stacks.record("laptop") == record
        assert elsewhere.stacks.get("laptop") == filled.stacks.get("laptop")
        assert elsewhere.transfer.export("laptop") == filled.transfer.export("laptop")
        assert elsewhere.stacks.active is None

    def test_it_works_there_and_has_its_secrets(self, filled: Workspace, elsewhere: Workspace) -> None:
        elsewhere.transfer.bring_in(filled.transfer.export("laptop"))
        taken = elsewhere.stacks.get("laptop")[ALERTER]
        assert isinstance(taken, Mailer)
        assert taken.token is not None
        assert taken.token.reveal() == "hunter2"

    def test_a_document_holds_references_to_secrets_and_no_values(self, filled: Workspace) -> None:
        filled.stacks.get("laptop")[ALERTER]
        text = encode(filled.transfer.export("laptop"), "json")
        assert b"smtp.token" in text
        assert b"hunter2" not in text

    def test_what_is_not_there_cannot_be_exported(self, filled: Workspace) -> None:
        with pytest.raises(StackNotFoundError, match="there is no stack labtop; did you mean laptop"):
            filled.transfer.export("labtop")


class TestReuse:
    def test_a_component_that_is_there_already_is_used_as_it_is(self, filled: Workspace, elsewhere: Workspace) -> None:
        box = filled.components.get(INBOX, "box")
        assert isinstance(box, Inbox)
        elsewhere.components.register(box)
        before = elsewhere.components.record(INBOX, "box")
        elsewhere.transfer.bring_in(filled.transfer.export("laptop"))
        assert elsewhere.components.record(INBOX, "box").revision == before.revision
        assert elsewhere.stacks.get("laptop") == filled.stacks.get("laptop")

    def test_one_that_the_document_gives_no_uuid_is_the_one_that_is_there(
        self, filled: Workspace, elsewhere: Workspace
    ) -> None:
        data: Any = filled.transfer.export("laptop")
        for row in data["components"]:
            del row["config"]["uuid"]
        elsewhere.components.register(Inbox(name="box"))
        before = elsewhere.components.record(INBOX, "box")
        elsewhere.transfer.bring_in(data)
        assert elsewhere.components.record(INBOX, "box") == before

    def test_a_stack_is_imported_once(self, filled: Workspace) -> None:
        with unchanged(filled), pytest.raises(NameTakenError) as refused:
            filled.transfer.bring_in(filled.transfer.export("laptop"))
        assert lines(refused.value) == ["there is a stack laptop already; import it under another name (--rename)"]

    def test_under_another_name_it_has_the_same_components(self, filled: Workspace) -> None:
        rename, asked = answers({("stack", "laptop"): "desktop"})
        before = filled.components.all()
        record = filled.transfer.bring_in(filled.transfer.export("laptop"), rename=rename)
        assert asked == [("stack", "laptop")]
        assert (record.name, record.components) == ("desktop", ALL)
        assert filled.components.all() == before

    def test_one_that_is_equal_and_written_otherwise_is_another(self, filled: Workspace, elsewhere: Workspace) -> None:
        data: Any = filled.transfer.export("laptop")
        mail = filled.components.get(ALERTER, "mail")
        assert isinstance(mail, Mailer)
        elsewhere.components.register(mail.replace(ratio=-0.0))
        data["components"][0]["config"]["ratio"] = 0.0
        with unchanged(elsewhere), pytest.raises(NameTakenError, match="there is another alerter mail already"):
            elsewhere.transfer.bring_in(data)


class TestClashes:
    @pytest.fixture
    def clashing(self, elsewhere: Workspace) -> Workspace:
        """A workspace in which names are taken."""
        elsewhere.components.register(ConsoleAlerter(name="mail"))
        elsewhere.components.register(Inbox(name="box"))
        elsewhere.stacks.register("laptop", {"inbox": "box"})
        return elsewhere

    def test_all_names_that_are_taken_are_named(self, filled: Workspace, clashing: Workspace) -> None:
        with unchanged(clashing), pytest.raises(NameTakenError) as refused:
            clashing.transfer.bring_in(filled.transfer.export("laptop"))
        remedy = "import it under another name (--rename)"
        assert lines(refused.value) == [
            f"there is another alerter mail already; {remedy}",
            f"there is another inbox box already; {remedy}",
            f"there is a stack laptop already; {remedy}",
        ]

    def test_whoever_is_asked_gives_other_names_and_references_follow(self, filled: Workspace, clashing: Workspace) -> None:
        given = {("alerter", "mail"): "mail-2", ("inbox", "box"): "box-2", ("stack", "laptop"): "laptop-2"}
        rename, asked = answers(given)
        record = clashing.transfer.bring_in(filled.transfer.export("laptop"), rename=rename)
        assert asked == list(given)
        assert record.components == ALL | {"alerter": "mail-2", "inbox": "box-2"}
        stack = clashing.stacks.get("laptop-2")
        relay = stack[RELAY]
        assert relay.target == Reference("alerter", "mail-2")
        original = filled.components.get(ALERTER, "mail")
        assert isinstance(original, Mailer)
        renamed = stack[ALERTER]
        assert isinstance(renamed, Mailer)
        assert renamed == original.replace(name="mail-2", uuid=renamed.uuid)
        assert renamed.uuid != original.uuid
        assert clashing.stacks.record("laptop").components == {"inbox": "box"}

    def test_another_name_that_is_taken_too_is_asked_for_again(self, filled: Workspace, clashing: Workspace) -> None:
        clashing.components.register(Inbox(name="second"))
        rename, asked = answers(
            {("alerter", "mail"): "m", ("inbox", "box"): "second", ("inbox", "second"): "third", ("stack", "laptop"): "l"}
        )
        assert clashing.transfer.bring_in(filled.transfer.export("laptop"), rename=rename).components["inbox"] == "third"
        assert ("inbox", "second") in asked

    @pytest.mark.parametrize("answer", [None, "box"])
    def test_whoever_gives_up_or_insists_changes_nothing(
        self, answer: str | None, filled: Workspace, clashing: Workspace
    ) -> None:
        rename, _ = answers(
            {("alerter", "mail"): "m", ("stack", "laptop"): "l"} | ({("inbox", "box"): answer} if answer else {})
        )
        with unchanged(clashing), pytest.raises(NameTakenError) as refused:
            clashing.transfer.bring_in(filled.transfer.export("laptop"), rename=rename)
        assert lines(refused.value) == ["there is another inbox box already; import it under another name (--rename)"]

    def test_a_name_that_is_none_is_refused(self, filled: Workspace, clashing: Workspace) -> None:
        rename, _ = answers({("alerter", "mail"): "a/b"})
        with unchanged(clashing), pytest.raises(ConfigurationError, match='"a/b" is no name for an alerter'):
            clashing.transfer.bring_in(filled.transfer.export("laptop"), rename=rename)

    def test_a_component_that_is_there_under_another_name_is_told(self, filled: Workspace, elsewhere: Workspace) -> None:
        box = filled.components.get(INBOX, "box")
        assert isinstance(box, Inbox)
        elsewhere.components.register(box.replace(name="crate"))
        with unchanged(elsewhere), pytest.raises(NameTakenError) as refused:
            elsewhere.transfer.bring_in(filled.transfer.export("laptop"))
        remedy = "import it under another name (--rename)"
        assert lines(refused.value) == [f"the inbox box is here already, as inbox/crate; {remedy}"]
        rename, _ = answers({("inbox", "box"): "box-2"})
        record = elsewhere.transfer.bring_in(filled.transfer.export("laptop"), rename=rename)
        assert elsewhere.components.record(INBOX, record.components["inbox"]).uuid != str(box.uuid)

    def test_a_name_that_was_taken_while_somebody_was_asked_is_refused(self, filled: Workspace, clashing: Workspace) -> None:
        def rename(what: str, name: str) -> str:
            if what == "alerter":
                clashing.components.register(Inbox(name="box-2"))  # nothing is kept locked meanwhile
                return "mail-2"
            if what == "stack":
                clashing.components.register(ConsoleAlerter(name="mail-2"))
            return f"{name}-3"

        with pytest.raises(NameTakenError, match="there is an alerter mail-2 already"):
            clashing.transfer.bring_in(filled.transfer.export("laptop"), rename=rename)
        assert [stack.name for stack in clashing.stacks.all()] == ["laptop"]
        assert {record.name for record in clashing.components.all(INBOX)} == {"box", "box-2"}

    def test_a_stack_that_appeared_meanwhile_is_not_replaced(self, filled: Workspace, elsewhere: Workspace) -> None:
        data = filled.transfer.export("laptop")
        elsewhere.components.register(Inbox(name="other"))
        meanwhile.append(lambda: elsewhere.stacks.register("laptop", {"inbox": "other"}))
        with pytest.raises(NameTakenError, match="there is a stack laptop already"):
            elsewhere.transfer.bring_in(data)
        assert elsewhere.stacks.record("laptop").components == {"inbox": "other"}
        assert [record.name for record in elsewhere.components.all()] == ["other"]


def _newer(data: dict[str, Any]) -> None:
    data["stackkit"] = 2


def _newer_component(data: dict[str, Any]) -> None:
    data["components"][0]["version"] = 99


def _truncated(data: dict[str, Any]) -> None:
    data["components"].pop(0)


def _unknown_flavor(data: dict[str, Any]) -> None:
    data["components"][0]["flavor"] = "os:system"


def _import_path(data: dict[str, Any]) -> None:
    data["components"][0]["flavor"] = f"{__name__}:Never"


def _escaping_name(data: dict[str, Any]) -> None:
    data["stack"] = "../../etc/passwd"


def _escaping_component(data: dict[str, Any]) -> None:
    data["components"][1]["config"]["name"] = "box/../alerter"


def _plain_secret(data: dict[str, Any]) -> None:
    data["components"][0]["config"]["token"] = "hunter2"


def _foreign_uuid(data: dict[str, Any]) -> None:
    data["components"][1]["config"]["uuid"] = data["components"][0]["config"]["uuid"]


HOSTILE: list[tuple[Callable[[dict[str, Any]], None], type[StackkitError], str]] = [
    (_newer, NewerDocumentError, "stackkit: has form 2, known is 1; install a newer stackkit"),
    (_newer_component, NewerDocumentError, r"components\[0\]\.version: "),
    (_truncated, InvalidStackError, "relay/relay.target: refers to alerter/mail, which is not in the stack"),
    (_unknown_flavor, DocumentError, r"components\[0\]: there is no alerter flavor os:system"),
    (_import_path, DocumentError, r"components\[0\]: there is no alerter flavor "),
    (_escaping_name, ConfigurationError, '"../../etc/passwd" is no name for a stack'),
    (_escaping_component, ConfigurationError, '"box/../alerter" is no name for an inbox'),
    (_plain_secret, DocumentError, r"components\[0\]\.config\.token: "),
    (_foreign_uuid, NameTakenError, "inbox/box: its uuid is that of alerter/mail"),
]


@pytest.mark.parametrize(("spoil", "error", "said"), HOSTILE)
def test_a_document_that_is_hostile_broken_or_newer_saves_nothing(
    spoil: Callable[[dict[str, Any]], None], error: type[StackkitError], said: str, filled: Workspace, elsewhere: Workspace
) -> None:
    data = filled.transfer.export("laptop")
    spoil(data)
    with unchanged(elsewhere), pytest.raises(error, match=said) as refused:
        elsewhere.transfer.bring_in(data)
    assert "hunter2" not in str(refused.value)
    with unchanged(elsewhere), pytest.raises(StackkitError):
        elsewhere.transfer.apply(elsewhere.transfer.plan(data))


def test_a_document_may_be_written_by_hand(elsewhere: Workspace) -> None:
    text = """
    stackkit: 1
    stack: laptop
    components:
      - {type: alerter, flavor: mailer, version: 1, config: {name: mail, address: ada@example.org}}
      - {type: inbox, flavor: inbox, version: 1, config: {name: box}}
    """
    assert elsewhere.transfer.bring_in(decode(text, "yaml")).components == {"alerter": "mail", "inbox": "box"}
    mail = elsewhere.stacks.get("laptop")[ALERTER]
    assert mail == Mailer(name="mail", address="ada@example.org", uuid=mail.uuid)
    assert isinstance(mail.uuid, UUID)


def test_all_names_of_a_document_that_are_none_are_named(filled: Workspace, elsewhere: Workspace) -> None:
    data: Any = filled.transfer.export("laptop")
    data["stack"] = ""
    data["components"][1]["config"] |= {"name": ".", "uuid": str(uuid4())}
    with unchanged(elsewhere), pytest.raises(ConfigurationError) as refused:
        elsewhere.transfer.bring_in(data)
    assert [line.partition(" for ")[0] for line in lines(refused.value)] == ['"" is no name', '"." is no name']
