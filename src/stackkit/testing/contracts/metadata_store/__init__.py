"""What holds for every metadata store.

>>> from pathlib import Path
>>> import pytest
>>> from stackkit.flavors.metadata_store.sqlite import SqliteMetadataStore
>>> class TestMyStore(MetadataStoreContract[SqliteMetadataStore]):
...     @pytest.fixture
...     def component(self, tmp_path: Path) -> SqliteMetadataStore:
...         return SqliteMetadataStore(name="mine", path=str(tmp_path / "metadata.db"))
"""

from __future__ import annotations

from stackkit.testing.contracts.metadata_store.contract import MetadataStoreContract
from stackkit.testing.contracts.metadata_store.machine import MetadataStoreMachine
from stackkit.testing.contracts.metadata_store.model import MetadataStoreModel

__all__ = ["MetadataStoreContract", "MetadataStoreMachine", "MetadataStoreModel"]
