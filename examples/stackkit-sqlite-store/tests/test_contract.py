"""The store keeps the laws of artifact stores."""

from __future__ import annotations

from pathlib import Path

import pytest
from stackkit_sqlite_store import SqliteArtifactStore
from typing_extensions import override

from stackkit.testing.contracts.artifact_store import ArtifactStoreContract


class TestSqliteArtifactStore(ArtifactStoreContract[SqliteArtifactStore]):
    @pytest.fixture
    @override
    def component(self, tmp_path: Path) -> SqliteArtifactStore:
        return SqliteArtifactStore(name="files", path=f"sqlite://{tmp_path}/folder/files.db")

    @pytest.fixture
    @override
    def failing(self, tmp_path: Path) -> SqliteArtifactStore:
        (tmp_path / "file").touch()
        return SqliteArtifactStore(name="failing", path=f"sqlite://{tmp_path}/file/files.db")
