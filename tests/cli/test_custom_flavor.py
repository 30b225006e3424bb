"""The main job from start to end: a flavor of one's own, configured, composed, brought up, and carried elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.command_line import CommandLine
from tests.cli.sources import MODULE, STORE


def test_a_custom_artifact_store_from_its_module_to_a_stack_in_another_workspace(
    stackkit: CommandLine, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stackkit.write(MODULE, STORE)
    stackkit.done("artifact-store flavor register my_mod.MyStore")
    assert [row[0] for row in stackkit.done("artifact-store flavor list").rows] == ["custom", "local"]
    assert "--password" in stackkit.done("artifact-store flavor describe custom").out

    options = "--flavor=custom --path=custom://bucket --retries=7 --tags=a --tags=b"
    stackkit.done(f"artifact-store register prod {options}", "--password=${db.password}")
    stackkit.done("secrets-manager register vault --flavor=local --path=./vault")
    stackkit.done("stack register main --artifact-store prod --secrets-manager vault --set")

    refused = stackkit("stack up")
    assert refused.status == 1
    assert refused.err == (
        "Error: artifact_store/prod.password: the secret db.password is not in vault; "
        "stackkit secrets-manager secret register db password\n"
    )
    stackkit.done("secrets-manager secret register db password", stdin="hunter2")
    assert stackkit.done("stack up").out.endswith("stack main is up\n")
    states = stackkit.done("status --output json").json["components"]
    assert [(state["name"], state["running"]) for state in states] == [("prod", True), ("vault", True)]

    stackkit.done("artifact-store update prod --retries=9 --tags=c")
    stackkit.done("artifact-store remove-attribute prod retries")
    stackkit.done("artifact-store rename prod best")
    stackkit.done("artifact-store copy best second")
    assert stackkit.done("stack down").out.endswith("stack main is down\n")

    config = stackkit.done("artifact-store describe best --output json").json["config"]
    assert (config["retries"], config["tags"], config["password"]) == (3, ["c"], {"$secret": "db.password"})

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    stackkit.done(f"stack export main {elsewhere}/main.yaml")
    exported = (elsewhere / "main.yaml").read_bytes()
    assert b"hunter2" not in exported

    monkeypatch.chdir(elsewhere)
    there = CommandLine(elsewhere, capsys, monkeypatch)
    there.done("init --empty")
    assert "there is no artifact store flavor custom" in there.refused("stack import main.yaml")
    there.write(MODULE, STORE)
    there.done("artifact-store flavor register my_mod.MyStore")
    there.done("stack import main.yaml")
    assert there.done("stack export main").out.encode() == exported
    assert there.done("artifact-store describe best --output json").json["config"] == config


def test_no_secret_is_in_what_a_workspace_keeps_or_prints(composed: CommandLine) -> None:
    composed.done("artifact-store update prod", "--password=${db.password}")
    printed = [composed.done("secrets-manager secret register db password", stdin="hunter2-of-db")]
    printed += [
        composed(line)
        for line in (
            "stack up",
            "status",
            "artifact-store describe prod",
            "artifact-store describe prod --output json",
            "secrets-manager secret get db",
            "secrets-manager describe vault",
            "stack export main",
            "stack down --force --yes",
            "artifact-store logs prod",
        )
    ]
    assert "hunter2" not in str(printed)
    assert "hunter2" not in str(composed.documents())
    assert all(b"hunter2" not in file.read_bytes() for file in composed.folder.rglob("*") if file.is_file())
