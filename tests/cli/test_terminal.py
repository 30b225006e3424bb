"""Questions at a real terminal: confirming, secrets that are typed unseen, and new names for what is imported."""

from __future__ import annotations

import pytest
from tests.cli.command_line import CommandLine
from tests.cli.programs import Terminal


@pytest.mark.parametrize(
    ("line", "question"),
    [
        ("artifact-store delete spare", "Delete the artifact store spare?"),
        ("stack delete main", "Delete the stack main?"),
        ("secrets-manager secret delete db", "Remove the secret db of vault?"),
        ("secrets-manager secret delete --all", "Remove every secret of vault?"),
        ("stack down --force", "Take away what the stack main was provisioned with?"),
        ("artifact-store down spare --force", "Take away what the artifact store spare was provisioned with?"),
    ],
)
def test_what_is_destructive_asks_and_no_is_an_answer(composed: CommandLine, line: str, question: str) -> None:
    composed.done("secrets-manager secret register db key", stdin="x")
    before = composed.documents()
    with Terminal(*line.split(), folder=composed.folder) as terminal:
        terminal.answer(f"{question} [y/N]: ", "n")
        assert terminal.status() == 1
    assert terminal.shown.splitlines()[-1] == "Error: nothing was done"
    assert composed.documents() == before
    assert composed.done("secrets-manager secret list --output json").json == [{"secret": "db"}]


def test_yes_is_an_answer(composed: CommandLine) -> None:
    with Terminal("artifact-store", "delete", "spare", folder=composed.folder) as terminal:
        terminal.answer("Delete the artifact store spare? [y/N]: ", "y")
        assert terminal.status() == 0
    assert terminal.shown.splitlines()[-1] == "artifact store spare deleted"


def test_with_yes_nothing_is_asked(composed: CommandLine) -> None:
    with Terminal("artifact-store", "delete", "spare", "--yes", folder=composed.folder) as terminal:
        assert terminal.status() == 0
    assert terminal.shown == "artifact store spare deleted\r\n"


def test_ctrl_c_at_a_question_is_an_interrupt(composed: CommandLine) -> None:
    with Terminal("stack", "delete", "main", folder=composed.folder) as terminal:
        terminal.wait_for("[y/N]: ")
        terminal.interrupt()
        assert terminal.status() == 130
    assert "Traceback" not in terminal.shown
    assert composed.done("stack get").out == "main\n"


def test_the_end_of_input_at_a_question_is_a_no(composed: CommandLine) -> None:
    with Terminal("stack", "delete", "main", folder=composed.folder) as terminal:
        terminal.wait_for("[y/N]: ")
        terminal.enter("\x04")
        assert terminal.status() == 1
    assert composed.done("stack get").out == "main\n"


def test_secrets_are_typed_unseen(composed: CommandLine) -> None:
    with Terminal("secrets-manager", "secret", "register", "db", "user", "password", folder=composed.folder) as terminal:
        terminal.answer("user (not shown): ", "ada-unseen")
        terminal.answer("password (not shown): ", "hunter2-unseen")
        assert terminal.status() == 0
    assert "unseen" not in terminal.shown
    assert composed.done("secrets-manager secret get db user --reveal").out == "ada-unseen\n"
    assert composed.done("secrets-manager secret get db password --reveal").out == "hunter2-unseen\n"


def test_ctrl_c_while_a_secret_is_typed_keeps_nothing(composed: CommandLine) -> None:
    with Terminal("secrets-manager", "secret", "register", "db", "password", folder=composed.folder) as terminal:
        terminal.wait_for("password (not shown): ")
        terminal.enter("hunter2")
        terminal.interrupt()
        assert terminal.status() == 130
    assert "hunter2" not in terminal.shown
    assert "Traceback" not in terminal.shown
    assert composed.done("secrets-manager secret list --output json").json == []


def test_a_revealed_secret_does_not_drive_the_terminal(composed: CommandLine) -> None:
    composed.done("secrets-manager secret register db key", stdin="one\n\ttwo \x1b[31m")
    with Terminal("secrets-manager", "secret", "get", "db", "key", "--reveal", folder=composed.folder) as terminal:
        assert terminal.status() == 0
    assert "\x1b" not in terminal.shown
    assert [line.strip() for line in terminal.shown.splitlines()] == ["one", "two \\x1b[31m"]


class TestImport:
    @pytest.fixture
    def exported(self, composed: CommandLine) -> CommandLine:
        """With a file of the stack main, which is in the workspace too, but with another artifact store."""
        composed.done("stack export main main.yaml")
        composed.done("artifact-store update prod --retries=99")
        return composed

    def test_other_names_are_asked_for(self, exported: CommandLine) -> None:
        with Terminal("stack", "import", "main.yaml", folder=exported.folder) as terminal:
            terminal.answer("artifact store prod here. Import it as (empty to give up): ", "spare")
            terminal.answer("artifact store spare here. Import it as (empty to give up): ", "second")
            terminal.answer("stack main here. Import it as (empty to give up): ", "other")
            assert terminal.status() == 0
        assert terminal.shown.splitlines()[-1] == "stack other imported: artifact store second, secrets manager vault"
        assert exported.done("stack describe other --output json").json["components"] == {
            "artifact_store": "second",
            "secrets_manager": "vault",
        }
        assert exported.done("artifact-store describe second --output json").json["config"]["retries"] == 7

    def test_giving_up_imports_nothing(self, exported: CommandLine) -> None:
        before = exported.documents()
        with Terminal("stack", "import", "main.yaml", folder=exported.folder) as terminal:
            terminal.answer("artifact store prod here. Import it as (empty to give up): ", "second")
            terminal.answer("stack main here. Import it as (empty to give up): ", "")
            assert terminal.status() == 1
        assert "stack main" in terminal.shown.splitlines()[-1]
        assert exported.documents() == before

    def test_a_name_that_cannot_be_kept_imports_nothing(self, exported: CommandLine) -> None:
        before = exported.documents()
        with Terminal("stack", "import", "main.yaml", folder=exported.folder) as terminal:
            terminal.answer("artifact store prod here. Import it as (empty to give up): ", "two words")
            assert terminal.status() == 1
        assert '"two words" is no name' in terminal.shown
        assert exported.documents() == before


def test_an_exported_document_does_not_drive_the_terminal(composed: CommandLine) -> None:
    composed.done("artifact-store update prod", "--tags=a\x1b[31m\x9b31m")
    for name in ("yaml", "json"):
        with Terminal("stack", "export", "main", "--format", name, folder=composed.folder) as terminal:
            assert terminal.status() == 0
        assert all(line.isprintable() for line in terminal.shown.splitlines())
    with Terminal("stack", "export", "main", "--format", "msgpack", folder=composed.folder) as terminal:
        assert terminal.status() == 2
    assert "name a FILE" in terminal.shown
