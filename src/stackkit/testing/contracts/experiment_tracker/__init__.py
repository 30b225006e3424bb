"""What holds for every experiment tracker.

>>> from pathlib import Path
>>> import pytest
>>> from stackkit.flavors.experiment_tracker.local import LocalExperimentTracker
>>> class TestMyTracker(ExperimentTrackerContract[LocalExperimentTracker]):
...     @pytest.fixture
...     def component(self, tmp_path: Path) -> LocalExperimentTracker:
...         return LocalExperimentTracker(name="mine", path=str(tmp_path / "runs"))
"""

from __future__ import annotations

from stackkit.testing.contracts.experiment_tracker.contract import ExperimentTrackerContract
from stackkit.testing.contracts.experiment_tracker.machine import ExperimentTrackerMachine
from stackkit.testing.contracts.experiment_tracker.model import RunModel

__all__ = ["ExperimentTrackerContract", "ExperimentTrackerMachine", "RunModel"]
