"""The local feature store keeps the laws of every feature store."""

from __future__ import annotations

from pathlib import Path

import pytest
from typing_extensions import override

from stackkit.flavors.feature_store.local import LocalFeatureStore
from stackkit.testing.contracts.feature_store import FeatureStoreContract


class TestLocalFeatureStore(FeatureStoreContract[LocalFeatureStore]):
    @pytest.fixture
    @override
    def component(self, tmp_path: Path) -> LocalFeatureStore:
        return LocalFeatureStore(name="features", path=str(tmp_path / "features"))

    @pytest.fixture
    @override
    def failing(self, tmp_path: Path) -> LocalFeatureStore:
        (tmp_path / "file").touch()
        return LocalFeatureStore(name="features", path=str(tmp_path / "file" / "below"))
