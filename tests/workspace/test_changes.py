"""Making a workspace match a file: the plan tells all that it does, and what it does is what was planned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from stackkit.components.alerter import ALERTER
from stackkit.core.reference import Reference
from stackkit.core.secret import Secret
from stackkit.errors import (
    ConflictError,
    FlavorNotFoundError,
    InvalidStackError,
    NameTakenError,
    StoreError,
)
from stackkit.flavors.alerter.console import ConsoleAlerter
from stackkit.serialization.formats.table import decode
from stackkit.workspace.changes import Change
from stackkit.workspace.workspace import Workspace

from .example_flavors import INBOX, RELAY, Inbox, Mailer, Relay
from .projects import documents, lines, path_of, unchanged

FILE = """
stackkit: 1
stack: laptop
components:
  - type: alerter
    flavor: mailer
    version: 1
    config: {name: mail, address: ada@example.org, token: {$secret: smtp.token}, retries: 5}
  - type: inbox
    flavor: inbox
    version: 1
    config: {name: box}
  - type: secrets_manager
    flavor: local
    version: 1
    config: {name: keys, path: /tmp/keys}
"""
NAMES = {"alerter": "mail", "inbox": "box", "secrets_manager": "keys"}


def file(**changes: object) -> dict[str, Any]:
    """The file, some of the alerter's fields given otherwise."""
    data: Any = decode(FILE, "yaml")
    data["components"][0]["config"] |= changes
    made: dict[str, Any] = data
    return made


def told(changes: list[Change]) -> list[tuple[str, str, str, tuple[str, ...]]]:
    return [(change.action, change.kind, change.name, change.details) for change in changes]


def apply(workspace: Workspace, data: object) -> list[Change]:
    changes = workspace.transfer.plan(data)
    workspace.transfer.apply(changes)
    return changes


