"""The local artifact store keeps to what holds for every artifact store."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from tests.flavors.artifact_store.artifact_store_laws import ArtifactStoreLaws
from tests.flavors.artifact_store.artifact_store_machine import ArtifactStoreMachine
from typing_extensions import override

from stackkit.components.artifact_store import ArtifactStore
from stackkit.flavors.artifact_store.local import LocalArtifactStore


class TestLocalArtifactStore(ArtifactStoreLaws):
    @pytest.fixture(params=["plain", "scheme"])
    @override
    def component(self, request: pytest.FixtureRequest, tmp_path: Path) -> ArtifactStore:
        root = tmp_path / "new" / "root"
        return LocalArtifactStore(name="store", path=str(root) if request.param == "plain" else root.as_uri())


class LocalMachine(ArtifactStoreMachine):
    """Beside the laws: no descriptor stays open, and nothing hidden stays behind."""

    @override
    def new_store(self) -> ArtifactStore:
        self.folder = TemporaryDirectory()
        self.descriptors = open_descriptors()
        return LocalArtifactStore(name="store", path=f"{self.folder.name}/root")

    @override
    def teardown(self) -> None:
        assert open_descriptors() == self.descriptors
        on_disk = {str(path.relative_to(self.store.path)) for path in Path(self.store.path).rglob("*")}
        assert on_disk == self.model.nodes.keys() - {""}
        self.folder.cleanup()


def open_descriptors() -> int:
    """How many files this process has open."""
    return len(os.listdir("/dev/fd"))  # noqa: PTH208 - the same call each time, which opens one itself


def test_it_behaves_like_the_model_under_any_calls() -> None:
    run_state_machine_as_test(LocalMachine, settings=settings(stateful_step_count=40))
