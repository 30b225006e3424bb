"""`stackkit TYPE …`: components from listing to deleting, and their states."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.command_line import CommandLine
from tests.cli.sources import ALERTER

UUID_LENGTH = 36


@pytest.fixture
def belled(composed: CommandLine) -> CommandLine:
    """With an alerter `ring` of a flavor that has states, in no stack."""
    (composed.folder / "bell").mkdir()
    composed.write("bells.py", ALERTER)
    composed.done("alerter flavor register bells.Bell")
    composed.done(f"alerter register ring --flavor=bell --folder={composed.folder}/bell")
    return composed


def states(folder: Path) -> set[str]:
    return {file.name for file in (folder / "bell").iterdir()}


class TestList:
    def test_components_are_listed_with_the_active_one_marked(self, composed: CommandLine) -> None:
        rows = composed.done("artifact-store list").rows
        assert [(row[0], row[1], row[3]) for row in rows] == [("prod", "custom", "yes"), ("spare", "local", "no")]

    def test_components_are_listed_as_json(self, composed: CommandLine) -> None:
        first, second = composed.done("artifact-store list --output json").json
        assert (first["name"], first["flavor"], first["active"]) == ("prod", "custom", True)
        assert second["active"] is False
        assert len(first["uuid"]) == UUID_LENGTH

    def test_nothing_is_listed_as_an_empty_array_and_nothing_else(self, stackkit: CommandLine) -> None:
        assert stackkit.done("alerter list --output json").out == "[]\n"

    def test_nothing_is_listed_with_what_to_do(self, stackkit: CommandLine) -> None:
        answer = stackkit("alerter list")
        assert (answer.status, answer.out) == (0, "")
        assert answer.err == "no alerter yet: stackkit alerter register NAME --flavor=FLAVOR\n"


class TestDescribe:
    def test_a_configuration_is_shown_with_the_stacks_that_have_it(self, composed: CommandLine) -> None:
        composed.done("artifact-store update prod", "--password=${db.password}")
        text = composed.done("artifact-store describe prod").out
        shown = dict(line.split(maxsplit=1) for line in text.splitlines())
        assert shown["tags"] == '["a", "b"]'
        assert shown["retries"] == "7"
        assert shown["password"] == "${db.password}"
        assert shown["stacks"] == "main"
        assert shown["revision"] == "2"

    def test_a_component_as_json_is_its_document_with_the_stacks_that_have_it(self, composed: CommandLine) -> None:
        described = composed.done("artifact-store describe prod --output json").json
        assert described["config"]["name"] == "prod"
        assert {key: described[key] for key in ("type", "flavor", "version", "stacks", "revision")} == {
            "type": "artifact_store",
            "flavor": "custom",
            "version": 1,
            "stacks": ["main"],
            "revision": 1,
        }

    def test_without_a_name_the_active_stacks_component_is_meant(self, composed: CommandLine) -> None:
        assert composed.done("artifact-store describe --output json").json["config"]["name"] == "prod"
        assert composed.done("artifact-store get").out == "prod\n"

    @pytest.mark.parametrize("command", ["describe", "get", "up", "down", "logs"])
    def test_without_a_name_and_without_one_in_the_stack(self, composed: CommandLine, command: str) -> None:
        message = composed.refused(f"alerter {command}")
        assert message == "the active stack main has no alerter; name one of: stackkit alerter list"

    @pytest.mark.parametrize("command", ["describe", "get", "up", "down", "logs"])
    def test_without_a_name_and_without_an_active_stack(self, custom: CommandLine, command: str) -> None:
        message = custom.refused(f"artifact-store {command}")
        assert message == "no stack is active; name one of: stackkit artifact-store list"

    @pytest.mark.parametrize(
        "command",
        ["describe prdo", "rename prdo x", "copy prdo x", "delete prdo --yes", "up prdo", "down prdo", "logs prdo"],
    )
    def test_an_unknown_component_gets_a_suggestion(self, composed: CommandLine, command: str) -> None:
        assert composed.refused(f"artifact-store {command}") == "there is no artifact store prdo; did you mean prod?"

    def test_a_name_that_is_like_none_gets_the_names_there_are(self, composed: CommandLine) -> None:
        assert composed.refused("artifact-store describe zzz").endswith("there are prod, spare")
        assert composed.refused("alerter describe zzz").endswith("there are none")


class TestRenameCopyDelete:
    def test_a_rename_is_followed_by_stacks(self, composed: CommandLine) -> None:
        composed.done("artifact-store rename prod better")
        assert composed.done("stack describe main --output json").json["components"]["artifact_store"] == "better"

    def test_a_copy_is_another_component(self, composed: CommandLine) -> None:
        composed.done("artifact-store copy prod twin")
        prod = composed.done("artifact-store describe prod --output json").json["config"]
        twin = composed.done("artifact-store describe twin --output json").json["config"]
        assert twin.pop("uuid") != prod.pop("uuid")
        assert twin == {**prod, "name": "twin"}

    @pytest.mark.parametrize("command", ["rename prod spare", "copy prod spare"])
    def test_a_name_that_is_taken_is_refused(self, composed: CommandLine, command: str) -> None:
        assert "artifact store spare" in composed.refused(f"artifact-store {command}")

    @pytest.mark.parametrize("command", ["rename prod", "copy prod"])
    @pytest.mark.parametrize("name", ["two words", "../up", "-", "", "a\x1b[31mb", "a\nb", "é", "a" * 200])
    def test_a_name_that_cannot_be_typed_is_refused(self, composed: CommandLine, command: str, name: str) -> None:
        assert "is no name for an artifact store" in composed.refused(f"artifact-store {command} --", name)

    def test_a_component_is_deleted(self, composed: CommandLine) -> None:
        assert composed.done("artifact-store delete spare --yes").out == "artifact store spare deleted\n"
        assert [row[0] for row in composed.done("artifact-store list").rows] == ["prod"]

    def test_a_component_that_stacks_use_is_not_deleted(self, composed: CommandLine) -> None:
        composed.done("stack copy main other")
        message = composed.refused("artifact-store delete prod --yes")
        assert "main" in message
        assert "other" in message

    def test_deleting_without_a_terminal_needs_yes(self, composed: CommandLine) -> None:
        message = composed.refused("artifact-store delete spare", stdin="y\n", status=2)
        assert message.startswith("Delete the artifact store spare? Nobody can be asked here: repeat with --yes")


class TestStates:
    def test_a_component_is_brought_up_and_down(self, belled: CommandLine) -> None:
        assert belled.done("alerter up ring").out == "alerter ring is up\n"
        assert states(belled.folder) == {"provisioned", "running"}
        belled.done("alerter up ring")
        assert belled.done("alerter down ring").out == "alerter ring is down\n"
        assert states(belled.folder) == {"provisioned"}
        belled.done("alerter down ring --force --yes")
        assert states(belled.folder) == set()

    def test_taking_away_without_a_terminal_needs_yes(self, belled: CommandLine) -> None:
        belled.done("alerter up ring")
        assert "repeat with --yes" in belled.refused("alerter down ring --force", status=2)
        assert states(belled.folder) == {"provisioned", "running"}

    def test_of_the_active_stack_only_the_named_component_is_brought_up(self, belled: CommandLine) -> None:
        belled.done("stack update main --alerter ring")
        belled.done("artifact-store up")
        assert states(belled.folder) == set()
        belled.done("alerter up")
        assert states(belled.folder) == {"provisioned", "running"}

    def test_a_component_that_cannot_come_up_says_why(self, belled: CommandLine) -> None:
        (belled.folder / "bell").rmdir()
        message = belled.refused("alerter up ring")
        assert message.startswith("alerter/ring: did not come up: ")
        assert "No such file or directory" in message

    def test_a_component_without_its_secret_says_so(self, belled: CommandLine) -> None:
        belled.done("alerter update ring", "--token=${bell.token}")
        assert "bell.token" in belled.refused("alerter up ring")


class TestLogs:
    def test_the_lines_are_printed(self, belled: CommandLine) -> None:
        belled.write("bell/log", "one\ntwo\n")
        assert belled.done("alerter logs ring").out == "one\ntwo\n"

    def test_a_log_does_not_drive_the_terminal(self, belled: CommandLine) -> None:
        belled.write("bell/log", "a\tb \x1b[31mred\x07\n")
        assert belled.done("alerter logs ring").out == "a\tb \\x1b[31mred\\x07\n"

    def test_an_empty_log_is_told_beside_the_output(self, belled: CommandLine) -> None:
        answer = belled("alerter logs ring")
        assert (answer.status, answer.out, answer.err) == (0, "", "alerter ring has logged nothing\n")


def test_an_explanation_says_what_a_flavor_defines(custom: CommandLine) -> None:
    text = custom.done("artifact-store explain").out
    assert "inherits stackkit.components.artifact_store.BaseArtifactStore and defines" in text
    assert "  FLAVOR: ClassVar[str] = ...\n" in text
    assert "  SUPPORTED_SCHEMES: ClassVar[frozenset[str]] = ...\n" in text
    assert "  def exists(self, path: StrPath) -> bool\n" in text
    assert text.count("  def ") == 13
    assert "\nLaws" in text
    assert "  raise `PathOutsideStoreError`. Paths that methods return are relative to the root, with `/`, and can be" in text
    assert text.endswith("Flavors: custom, local\n")


@pytest.mark.parametrize("kind", ["alerter", "feature-store", "secrets-manager", "model-deployer", "container-registry"])
def test_every_type_explains_itself(stackkit: CommandLine, kind: str) -> None:
    text = stackkit.done(f"{kind} explain").out
    assert "A flavor is one class that inherits" in text
    assert "\nLaws" in text