class TestPlans:
    def test_what_is_not_there_is_created(self, workspace: Workspace) -> None:
        with unchanged(workspace):
            changes = workspace.transfer.plan(file())
        assert told(changes) == [
            ("create", "alerter", "mail", ()),
            ("create", "inbox", "box", ()),
            ("create", "secrets_manager", "keys", ()),
            ("create", "stack", "laptop", ()),
        ]
        workspace.transfer.apply(changes)
        assert workspace.stacks.record("laptop").components == NAMES
        mail = workspace.components.get(ALERTER, "mail")
        assert mail == Mailer(name="mail", uuid=mail.uuid, address="ada@example.org", token=Secret("smtp.token"), retries=5)

    def test_a_second_run_changes_nothing(self, workspace: Workspace) -> None:
        apply(workspace, file())
        with unchanged(workspace):
            changes = apply(workspace, file())
        assert told(changes) == [
            ("leave", "alerter", "mail", ()),
            ("leave", "inbox", "box", ()),
            ("leave", "secrets_manager", "keys", ()),
            ("leave", "stack", "laptop", ()),
        ]

    def test_what_differs_is_changed_and_each_difference_told(self, workspace: Workspace) -> None:
        apply(workspace, file())
        before = workspace.components.record(ALERTER, "mail")
        changes = apply(workspace, file(retries=7, tags=["a"], token=None, address="bob"))
        assert told(changes)[0] == (
            "change",
            "alerter",
            "mail",
            (
                'address: "ada@example.org" -> "bob"',
                "retries: 5 -> 7",
                'token: {"$secret":"smtp.token"} -> null',
                'tags: [] -> ["a"]',
            ),
        )
        assert [change.action for change in changes[1:]] == ["leave", "leave", "leave"]
        after = workspace.components.record(ALERTER, "mail")
        assert after.revision == before.revision + 1
        assert after.uuid == before.uuid

    def test_a_component_that_the_file_gives_no_uuid_keeps_its_own(self, workspace: Workspace) -> None:
        apply(workspace, file())
        uuid = workspace.components.record(ALERTER, "mail").uuid
        apply(workspace, file(retries=1))
        apply(workspace, file(retries=2))
        assert workspace.components.record(ALERTER, "mail").uuid == uuid

    def test_a_uuid_that_the_file_gives_is_taken(self, workspace: Workspace) -> None:
        apply(workspace, file())
        before = workspace.components.record(ALERTER, "mail").uuid
        given = str(uuid4())
        changes = apply(workspace, file(uuid=given))
        assert changes[0].details == (f'uuid: "{before}" -> "{given}"',)
        assert workspace.components.record(ALERTER, "mail").uuid == given
        workspace.components.register(Inbox(name="other", uuid=UUID(before)))  # which is free again

    def test_a_component_may_get_another_flavor(self, workspace: Workspace) -> None:
        workspace.components.register(ConsoleAlerter(name="mail"))
        uuid = workspace.components.record(ALERTER, "mail").uuid
        changes = apply(workspace, file())
        assert changes[0].action == "change"
        assert changes[0].details[:2] == ('flavor: "console" -> "mailer"', 'address: none -> "ada@example.org"')
        found = workspace.components.record(ALERTER, "mail")
        assert (found.flavor, found.uuid) == ("mailer", uuid)

    def test_components_of_the_stack_are_exchanged_and_taken_out_and_stay_in_the_workspace(self, workspace: Workspace) -> None:
        workspace.components.register(ConsoleAlerter(name="terminal"))
        workspace.components.register(Relay(name="relay"))
        workspace.stacks.register("laptop", {"alerter": "terminal", "relay": "relay"}, activate=True)
        changes = apply(workspace, file())
        assert told(changes)[-1] == (
            "change",
            "stack",
            "laptop",
            ("alerter: terminal -> mail", "relay: relay -> none", "inbox: none -> box", "secrets_manager: none -> keys"),
        )
        assert workspace.stacks.record("laptop").components == NAMES
        assert {"terminal", "relay"} < {record.name for record in workspace.components.all()}
        assert workspace.stacks.active == "laptop"

    def test_numbers_that_are_equal_and_written_otherwise_are_a_change(self, workspace: Workspace) -> None:
        apply(workspace, file(ratio=0.0))
        assert apply(workspace, file(ratio=-0.0))[0].details == ("ratio: 0.0 -> -0.0",)

    def test_the_order_of_the_components_does_not_matter(self, workspace: Workspace) -> None:
        apply(workspace, file())
        data = file()
        data["components"].reverse()
        with unchanged(workspace):
            assert {change.action for change in apply(workspace, data)} == {"leave"}

    def test_its_repr_leaves_out_what_is_written(self, workspace: Workspace) -> None:
        assert repr(workspace.transfer.plan(file())[-1]) == "Change(action='create', kind='stack', name='laptop', details=())"


class TestRefusals:
    def test_components_that_do_not_go_together_are_refused(self, workspace: Workspace) -> None:
        data = file()
        row = {"type": "relay", "flavor": "relay", "version": 1, "config": {"name": "r", "needs": ["artifact_store"]}}
        data["components"].append(row)
        with (
            unchanged(workspace),
            pytest.raises(InvalidStackError, match=r"relay/r\.needs: needs a component of the type artifact"),
        ):
            workspace.transfer.plan(data)

    def test_a_uuid_of_another_component_is_refused(self, workspace: Workspace) -> None:
        workspace.components.register(Inbox(name="crate", uuid=UUID(int=7)))
        data = file()
        data["components"][1]["config"]["uuid"] = str(UUID(int=7))
        with unchanged(workspace), pytest.raises(NameTakenError) as refused:
            workspace.transfer.plan(data)
        assert lines(refused.value) == ["inbox/box: its uuid is that of inbox/crate; leave the uuid out, and a new one is made"]

    def test_one_uuid_for_two_components_is_refused(self, workspace: Workspace) -> None:
        data = file(uuid=str(UUID(int=7)))
        data["components"][1]["config"]["uuid"] = str(UUID(int=7))
        with unchanged(workspace), pytest.raises(NameTakenError, match="alerter/mail: its uuid is that of inbox/box"):
            workspace.transfer.plan(data)

    def test_two_components_may_exchange_their_uuids(self, workspace: Workspace) -> None:
        apply(workspace, file())
        first, second = (workspace.components.record(kind, name).uuid for kind, name in ((ALERTER, "mail"), (INBOX, "box")))
        data = file(uuid=second)
        data["components"][1]["config"]["uuid"] = first
        apply(workspace, data)
        assert workspace.components.record(ALERTER, "mail").uuid == second
        assert workspace.components.record(INBOX, "box").uuid == first


