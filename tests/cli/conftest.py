"""What the tests of the command line share."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

pytest.register_assert_rewrite("tests.cli.command_line", "tests.cli.programs")

from tests.cli.command_line import CommandLine  # noqa: E402 - its assertions are rewritten
from tests.cli.pipelines_of_people import FLOW  # noqa: E402 - the same
from tests.cli.sources import MODULE, STORE  # noqa: E402 - the same


@pytest.fixture(autouse=True)
def no_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests, their workspace and settings are not used."""
    for name in [name for name in os.environ if name.startswith("STACKKIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "user"))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # a module that is changed within a second is another one


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is no workspace yet, as the current one."""
    made = tmp_path / "project"
    made.mkdir()
    monkeypatch.chdir(made)
    return made


@pytest.fixture
def stackkit(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line in an empty workspace."""
    command_line = CommandLine(folder, capsys, monkeypatch)
    command_line.done("init --empty")
    return command_line


@pytest.fixture
def custom(stackkit: CommandLine) -> CommandLine:
    """The command line in a workspace with a flavor `custom` of its own, of artifact stores."""
    stackkit.write(MODULE, STORE)
    stackkit.done("artifact-store flavor register my_mod.MyStore")
    return stackkit


@pytest.fixture
def composed(custom: CommandLine) -> CommandLine:
    """The same with the active stack main, of the artifact store prod and the secrets manager vault, and the store spare."""
    custom.done("artifact-store register prod --flavor=custom --path=custom://bucket --retries=7 --tags=a --tags=b")
    custom.done("artifact-store register spare --flavor=local --path=./spare")
    custom.done("secrets-manager register vault --flavor=local --path=./vault")
    custom.done("stack register main -a prod -x vault --set")
    return custom


@pytest.fixture
def running(stackkit: CommandLine) -> CommandLine:
    """The command line in a workspace with the default stack, whose pipelines run in this process, and the module flow."""
    stackkit.done("init")
    stackkit.done("orchestrator update default --workers=1")
    stackkit.write("flow.py", FLOW)
    return stackkit
