"""The local secrets manager keeps the contract of secrets managers, and keeps secrets when it is taken away."""

from __future__ import annotations

from pathlib import Path

import pytest
from typing_extensions import override

from stackkit.components.secrets_manager import SecretGroup
from stackkit.flavors.secrets_manager.local import LocalSecretsManager
from stackkit.testing.contracts.secrets_manager import SecretsManagerContract


class TestLocalSecretsManager(SecretsManagerContract[LocalSecretsManager]):
    @pytest.fixture
    @override
    def component(self, tmp_path: Path) -> LocalSecretsManager:
        return LocalSecretsManager(name="local", path=str(tmp_path / "secrets"))

    @pytest.fixture
    @override
    def failing(self, tmp_path: Path) -> LocalSecretsManager:
        (tmp_path / "file").touch()
        return LocalSecretsManager(name="failing", path=str(tmp_path / "file"))

    def test_bringing_it_up_and_down_again_and_again_keeps_the_secrets(self, component: LocalSecretsManager) -> None:
        component.provision()
        assert component.is_provisioned
        component.register_secret(SecretGroup("a", {"key": "value"}))
        for step in (component.provision, component.resume, component.suspend, component.deprovision):
            step()
            step()
        component.provision()
        component.resume()
        assert component.is_provisioned
        assert component.is_running
        assert component.get_secret("a")["key"] == "value"
