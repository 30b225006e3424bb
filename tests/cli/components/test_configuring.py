"""`register`, `update` and `remove-attribute`: options are typed by their fields, and every mistake is named."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.cli.command_line import CommandLine
from tests.cli.sources import MODULE, STORE, changed

REGISTER = "artifact-store register"
WHOLE = f"{REGISTER} x --flavor=custom --path=custom://x"


def config(stackkit: CommandLine, name: str) -> dict[str, Any]:
    """A component's configuration, as it is kept."""
    described: dict[str, Any] = stackkit.done(f"artifact-store describe {name} --output json").json["config"]
    return described


class TestRegister:
    def test_options_are_typed_by_their_fields(self, custom: CommandLine) -> None:
        answer = custom.done(
            f"{REGISTER} prod --flavor=custom --path=custom://bucket --retries=7 --tags=a --tags=b",
            *("--labels", "cpu=4", "--labels", "gpu=1", "--password=${db.password}"),
        )
        assert answer.out == "artifact store prod registered (custom)\n"
        kept = config(custom, "prod")
        assert kept.pop("uuid")
        assert kept == {
            "name": "prod",
            "path": "custom://bucket",
            "retries": 7,
            "tags": ["a", "b"],
            "labels": {"cpu": 4, "gpu": 1},
            "password": {"$secret": "db.password"},
        }

    @pytest.mark.parametrize(
        "line",
        [
            "prod --flavor custom --path custom://x",
            "prod -f custom --path custom://x",
            "prod -fcustom --path custom://x",
            "--path=custom://x --flavor=custom prod",
            "--flavor=local --flavor=custom --path=custom://x prod",
        ],
    )
    def test_the_flavor_and_the_options_stand_anywhere(self, custom: CommandLine, line: str) -> None:
        custom.done(f"{REGISTER} {line}")
        assert config(custom, "prod")["path"] == "custom://x"

    def test_fields_that_are_not_given_have_their_defaults(self, custom: CommandLine) -> None:
        custom.done(WHOLE)
        assert config(custom, "x") | {"uuid": ""} == {
            "name": "x",
            "uuid": "",
            "path": "custom://x",
            "retries": 3,
            "tags": [],
            "labels": {},
            "password": None,
        }

    def test_two_flavors_after_each_other_keep_their_own_options(self, custom: CommandLine) -> None:
        custom.done(f"{REGISTER} a --flavor=local --path=./a")
        custom.done(f"{REGISTER} b --flavor=custom --path=custom://b --retries=1")
        assert "No such option '--retries'" in custom.refused(f"{REGISTER} c --flavor=local --path=./c --retries=1", status=2)

    def test_a_field_whose_option_is_taken_gets_another(self, stackkit: CommandLine) -> None:
        fields = "    flavor: str = 'sweet'\n    help: int = 1\n    yes: bool = False\n    password:"
        stackkit.write(MODULE, changed(STORE, ("    password:", fields)))
        stackkit.done("artifact-store flavor register my_mod.MyStore")
        stackkit.done(f"{WHOLE} --field-flavor=salty --field-help=2 --yes=true")
        stackkit.done("artifact-store update x --field-help=3")
        kept = config(stackkit, "x")
        assert (kept["flavor"], kept["help"], kept["yes"]) == ("salty", 3, True)
        assert "--field-help: expected int" in stackkit.refused("artifact-store update x --field-help=many")
        rows = stackkit.done("artifact-store flavor describe custom --output json").json["fields"]
        assert {"--field-flavor", "--field-help", "--yes"} <= {row["option"] for row in rows}

    def test_the_help_of_a_flavor_shows_its_fields(self, custom: CommandLine) -> None:
        shown = custom.done(f"{REGISTER} --flavor=custom --help").out
        assert "--retries <int>" in shown
        assert "How often to try  [default: 3]" in shown
        assert "Where the artifacts are kept  [required]" in shown
        assert "--password <${NAME.KEY} or null>" in shown
        assert "--retries" not in custom.done(f"{REGISTER} --help").out

    @pytest.mark.parametrize("name", ["component.json", "component.yaml", "component"])
    def test_a_document_is_registered_from_a_file(self, composed: CommandLine, name: str) -> None:
        described = composed.done("artifact-store describe prod --output json").json
        document = {key: described[key] for key in ("type", "flavor", "version", "config")}
        document["config"] |= {"uuid": "11111111-1111-1111-1111-111111111111"}
        composed.write(name, json.dumps(document))
        composed.done(f"{REGISTER} other --from {name}")
        assert config(composed, "other") == {**document["config"], "name": "other"}

    def test_a_document_is_read_from_standard_input(self, composed: CommandLine) -> None:
        document = "{type: artifact_store, flavor: custom, version: 1, config: {name: piped, path: custom://p}}"
        composed.done(f"{REGISTER} --from -", stdin=document)
        assert config(composed, "piped")["path"] == "custom://p"