WORK: list[tuple[Callable[[Workspace], object], list[str]]] = [
    (lambda other: other.components.update(ALERTER, "mail", {"retries": 9}), ["alerter mail"]),
    (lambda other: other.components.register(Inbox(name="box")), ["inbox box"]),
    (lambda other: other.components.delete(RELAY, "relay"), ["relay relay"]),
    (lambda other: other.stacks.delete("laptop"), ["stack laptop"]),
    (
        lambda other: [
            other.components.rename(ALERTER, "mail", "post"),
            other.components.register(Inbox(name="box")),
        ],
        ["alerter mail", "inbox box", "stack laptop"],
    ),
]


@pytest.mark.parametrize(("work", "named"), WORK)
def test_what_somebody_else_changed_since_the_plan_is_not_overwritten(
    work: Callable[[Workspace], object], named: list[str], workspace: Workspace, again: Workspace
) -> None:
    workspace.components.register(Mailer(name="mail", address="x"))
    workspace.components.register(Relay(name="relay"))
    workspace.stacks.register("laptop", {"alerter": "mail"})
    data = file()
    data["components"].append({"type": "relay", "flavor": "relay", "version": 1, "config": {"name": "relay"}})
    changes = workspace.transfer.plan(data)
    assert [change.action for change in changes] == ["change", "create", "create", "leave", "change"]
    work(again)
    with unchanged(workspace), pytest.raises(ConflictError) as refused:
        workspace.transfer.apply(changes)
    said = "was changed by somebody else meanwhile; nothing was written; plan again"
    assert lines(refused.value) == [f"the {name} {said}" for name in named]
    if named == ["stack laptop"]:  # it only takes another plan
        apply(workspace, data)
        assert workspace.stacks.record("laptop").components == NAMES | {"relay": "relay"}


def test_a_flavor_that_was_deleted_since_the_plan_is_not_used(workspace: Workspace, again: Workspace) -> None:
    changes = workspace.transfer.plan(file())
    again.flavors.delete(INBOX, "inbox")
    with unchanged(workspace), pytest.raises(FlavorNotFoundError, match="the inbox flavor inbox was deleted meanwhile"):
        workspace.transfer.apply(changes)
    again.flavors.register(path_of(Inbox))
    workspace.transfer.apply(changes)
    assert workspace.stacks.record("laptop").components == NAMES


def test_a_uuid_that_was_given_away_since_the_plan_is_not_used_twice(workspace: Workspace, again: Workspace) -> None:
    changes = workspace.transfer.plan(file(uuid=str(UUID(int=7))))
    again.components.register(Relay(name="relay", uuid=UUID(int=7)))
    with unchanged(workspace), pytest.raises(NameTakenError, match="alerter/mail: its uuid is that of relay/relay"):
        workspace.transfer.apply(changes)


def test_a_failure_in_the_middle_leaves_nothing_behind(workspace: Workspace) -> None:
    """The store refuses the last of four documents."""
    changes = workspace.transfer.plan(file())
    spoiled = [*changes[:-1], Change("create", "stack", "laptop", body="\ud800")]
    before = documents(workspace.store)
    with pytest.raises((StoreError, UnicodeEncodeError)):
        workspace.transfer.apply(spoiled)
    assert documents(workspace.store) == before


def test_a_component_that_was_written_before_its_flavor_got_a_field_is_left(workspace: Workspace) -> None:
    apply(workspace, file())
    with workspace.store.write() as transaction:
        document = transaction.get("component", "alerter/mail")
        assert document is not None
        body = document.body.replace(',"ratio":0.5', "")
        assert body != document.body
        transaction.put("component", "alerter/mail", body, revision=document.revision)
    with unchanged(workspace):
        assert {change.action for change in apply(workspace, file())} == {"leave"}


def test_references_in_a_file_are_to_its_own_components(workspace: Workspace) -> None:
    data = file()
    config = {"name": "relay", "target": {"$component": "alerter/mail"}}
    data["components"].append({"type": "relay", "flavor": "relay", "version": 1, "config": config})
    apply(workspace, data)
    assert workspace.stacks.get("laptop")[RELAY].target == Reference("alerter", "mail")
