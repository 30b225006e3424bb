"""A flavor of a third party with tests of its own, installed for real: what authors of flavors get is all that they need."""

from __future__ import annotations

import tomllib
from collections.abc import Generator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tests.docs.pages import Reader, blocks
from tests.examples.environments import ROOT, programs_with, run

PACKAGE = ROOT / "examples" / "stackkit-sqlite-store"


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    return programs_with(PACKAGE, tmp_path_factory, worker_id)


def test_the_environment_has_installed_copies(programs: Path, tmp_path: Path) -> None:
    program = "import stackkit, stackkit_sqlite_store; print(stackkit.__file__, stackkit_sqlite_store.__file__)"
    found = run(programs / "python", "-c", program, cwd=tmp_path)
    assert all(Path(file).is_relative_to(programs.parent) for file in found.split())


@pytest.fixture
def quick_folder() -> Generator[Path]:
    """An empty folder, in memory where there is such a place: a database waits for the disk at each commit."""
    memory = Path("/dev/shm")  # noqa: S108 - the folder in it is new
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


def test_its_own_tests_pass_where_it_is_installed(programs: Path, quick_folder: Path) -> None:
    options = ("-q", "--hypothesis-profile=quick", "-pno:cacheprovider", "-pno:xdist", f"--basetemp={quick_folder / 'tests'}")
    storage = {"HYPOTHESIS_STORAGE_DIRECTORY": str(quick_folder / "hypothesis")}
    said = run(programs / "python", "-m", "pytest", f"-c{PACKAGE / 'pyproject.toml'}", *options, cwd=PACKAGE, **storage)
    passed = int(said.splitlines()[-1].partition(" passed")[0])
    assert passed > 400
    assert " failed" not in said


def test_its_tests_fail_when_the_store_is_wrong(programs: Path, tmp_path: Path) -> None:
    """Else the one above would tell nothing."""
    module = tmp_path / "test_broken.py"
    text = (PACKAGE / "tests" / "test_contract.py").read_text("utf-8")
    broken = """
from stackkit_sqlite_store.tree import Tree

Tree.exists = lambda self, path: path == "" or Tree.isfile(self, path)
Tree.isfile = lambda self, path: self._row(path) is not None and not self.isdir(path)
"""
    module.write_text(text + broken, encoding="utf-8")
    law = "test_mkdir_makes_one_folder_and_makedirs_all_above"
    options = ("-q", "-pno:cacheprovider", "-pno:xdist", f"--basetemp={tmp_path / 'tests'}", "-k", law)
    with pytest.raises(AssertionError, match="1 failed"):
        run(programs / "python", "-m", "pytest", *options, module, cwd=tmp_path)


def test_everything_that_its_readme_shows_works(programs: Path, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    Reader(PACKAGE / "README.md", tmp_path / "work", programs).read()


def test_its_readme_shows_the_entry_points_as_they_are() -> None:
    shown = {block.title: block.text for block in blocks((PACKAGE / "README.md").read_text("utf-8"))}
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text("utf-8"))["project"]
    assert tomllib.loads(shown["entry-points.toml"])["project"] == {"entry-points": project["entry-points"]}