class TestRefusedRegistrations:
    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("x --flavor=custm --path=custom://x", "there is no artifact store flavor custm; did you mean custom?"),
            ("x --flavor=custom --path=s3://x", '--path: "s3://x" has an unsupported scheme; custom supports custom://'),
            ("x --flavor=custom", "--path: is missing; expected str"),
            ("x --flavor=custom --path=custom://x --retries=many", '--retries: expected int, got str "many"'),
            ("x --flavor=custom --path=custom://x --retries=7.5", '--retries: expected int, got str "7.5"'),
            ("x --flavor=custom --path=custom://x --path=custom://y", "--path: is given "),
            ("x --flavor=custom --path=custom://x --labels cpu=lots", '--labels.cpu: expected int, got str "lots"'),
            ("'two words' --flavor=custom --path=custom://x", '"two words" is no name for an artifact store'),
            ("x --from missing.yaml", "missing.yaml: cannot be read: No such file or directory"),
        ],
    )
    def test_a_mistake_is_named_by_its_option(self, custom: CommandLine, line: str, said: str) -> None:
        assert custom.refused(f"{REGISTER} {line}").startswith(said)

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("x --flavor=custom --path=custom://x --retrys=3", "Did you mean '--retries'?"),
            ("x --path=custom://x", "give --flavor too"),
            ("x", "give --flavor or --from; flavors of artifact store: custom, local"),
            ("x --flavor=custom --path=custom://x --from a.yaml", "give --flavor or --from"),
            ("--flavor=custom --path=custom://x", "give the artifact store a name"),
            ("x --flavor=custom --path", "'--path' requires an argument"),
            ("x y --flavor=custom --path=custom://x", "unexpected extra argument (y)"),
        ],
    )
    def test_wrong_usage_says_what_to_give(self, custom: CommandLine, line: str, said: str) -> None:
        assert said in custom.refused(f"{REGISTER} {line}", status=2)

    def test_a_name_that_is_taken(self, composed: CommandLine) -> None:
        message = composed.refused(f"{REGISTER} prod --flavor=custom --path=custom://x")
        assert "artifact store prod" in message
        assert "choose another name, or update it" in message

    def test_a_plain_text_for_a_secret_is_not_repeated(self, custom: CommandLine) -> None:
        message = custom.refused(WHOLE, "--password=hunter2")
        assert message.startswith("--password: is a secret, and is not given as text; store it with `stackkit secrets-manager")
        assert "hunter2" not in message

    def test_a_reference_to_a_secret_for_another_field(self, custom: CommandLine) -> None:
        message = custom.refused(f"{REGISTER} x --flavor=custom", "--path=${a.b}")
        assert message.startswith("--path: ")
        assert "secret" in message

    def test_all_mistakes_are_named_at_once(self, custom: CommandLine) -> None:
        message = custom.refused(f"{REGISTER} x --flavor=custom --password=hunter2 --retries=many")
        assert [line.partition(":")[0] for line in message.splitlines()] == ["--password", "--path", "--retries"]

    @pytest.mark.parametrize(
        ("document", "said"),
        [
            ("[]", "is no component document"),
            ("{", "is not YAML"),
            ("{type: artifact_store, flavor: custom, version: 1}", "config: is missing"),
            ("{type: artifact_store, flavor: custom, version: 9, config: {}}", "install the newer flavor"),
            ("{type: artifact_store, flavor: other, version: 1, config: {}}", "there is no artifact store flavor other"),
            ("{type: artifact_store, flavor: custom, version: 1, config: {name: x}}", "config.path: is missing"),
            ("!!python/object/apply:os.system [touch hacked]", ""),
        ],
    )
    def test_a_document_that_is_none_of_a_component(self, custom: CommandLine, document: str, said: str) -> None:
        custom.write("file.yaml", document)
        assert said in custom.refused(f"{REGISTER} x --from file.yaml")
        assert not (custom.folder / "hacked").exists()

    def test_a_document_of_another_type(self, custom: CommandLine) -> None:
        custom.write("file.yaml", "{type: alerter, flavor: console, version: 1, config: {name: x}}")
        message = custom.refused(f"{REGISTER} x --from file.yaml", status=2)
        assert message.startswith("file.yaml is of the type alerter, not artifact_store")


