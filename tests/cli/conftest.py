"""What the tests of the command line share."""

from __future__ import annotations

import os
import shutil
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


class Beginnings:
    """What a folder holds after the calls that many tests begin with: they are made once, and then it is copied.

    Args:
        copies: A folder for the copies.
    """

    def __init__(self, copies: Path) -> None:
        self._copies = copies

    def begin(self, command_line: CommandLine, name: str, *calls: str) -> CommandLine:
        """Bring the folder to where these calls bring it, from where it is; what else is in it stays."""
        copy = self._copies / name
        if copy.exists():
            shutil.copytree(copy, command_line.folder, symlinks=True, dirs_exist_ok=True)
            return command_line
        for call in calls:
            command_line.done(call)
        shutil.copytree(command_line.folder, copy, symlinks=True)
        return command_line


def empty(folder: Path) -> None:
    """Delete what is in a folder; it may be the current one, and stays."""
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


@pytest.fixture(scope="session")
def only_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that all tests use, one after the other: workspaces have absolute paths, and could not be copied elsewhere."""
    made = tmp_path_factory.mktemp("command_line") / "project"
    made.mkdir()
    return made


@pytest.fixture(scope="session")
def beginnings(tmp_path_factory: pytest.TempPathFactory) -> Beginnings:
    """Workspaces that tests begin with."""
    return Beginnings(tmp_path_factory.mktemp("beginnings"))


@pytest.fixture
def folder(only_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is no workspace yet, as the current one."""
    empty(only_folder)
    monkeypatch.chdir(only_folder)
    return only_folder


@pytest.fixture
def stackkit(
    folder: Path, beginnings: Beginnings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> CommandLine:
    """The command line in an empty workspace."""
    return beginnings.begin(CommandLine(folder, capsys, monkeypatch), "empty", "init --empty")


@pytest.fixture
def custom(stackkit: CommandLine, beginnings: Beginnings) -> CommandLine:
    """The command line in a workspace with a flavor `custom` of its own, of artifact stores."""
    stackkit.write(MODULE, STORE)
    return beginnings.begin(stackkit, "custom", "artifact-store flavor register my_mod.MyStore")


@pytest.fixture
def composed(custom: CommandLine, beginnings: Beginnings) -> CommandLine:
    """The same with the active stack main, of the artifact store prod and the secrets manager vault, and the store spare."""
    return beginnings.begin(
        custom,
        "composed",
        "artifact-store register prod --flavor=custom --path=custom://bucket --retries=7 --tags=a --tags=b",
        "artifact-store register spare --flavor=local --path=./spare",
        "secrets-manager register vault --flavor=local --path=./vault",
        "stack register main -a prod -x vault --set",
    )


@pytest.fixture
def running(stackkit: CommandLine, beginnings: Beginnings) -> CommandLine:
    """The command line in a workspace with the default stack, whose pipelines run in this process, and the module flow."""
    beginnings.begin(stackkit, "running", "init", "orchestrator update default --workers=1")
    stackkit.write("flow.py", FLOW)
    return stackkit
