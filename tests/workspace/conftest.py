"""The workspaces that the tests of this folder work in."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest
from tests.registry.modules import forgetting_modules

from stackkit.workspace.workspace import Workspace

from .example_flavors import meanwhile
from .projects import make


@pytest.fixture
def workspace(tmp_path: Path) -> Generator[Workspace]:
    with forgetting_modules(tmp_path), make(tmp_path / "project") as workspace:
        yield workspace
    meanwhile.clear()


@pytest.fixture
def elsewhere(tmp_path: Path, workspace: Workspace) -> Generator[Workspace]:
    """Another workspace."""
    with make(tmp_path / "elsewhere") as other:
        assert other.root != workspace.root
        yield other


@pytest.fixture
def again(workspace: Workspace) -> Generator[Workspace]:
    """The same workspace, as another process has it."""
    with Workspace.open(workspace.root) as other:
        yield other
