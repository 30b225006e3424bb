"""`stackkit secrets-manager secret …`: values are never arguments, and never shown unasked."""

from __future__ import annotations

import pytest
from tests.cli.command_line import CommandLine

SECRET = "secrets-manager secret"
VALUE = "hunter2 ß"


@pytest.fixture
def kept(composed: CommandLine) -> CommandLine:
    """With a secret `database` in the active stack's secrets manager."""
    composed.done(f"{SECRET} register database password", stdin=VALUE)
    return composed


def test_the_value_of_one_key_is_piped_in(kept: CommandLine) -> None:
    assert kept.done(f"{SECRET} get database password --reveal").out == f"{VALUE}\n"


@pytest.mark.parametrize(("piped", "value"), [("a\n", "a"), ("a\n\n", "a\n"), ("a\nb", "a\nb"), ("", "")])
def test_one_line_end_at_the_end_is_not_the_values(composed: CommandLine, piped: str, value: str) -> None:
    composed.done(f"{SECRET} register database password", stdin=piped)
    assert composed.done(f"{SECRET} get database password --reveal").out == f"{value}\n"


def test_several_keys_are_read_from_a_file(composed: CommandLine) -> None:
    composed.write("db.yaml", "user: ada\npassword: 'hunter2'\n")
    assert composed.done(f"{SECRET} register database --from db.yaml").out == "secret database registered in vault\n"
    assert composed.done(f"{SECRET} get database user --reveal").out == "ada\n"


def test_values_are_not_shown_unasked(kept: CommandLine) -> None:
    assert kept.done(f"{SECRET} get database --output json").json == [
        {"key": "password", "value": "***", "reference": "${database.password}"}
    ]
    assert VALUE not in kept.done(f"{SECRET} get database").out
    assert kept.done(f"{SECRET} get database password").rows == [["password", "***", "${database.password}"]]
    for key in ("", "password"):
        assert kept.done(f"{SECRET} get database {key} --reveal --output json").json[0]["value"] == VALUE


def test_secrets_are_listed(kept: CommandLine) -> None:
    assert kept.done(f"{SECRET} list").out == "SECRET\ndatabase\n"
    assert kept.done(f"{SECRET} list --output json").json == [{"secret": "database"}]


def test_no_secrets_are_an_empty_list(composed: CommandLine) -> None:
    assert composed.done(f"{SECRET} list --output json").out == "[]\n"
    answer = composed(f"{SECRET} list")
    assert (answer.out, answer.err) == ("", "no secret yet: stackkit secrets-manager secret register NAME KEY…\n")


def test_an_update_keeps_the_other_keys(kept: CommandLine) -> None:
    assert kept.done(f"{SECRET} update database user", stdin="ada").out == "secret database updated in vault\n"
    assert kept.done(f"{SECRET} get database user --reveal").out == "ada\n"
    assert kept.done(f"{SECRET} get database password --reveal").out == f"{VALUE}\n"


def test_secrets_are_deleted(kept: CommandLine) -> None:
    kept.done(f"{SECRET} register other key", stdin="x")
    assert kept.done(f"{SECRET} delete database --yes").out == "secret database removed from vault\n"
    assert kept.done(f"{SECRET} list --output json").json == [{"secret": "other"}]
    assert kept.done(f"{SECRET} delete --all --yes").out == "every secret of vault removed\n"
    assert kept.done(f"{SECRET} list --output json").json == []


