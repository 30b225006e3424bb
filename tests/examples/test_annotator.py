"""A component type of a third party, installed for real: nothing in stackkit knows of it."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from tests.docs.pages import Reader, blocks
from tests.examples.environments import ROOT, programs_with, run

PACKAGE = ROOT / "examples" / "stackkit-annotator"


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    return programs_with(PACKAGE, tmp_path_factory, worker_id)


@pytest.fixture(scope="session")
def workspace(programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a stack that has an annotator."""
    folder = tmp_path_factory.mktemp("workspace")
    register = ("annotator", "register", "pets", "--flavor=folder", "--path=pets")
    for command in (("init",), register, ("stack", "register", "laptop", "--annotator", "pets", "--set")):
        run(programs / "stackkit", *command, cwd=folder)
    return folder


def test_the_environment_has_an_installed_copy_of_stackkit(programs: Path, tmp_path: Path) -> None:
    found = run(programs / "python", "-c", "import stackkit, stackkit_annotator; print(stackkit.__file__)", cwd=tmp_path)
    assert Path(found.strip()).is_relative_to(programs.parent)


def test_everything_that_its_readme_shows_works(programs: Path, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    Reader(PACKAGE / "README.md", tmp_path / "work", programs).read()


def test_its_readme_shows_the_entry_points_and_the_program_as_they_are() -> None:
    shown = {block.title: block.text for block in blocks((PACKAGE / "README.md").read_text("utf-8"))}
    assert shown["label.py"] == (PACKAGE / "label.py").read_text("utf-8")
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text("utf-8"))["project"]
    assert tomllib.loads(shown["entry-points.toml"])["project"] == {"entry-points": project["entry-points"]}


def test_the_command_line_has_its_group_and_its_option(programs: Path, workspace: Path) -> None:
    assert "annotator " in run(programs / "stackkit", "--help", cwd=workspace)
    assert "--annotator NAME" in run(programs / "stackkit", "stack", "register", "--help", cwd=workspace)


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("stackkit anno", "annotator"),
        ("stackkit annotator reg", "register"),
        ("stackkit annotator register x --flavor fo", "folder"),
        ("stackkit annotator register x --flavor=folder --pa", "--path"),
        ("stackkit annotator describe pe", "pets"),
        ("stackkit stack register x --anno", "--annotator"),
        ("stackkit stack register x --annotator pe", "pets"),
    ],
)
def test_the_shell_completes_its_names(typed: str, completed: str, programs: Path, workspace: Path) -> None:
    words = {"COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()) - 1)}
    found = run(programs / "stackkit", cwd=workspace, _STACKKIT_COMPLETE="bash_complete", **words)
    assert found.split() == [f"plain,{completed}"]


def test_mypy_knows_what_a_stack_gives(programs: Path, tmp_path: Path) -> None:
    program = tmp_path / "label.py"
    text = (PACKAGE / "label.py").read_text("utf-8")
    program.write_text(f"{text}    reveal_type(annotator)\n    annotator.annotate(1)\n", encoding="utf-8")
    options = ("--strict", "--no-error-summary", f"--python-executable={programs / 'python'}", "--config-file=")
    command = (sys.executable, "-m", "mypy", *options, program)
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert 'note: Revealed type is "stackkit_annotator.annotator.Annotator"' in done.stdout
    errors = [line.partition("error: ")[2] for line in done.stdout.splitlines() if "error: " in line]
    assert errors == [
        'Missing positional argument "label" in call to "annotate" of "Annotator"  [call-arg]',
        'Argument 1 to "annotate" of "Annotator" has incompatible type "int"; expected "str"  [arg-type]',
    ]
