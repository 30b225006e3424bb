"""`stackkit TYPE flavor …`: a flavor is registered when it is right, and refused in a few lines when it is not."""

from __future__ import annotations

import pytest
from tests.cli.command_line import CommandLine
from tests.cli.sources import ALERTER, MODULE, STORE, changed

from stackkit.serialization.formats.table import decode

REGISTER = "artifact-store flavor register"


def test_registering_says_what_was_registered(stackkit: CommandLine) -> None:
    stackkit.write(MODULE, STORE)
    answer = stackkit.done(f"{REGISTER} my_mod.MyStore")
    assert answer.out == "artifact store flavor custom registered: my_mod.MyStore\n"


def test_a_module_in_a_package_can_be_named_with_a_colon_too(stackkit: CommandLine) -> None:
    (stackkit.folder / "shop").mkdir()
    stackkit.write("shop/__init__.py", "")
    stackkit.write("shop/stores.py", STORE)
    stackkit.done(f"{REGISTER} shop.stores:MyStore")
    assert stackkit.done("artifact-store flavor describe custom --output json").json["class"] == "shop.stores:MyStore"


def test_flavors_are_listed_with_their_source_class_and_summary(custom: CommandLine) -> None:
    lines = custom.done("artifact-store flavor list").out.splitlines()
    assert lines[0].split() == ["FLAVOR", "SOURCE", "CLASS", "ABOUT"]
    assert lines[1].split(maxsplit=3) == ["custom", "workspace", "my_mod.MyStore", "Keeps artifacts in a bucket of our own."]
    assert lines[2].split()[:2] == ["local", "built-in"]


def test_flavors_are_listed_as_json(custom: CommandLine) -> None:
    listed = custom.done("artifact-store flavor list --output json").json
    assert listed[0] == {
        "flavor": "custom",
        "source": "workspace",
        "class": "my_mod.MyStore",
        "about": "Keeps artifacts in a bucket of our own.",
    }
    assert [row["flavor"] for row in listed] == ["custom", "local"]


