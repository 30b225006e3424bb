"""`stackkit stack …`: composing stacks."""

from __future__ import annotations

import pytest
from tests.cli.command_line import CommandLine


def test_a_stack_is_composed_and_made_the_active_one(composed: CommandLine) -> None:
    answer = composed.done("stack register other --artifact-store spare --secrets-manager vault --set")
    assert answer.out == "stack other registered, and active\n"
    assert composed.done("stack get").out == "other\n"


def test_stacks_are_listed_with_their_components(composed: CommandLine) -> None:
    composed.done("stack register small -a spare")
    lines = composed.done("stack list").out.splitlines()
    assert lines[0].split() == ["STACK", "ACTIVE", "ARTIFACT", "STORE", "SECRETS", "MANAGER"]
    assert [line.split() for line in lines[1:]] == [["main", "yes", "prod", "vault"], ["small", "no", "spare", "-"]]


def test_stacks_are_listed_as_json(composed: CommandLine) -> None:
    assert composed.done("stack list --output json").json == [
        {"stack": "main", "active": True, "artifact_store": "prod", "secrets_manager": "vault"}
    ]


def test_without_stacks_the_list_is_empty_and_says_what_to_do(stackkit: CommandLine) -> None:
    answer = stackkit("stack list")
    assert (answer.status, answer.out) == (0, "")
    assert "stackkit stack register NAME" in answer.err
    assert stackkit.done("stack list --output json").json == []


def test_a_description_shows_the_components(composed: CommandLine) -> None:
    assert composed.done("stack describe main").out.split("\n\n")[1].splitlines()[1:] == [
        "artifact store   prod",
        "secrets manager  vault",
    ]
    assert composed.done("stack describe --output json").json == {
        "stack": "main",
        "components": {"artifact_store": "prod", "secrets_manager": "vault"},
        "revision": 1,
    }


def test_a_stack_is_made_the_active_one(composed: CommandLine) -> None:
    composed.done("stack copy main other")
    assert composed.done("stack set other").out == "stack other is active\n"
    assert composed.done("stack get").out == "other\n"


def test_components_are_exchanged_and_taken_out(composed: CommandLine) -> None:
    assert composed.done("stack update main -a spare").out == "stack main updated: artifact store\n"
    assert composed.done("stack describe --output json").json["components"]["artifact_store"] == "spare"
    assert composed.done("stack remove-component main secrets-manager").out == "stack main: secrets manager taken out\n"
    assert composed.done("stack describe --output json").json["components"] == {"artifact_store": "spare"}


def test_a_stack_is_renamed_copied_and_deleted(composed: CommandLine) -> None:
    composed.done("stack rename main best")
    assert composed.done("stack get").out == "best\n"
    composed.done("stack copy best second")
    composed.done("stack delete best --yes")
    assert [row["stack"] for row in composed.done("stack list --output json").json] == ["second"]
    assert composed.done("artifact-store list --output json").json[0]["active"] is False


def test_deleting_without_a_terminal_needs_yes(composed: CommandLine) -> None:
    assert "Delete the stack main?" in composed.refused("stack delete main", stdin="y\n", status=2)


@pytest.mark.parametrize(
    "command",
    [
        "describe man",
        "set man",
        "update man -a prod",
        "remove-component man alerter",
        "rename man x",
        "copy man x",
        "delete man --yes",
        "validate man",
        "up man",
        "down man",
        "export man",
    ],
)
def test_an_unknown_stack_gets_a_suggestion(composed: CommandLine, command: str) -> None:
    assert composed.refused(f"stack {command}") == "there is no stack man; did you mean main?"


@pytest.mark.parametrize("command", ["get", "describe", "validate", "up", "down"])
def test_without_an_active_stack_one_is_to_be_named(custom: CommandLine, command: str) -> None:
    assert custom.refused(f"stack {command}") == "no stack is active; name one, or: stackkit stack set NAME"


class TestRefusedStacks:
    def test_an_unknown_component_is_answered_with_those_there_are(self, composed: CommandLine) -> None:
        message = composed.refused("stack register other -a nope")
        assert message == "there is no artifact store nope; there are prod, spare"

    def test_all_unknown_components_are_named(self, composed: CommandLine) -> None:
        message = composed.refused("stack register other -a nope --alerter nobody")
        assert message.splitlines() == [
            "there is no artifact store nope; there are prod, spare",
            "there is no alerter nobody; there are none",
        ]

    def test_two_components_of_one_type(self, composed: CommandLine) -> None:
        message = composed.refused("stack register other -a prod --artifact-store spare", status=2)
        assert message.startswith("a stack has at most one component of a type; given more than once: artifact store")

    def test_a_stack_of_nothing(self, composed: CommandLine) -> None:
        assert "has no components" in composed.refused("stack register other")

    def test_taking_the_last_component_out(self, composed: CommandLine) -> None:
        assert "has no components" in composed.refused("stack remove-component main artifact-store secrets-manager")

    def test_a_name_that_is_taken(self, composed: CommandLine) -> None:
        assert "main" in composed.refused("stack register main -a prod")
        composed.done("stack copy main other")
        assert "other" in composed.refused("stack rename main other")
        assert "other" in composed.refused("stack copy main other")

    def test_secrets_without_a_secrets_manager(self, composed: CommandLine) -> None:
        composed.done("artifact-store update prod", "--password=${db.password}")
        message = composed.refused("stack register other -a prod")
        assert message.startswith("artifact_store/prod.password: ")
        assert "secrets manager" in message

    def test_a_misspelt_option(self, composed: CommandLine) -> None:
        message = composed.refused("stack register other --artifact-stor prod", status=2)
        assert "--artifact-store" in message.splitlines()[0]

    def test_nothing_to_update(self, composed: CommandLine) -> None:
        assert "give at least one component" in composed.refused("stack update main", status=2)

    def test_a_component_that_the_stack_has_not(self, composed: CommandLine) -> None:
        assert "has no alerter; it has artifact store, secrets manager" in composed.refused(
            "stack remove-component main alerter"
        )

    @pytest.mark.parametrize("name", ["two words", "../up", "a\x1b[31mb", "a" * 200])
    def test_a_name_that_cannot_be_typed(self, composed: CommandLine, name: str) -> None:
        assert "is no name for a stack" in composed.refused("stack register -a prod", name)
