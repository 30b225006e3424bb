"""`stackkit stack export|import|apply`: stacks as files, all of one or nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.command_line import CommandLine
from tests.cli.sources import MODULE, STORE


@pytest.fixture
def second(
    composed: CommandLine, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> CommandLine:
    """Another workspace with the same flavor, beside one that has the stack main."""
    composed.done("artifact-store update prod", "--password=${db.password}")
    folder = tmp_path / "second"
    folder.mkdir()
    monkeypatch.chdir(folder)
    there = CommandLine(folder, capsys, monkeypatch)
    there.done("init --empty")
    there.write(MODULE, STORE)
    there.done("artifact-store flavor register my_mod.MyStore")
    return there


def exported(stackkit: CommandLine, name: str = "main") -> dict[str, Any]:
    document: dict[str, Any] = stackkit.done(f"stack export {name} --format json").json
    return document


class TestExport:
    @pytest.mark.parametrize("name", ["main.yaml", "main.yml", "main.json", "main"])
    def test_a_stack_travels_and_is_the_same(self, composed: CommandLine, second: CommandLine, name: str) -> None:
        file = second.folder / name
        composed.done(f"--workspace {composed.folder} stack export main {file}")
        assert second.done(f"stack import {name}").out == "stack main imported: artifact store prod, secrets manager vault\n"
        second.done(f"stack export main again-{name}")
        assert (second.folder / f"again-{name}").read_bytes() == file.read_bytes()

    def test_the_end_of_the_name_chooses_the_format(self, composed: CommandLine) -> None:
        composed.done("stack export main a.json")
        assert json.loads((composed.folder / "a.json").read_text())["stack"] == "main"
        composed.done("stack export main b.json --format yaml")
        assert (composed.folder / "b.json").read_text().startswith("stackkit: 1\n")

    @pytest.mark.parametrize("target", ["", "-"])
    def test_without_a_file_standard_output_is_written(self, composed: CommandLine, target: str) -> None:
        assert composed.done(f"stack export main {target}").out.startswith("stackkit: 1\nstack: main\ncomponents:\n- type: ")

    def test_a_file_that_is_there_is_replaced(self, composed: CommandLine) -> None:
        composed.write("main.yaml", "old")
        composed.done("stack export main main.yaml")
        assert "old" not in (composed.folder / "main.yaml").read_text()

    @pytest.mark.parametrize("target", ["nowhere/main.yaml", ".", "/proc/main.yaml", "/dev/full"])
    def test_a_place_that_cannot_be_written_to(self, composed: CommandLine, target: str) -> None:
        files = sorted(composed.folder.iterdir())
        assert f"{target}: cannot be written: " in composed.refused(f"stack export main {target}")
        assert sorted(composed.folder.iterdir()) == files

    def test_an_unknown_format(self, composed: CommandLine) -> None:
        assert "'xml' is not one of 'json', 'yaml'" in composed.refused("stack export main --format xml", status=2)


class TestImport:
    def test_a_document_is_read_from_standard_input(self, composed: CommandLine, second: CommandLine) -> None:
        document = composed.done(f"--workspace {composed.folder} stack export main").out
        second.done("stack import -", stdin=document)
        assert second.done("stack list --output json").json[0]["stack"] == "main"

    def test_a_stack_that_is_here_is_refused_and_all_taken_names_are_told(self, composed: CommandLine) -> None:
        document = exported(composed)
        document["components"][0]["config"]["retries"] = 99
        message = composed.refused("stack import -", stdin=json.dumps(document))
        artifact_store, stack = message.splitlines()
        assert "artifact store prod" in artifact_store
        assert "stack main" in stack
        assert "--rename" in message

    def test_free_names_are_found_on_request(self, composed: CommandLine) -> None:
        document = json.dumps(exported(composed))
        composed.done("stack import - --rename", stdin=document)
        composed.done("stack import - --rename", stdin=document)
        assert [row["stack"] for row in composed.done("stack list --output json").json] == ["main", "main-2", "main-3"]

    def test_a_flavor_that_is_not_known_here(self, composed: CommandLine) -> None:
        document = exported(composed)
        document["components"][0]["flavor"] = "other"
        message = composed.refused("stack import -", stdin=json.dumps(document))
        assert message.startswith("components[0]: there is no artifact store flavor other")

    def test_every_truncated_document_is_refused(self, composed: CommandLine, second: CommandLine) -> None:
        composed.done(f"--workspace {composed.folder} stack export main {second.folder}/whole.yaml")
        whole = (second.folder / "whole.yaml").read_text()
        second.done("stack import whole.yaml")  # it is right
        second.done("stack delete main --yes")
        complete_at = len(whole) - len("key_file: null\n")  # that field has a default: the document is whole without it
        for length in range(0, complete_at - 10, 7):
            second.write("part.yaml", whole[:length])
            second.refused("stack import part.yaml")

    @pytest.mark.parametrize("length", [0, 1, 50, 200])
    def test_truncated_json_is_refused(self, composed: CommandLine, length: int) -> None:
        composed.write("part.json", json.dumps(exported(composed))[:length])
        assert composed.refused("stack import part.json").startswith("part.json: line 1, column ")

    @pytest.mark.parametrize(
        ("document", "said"),
        [
            ("{stackkit: 2, stack: x, components: []}", "stackkit: has form 2, known is 1; install a newer stackkit"),
            (
                "{stackkit: 1, stack: x, components: [{type: alerter, flavor: console, version: 2, config: {name: a}}]}",
                "components[0].version: alerter console is known up to version 1 here, not 2; install the newer flavor",
            ),
            ("{stackkit: 1, stack: x, components: [], extra: 1}", "extra: "),
            ("{stackkit: 1, stack: x, components: []}", "has no components"),
            (
                "{stackkit: 1, stack: 'a/b', components: [{type: alerter, flavor: console, version: 1, config: {name: a}}]}",
                "a/b",
            ),
            (
                "{stackkit: 1, stack: x, components: [{type: alerter, flavor: console, version: 1, config: {name: '../a'}}]}",
                "../a",
            ),
            ("[1, 2]", "is no stack document"),
            ("null", "is no stack document"),
        ],
    )
    def test_a_newer_or_wrong_document(self, composed: CommandLine, document: str, said: str) -> None:
        assert said in composed.refused("stack import -", stdin=document)

    @pytest.mark.parametrize(
        "document",
        [
            "!!python/object/apply:os.system [touch hacked]",
            "!!python/object/new:subprocess.Popen [[touch, hacked]]",
            "&a [*a, *a]",
            "a: &a [1]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b, *b]",
            "[" * 100_000,
            "{a: " * 5_000,
            "{stackkit: 1, stackkit: 1, stack: x, components: []}",
            "{stackkit: 1, stack: !!binary aGk=, components: []}",
            "stackkit: 1e400",
            "%YAML 9.9\n---\na",
            "a: 1\n---\nb: 2",
            "\x00\x01\x02",
            "\x1b[31mred",
            "{stackkit: 1, stack: x, components: [{type: os.system, flavor: 'os:system', version: 1, config: {name: a}}]}",
        ],
        ids=range(14),
    )
    def test_a_hostile_document(self, composed: CommandLine, document: str) -> None:
        composed.refused("stack import -", stdin=document)
        assert not (composed.folder / "hacked").exists()

    @pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"stack: \xff", b'{"stack": "\\ud800"}'])
    def test_a_document_that_is_no_text(self, composed: CommandLine, data: bytes) -> None:
        composed.refused("stack import -", stdin=data)

    def test_an_enormous_document(self, composed: CommandLine) -> None:
        with (composed.folder / "large.yaml").open("wb") as file:
            file.truncate(2**30)
        message = composed.refused("stack import large.yaml")
        assert message.startswith("large.yaml: is larger than 64 MiB; is it the right file?")

    @pytest.mark.parametrize("file", ["missing.yaml", "."])
    def test_a_file_that_cannot_be_read(self, composed: CommandLine, file: str) -> None:
        assert composed.refused(f"stack import {file}").startswith(f"{file}: cannot be read: ")


class TestApply:
    def test_a_plan_is_shown_and_done(self, composed: CommandLine) -> None:
        document = exported(composed)
        document["components"][0]["config"]["retries"] = 99
        text = json.dumps(document)
        planned = composed("stack apply - --dry-run --output json", stdin=text)
        assert [(row["action"], row["type"], row["name"]) for row in planned.json] == [
            ("change", "artifact store", "prod"),
            ("leave", "secrets manager", "vault"),
            ("leave", "stack", "main"),
        ]
        assert planned.json[0]["details"] == "retries: 7 -> 99"
        assert planned.err == "1 to do (--dry-run: nothing was written)\n"
        assert exported(composed)["components"][0]["config"]["retries"] == 7
        assert composed("stack apply -", stdin=text).err == "1 done\n"
        assert exported(composed) == document
        assert composed("stack apply -", stdin=text).err == "nothing to do\n"

    def test_what_is_not_there_is_created(self, composed: CommandLine, second: CommandLine) -> None:
        document = composed.done(f"--workspace {composed.folder} stack export main").out
        answer = second("stack apply -", stdin=document)
        assert [row[0] for row in answer.rows] == ["create", "create", "create"]
        assert answer.err == "3 done\n"
        assert second.done("stack export main").out == document

    @pytest.mark.parametrize("options", ["", "--dry-run"])
    def test_a_document_with_mistakes_changes_nothing(self, composed: CommandLine, options: str) -> None:
        document = exported(composed)
        document["components"][0]["config"] |= {"retries": "many", "path": "s3://x"}
        message = composed.refused(f"stack apply - {options}", stdin=json.dumps(document))
        assert 'components[0].config.retries: expected int, got str "many"' in message
        assert "components[0].config.path: " in message

    def test_a_missing_file(self, composed: CommandLine) -> None:
        assert composed.refused("stack apply missing.yaml").startswith("missing.yaml: cannot be read")
