"""What the base of experiment trackers does for its flavors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import IO, ClassVar, final

import attrs
import pytest
from typing_extensions import override

from stackkit import BaseExperimentTracker, ExperimentRun, MetricHistory, MetricPoint, StrPath
from stackkit.components.experiment_runs import EndStatus, ParamValue, RunStatus
from stackkit.errors import ConfigurationError, TrackingError
from stackkit.flavors.experiment_tracker.local import LocalExperimentTracker


@final
class Plain(BaseExperimentTracker):
    """A tracker with the least there is; it can be told to fail where runs end."""

    FLAVOR: ClassVar[str] = "plain"
    path: str
    _broken: bool = attrs.field(init=False, default=False)

    def break_down(self) -> None:
        """From now on, no run can be ended."""
        self._broken = True

    @property
    def inner(self) -> LocalExperimentTracker:
        return LocalExperimentTracker(name=self.name, path=self.path)

    @override
    def start_run(
        self, experiment: str, *, name: str = "", parent: str | None = None, tags: Mapping[str, str] | None = None
    ) -> str:
        return self.inner.start_run(experiment, name=name, parent=parent, tags=tags)

    @override
    def log_params(self, run_id: str, params: Mapping[str, ParamValue]) -> None:
        raise NotImplementedError

    @override
    def set_tags(self, run_id: str, tags: Mapping[str, str]) -> None:
        raise NotImplementedError

    @override
    def log_metrics(
        self, run_id: str, metrics: Mapping[str, float], *, step: int | None = None, timestamp: datetime | None = None
    ) -> None:
        self.inner.log_metrics(run_id, metrics, step=step, timestamp=timestamp)

    @override
    def log_artifact(self, run_id: str, source: StrPath, *, path: str = "") -> None:
        raise NotImplementedError

    @override
    def end_run(self, run_id: str, *, status: EndStatus = "finished") -> None:
        if self._broken:
            raise TrackingError("the server is gone")
        self.inner.end_run(run_id, status=status)

    @override
    def get_run(self, run_id: str) -> ExperimentRun:
        return self.inner.get_run(run_id)

    @override
    def get_metric_history(self, run_id: str, name: str) -> MetricHistory:
        return self.inner.get_metric_history(run_id, name)

    @override
    def list_experiments(self) -> list[str]:
        raise NotImplementedError

    @override
    def list_runs(
        self,
        experiment: str | None = None,
        *,
        status: RunStatus | None = None,
        parent: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> list[ExperimentRun]:
        raise NotImplementedError

    @override
    def list_artifacts(self, run_id: str, path: str = "") -> list[str]:
        raise NotImplementedError

    @override
    def open_artifact(self, run_id: str, path: str) -> IO[bytes]:
        raise NotImplementedError


@pytest.fixture
def tracker(tmp_path: Path) -> Plain:
    return Plain(name="plain", path=str(tmp_path / "runs"))


def test_a_batch_is_logged_point_by_point(tracker: Plain) -> None:
    run_id = tracker.start_run("iris")
    tracker.log_batch(run_id, [MetricPoint("loss", 0.5), MetricPoint("accuracy", 0.1, 7), MetricPoint("loss", 0.25)])
    assert list(tracker.get_metric_history(run_id, "loss").value) == [0.5, 0.25]
    assert list(tracker.get_metric_history(run_id, "accuracy").step) == [7]


def test_of_a_batch_with_a_mistake_nothing_is_logged(tracker: Plain) -> None:
    run_id = tracker.start_run("iris")
    with pytest.raises(ConfigurationError, match="accuracy"):
        tracker.log_batch(run_id, [MetricPoint("loss", 0.5), MetricPoint("accuracy", 0.5, 2**64)])
    assert tracker.get_run(run_id).metrics == {}


def test_what_the_block_raised_is_raised_where_its_run_cannot_be_ended(tracker: Plain) -> None:
    def block() -> None:
        with tracker.run("iris"):
            tracker.break_down()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as caught:
        block()
    assert caught.value.__notes__[0].endswith("could not be ended: the server is gone")


def test_a_run_that_cannot_be_ended_after_a_good_block_is_told(tracker: Plain) -> None:
    def block() -> None:
        with tracker.run("iris"):
            tracker.break_down()

    with pytest.raises(TrackingError, match="the server is gone"):
        block()
