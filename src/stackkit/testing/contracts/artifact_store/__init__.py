"""What holds for every artifact store.

>>> from pathlib import Path
>>> import pytest
>>> from stackkit.flavors.artifact_store.local import LocalArtifactStore
>>> class TestMyStore(ArtifactStoreContract[LocalArtifactStore]):
...     @pytest.fixture
...     def component(self, tmp_path: Path) -> LocalArtifactStore:
...         return LocalArtifactStore(name="mine", path=str(tmp_path / "root"))
"""

from __future__ import annotations

from stackkit.testing.contracts.artifact_store.contract import ArtifactStoreContract
from stackkit.testing.contracts.artifact_store.machine import ArtifactStoreMachine
from stackkit.testing.contracts.artifact_store.model import TreeModel
from stackkit.testing.contracts.artifact_store.tree import CALLS, empty, everything, names, read, write

__all__ = [
    "CALLS",
    "ArtifactStoreContract",
    "ArtifactStoreMachine",
    "TreeModel",
    "empty",
    "everything",
    "names",
    "read",
    "write",
]
