"""A deployer, models for it, and the proof that nothing of it is left."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path

import pytest

pytest.register_assert_rewrite("tests.flavors.model_deployer.processes")

from tests.flavors.model_deployer.processes import processes, until  # noqa: E402 - its assertions are rewritten

from stackkit.components.model_deployer import ModelDeployment  # noqa: E402 - the same
from stackkit.flavors.model_deployer.local import LocalModelDeployer  # noqa: E402 - the same

ECHO = """
import os
from pathlib import Path

def one(text: str) -> str:
    return f"one {text}"

def two(text: str) -> str:
    return f"two {text}"

def die(status: int) -> int:
    os._exit(status)
"""


@pytest.fixture
def models_folder(tmp_path: Path) -> Path:
    """The folder that models are imported from; it has the module echo."""
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "echo.py").write_text(ECHO, encoding="utf-8")
    return folder


@pytest.fixture
def deployer(tmp_path: Path, models_folder: Path) -> Generator[LocalModelDeployer]:
    """A deployer without servers. After the test, none is left, and no process of one."""
    made = LocalModelDeployer(name="here", path=str(tmp_path / "servers"), model_path=str(models_folder))
    yield made
    made.deprovision()
    until(lambda: not processes(tmp_path))
    assert not Path(made.path).exists()


@pytest.fixture
def echo() -> Callable[..., ModelDeployment]:
    """Makes deployments of the module echo."""

    def make(uri: str = "echo:one", name: str = "echo", **others: str) -> ModelDeployment:
        return ModelDeployment(model_name=name, model_uri=uri, **others)

    return make
