"""The local experiment tracker keeps the contract of experiment trackers."""

from __future__ import annotations

from pathlib import Path

import pytest
from typing_extensions import override

from stackkit.flavors.experiment_tracker.local import LocalExperimentTracker
from stackkit.testing.contracts.experiment_tracker import ExperimentTrackerContract


class TestLocalExperimentTracker(ExperimentTrackerContract[LocalExperimentTracker]):
    @pytest.fixture
    @override
    def component(self, tmp_path: Path) -> LocalExperimentTracker:
        return LocalExperimentTracker(name="tracker", path=str(tmp_path / "new" / "runs"))

    @pytest.fixture
    @override
    def failing(self, tmp_path: Path) -> LocalExperimentTracker:
        (tmp_path / "taken").touch()
        return LocalExperimentTracker(name="failing", path=str(tmp_path / "taken"))
