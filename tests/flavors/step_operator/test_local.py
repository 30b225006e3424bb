"""Steps on this machine: what the contract of step operators does not say."""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path

import pytest
from tests.flavors.step_operator.projects import (
    kill_while_it_runs,
    last_steps,
    stack_with,
    wait_until_empty,
    write_project,
)

from stackkit import ARTIFACT_STORE
from stackkit.errors import ConfigurationError, MissingExtraError, StepError
from stackkit.flavors.step_operator.local import LocalStepOperator
from stackkit.pipelines import run
from stackkit.testing.commands import HOLDS, is_released, python, small_wheel


def test_a_project_runs_there_with_its_requirements_and_is_taken_from_the_cache_afterwards(
    local: LocalStepOperator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    write_project(project, small_wheel(tmp_path, "small_one"), "small_one")
    monkeypatch.setattr(sys, "path", [str(project), *sys.path])
    stack = stack_with(local.replace(name="operator"), tmp_path)
    flow = importlib.import_module("its_flow").flow.compile()
    for status in ("completed", "cached"):
        run(flow, stack)
        found = last_steps(stack)
        assert {record.status for record in found.values()} == {status}
    run(flow, stack, use_cache=False)
    with stack[ARTIFACT_STORE].open(last_steps(stack)["greet"].logs, "r") as file:
        assert file.read() == "Hello, Ada: 42!\n"
    assert stack[ARTIFACT_STORE].glob("runs/**/*.here") == []
    del sys.modules["its_flow"], sys.modules["its_package"], sys.modules["its_package.words"]


def test_a_command_is_in_the_same_folder_with_the_same_variables_but_for_those_of_python(
    local: LocalStepOperator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OF_MINE", "kept")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    program = (
        "import json, os, shutil, sys; "
        "json.dump([os.getcwd(), dict(os.environ), shutil.which('python')], open(sys.argv[1], 'w'))"
    )
    local.launch("training", "monday", [], python(program, tmp_path / "seen"))
    cwd, variables, found = json.loads((tmp_path / "seen").read_text("utf-8"))
    assert (cwd, variables["OF_MINE"], variables.get("PYTHONPATH")) == (str(tmp_path), "kept", None)
    assert found == f"{variables['VIRTUAL_ENV']}/bin/python"


def test_when_the_process_dies_that_launched_it_a_command_is_ended(local: LocalStepOperator, tmp_path: Path) -> None:
    own = local.replace(folder=str(tmp_path / "steps"))
    kill_while_it_runs(own, python(HOLDS, tmp_path / "lock", 60, "stays"), tmp_path / "lock")
    assert is_released(tmp_path / "lock", 60)
    wait_until_empty(tmp_path / "steps/runs")


def test_what_cannot_be_run_is_told(local: LocalStepOperator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StepError, match=r"its command cannot be run: .*null byte"):
        local.launch("training", "monday", [], python("pass", "a\0b"))
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(StepError, match="the current folder does not exist; change to one that does"):
        local.launch("training", "monday", [], python("pass"))


def test_without_uv_it_says_what_to_install(local: LocalStepOperator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sysconfig.get_path", {"scripts": str(tmp_path)}.__getitem__)
    with pytest.raises(MissingExtraError, match=r"uv is not installed.*; pip install 'stackkit\[local-steps\]'"):
        local.launch("training", "monday", [], python(""))


def test_uv_is_found_on_the_path(local: LocalStepOperator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "uv").write_text(f"#!/bin/sh\ntouch {tmp_path}/asked\nexit 1\n", encoding="utf-8")
    (tmp_path / "uv").chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr("sysconfig.get_path", {"scripts": str(tmp_path / "nothing")}.__getitem__)
    with pytest.raises(Exception, match="its environment cannot be made"):
        local.replace(folder=str(tmp_path / "steps")).launch("training", "monday", [], python(""))
    assert (tmp_path / "asked").exists()


@pytest.mark.parametrize(
    ("field", "value"), [("timeout", 0.0), ("timeout", -1.0), ("memory", 0), ("folder", ""), ("folder", "a\0b")]
)
def test_what_cannot_be_is_refused(field: str, value: object) -> None:
    with pytest.raises(ConfigurationError, match=field):
        LocalStepOperator(name="local").replace(**{field: value})