def test_a_type_without_flavors_lists_none_and_says_what_to_do(stackkit: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stackkit.registry.registry.FLAVORS", ())
    answer = stackkit("feature-store flavor list")
    assert (answer.status, answer.out) == (0, "")
    assert answer.err == "no flavor yet: stackkit feature-store flavor register module.Class\n"
    assert stackkit.done("feature-store flavor list --output json").json == []


def test_a_description_shows_every_field_as_it_is_typed(custom: CommandLine) -> None:
    text = custom.done("artifact-store flavor describe custom").out
    assert "class    my_mod.MyStore\n" in text
    rows = [line.split(maxsplit=1)[0] for line in text.partition("OPTION")[2].splitlines()[1:]]
    assert rows == ["--path", "--retries", "--tags", "--labels", "--password"]
    assert "${NAME.KEY} or null" in text


def test_a_description_as_json_has_the_same_fields(custom: CommandLine) -> None:
    described = custom.done("artifact-store flavor describe custom --output json").json
    assert (described["flavor"], described["type"], described["version"]) == ("custom", "artifact_store", 1)
    assert described["fields"][1] == {"option": "--retries", "type": "int", "default": "3", "about": "how often to try"}
    assert described["fields"][0]["default"] == "required"


def test_a_flavor_is_forgotten(custom: CommandLine) -> None:
    assert custom.done("artifact-store flavor delete custom --yes").out == "artifact store flavor custom forgotten\n"
    assert [row["flavor"] for row in custom.done("artifact-store flavor list --output json").json] == ["local"]


def test_a_flavor_that_components_have_is_not_forgotten(composed: CommandLine) -> None:
    assert "prod" in composed.refused("artifact-store flavor delete custom --yes")


def test_a_flavor_of_the_kit_is_not_forgotten(stackkit: CommandLine) -> None:
    assert "built-in" in stackkit.refused("artifact-store flavor delete local --yes")


def test_forgetting_a_flavor_without_a_terminal_needs_yes(custom: CommandLine) -> None:
    assert "repeat with --yes" in custom.refused("artifact-store flavor delete custom", status=2)


@pytest.mark.parametrize("command", ["describe custm", "delete custm --yes"])
def test_an_unknown_flavor_gets_a_suggestion(custom: CommandLine, command: str) -> None:
    assert custom.refused(f"artifact-store flavor {command}") == "there is no artifact store flavor custm; did you mean custom?"


class TestRefusedRegistrations:
    @pytest.mark.parametrize(
        ("path", "said"),
        [
            ("my_modd.MyStore", "there is no module my_modd; did you mean my_mod?"),
            ("nothing_like_it.MyStore", "there is no module nothing_like_it; put nothing_like_it.py into"),
            ("my_mod.MyStor", "my_mod has no MyStor; did you mean MyStore?"),
            ("my_mod", "names no class of a module; write my_mod.<Class>"),
            ("my_mod.attrs", "is a module, not a class"),
            ("../my_mod.MyStore", "is no import path; write module.Class"),
            ("stackkit.core.secret.Secret", "is not a stack component; inherit a base such as BaseArtifactStore"),
            ("stackkit.BaseArtifactStore", "is a base for flavors, not a flavor; name a class that inherits it"),
            ("stackkit.flavors.alerter.console.ConsoleAlerter", "register it with: stackkit alerter flavor register"),
        ],
    )
    def test_a_path_that_names_no_flavor_of_the_type(self, stackkit: CommandLine, path: str, said: str) -> None:
        stackkit.write(MODULE, STORE)
        assert said in stackkit.refused(f"{REGISTER} {path}")

    @pytest.mark.parametrize(
        ("changes", "member", "said"),
        [
            ([('    FLAVOR: ClassVar[str] = "custom"\n', "")], "MyStore", 'write FLAVOR: ClassVar[str] = "..."'),
            (
                [('    SUPPORTED_SCHEMES: ClassVar[frozenset[str]] = frozenset({"custom://"})\n', "")],
                "MyStore",
                "SUPPORTED_SCHEMES: is not assigned",
            ),
            (
                [('ClassVar[frozenset[str]] = frozenset({"custom://"})', 'ClassVar[str] = "custom://"')],
                "SUPPORTED_SCHEMES",
                "is a str, not frozenset[str]",
            ),
            (
                [("    def exists(self, path: StrPath) -> bool:\n        return False\n", "")],
                "MyStore",
                "does not define exists",
            ),
            ([("def exists(self, path: StrPath)", "def exists(self)")], "def exists", "write def exists(self, path)"),
            ([("    password:", "    lock: object = None\n    password:")], "lock", "object has no serialization hook"),
            ([("dict[str, int] =", "dict[int, str] =")], "labels", "dict[int, str] has keys that are not text"),
        ],
        ids=["no FLAVOR", "no SUPPORTED_SCHEMES", "plain SUPPORTED_SCHEMES", "no method", "arity", "no hook", "keys"],
    )
    def test_a_class_that_is_not_right_is_refused_with_file_and_line(
        self, stackkit: CommandLine, changes: list[tuple[str, str]], member: str, said: str
    ) -> None:
        source = changed(STORE, *changes)
        stackkit.write(MODULE, source)
        message = stackkit.refused(f"{REGISTER} my_mod.MyStore")
        line = next(n for n, text in enumerate(source.splitlines(), 1) if member in text)
        assert message.startswith(f"{stackkit.folder}/my_mod.py:{line}: MyStore")
        assert said in message
        assert stackkit.refused("check my_mod.MyStore") == message

    @pytest.mark.parametrize(
        ("planted", "line", "said"),
        [
            ("def broken(:", 1, "invalid syntax"),
            ("raise RuntimeError('no \\x1b[31m\\nway')", 1, "RuntimeError: no"),
            ("import sys; sys.exit(3)", 1, "SystemExit: 3"),
            ("import no_such_library", 1, "my_mod needs no_such_library, which is not installed; install no_such_library"),
        ],
    )
    def test_a_module_that_cannot_be_imported(self, stackkit: CommandLine, planted: str, line: int, said: str) -> None:
        stackkit.write(MODULE, f"{planted}\n")
        message = stackkit.refused(f"{REGISTER} my_mod.MyStore")
        assert message.startswith(f"{stackkit.folder}/my_mod.py:{line}: ")
        assert said in message

    def test_a_name_that_another_flavor_has(self, custom: CommandLine) -> None:
        custom.write("other.py", changed(STORE, ("class MyStore", "class Other")))
        message = custom.refused(f"{REGISTER} other.Other")
        assert "custom" in message
        assert "my_mod.MyStore" in message
        assert "give your class another FLAVOR" in message

    def test_the_name_of_a_flavor_of_the_kit(self, stackkit: CommandLine) -> None:
        stackkit.write(MODULE, changed(STORE, ('"custom"', '"local"')))
        assert "local already" in stackkit.refused(f"{REGISTER} my_mod.MyStore")

    def test_the_same_flavor_twice(self, custom: CommandLine) -> None:
        assert "custom already: my_mod.MyStore" in custom.refused(f"{REGISTER} my_mod.MyStore")

    def test_all_mistakes_are_named_at_once(self, stackkit: CommandLine) -> None:
        stackkit.write(
            MODULE,
            changed(
                STORE, ('    FLAVOR: ClassVar[str] = "custom"\n', ""), ("def exists(self, path: StrPath)", "def exists(self)")
            ),
        )
        message = stackkit.refused(f"{REGISTER} my_mod.MyStore")
        assert "MyStore.FLAVOR" in message
        assert "MyStore.exists" in message

    def test_a_flavor_of_another_type(self, stackkit: CommandLine) -> None:
        stackkit.write("bells.py", ALERTER)
        message = stackkit.refused(f"{REGISTER} bells.Bell")
        assert "register it with: stackkit alerter flavor register" in message
        stackkit.done("alerter flavor register bells.Bell")


class TestFlavorsThatBroke:
    """A flavor was right when it was registered; its module has changed since."""

    def listed(self, stackkit: CommandLine) -> str:
        rows = stackkit.done("artifact-store flavor list --output json").json
        return str(next(row["about"] for row in rows if row["flavor"] == "custom"))

    def test_its_module_is_gone(self, composed: CommandLine) -> None:
        (composed.folder / MODULE).unlink()
        assert self.listed(composed).startswith("BROKEN: ")
        assert "there is no module my_mod" in self.listed(composed)

    def test_its_module_has_a_mistake(self, composed: CommandLine) -> None:
        composed.write(MODULE, f"def broken(:\n{STORE}")
        assert f"{composed.folder}/my_mod.py:1: " in self.listed(composed)

    def test_its_class_is_not_right_any_more(self, composed: CommandLine) -> None:
        composed.write(MODULE, changed(STORE, ("def exists(self, path: StrPath)", "def exists(self)")))
        assert "takes no parameter path" in self.listed(composed)

    @pytest.mark.parametrize("command", ["list", "describe prod", "delete spare --yes", "rename spare other", "explain"])
    def test_what_does_not_need_it_goes_on(self, composed: CommandLine, command: str) -> None:
        (composed.folder / MODULE).unlink()
        composed.done(f"artifact-store {command}")

    @pytest.mark.parametrize(
        "command",
        [
            "artifact-store flavor describe custom",
            "artifact-store register x --flavor=custom --path=custom://x",
            "artifact-store update prod --retries=1",
            "artifact-store remove-attribute prod retries",
            "artifact-store copy prod other",
            "artifact-store up prod",
            "artifact-store logs prod",
            "stack up",
            "stack validate main",
            "stack register other -a prod",
        ],
    )
    def test_what_needs_it_says_why_it_cannot(self, composed: CommandLine, command: str) -> None:
        (composed.folder / MODULE).unlink()
        message = composed.refused(command)
        assert "custom is broken" in message
        assert "there is no module my_mod" in message

    def test_the_status_tells_it(self, composed: CommandLine) -> None:
        (composed.folder / MODULE).unlink()
        assert "custom is broken" in composed.done("status --output json").json["failure"]
        assert "custom is broken" in composed("status").err

    def test_the_help_of_its_components_is_shown_without_its_fields(self, composed: CommandLine) -> None:
        (composed.folder / MODULE).unlink()
        assert "--flavor" in composed.done("artifact-store register --flavor=custom --help").out
        assert "NAME" in composed.done("artifact-store update prod -h").out


def test_the_schema_of_a_flavor_is_printed_as_json_and_as_yaml(custom: CommandLine) -> None:
    schema = custom.done("artifact-store flavor schema custom").json
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["properties"]["flavor"] == {"const": "custom"}
    assert [*schema["properties"]["config"]["properties"]][:3] == ["name", "uuid", "path"]
    assert decode(custom.done("artifact-store flavor schema custom --output yaml").out, "yaml") == schema


def test_there_is_no_schema_of_a_flavor_that_is_not_there(custom: CommandLine) -> None:
    assert "did you mean custom?" in custom.refused("artifact-store flavor schema custum")
