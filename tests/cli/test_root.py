"""The tree of commands: what every one of them has, and where component types of others come in."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import click
import pytest
from tests.cli.command_line import CommandLine
from tests.cli.programs import environment

from stackkit.cli.root import stackkit as root
from stackkit.components.catalog import COMPONENT_TYPES

TYPE_COMMANDS = "flavor register list describe get update remove-attribute rename copy delete up down logs explain"
"""In the order of use."""


def tree(command: click.Command, context: click.Context) -> Iterator[tuple[str, click.Command, click.Context]]:
    """Every command with its path and context."""
    yield context.command_path, command, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from tree(found, click.Context(found, parent=context, info_name=name))


COMMANDS = [*tree(root, click.Context(root, info_name="stackkit", help_option_names=["-h", "--help"]))]
PATHS = [path for path, _, _ in COMMANDS]


def test_the_tree_is_whole() -> None:
    types = [entry.slug.replace("_", "-") for entry in COMPONENT_TYPES]
    assert {f"stackkit {name}" for name in ("demo", "init", "status", "check", "stack", *types)} <= set(PATHS)
    assert {f"stackkit artifact-store {name}" for name in TYPE_COMMANDS.split()} <= set(PATHS)
    assert {f"stackkit secrets-manager secret {name}" for name in ("register", "get", "list", "update", "delete")} <= set(PATHS)


@pytest.mark.parametrize(("path", "command", "context"), COMMANDS, ids=PATHS)
def test_every_command_says_what_it_does_and_describes_its_options(
    path: str, command: click.Command, context: click.Context
) -> None:
    assert (command.help or "").strip(), path
    assert command.get_short_help_str(200).endswith((".", "…")), command.get_short_help_str(200)
    for parameter in command.get_params(context):
        if isinstance(parameter, click.Option):
            assert (parameter.help or "").strip(), f"{path} {parameter.opts}"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_every_command_has_help(stackkit: CommandLine, path: str, option: str) -> None:
    arguments = path.removeprefix("stackkit").strip()
    answer = stackkit.done(f"{arguments} {option}")
    assert answer.out.startswith(f"Usage: {path} ")
    assert "-h, --help" in answer.out


def test_a_group_lists_its_commands_in_the_order_of_use(stackkit: CommandLine) -> None:
    listed = stackkit.done("artifact-store --help").out.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in listed if line.startswith("  ")] == TYPE_COMMANDS.split()


PACKAGE = {
    "annotators.py": """
        from __future__ import annotations

        from abc import ABC, abstractmethod
        from typing import ClassVar, Final, Protocol

        from stackkit import Component, ComponentType, StackComponent


        class Annotator(Component, Protocol):
            TYPE: ClassVar[ComponentType[Annotator]]

            def annotate(self, text: str) -> str: ...


        ANNOTATOR: Final = ComponentType[Annotator]("annotator")


        class BaseAnnotator(StackComponent, ABC):
            '''The base of annotators.'''

            TYPE: ClassVar[ComponentType[Annotator]] = ANNOTATOR

            @abstractmethod
            def annotate(self, text: str) -> str:
                '''What a person says of a text.'''


        class Echo(BaseAnnotator):
            FLAVOR: ClassVar[str] = "echo"
            times: int = 1

            def annotate(self, text: str) -> str:
                return text * self.times
    """,
    "annotators-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: annotators\nVersion: 1.0\n",
    "annotators-1.0.dist-info/entry_points.txt": """
        [stackkit.component_types]
        annotator = annotators:BaseAnnotator

        [stackkit.flavors]
        annotator.echo = annotators:Echo
    """,
}


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder of installed packages, with one that brings a component type."""
    folder = tmp_path / "packages"
    for name, text in PACKAGE.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")
    return folder


def test_a_component_type_of_others_has_all_the_commands(stackkit: CommandLine, installed: Path) -> None:
    def run(line: str) -> str:
        command = [sys.executable, "-m", "stackkit", *line.split()]
        env = environment(PYTHONPATH=str(installed))
        done = subprocess.run(command, cwd=stackkit.folder, env=env, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), done
        return done.stdout

    assert "Annotator: from annotators." in run("--help")
    assert "echo    installed" in run("annotator flavor list")
    assert run("annotator register e --flavor=echo --times=3") == "annotator e registered (echo)\n"
    assert run("stack register main --annotator e --set") == "stack main registered, and active\n"
    assert run("annotator get") == "e\n"
    assert "def annotate(self, text: str) -> str" in run("annotator explain")
    assert "--annotator NAME" in run("stack update --help")
