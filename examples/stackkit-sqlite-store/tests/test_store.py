"""What the laws do not say: what is special about artifacts in one SQLite file, and how the store is used in a stack."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from stackkit_sqlite_store import SqliteArtifactStore

from stackkit import ARTIFACT_STORE, Component, Stack, StackkitError, Workspace, from_builtins
from stackkit.errors import ArtifactError
from stackkit.stack.lifecycle import states, up
from stackkit.testing.strategies import Document, components, documents


@pytest.fixture
def store(tmp_path: Path) -> SqliteArtifactStore:
    return SqliteArtifactStore(name="files", path=f"sqlite://{tmp_path}/files.db")


# Its configuration


@given(store=components(SqliteArtifactStore))
def test_its_path_is_absolute_and_has_its_scheme(store: SqliteArtifactStore) -> None:
    assert store.path.startswith("sqlite:///")
    assert store.replace(path=store.path) == store


@given(document=documents(SqliteArtifactStore, valid=False))
def test_a_document_with_a_mistake_is_refused(document: Document) -> None:
    with pytest.raises(StackkitError):
        from_builtins(document, SqliteArtifactStore)


def test_a_relative_path_is_taken_from_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert SqliteArtifactStore(name="files", path="sqlite://files.db").path == f"sqlite://{tmp_path}/files.db"


# Its file


def test_everything_is_in_one_file(store: SqliteArtifactStore, tmp_path: Path) -> None:
    with store.open("models/first.txt", "w") as file:
        file.write("0.93")
    assert [path.name for path in tmp_path.iterdir()] == ["files.db"]
    with sqlite3.connect(tmp_path / "files.db") as connection:
        found = connection.execute("SELECT content FROM entry WHERE path = 'models/first.txt'").fetchall()
    connection.close()
    assert found == [(b"0.93",)]


def test_reading_makes_no_file(store: SqliteArtifactStore, tmp_path: Path) -> None:
    assert store.glob("**") == []
    assert not store.exists("models")
    assert [*tmp_path.iterdir()] == []


def test_another_file_is_refused_and_left_as_it_is(store: SqliteArtifactStore, tmp_path: Path) -> None:
    (tmp_path / "files.db").write_text("something else " * 100, encoding="utf-8")
    for call in (store.listdir, store.makedirs, store.exists, store.open):
        with pytest.raises(ArtifactError, match=r"files\.db: cannot be used: file is not a database"):
            call("models")
    assert (tmp_path / "files.db").read_text(encoding="utf-8") == "something else " * 100


def test_who_waits_too_long_for_another_is_told(store: SqliteArtifactStore, tmp_path: Path) -> None:
    store.provision()
    other = sqlite3.connect(tmp_path / "files.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(ArtifactError, match="database is locked"):
        store.replace(timeout=0.0).makedirs("models")
    other.close()
    store.makedirs("models")


def test_what_threads_write_at_once_is_all_there(store: SqliteArtifactStore) -> None:
    def write(number: int) -> None:
        with store.open(f"{number % 3}/{number}", "x") as file:
            file.write(str(number))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(60)))
    assert len(store.glob("*/*")) == 60


KILLED = """
import os, signal, sys
from stackkit_sqlite_store import SqliteArtifactStore

store = SqliteArtifactStore(name="files", path=sys.argv[1])
with store._changing() as tree:
    tree.move("old", "new", overwrite=False)
    tree.write("new/second", b"second", overwrite=False)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_process_that_is_killed_in_the_middle_of_a_change_has_changed_nothing(store: SqliteArtifactStore) -> None:
    with store.open("old/first", "w") as file:
        file.write("first")
    done = subprocess.run([sys.executable, "-c", KILLED, store.path], check=False)
    assert done.returncode == -signal.SIGKILL
    assert store.glob("**") == ["old", "old/first"]
    assert store.open("old/first").read() == "first"


# In a stack, and in a workspace


class TestInAStack:
    @pytest.fixture
    def stack_components(self, store: SqliteArtifactStore) -> Sequence[Component]:
        """In place of the local artifact store; all else in the fixture `stack` is the kit's."""
        return [store]

    def test_it_is_the_artifact_store_of_the_stack(self, stack: Stack, store: SqliteArtifactStore) -> None:
        assert stack[ARTIFACT_STORE] is store
        up(stack)
        assert all(state.is_provisioned and state.is_running for state in states(stack))
        with stack[ARTIFACT_STORE].open("models/first.txt", "w") as file:
            file.write("0.93")
        assert store.glob("**/*.txt") == ["models/first.txt"]


def test_a_workspace_keeps_it(workspace: Workspace, store: SqliteArtifactStore) -> None:
    workspace.components.register(store)
    workspace.stacks.register("laptop", {"artifact_store": "files"}, activate=True)
    assert workspace.stacks.get()[ARTIFACT_STORE] == store


def stackkit(*arguments: str) -> str:
    """What the command line prints, in the workspace of the fixture."""
    command = [sys.executable, "-m", "stackkit", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.usefixtures("workspace")
def test_the_command_line_has_the_flavor_and_its_options(tmp_path: Path) -> None:
    assert "sqlite  installed  stackkit_sqlite_store:SqliteArtifactStore" in stackkit("artifact-store", "flavor", "list")
    path = f"sqlite://{tmp_path}/files.db"
    stackkit("artifact-store", "register", "files", "--flavor=sqlite", f"--path={path}", "--timeout=2.5")
    assert "files  sqlite" in stackkit("artifact-store", "list")
    stackkit("stack", "register", "laptop", "--artifact-store", "files", "--set")
    assert "files is up" in stackkit("stack", "up")
    assert (tmp_path / "files.db").exists()
    described = dict(line.split(maxsplit=1) for line in stackkit("artifact-store", "describe", "files").splitlines())
    assert (described["path"], described["timeout"], described["stacks"]) == (path, "2.5", "laptop")
