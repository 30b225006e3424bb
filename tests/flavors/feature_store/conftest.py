"""What the tests of the local feature store share."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from stackkit import FeatureView
from stackkit.flavors.feature_store.local import LocalFeatureStore
from stackkit.testing.contracts.feature_store import STATS

LASTING = attrs.evolve(STATS, ttl=None)


@pytest.fixture
def view() -> FeatureView:
    """A view whose rows are never too old."""
    return LASTING


@pytest.fixture
def store(tmp_path: Path, view: FeatureView) -> LocalFeatureStore:
    """A store with this view."""
    store = LocalFeatureStore(name="features", path=str(tmp_path / "features"))
    store.apply([view])
    return store
