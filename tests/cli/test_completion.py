"""Completion through click's own mechanism, as a shell asks for it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.cli.command_line import CommandLine
from tests.cli.programs import STACKKIT, environment, in_shell
from tests.cli.sources import MODULE


def completed(line: str, folder: Path) -> list[str]:
    """What bash would offer after a line; its last word is what was typed so far."""
    words = f"stackkit {line}"
    env = environment(_STACKKIT_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=str(words.count(" ")))
    done = subprocess.run([STACKKIT], cwd=folder, env=env, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return [offer.partition(",")[2] for offer in done.stdout.split()]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("art", ["artifact-store"]),
        ("st", ["status", "stack", "step-operator"]),
        ("secrets-manager s", ["secret"]),
        ("secrets-manager secret g", ["get"]),
        ("artifact-store flavor d", ["describe", "delete"]),
        ("artifact-store flavor describe ", ["custom", "local"]),
        ("artifact-store flavor delete cu", ["custom"]),
        ("artifact-store describe ", ["prod", "spare"]),
        ("artifact-store delete sp", ["spare"]),
        ("artifact-store rename pr", ["prod"]),
        ("artifact-store up ", ["prod", "spare"]),
        ("artifact-store update p", ["prod"]),
        ("artifact-store register x --flavor cu", ["custom"]),
        ("artifact-store register x -f ", ["custom", "local"]),
        ("artifact-store register x --flavor=custom --re", ["--retries"]),
        ("artifact-store register x --flavor=custom --", ["--path", "--retries", "--tags", "--labels", "--password"]),
        ("artifact-store update prod --t", ["--tags"]),
        ("artifact-store remove-attribute prod ", ["path", "retries", "tags", "labels", "password"]),
        ("artifact-store remove-attribute prod tags re", ["retries"]),
        ("stack describe ", ["main", "other"]),
        ("stack set o", ["other"]),
        ("stack export m", ["main"]),
        ("stack register new --artifact-store ", ["prod", "spare"]),
        ("stack register new -a sp", ["spare"]),
        ("stack register new --secr", ["--secrets-manager"]),
        ("stack update main -x ", ["vault"]),
        ("stack remove-component main ", ["artifact-store", "secrets-manager"]),
        ("stack list --output ", ["table", "json"]),
        ("secrets-manager secret list --manager ", ["vault"]),
    ],
)
def test_names_are_completed(composed: CommandLine, line: str, offered: list[str]) -> None:
    composed.done("stack register other -a spare")
    found = completed(line, composed.folder)
    assert set(offered) <= set(found)
    if not line.endswith("--"):
        assert found == offered


def test_the_workspace_that_is_named_is_asked(composed: CommandLine) -> None:
    line = f"--workspace {composed.folder} artifact-store describe "
    assert completed(line, Path("/")) == ["prod", "spare"]


@pytest.mark.parametrize(
    "line",
    [
        "artifact-store register x --flavor=custom --re",
        "artifact-store register x --flavor=nothing --re",
        "artifact-store update prod --re",
        "artifact-store update nothing --re",
        "artifact-store remove-attribute nothing ",
        "stack remove-component nothing ",
    ],
)
def test_what_cannot_be_known_is_not_completed_and_not_told(composed: CommandLine, line: str) -> None:
    (composed.folder / MODULE).unlink()
    assert completed(line, composed.folder) == []


def test_a_workspace_that_is_none_completes_no_names(tmp_path: Path) -> None:
    assert completed("--workspace /nowhere artifact-store describe ", tmp_path) == []
    assert "artifact-store" in completed("--workspace /nowhere ", tmp_path)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_get_their_script(tmp_path: Path, shell: str) -> None:
    done = in_shell(f"_STACKKIT_COMPLETE={shell}_source stackkit", tmp_path)
    assert done.returncode == 0
    assert f"{shell}_complete" in done.stdout


def test_bash_takes_the_script_that_the_help_names(composed: CommandLine) -> None:
    script = """
    eval "$(_STACKKIT_COMPLETE=bash_source stackkit)"
    COMP_WORDS=(stackkit artifact-store describe sp); COMP_CWORD=3
    _stackkit_completion stackkit
    echo "${COMPREPLY[@]}"
    """
    assert in_shell(script, composed.folder).stdout == "spare\n"


def test_pipelines_runs_and_steps_are_completed(running: CommandLine) -> None:
    for name in ("one", "two"):
        running.done(f"run flow:training --name {name}")
    offered: dict[str, list[str]] = {
        "ru": ["run", "runs"],
        "pipel": ["pipelines", "pipeline"],
        "runs ": ["list", "show", "logs", "artifacts"],
        "run ": ["flow:training"],
        "run flow:training --r": ["--resume", "--rows", "--rates"],
        "run flow:training --p": ["--plain", "--param-stack"],
        "run flow:nothing --ra": [],
        "run --resume ": ["two", "one"],
        "run --stack d": ["default"],
        "runs list --pipeline ": ["training"],
        "runs list --status k": ["killed"],
        "runs list --before t": ["two"],
        "runs show o": ["one"],
        "runs show --stack nothing ": [],
        "runs logs one s": ["split"],
        "runs logs nothing ": [],
        "runs artifacts t": ["two"],
        "pipeline graph --run tw": ["two"],
        "pipeline graph ": ["flow:training"],
    }
    assert {words: running.completed(words) for words in offered} == offered
