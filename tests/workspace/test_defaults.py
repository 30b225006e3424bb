"""The stack of a new workspace: whole, usable, and made once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from stackkit import ARTIFACT_STORE, METADATA_STORE, ORCHESTRATOR, SECRETS_MANAGER
from stackkit.flavors.alerter.console import ConsoleAlerter
from stackkit.workspace.defaults import NAME, register_default_stack
from stackkit.workspace.workspace import Workspace


def test_it_has_what_pipelines_need_and_keeps_it_in_the_workspace(tmp_path: Path) -> None:
    with Workspace.init(tmp_path) as workspace:
        assert register_default_stack(workspace) is not None
        stack = workspace.stacks.get()
        assert [component.name for component in stack.components] == [NAME] * 4
        assert ORCHESTRATOR in stack
        assert SECRETS_MANAGER in stack
        stack[METADATA_STORE].get_runs()
        with stack[ARTIFACT_STORE].open("a.txt", "w") as file:
            file.write("a")
    assert (tmp_path / ".stackkit/artifacts/a.txt").is_file()


def test_a_workspace_with_a_component_is_left_alone(tmp_path: Path) -> None:
    with Workspace.init(tmp_path) as workspace:
        workspace.components.register(ConsoleAlerter(name="terminal"))
        assert register_default_stack(workspace) is None
        assert (workspace.stacks.all(), workspace.stacks.active) == ([], None)


def test_of_several_who_make_it_at_once_one_does(tmp_path: Path) -> None:
    def make(_: int) -> bool:
        with Workspace.init(tmp_path) as workspace:
            return register_default_stack(workspace) is not None

    with Workspace.init(tmp_path / "other") as other:  # all that it takes is imported: what pytest rewrites, no two threads may
        register_default_stack(other)
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(make, range(4))) == 1
    with Workspace.open(tmp_path) as workspace:
        assert [record.name for record in workspace.components.all()] == [NAME] * 4