class TestWhichManager:
    def test_another_is_named(self, kept: CommandLine) -> None:
        kept.done("secrets-manager register second --flavor=local --path=./second")
        kept.done(f"{SECRET} register database password --manager second", stdin="other")
        assert kept.done(f"{SECRET} get database password --reveal --manager second").out == "other\n"
        assert kept.done(f"{SECRET} get database password --reveal").out == f"{VALUE}\n"

    def test_without_an_active_stack_the_only_one_is_meant(self, stackkit: CommandLine) -> None:
        stackkit.done("secrets-manager register vault --flavor=local --path=./vault")
        assert stackkit.done(f"{SECRET} register database key", stdin="x").out == "secret database registered in vault\n"

    def test_of_several_one_is_to_be_chosen(self, stackkit: CommandLine) -> None:
        for name in ("one", "two"):
            stackkit.done(f"secrets-manager register {name} --flavor=local --path=./{name}")
        message = stackkit.refused(f"{SECRET} register database key", stdin="x")
        assert message == "there are several secrets managers: one, two; choose one: --manager NAME"

    def test_without_any_the_first_is_to_be_registered(self, stackkit: CommandLine) -> None:
        message = stackkit.refused(f"{SECRET} list")
        assert message == "there is no secrets manager yet; stackkit secrets-manager register NAME --flavor=local"

    def test_an_unknown_one(self, composed: CommandLine) -> None:
        assert "did you mean vault?" in composed.refused(f"{SECRET} list --manager valt")


class TestRefused:
    @pytest.mark.parametrize(
        ("line", "status", "said"),
        [
            ("register database password", 1, "there is a secret of this name; update it, or choose another name"),
            ("register other", 2, "name the keys to ask for, or give --from FILE"),
            ("register other key --from db.yaml", 2, "name the keys to ask for, or give --from FILE"),
            ("register other one two", 2, "nobody can be asked here: pipe the value of one key in, or give --from FILE"),
            ("register ../other key", 1, "../other"),
            ("update databse key", 1, "there is no secret 'databse'; did you mean database?"),
            ("get databse", 1, "there is no secret 'databse'; did you mean database?"),
            ("get database pasword", 1, "password"),
            ("get database pasword --reveal", 1, "password"),
            ("delete databse --yes", 1, "there is no secret 'databse'; did you mean database?"),
            ("delete database", 2, "Remove the secret database of vault? Nobody can be asked here: repeat with --yes"),
            ("delete --all", 2, "Remove every secret of vault? Nobody can be asked here: repeat with --yes"),
            ("delete", 2, "name a secret, or say --all"),
            ("delete database --all --yes", 2, "name a secret, or say --all"),
        ],
    )
    def test_a_mistake_says_what_to_do(self, kept: CommandLine, line: str, status: int, said: str) -> None:
        message = kept.refused(f"{SECRET} {line}", stdin="qwertz", status=status)
        assert said in message
        assert "qwertz" not in message
        assert kept.done(f"{SECRET} get database password --reveal").out == f"{VALUE}\n"

    @pytest.mark.parametrize(
        "arguments",
        ["password=hunter2", "--password=hunter2", "--password hunter2", "user password=hunter2", "-p hunter2"],
    )
    @pytest.mark.parametrize("command", ["register", "update"])
    def test_a_value_on_the_command_line_is_refused_and_not_repeated(
        self, kept: CommandLine, command: str, arguments: str
    ) -> None:
        assert "hunter2" not in kept.refused(f"{SECRET} {command} database {arguments}", stdin="x", status=2)

    @pytest.mark.parametrize(
        "text", ["[hunter2]", "hunter2", "{}", "password: 7", "password: {deep: hunter2}", "password: [hunter2"]
    )
    def test_a_file_that_is_no_mapping_of_texts_is_refused_and_not_repeated(self, composed: CommandLine, text: str) -> None:
        composed.write("db.yaml", text)
        message = composed.refused(f"{SECRET} register database --from db.yaml")
        assert message.startswith("db.yaml: ")
        assert "hunter2" not in message
        assert composed.done(f"{SECRET} list --output json").json == []

    def test_a_value_that_is_no_text_is_refused(self, composed: CommandLine) -> None:
        assert "not UTF-8" in composed.refused(f"{SECRET} register database key", stdin=b"\xff\xfe")

    def test_a_missing_file(self, composed: CommandLine) -> None:
        assert composed.refused(f"{SECRET} register database --from nowhere.yaml").startswith("nowhere.yaml: cannot be read")
