"""Opening a workspace, and what it has in it when it is opened."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from stackkit.components.alerter import ALERTER
from stackkit.errors import NewerStoreError, Problem, StackkitError, WorkspaceError
from stackkit.flavors.alerter.console import ConsoleAlerter
from stackkit.store.sqlite import SqliteStore
from stackkit.workspace.workspace import Workspace

from .projects import documents, only


class TestOpening:
    def test_a_workspace_is_made_and_opened_again(self, tmp_path: Path) -> None:
        with Workspace.init(tmp_path) as workspace:
            workspace.components.register(ConsoleAlerter(name="terminal"))
        assert (tmp_path / ".stackkit" / "workspace.db").is_file()
        for opened in (Workspace.open(tmp_path), Workspace.init(tmp_path), Workspace.find(tmp_path), Workspace(tmp_path)):
            with opened as workspace:
                assert workspace.root == tmp_path
                assert [record.name for record in workspace.components.all()] == ["terminal"]

    def test_what_is_no_workspace_is_not_opened_and_nothing_is_made(self, tmp_path: Path) -> None:
        with pytest.raises(WorkspaceError) as refused:
            Workspace.open(tmp_path)
        remedy = f"make one: stackkit init {tmp_path}"
        assert only(refused.value) == Problem("is no workspace", where=str(tmp_path), remedy=remedy)
        assert list(tmp_path.iterdir()) == []

    def test_its_root_is_absolute_so_that_a_change_of_folder_does_not_move_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        with Workspace.init(Path("project")) as workspace:
            (tmp_path / "other").mkdir()
            monkeypatch.chdir(tmp_path / "other")
            workspace.components.register(ConsoleAlerter(name="terminal"))
            assert workspace.root == tmp_path / "project"
        assert list((tmp_path / "other").iterdir()) == []

    def test_it_can_be_kept_in_another_store(self, tmp_path: Path) -> None:
        store = SqliteStore(tmp_path / "elsewhere.db")
        with Workspace(tmp_path, store) as workspace:
            workspace.components.register(ConsoleAlerter(name="terminal"))
            assert workspace.store is store
            assert {document.kind for document in documents(store)} == {"component", "uuid", "shape"}
        assert not (tmp_path / ".stackkit").exists()

    def test_closing_can_be_repeated(self, tmp_path: Path) -> None:
        workspace = Workspace.init(tmp_path)
        workspace.close()
        workspace.close()

    def test_a_store_that_is_newer_is_refused_when_it_is_used(self, tmp_path: Path) -> None:
        import sqlite3

        with Workspace.init(tmp_path) as workspace:
            workspace.stacks.all()
        connection = sqlite3.connect(tmp_path / ".stackkit" / "workspace.db")
        connection.execute("PRAGMA user_version=99")
        connection.close()
        with Workspace.open(tmp_path) as workspace, pytest.raises(NewerStoreError):
            workspace.stacks.all()

    def test_a_store_that_is_none_is_refused_when_it_is_used(self, tmp_path: Path) -> None:
        with Workspace.init(tmp_path) as workspace:
            (tmp_path / ".stackkit" / "workspace.db").write_bytes(b"nonsense" * 1000)
            with pytest.raises(StackkitError):
                workspace.components.all()


class TestFinding:
    def test_the_variable_names_the_project_outright(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("here", "named"):
            Workspace.init(tmp_path / name).close()
        monkeypatch.chdir(tmp_path / "here")
        monkeypatch.setenv("STACKKIT_WORKSPACE", str(tmp_path / "named"))
        assert Workspace.find().root == tmp_path / "named"
        assert Workspace.find(tmp_path / "here").root == tmp_path / "here"
        monkeypatch.setenv("STACKKIT_WORKSPACE", "")
        assert Workspace.find().root == tmp_path / "here"

    def test_a_variable_that_names_none_is_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STACKKIT_WORKSPACE", str(tmp_path / "not"))
        with pytest.raises(WorkspaceError) as refused:
            Workspace.find()
        where = f"STACKKIT_WORKSPACE {tmp_path / 'not'}"
        assert only(refused.value) == Problem(
            "is no workspace", where=where, remedy=f"make one: stackkit init {tmp_path / 'not'}"
        )

    def test_without_a_project_the_users_own_is_made_and_found_again(self, tmp_path: Path) -> None:
        program = """
from stackkit import ALERTER, Workspace
from stackkit.flavors.alerter.console import ConsoleAlerter
with Workspace.find() as workspace:
    if not workspace.components.all():
        workspace.components.register(ConsoleAlerter(name="terminal"))
    print(workspace.root, *(record.name for record in workspace.components.all()))
"""
        base = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path / "home")}
        (tmp_path / "a").mkdir()
        (tmp_path / "b").mkdir()
        for environment, root in (
            (base, tmp_path / "home" / ".local" / "share"),
            (base | {"XDG_DATA_HOME": str(tmp_path / "data")}, tmp_path / "data"),
        ):
            for folder in ("a", "b"):
                done = subprocess.run(
                    [sys.executable, "-c", program],
                    capture_output=True,
                    text=True,
                    check=False,
                    cwd=tmp_path / folder,
                    env=environment,
                )
                assert done.stdout == f"{root / 'stackkit' / 'workspace'} terminal\n", done.stderr


LOADED = """
import sys
from pathlib import Path
from stackkit import Workspace
with Workspace.open(Path({root!r})) as workspace:
    {statement}
print(*sorted({heavy!r} & {{name.partition(".")[0] for name in sys.modules}}))
"""
HEAVY = {"cattrs", "yaml", "msgspec", "cryptography", "click", "difflib", "email", "importlib.metadata"}


@pytest.mark.parametrize(
    "statement",
    [
        "assert len(workspace.flavors.all()) > 3",
        "assert [record.name for record in workspace.stacks.all()] == ['laptop']",
        "assert workspace.stacks.active == 'laptop'",
        "assert workspace.stacks.record('laptop').components == {'alerter': 'terminal'}",
        "assert [record.name for record in workspace.components.all()] == ['terminal']",
    ],
)
def test_listing_imports_nothing_that_is_heavy(statement: str, workspace: Workspace) -> None:
    workspace.components.register(ConsoleAlerter(name="terminal"))
    workspace.stacks.register("laptop", {ALERTER.slug: "terminal"}, activate=True)
    program = LOADED.format(root=str(workspace.root), statement=statement, heavy=HEAVY)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


def test_loading_a_component_does_import_the_converter(workspace: Workspace) -> None:
    """So that the test above is seen to see something."""
    workspace.components.register(ConsoleAlerter(name="terminal"))
    statement = "__import__('stackkit').ALERTER; workspace.components.load(workspace.components.all()[0])"
    program = LOADED.format(root=str(workspace.root), statement=statement, heavy={"cattrs"})
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "cattrs", done.stderr
