"""What holds for every secrets manager.

>>> from pathlib import Path
>>> import pytest
>>> from stackkit.flavors.secrets_manager.local import LocalSecretsManager
>>> class TestMySecrets(SecretsManagerContract[LocalSecretsManager]):
...     @pytest.fixture
...     def component(self, tmp_path: Path) -> LocalSecretsManager:
...         return LocalSecretsManager(name="mine", path=str(tmp_path / "secrets"))
"""

from __future__ import annotations

from stackkit.testing.contracts.secrets_manager.contract import SecretsManagerContract

__all__ = ["SecretsManagerContract"]
