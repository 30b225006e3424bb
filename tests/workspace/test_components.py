"""The components of a workspace: kept under a name that is free, changed whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, assert_type
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.registry.modules import ModuleFolder

from stackkit.components.alerter import ALERTER, Alerter
from stackkit.components.artifact_store import ARTIFACT_STORE
from stackkit.core.component_type import ComponentType
from stackkit.core.reference import Reference
from stackkit.core.secret import Secret
from stackkit.errors import (
    ComponentNotFoundError,
    ConfigurationError,
    ConflictError,
    DocumentError,
    FlavorNotFoundError,
    InUseError,
    NameTakenError,
    NotSerializableError,
    Problem,
    StoreError,
)
from stackkit.flavors.alerter.console import ConsoleAlerter
from stackkit.serialization.document import dump_component
from stackkit.workspace import records
from stackkit.workspace.components import WorkspaceComponents
from stackkit.workspace.records import NAME
from stackkit.workspace.workspace import Workspace

from .example_flavors import INBOX, RELAY, Console, Inbox, Mailer, Postbox, Relay, meanwhile
from .projects import documents, lines, only, path_of, unchanged


@pytest.fixture
def mailer(workspace: Workspace) -> Mailer:
    """A component that is kept."""
    mailer = Mailer(name="mail", address="ada@example.org")
    workspace.components.register(mailer)
    return mailer


class TestRegistering:
    def test_a_component_is_found_by_its_type_and_name(self, workspace: Workspace, mailer: Mailer) -> None:
        found = workspace.components.get(ALERTER, "mail")
        assert_type(found, Alerter)
        assert found == mailer
        record = workspace.components.record(ALERTER, "mail")
        assert (record.type, record.name, record.flavor, record.version) == ("alerter", "mail", "mailer", 1)
        assert (record.uuid, record.revision) == (str(mailer.uuid), 1)
        assert record.config["address"] == "ada@example.org"
        assert workspace.components.load(record) == mailer

    def test_its_record_is_given(self, workspace: Workspace) -> None:
        record = workspace.components.register(ConsoleAlerter(name="terminal"))
        assert record == workspace.components.record(ALERTER, "terminal")
        assert record.revision == 1

    def test_all_of_them_are_listed_by_type_and_name(self, workspace: Workspace) -> None:
        for component in (Inbox(name="z"), Mailer(name="b", address="x"), Relay(name="r"), ConsoleAlerter(name="a")):
            workspace.components.register(component)
        listed = [(record.type, record.name) for record in workspace.components.all()]
        assert listed == [("alerter", "a"), ("alerter", "b"), ("inbox", "z"), ("relay", "r")]
        assert [record.name for record in workspace.components.all(ALERTER)] == ["a", "b"]
        assert workspace.components.all(ARTIFACT_STORE) == []

    def test_a_type_whose_slug_another_begins_with_does_not_list_the_others(self, workspace: Workspace) -> None:
        workspace.components.register(ConsoleAlerter(name="a"))
        assert workspace.components.all(ComponentType[Any]("alert")) == []

    @pytest.mark.parametrize("name", ["", ".hidden", "-x", "a/b", "a b", "ä", "x" * 129, "a\n", "\x1b[31m", "name:1"])
    def test_a_name_that_cannot_be_typed_is_refused(self, name: str, workspace: Workspace) -> None:
        with unchanged(workspace), pytest.raises(ConfigurationError) as refused:
            workspace.components.register(ConsoleAlerter(name=name))
        problem = only(refused.value)
        assert problem.remedy == "use up to 128 letters, digits, - _ and . (not first)"
        assert problem.what.endswith('" is no name for an alerter')
        assert len(problem.what) < 200

    def test_a_name_that_is_taken_is_refused(self, workspace: Workspace, mailer: Mailer) -> None:
        with unchanged(workspace), pytest.raises(NameTakenError) as refused:
            workspace.components.register(ConsoleAlerter(name=mailer.name))
        assert only(refused.value) == Problem("there is an alerter mail already", remedy="choose another name, or update it")
        workspace.components.register(Inbox(name=mailer.name))  # of another type

    def test_a_uuid_that_another_component_has_is_refused(self, workspace: Workspace, mailer: Mailer) -> None:
        with unchanged(workspace), pytest.raises(NameTakenError) as refused:
            workspace.components.register(Inbox(name="box", uuid=mailer.uuid))
        assert only(refused.value) == Problem(
            "its uuid is that of alerter/mail", where="inbox/box", remedy="leave the uuid out, and a new one is made"
        )

    def test_a_uuid_is_free_again_when_its_component_is_gone(self, workspace: Workspace, mailer: Mailer) -> None:
        workspace.components.rename(ALERTER, "mail", "post")
        with pytest.raises(NameTakenError, match="its uuid is that of alerter/post"):
            workspace.components.register(mailer)
        workspace.components.delete(ALERTER, "post")
        workspace.components.register(mailer)

    def test_a_flavor_that_is_not_known_is_refused(self, workspace: Workspace) -> None:
        workspace.flavors.delete(RELAY, "relay")
        with unchanged(workspace), pytest.raises(FlavorNotFoundError, match="there is no component type relay"):
            workspace.components.register(Relay(name="r"))

    def test_a_component_of_another_class_than_its_flavor_is_refused(self, workspace: Workspace) -> None:
        with unchanged(workspace), pytest.raises(DocumentError) as refused:
            workspace.components.register(Console(name="loud"))
        assert [problem.where for problem in refused.value.problems] == ["config.volume"]

    def test_a_plain_secret_is_refused_and_not_told(self, workspace: Workspace) -> None:
        with unchanged(workspace), pytest.raises(NotSerializableError) as refused:
            workspace.components.register(Mailer(name="m", address="x", token=Secret.plain("hunter2")))
        assert only(refused.value).where == "config.token"
        assert "hunter2" not in str(refused.value)

    def test_text_that_cannot_be_stored_is_refused(self, workspace: Workspace) -> None:
        with unchanged(workspace), pytest.raises(NotSerializableError) as refused:
            workspace.components.register(Mailer(name="m", address="\ud800"))
        assert only(refused.value).where == "config.address"


class TestConfiguring:
    def test_a_component_is_made_of_builtins_and_not_kept(self, workspace: Workspace) -> None:
        with unchanged(workspace):
            made = workspace.components.new(ALERTER, "m", "mailer", {"address": "x", "token": {"$secret": "a.b"}})
        assert isinstance(made, Mailer)
        assert made == Mailer(name="m", address="x", token=Secret("a.b"), uuid=made.uuid)

    def test_every_mistake_of_a_configuration_is_named(self, workspace: Workspace) -> None:
        with pytest.raises(DocumentError) as refused:
            workspace.components.new(ALERTER, "m", "mailer", {"retries": "many", "adress": "x", "tags": [1]})
        assert {problem.where for problem in refused.value.problems} == {
            "config.adress",
            "config.address",
            "config.retries",
            "config.tags[0]",
        }

    def test_a_secret_given_in_the_clear_is_not_told(self, workspace: Workspace) -> None:
        with pytest.raises(DocumentError) as refused:
            workspace.components.new(ALERTER, "m", "mailer", {"address": "x", "token": "hunter2"})
        assert "hunter2" not in str(refused.value)

    def test_an_unknown_flavor_is_named_with_a_similar_one(self, workspace: Workspace) -> None:
        with pytest.raises(FlavorNotFoundError, match="there is no alerter flavor mailr; did you mean mailer"):
            workspace.components.new(ALERTER, "m", "mailr", {})

    def test_another_name_in_the_configuration_is_refused(self, workspace: Workspace) -> None:
        with pytest.raises(ConfigurationError) as refused:
            workspace.components.new(ALERTER, "m", "console", {"name": "n"})
        assert only(refused.value) == Problem(
            "is not changed with the configuration", where="config.name", remedy="leave it out"
        )
        assert workspace.components.new(ALERTER, "m", "console", {"name": "m", "uuid": str(UUID(int=5))}).uuid == UUID(int=5)


ACTS: list[Callable[[WorkspaceComponents, str], object]] = [
    lambda components, name: components.record(ALERTER, name),
    lambda components, name: components.get(ALERTER, name),
    lambda components, name: components.update(ALERTER, name, {}),
    lambda components, name: components.remove_fields(ALERTER, name, []),
    lambda components, name: components.rename(ALERTER, name, "x"),
    lambda components, name: components.copy(ALERTER, name, "x"),
    lambda components, name: components.delete(ALERTER, name),
]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.usefixtures("mailer")
def test_what_is_not_there_is_named_with_a_similar_one(
    act: Callable[[WorkspaceComponents, str], object], workspace: Workspace
) -> None:
    with unchanged(workspace), pytest.raises(ComponentNotFoundError) as refused:
        act(workspace.components, "mal")
    assert only(refused.value) == Problem("there is no alerter mal", remedy="did you mean mail?")


def test_where_no_name_is_similar_the_first_ones_are_named(workspace: Workspace) -> None:
    with pytest.raises(ComponentNotFoundError, match="there is no alerter q; there are none"):
        workspace.components.record(ALERTER, "q")
    for number in range(14):
        workspace.components.register(ConsoleAlerter(name=f"bell{number:02}"))
    with pytest.raises(ComponentNotFoundError, match=r"there is no alerter q; there are bell00, .*, bell11 and 2 more$"):
        workspace.components.record(ALERTER, "q")


class TestUpdating:
    def test_what_is_given_changes_and_the_rest_stays(self, workspace: Workspace, mailer: Mailer) -> None:
        record = workspace.components.update(ALERTER, "mail", {"retries": 7, "tags": ["a"]})
        assert workspace.components.get(ALERTER, "mail") == mailer.replace(retries=7, tags=["a"])
        assert record == workspace.components.record(ALERTER, "mail")
        assert record.revision == 2

    def test_every_mistake_is_named_and_nothing_written(self, workspace: Workspace, mailer: Mailer) -> None:
        with unchanged(workspace), pytest.raises(DocumentError) as refused:
            workspace.components.update(ALERTER, mailer.name, {"retries": "x", "color": "red"})
        assert {problem.where for problem in refused.value.problems} == {"config.retries", "config.color"}

    @pytest.mark.parametrize(
        ("changes", "problems"),
        [
            (
                {"name": "post"},
                ["config.name: is not changed with the configuration; rename it: stackkit alerter rename mail NEW"],
            ),
            ({"uuid": str(UUID(int=1))}, ["config.uuid: is not changed with the configuration; leave it out"]),
        ],
    )
    def test_its_name_and_uuid_stay(
        self, changes: dict[str, object], problems: list[str], workspace: Workspace, mailer: Mailer
    ) -> None:
        with unchanged(workspace), pytest.raises(ConfigurationError) as refused:
            workspace.components.update(ALERTER, mailer.name, changes)
        assert lines(refused.value) == problems

    def test_they_may_be_given_as_they_are(self, workspace: Workspace, mailer: Mailer) -> None:
        workspace.components.update(ALERTER, "mail", {"name": "mail", "uuid": str(mailer.uuid), "retries": 1})
        assert workspace.components.get(ALERTER, "mail") == mailer.replace(retries=1)

    def test_a_change_that_somebody_else_made_meanwhile_is_not_lost(
        self, workspace: Workspace, again: Workspace, mailer: Mailer
    ) -> None:
        meanwhile.append(lambda: again.components.update(ALERTER, "mail", {"retries": 8}))
        with pytest.raises(ConflictError) as refused:
            workspace.components.update(ALERTER, "mail", {"retries": 9})
        assert only(refused.value) == Problem(
            "the component alerter/mail was changed by somebody else meanwhile; nothing was written",
            remedy="look at it, and repeat the change",
        )
        assert workspace.components.get(ALERTER, "mail") == mailer.replace(retries=8)

    def test_one_that_somebody_else_deleted_meanwhile_does_not_come_back(
        self, workspace: Workspace, again: Workspace, mailer: Mailer
    ) -> None:
        meanwhile.append(lambda: again.components.delete(ALERTER, "mail"))
        with pytest.raises(ConflictError):
            workspace.components.update(ALERTER, mailer.name, {"retries": 9})
        assert workspace.components.all() == []


class TestRemovingFields:
    def test_they_are_set_back_to_their_defaults(self, workspace: Workspace, mailer: Mailer) -> None:
        workspace.components.update(ALERTER, "mail", {"retries": 7, "ratio": 1.5, "token": {"$secret": "smtp.token"}})
        workspace.components.remove_fields(ALERTER, "mail", ["retries", "token"])
        assert workspace.components.get(ALERTER, "mail") == mailer.replace(token=None, ratio=1.5)

    def test_all_that_are_unknown_or_cannot_go_are_named(self, workspace: Workspace, mailer: Mailer) -> None:
        with unchanged(workspace), pytest.raises(ComponentNotFoundError) as refused:
            workspace.components.remove_fields(ALERTER, mailer.name, ["retris", "name", "uuid", "zzz"])
        assert lines(refused.value) == [
            "mail: the name of a component cannot be removed",
            "mail: the uuid of a component cannot be removed",
            "mail: there is no field retris to remove; did you mean retries?",
            "mail: there is no field zzz to remove; there are address, ratio, retries, tags, token",
        ]

    def test_one_without_a_default_stays(self, workspace: Workspace, mailer: Mailer) -> None:
        with unchanged(workspace), pytest.raises(DocumentError, match=r"config\.address: is missing"):
            workspace.components.remove_fields(ALERTER, mailer.name, ["address"])


class TestRenaming:
    def test_it_is_the_same_component_under_another_name(self, workspace: Workspace, mailer: Mailer) -> None:
        record = workspace.components.rename(ALERTER, "mail", "post")
        assert workspace.components.get(ALERTER, "post") == mailer.replace(name="post")
        assert record == workspace.components.record(ALERTER, "post")
        assert [each.name for each in workspace.components.all()] == ["post"]

    def test_the_stacks_that_have_it_follow(self, workspace: Workspace, mailer: Mailer) -> None:
        workspace.components.register(Inbox(name=mailer.name))
        workspace.stacks.register("one", {"alerter": "mail", "inbox": "mail"})
        workspace.stacks.register("two", {"inbox": "mail"})
        workspace.components.rename(ALERTER, "mail", "post")
        assert [dict(stack.components) for stack in workspace.stacks.all()] == [
            {"alerter": "post", "inbox": "mail"},
            {"inbox": "mail"},
        ]
        assert workspace.stacks.get("one")[ALERTER].name == "post"

    def test_the_components_that_refer_to_it_follow(self, workspace: Workspace, mailer: Mailer) -> None:
        workspace.components.register(Relay(name="r", target=Reference("alerter", "mail")))
        other = Relay(name="s", target=Reference("inbox", "mail"))
        workspace.components.register(other)
        text = '{"$component":"alerter/mail"}'
        workspace.components.register(Mailer(name="quoting", address=text, tags=[text]))
        workspace.stacks.register("one", {"alerter": mailer.name, "relay": "r"})
        workspace.components.rename(ALERTER, "mail", "post")
        assert workspace.components.record(RELAY, "r").config["target"] == {"$component": "alerter/post"}
        assert workspace.components.get(RELAY, "s") == other
        quoting = workspace.components.record(ALERTER, "quoting").config
        assert (quoting["address"], quoting["tags"]) == (text, [text])
        assert len(workspace.stacks.get("one")) == 2

    def test_a_name_that_is_taken_or_none_is_refused(self, workspace: Workspace, mailer: Mailer) -> None:
        workspace.components.register(ConsoleAlerter(name="terminal"))
        for taken in ("terminal", "mail"):
            with unchanged(workspace), pytest.raises(NameTakenError, match=f"there is an alerter {taken} already; choose"):
                workspace.components.rename(ALERTER, mailer.name, taken)
        with unchanged(workspace), pytest.raises(ConfigurationError, match='"a/b" is no name for an alerter'):
            workspace.components.rename(ALERTER, mailer.name, "a/b")

    def test_it_needs_no_flavor_that_can_be_imported(self, workspace: Workspace) -> None:
        file = ModuleFolder(workspace.root).write_alerter("vanishing", "Pigeon", "pigeon")
        workspace.flavors.register("vanishing.Pigeon")
        workspace.components.register(workspace.components.new(ALERTER, "p", "pigeon", {}))
        file.unlink()
        with Workspace.open(workspace.root) as other:
            other.components.rename(ALERTER, "p", "q")
            assert [record.name for record in other.components.all()] == ["q"]


class TestCopying:
    def test_a_copy_has_its_own_name_and_uuid(self, workspace: Workspace, mailer: Mailer) -> None:
        record = workspace.components.copy(ALERTER, "mail", "post")
        copied = workspace.components.load(record)
        assert copied == mailer.replace(name="post", uuid=copied.uuid)
        assert copied.uuid != mailer.uuid
        assert workspace.components.get(ALERTER, "mail") == mailer

    def test_its_uuid_may_be_given(self, workspace: Workspace, mailer: Mailer) -> None:
        uuid = uuid4()
        assert workspace.components.copy(ALERTER, "mail", "post", uuid=uuid).uuid == str(uuid)
        with unchanged(workspace), pytest.raises(NameTakenError, match="its uuid is that of alerter/mail"):
            workspace.components.copy(ALERTER, "mail", "more", uuid=mailer.uuid)

    def test_a_name_that_is_taken_or_none_is_refused(self, workspace: Workspace, mailer: Mailer) -> None:
        with unchanged(workspace), pytest.raises(NameTakenError, match="there is an alerter mail already"):
            workspace.components.copy(ALERTER, "mail", mailer.name)
        with unchanged(workspace), pytest.raises(ConfigurationError, match='"" is no name for an alerter'):
            workspace.components.copy(ALERTER, "mail", "")


class TestDeleting:
    def test_it_is_gone_and_leaves_nothing(self, workspace: Workspace) -> None:
        workspace.components.register(ConsoleAlerter(name="other"))  # of which the flavor's shape stays
        before = documents(workspace.store)
        workspace.components.register(ConsoleAlerter(name="terminal"))
        workspace.components.delete(ALERTER, "terminal")
        assert documents(workspace.store) == before

    def test_one_that_stacks_have_stays_and_they_are_named(self, workspace: Workspace, mailer: Mailer) -> None:
        workspace.stacks.register("one", {"alerter": mailer.name})
        with unchanged(workspace), pytest.raises(InUseError) as refused:
            workspace.components.delete(ALERTER, "mail")
        assert only(refused.value) == Problem(
            "the alerter mail is used by the stack one", remedy="take it out of it first: stackkit stack remove-component"
        )
        workspace.stacks.register("two", {"alerter": "mail"})
        with unchanged(workspace), pytest.raises(InUseError) as refused:
            workspace.components.delete(ALERTER, "mail")
        assert only(refused.value).what == "the alerter mail is used by the stacks one, two"
        workspace.stacks.delete("one")
        workspace.stacks.delete("two")
        workspace.components.delete(ALERTER, "mail")


class TestOlderForms:
    """A component that was written when its flavor had another form."""

    @pytest.fixture
    def old(self, workspace: Workspace) -> Postbox:
        uuid = UUID(int=3)
        workspace.flavors.register(path_of(Postbox))
        workspace.components.register(Postbox(name="box", uuid=uuid))
        body = f'{{"type":"inbox","flavor":"postbox","version":1,"config":{{"name":"box","uuid":"{uuid}","colour":"blue"}}}}'
        with workspace.store.write() as transaction:
            transaction.put(records.COMPONENT, "inbox/box", body, revision=1)
        return Postbox(name="box", uuid=uuid, color="blue")

    def test_it_is_read_as_its_flavor_is_now(self, workspace: Workspace, old: Postbox) -> None:
        assert workspace.components.get(INBOX, "box") == old
        assert workspace.components.record(INBOX, "box").version == 1

    def test_it_is_changed_in_the_form_of_now(self, workspace: Workspace, old: Postbox) -> None:
        assert workspace.components.update(INBOX, "box", {"height": 2}).version == 2
        assert workspace.components.get(INBOX, "box") == old.replace(height=2)
        workspace.components.remove_fields(INBOX, "box", ["color"])
        assert workspace.components.get(INBOX, "box") == old.replace(height=2, color="red")

    def test_a_field_of_now_can_be_removed_from_it(self, workspace: Workspace, old: Postbox) -> None:
        workspace.components.remove_fields(INBOX, "box", ["color"])
        assert workspace.components.get(INBOX, "box") == old.replace(color="red")

    def test_it_is_renamed_copied_and_used(self, workspace: Workspace, old: Postbox) -> None:
        workspace.stacks.register("laptop", {"inbox": "box"})
        assert workspace.components.rename(INBOX, "box", "crate").version == 1
        copied = workspace.components.load(workspace.components.copy(INBOX, "crate", "more"))
        assert copied == old.replace(name="more", uuid=copied.uuid)
        assert workspace.stacks.get("laptop").get(INBOX) == old.replace(name="crate")

    def test_a_file_of_either_form_leaves_it_as_it_is(self, workspace: Workspace, old: Postbox) -> None:
        workspace.stacks.register("laptop", {"inbox": "box"})
        exported = workspace.transfer.export("laptop")
        current = {"stackkit": 1, "stack": "laptop", "components": [dump_component(old)]}
        for data in (exported, current):
            assert [change.action for change in workspace.transfer.plan(data)] == ["leave", "leave"]


class TestDamage:
    @pytest.mark.parametrize(
        "body",
        [
            "{",
            "[]",
            "[" * 100_000,
            "{}",
            '{"type":"alerter","flavor":"console","version":1,"config":[]}',
            '{"type":"alerter","flavor":"console","version":"1","config":{"name":"x"}}',
            '{"type":"alerter","flavor":"console","version":1,"config":{}}',
            '{"type":"alerter","flavor":"console","version":1,"config":{"name":"other"}}',
            '{"type":"inbox","flavor":"inbox","version":1,"config":{"name":"x"}}',
        ],
    )
    def test_a_record_that_is_damaged_is_named(self, body: str, workspace: Workspace) -> None:
        with workspace.store.write() as transaction:
            transaction.put(records.COMPONENT, "alerter/x", body, revision=0)
        for look in (workspace.components.all, lambda: workspace.components.record(ALERTER, "x")):
            with pytest.raises(StoreError) as refused:
                look()
            assert only(refused.value) == Problem("is damaged", where="component alerter/x", remedy="restore it from a backup")

    def test_a_configuration_that_does_not_fit_any_more_is_told_when_it_is_loaded(self, workspace: Workspace) -> None:
        body = '{"type":"alerter","flavor":"mailer","version":1,"config":{"name":"x","old":1}}'
        with workspace.store.write() as transaction:
            transaction.put(records.COMPONENT, "alerter/x", body, revision=0)
        assert workspace.components.record(ALERTER, "x").config == {"name": "x", "old": 1}
        with pytest.raises(DocumentError) as refused:
            workspace.components.get(ALERTER, "x")
        assert {problem.where for problem in refused.value.problems} == {"config.old", "config.address"}


@given(st.text(max_size=10) | st.from_regex(NAME, fullmatch=True))
def test_a_name_is_refused_or_can_be_typed_and_written_as_a_key(name: str) -> None:
    if NAME.fullmatch(name):
        records.check_name(name, "stack")
        assert not set(name) & set("/ '\"$&|;<>()`\\*?[]{}!#~=%")
        assert name.isascii()
        assert name.isprintable()
        assert not name.startswith(("-", ".", "_"))
    else:
        with pytest.raises(ConfigurationError) as refused:
            records.check_name(name, "stack")
        assert str(refused.value).isprintable()
