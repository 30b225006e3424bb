"""The local model deployer keeps the laws of every model deployer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from typing_extensions import override

from stackkit.components.model_deployer import ModelServer
from stackkit.flavors.model_deployer.local import LocalModelDeployer
from stackkit.testing.contracts.model_deployer import ModelDeployerContract


class TestLocalModelDeployer(ModelDeployerContract[LocalModelDeployer]):
    @pytest.fixture
    @override
    def component(self, deployer: LocalModelDeployer) -> LocalModelDeployer:
        return deployer

    @pytest.fixture
    @override
    def model_uri(self) -> str:
        return "echo:one"

    @pytest.fixture
    @override
    def other_uri(self, model_uri: str) -> str:
        return "echo:two"

    @pytest.fixture
    @override
    def broken_uri(self) -> str:
        return "echo:no_such_function"

    @pytest.fixture
    @override
    def predict(self) -> Callable[[ModelServer], object]:
        return lambda server: httpx.post(server.url, json={"text": "x"}).json()

    @pytest.fixture
    @override
    def failing(self, tmp_path: Path) -> LocalModelDeployer:
        (tmp_path / "file").touch()
        return LocalModelDeployer(name="nowhere", path=str(tmp_path / "file" / "servers"))
