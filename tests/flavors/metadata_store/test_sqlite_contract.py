"""The SQLite metadata store keeps the contract of metadata stores."""

from __future__ import annotations

from pathlib import Path

import pytest
from typing_extensions import override

from stackkit.flavors.metadata_store.sqlite import SqliteMetadataStore
from stackkit.testing.contracts.metadata_store import MetadataStoreContract


class TestSqliteMetadataStore(MetadataStoreContract[SqliteMetadataStore]):
    @pytest.fixture
    @override
    def component(self, tmp_path: Path) -> SqliteMetadataStore:
        return SqliteMetadataStore(name="records", path=str(tmp_path / "new" / "metadata.db"))

    @pytest.fixture
    @override
    def failing(self, tmp_path: Path) -> SqliteMetadataStore:
        (tmp_path / "taken").mkdir()
        return SqliteMetadataStore(name="failing", path=str(tmp_path / "taken"))
