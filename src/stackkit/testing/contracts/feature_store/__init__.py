"""What holds for every feature store; its laws need pyarrow, to make and read tables.

>>> from pathlib import Path
>>> import pytest
>>> from stackkit.flavors.feature_store.local import LocalFeatureStore
>>> class TestMyStore(FeatureStoreContract[LocalFeatureStore]):
...     @pytest.fixture
...     def component(self, tmp_path: Path) -> LocalFeatureStore:
...         return LocalFeatureStore(name="mine", path=str(tmp_path / "features"))
"""

from __future__ import annotations

from stackkit.testing.contracts.feature_store.contract import FeatureStoreContract
from stackkit.testing.contracts.feature_store.oracle import OnlineOracle, historical
from stackkit.testing.contracts.feature_store.rows import STATS, at, columns, entities, row, table, write

__all__ = [
    "STATS",
    "FeatureStoreContract",
    "OnlineOracle",
    "at",
    "columns",
    "entities",
    "historical",
    "row",
    "table",
    "write",
]
