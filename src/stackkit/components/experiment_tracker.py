"""Experiment trackers: what was tried, with which parameters, and how it went."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import IO, ClassVar, Final, Protocol

import attrs

from stackkit.components.artifact_store import StrPath
from stackkit.components.experiment_runs import (
    EndStatus,
    ExperimentRun,
    MetricHistory,
    MetricPoint,
    ParamValue,
    RunStatus,
    point_problems,
    status_after,
)
from stackkit.core.component import StackComponent
from stackkit.core.component_type import Component, ComponentType
from stackkit.errors import ConfigurationError, StackkitError


class ExperimentTracker(Component, Protocol):
    """Runs of experiments, with parameters, metrics over steps, tags and files.

    Laws, which every flavor's contract suite holds:

    - What was logged is what is read, by this and any other component of the same configuration: parameters with their
      types, values of metrics to the bit, files to the byte. Times are kept to the millisecond.
    - A parameter is written once: the same value again changes nothing, another value raises `NameTakenError`, and then
      none of that call's parameters is written. A tag may be written anew.
    - A metric has any number of points. `step=None` is one more than the step of its last point, and 0 for the first.
      Points are read sorted by step and then by time; `ExperimentRun.metrics` has the value that was logged last. Where steps
      went back, it may also be that of the highest step.
    - Names of letters, digits, spaces and `_-./:`, without `..` and `//`, that begin and end with a letter or a digit, can
      be used. Other printable names, and values that are infinite or not a number, are kept as they are or refused with
      `ConfigurationError`; never changed. A call that is refused has written nothing.
    - A run is `running` until it is ended. Ended again, it has the status and the time of the last end. Something may still
      be logged to it.
    - The path of a run's artifact is relative, with `/`, and one that leads out raises `PathOutsideStoreError`. Only files
      are artifacts: an empty folder leaves nothing. A file that is logged again is replaced, whole.
    - `list_runs` gives the newest first. What nothing fits is an empty list; what is asked for by its name or identifier, and
      is not there, raises `RunNotFoundError`, `MetricNotFoundError` or `ArtifactNotFoundError`.
    - What processes and threads log at the same time, to one run or to several, is all kept.
    """

    TYPE: ClassVar[ComponentType[ExperimentTracker]]

    def start_run(
        self, experiment: str, *, name: str = "", parent: str | None = None, tags: Mapping[str, str] | None = None
    ) -> str: ...
    def run(
        self, experiment: str, *, name: str = "", parent: str | None = None, tags: Mapping[str, str] | None = None
    ) -> AbstractContextManager[ActiveRun]: ...
    def log_params(self, run_id: str, params: Mapping[str, ParamValue]) -> None: ...
    def set_tags(self, run_id: str, tags: Mapping[str, str]) -> None: ...
    def log_metrics(
        self, run_id: str, metrics: Mapping[str, float], *, step: int | None = None, timestamp: datetime | None = None
    ) -> None: ...
    def log_batch(self, run_id: str, points: Iterable[MetricPoint]) -> None: ...
    def log_artifact(self, run_id: str, source: StrPath, *, path: str = "") -> None: ...
    def end_run(self, run_id: str, *, status: EndStatus = "finished") -> None: ...
    def get_run(self, run_id: str) -> ExperimentRun: ...
    def get_metric_history(self, run_id: str, name: str) -> MetricHistory: ...
    def list_experiments(self) -> list[str]: ...
    def list_runs(
        self,
        experiment: str | None = None,
        *,
        status: RunStatus | None = None,
        parent: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> list[ExperimentRun]: ...
    def list_artifacts(self, run_id: str, path: str = "") -> list[str]: ...
    def open_artifact(self, run_id: str, path: str) -> IO[bytes]: ...


EXPERIMENT_TRACKER: Final = ComponentType[ExperimentTracker]("experiment_tracker")


@attrs.frozen
class ActiveRun:
    """A run that a `with` block is about: what is logged goes to it.

    Args:
        tracker: Where it is kept.
        experiment: The experiment it belongs to.
        run_id: What identifies it.
    """

    tracker: ExperimentTracker
    experiment: str
    run_id: str

    def log_params(self, params: Mapping[str, ParamValue]) -> None:
        """Write parameters, each once."""
        self.tracker.log_params(self.run_id, params)

    def set_tags(self, tags: Mapping[str, str]) -> None:
        """Write tags, in the place of those of the same names."""
        self.tracker.set_tags(self.run_id, tags)

    def log_metrics(self, metrics: Mapping[str, float], *, step: int | None = None, timestamp: datetime | None = None) -> None:
        """Write one point of each metric."""
        self.tracker.log_metrics(self.run_id, metrics, step=step, timestamp=timestamp)

    def log_batch(self, points: Iterable[MetricPoint]) -> None:
        """Write many points of metrics at once."""
        self.tracker.log_batch(self.run_id, points)

    def log_artifact(self, source: StrPath, *, path: str = "") -> None:
        """Keep a copy of a file or folder with the run."""
        self.tracker.log_artifact(self.run_id, source, path=path)

    def run(self, *, name: str = "", tags: Mapping[str, str] | None = None) -> AbstractContextManager[ActiveRun]:
        """A run nested in this one, of the same experiment, for a `with` block."""
        return self.tracker.run(self.experiment, name=name, parent=self.run_id, tags=tags)


class BaseExperimentTracker(StackComponent, ABC):
    """The base of every experiment tracker."""

    TYPE: ClassVar[ComponentType[ExperimentTracker]] = EXPERIMENT_TRACKER

    @abstractmethod
    def start_run(
        self, experiment: str, *, name: str = "", parent: str | None = None, tags: Mapping[str, str] | None = None
    ) -> str:
        """Begin a run.

        Args:
            experiment: Which experiment it belongs to; made when it is new.
            name: What to call the run; made up when empty.
            parent: The run it is nested in.
            tags: Words about it.

        Returns:
            The run's identifier.

        Raises:
            RunNotFoundError: There is no such parent.
            ConfigurationError: A name or a tag cannot be kept.
        """

    def run(
        self, experiment: str, *, name: str = "", parent: str | None = None, tags: Mapping[str, str] | None = None
    ) -> AbstractContextManager[ActiveRun]:
        """A run for a `with` block, ended when the block ends.

        It ends as `finished` where the block ends well or calls `sys.exit` without an error, as `failed` where it raises or
        exits with an error, and as `killed` where it is interrupted (`KeyboardInterrupt`, a cancelled task). A run that the
        block has ended itself is left so.

        Args:
            experiment: Which experiment it belongs to; made when it is new.
            name: What to call the run; made up when empty.
            parent: The run it is nested in.
            tags: Words about it.

        Returns:
            A context manager that gives the run.

        Raises:
            RunNotFoundError: There is no such parent.
            ConfigurationError: A name or a tag cannot be kept.
        """
        return _active(self, experiment, name=name, parent=parent, tags=tags)

    @abstractmethod
    def log_params(self, run_id: str, params: Mapping[str, ParamValue]) -> None:
        """Write parameters, each once.

        Args:
            run_id: Which run.
            params: The values by name.

        Raises:
            RunNotFoundError: There is no such run.
            NameTakenError: A parameter has another value already.
            ConfigurationError: A name or a value cannot be kept.
        """

    @abstractmethod
    def set_tags(self, run_id: str, tags: Mapping[str, str]) -> None:
        """Write tags, in the place of those of the same names.

        Args:
            run_id: Which run.
            tags: The texts by name.

        Raises:
            RunNotFoundError: There is no such run.
            ConfigurationError: A name or a text cannot be kept.
        """

    @abstractmethod
    def log_metrics(
        self, run_id: str, metrics: Mapping[str, float], *, step: int | None = None, timestamp: datetime | None = None
    ) -> None:
        """Write one point of each metric.

        Args:
            run_id: Which run.
            metrics: The values by name.
            step: Where on the metric's axis; the next one when None.
            timestamp: When they were measured, aware; now when None.

        Raises:
            RunNotFoundError: There is no such run.
            ConfigurationError: A name, a value or a step cannot be kept.
        """

    def log_batch(self, run_id: str, points: Iterable[MetricPoint]) -> None:
        """Write many points of metrics; by default, one after the other.

        Args:
            run_id: Which run.
            points: The points, those of each metric in the order in which they are to be logged.

        Raises:
            RunNotFoundError: There is no such run.
            ConfigurationError: A name, a value or a step cannot be kept.
        """
        given = list(points)
        problems = list(point_problems(given))
        if problems:
            raise ConfigurationError(*problems)
        for point in given:
            self.log_metrics(run_id, {point.name: point.value}, step=point.step, timestamp=point.timestamp)

    @abstractmethod
    def log_artifact(self, run_id: str, source: StrPath, *, path: str = "") -> None:
        """Keep a copy of a file or folder with the run.

        Args:
            run_id: Which run.
            source: The local file or folder.
            path: What it is called among the run's artifacts, with `/` between folders; the source's own name when empty.

        Raises:
            RunNotFoundError: There is no such run.
            ArtifactNotFoundError: There is no such source.
            PathOutsideStoreError: The path leads out of the run's artifacts.
            ArtifactError: There is a file where a folder must be, or the other way round; or it cannot be copied.
        """

    @abstractmethod
    def end_run(self, run_id: str, *, status: EndStatus = "finished") -> None:
        """End a run.

        Args:
            run_id: Which run.
            status: How it ended.

        Raises:
            RunNotFoundError: There is no such run.
            ConfigurationError: There is no such status.
        """

    @abstractmethod
    def get_run(self, run_id: str) -> ExperimentRun:
        """A run as it is now.

        Raises:
            RunNotFoundError: There is no such run.
        """

    @abstractmethod
    def get_metric_history(self, run_id: str, name: str) -> MetricHistory:
        """All points of a metric, as columns.

        Raises:
            RunNotFoundError: There is no such run.
            MetricNotFoundError: Nothing was logged under this name.
        """

    @abstractmethod
    def list_experiments(self) -> list[str]:
        """The names of the experiments that have runs, sorted."""

    @abstractmethod
    def list_runs(
        self,
        experiment: str | None = None,
        *,
        status: RunStatus | None = None,
        parent: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> list[ExperimentRun]:
        """The runs that fit all that is given, the newest first.

        Args:
            experiment: Of which experiment.
            status: How they stand.
            parent: The identifier of the run that they are nested in.
            tags: Tags that they have, with these texts.
        """

    @abstractmethod
    def list_artifacts(self, run_id: str, path: str = "") -> list[str]:
        """The paths of a run's artifacts, sorted: of all files, or of those in a folder and below it.

        Args:
            run_id: Which run.
            path: The folder, from the run's artifacts; what is not there has no files.

        Raises:
            RunNotFoundError: There is no such run.
            PathOutsideStoreError: The path leads out of the run's artifacts.
        """

    @abstractmethod
    def open_artifact(self, run_id: str, path: str) -> IO[bytes]:
        """An artifact, open for reading.

        Raises:
            RunNotFoundError: There is no such run.
            ArtifactNotFoundError: It has no such file.
            PathOutsideStoreError: The path leads out of the run's artifacts.
        """


@contextmanager
def _active(
    tracker: BaseExperimentTracker, experiment: str, *, name: str, parent: str | None, tags: Mapping[str, str] | None
) -> Generator[ActiveRun]:
    run_id = tracker.start_run(experiment, name=name, parent=parent, tags=tags)
    try:
        yield ActiveRun(tracker, experiment, run_id)
    except BaseException as error:
        try:
            _end(tracker, run_id, status_after(error))
        except StackkitError as failure:  # what the block raised is what its caller must see
            error.add_note(f"the run {run_id} could not be ended: {failure}")
        raise
    _end(tracker, run_id, "finished")


def _end(tracker: BaseExperimentTracker, run_id: str, status: EndStatus) -> None:
    if tracker.get_run(run_id).status == "running":
        tracker.end_run(run_id, status=status)