class TestUpdate:
    def test_fields_are_changed_and_the_others_kept(self, composed: CommandLine) -> None:
        before = config(composed, "prod")
        assert composed.done("artifact-store update prod --retries=9").out == "artifact store prod updated: retries\n"
        assert config(composed, "prod") == {**before, "retries": 9}

    @pytest.mark.parametrize("line", ["--retries 9 prod", "--retries=9 prod", "prod --retries 9"])
    def test_the_name_stands_anywhere(self, composed: CommandLine, line: str) -> None:
        composed.done(f"artifact-store update {line}")
        assert config(composed, "prod")["retries"] == 9

    def test_the_help_of_a_component_shows_its_fields(self, composed: CommandLine) -> None:
        assert "--retries <int>" in composed.done("artifact-store update prod --help").out

    @pytest.mark.parametrize(
        ("line", "status", "said"),
        [
            ("prod --retries=many", 1, '--retries: expected int, got str "many"'),
            ("prod --path=s3://x", 1, '--path: "s3://x" has an unsupported scheme'),
            ("prod --password=hunter2", 1, "--password: is a secret"),
            ("prod --retrys=1", 2, "Did you mean '--retries'?"),
            ("prod", 2, "give at least one field to change"),
            ("--retries=9", 2, "name it too"),
            ("prdo --retries=9", 1, "there is no artifact store prdo; did you mean prod?"),
        ],
    )
    def test_a_mistake_changes_nothing(self, composed: CommandLine, line: str, status: int, said: str) -> None:
        message = composed.refused(f"artifact-store update {line}", status=status)
        assert said in message
        assert "hunter2" not in message


class TestRemoveAttribute:
    @pytest.mark.parametrize("field", ["retries", "--", "tags retries"])
    def test_fields_are_set_back_to_their_defaults(self, composed: CommandLine, field: str) -> None:
        composed.done(f"artifact-store remove-attribute prod {field.replace('--', '-- --retries')}")
        assert config(composed, "prod")["retries"] == 3

    @pytest.mark.parametrize(
        ("field", "said"),
        [
            ("retris", "did you mean retries?"),
            ("path", "--path: has no default; change it: stackkit artifact-store update prod --path=VALUE"),
            ("uuid", "uuid"),
        ],
    )
    def test_what_cannot_be_set_back_is_refused(self, composed: CommandLine, field: str, said: str) -> None:
        assert said in composed.refused(f"artifact-store remove-attribute prod {field}")
