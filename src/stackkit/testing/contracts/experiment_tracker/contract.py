"""All laws of experiment trackers together, and any calls in any order."""

from __future__ import annotations

from typing import Generic

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from typing_extensions import override

from stackkit import EXPERIMENT_TRACKER, ExperimentTracker
from stackkit.core.component import as_component
from stackkit.testing.contracts.component import few
from stackkit.testing.contracts.experiment_tracker.blocks import BlockLaws
from stackkit.testing.contracts.experiment_tracker.files import FileLaws
from stackkit.testing.contracts.experiment_tracker.machine import ExperimentTrackerMachine
from stackkit.testing.contracts.experiment_tracker.metrics import MetricLaws
from stackkit.testing.contracts.experiment_tracker.notes import NoteLaws
from stackkit.testing.contracts.experiment_tracker.runs import RunLaws
from stackkit.testing.contracts.experiment_tracker.together import TogetherLaws
from stackkit.testing.contracts.experiment_tracker.values import T


class ExperimentTrackerContract(RunLaws[T], BlockLaws[T], NoteLaws[T], MetricLaws[T], FileLaws[T], TogetherLaws[T], Generic[T]):
    """What every experiment tracker does.

    The fixture `component` gives a tracker that is ready for use and has no runs.
    """

    def test_it_is_an_experiment_tracker(self, component: T) -> None:
        assert as_component(component).TYPE == EXPERIMENT_TRACKER

    def test_it_keeps_what_is_logged_under_any_calls(self, component: T) -> None:
        class Machine(ExperimentTrackerMachine):
            @override
            def new_tracker(self) -> ExperimentTracker:
                return component

        run_state_machine_as_test(Machine, settings=settings(few, stateful_step_count=20))
