"""Runs of experiments as files of this machine that people can read."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from operator import index
from pathlib import Path
from typing import IO, ClassVar, Final, final

import attrs
from typing_extensions import override

from stackkit.components.artifact_store import StrPath
from stackkit.components.experiment_runs import (
    END_STATUSES,
    EndStatus,
    ExperimentRun,
    MetricHistory,
    MetricPoint,
    ParamValue,
    RunStatus,
    name_problems,
    param_problems,
    point_problems,
    tag_problems,
    to_milliseconds,
)
from stackkit.components.experiment_tracker import BaseExperimentTracker
from stackkit.errors import ConfigurationError, MetricNotFoundError, Problem, RunNotFoundError, TrackingError
from stackkit.flavors.experiment_tracker import artifacts
from stackkit.flavors.experiment_tracker.folders import ARTIFACTS, METRICS, experiments, find_run, make_run, runs
from stackkit.flavors.experiment_tracker.journal import JOURNAL, KnownParams, read_run, write_end, write_params, write_tags
from stackkit.flavors.experiment_tracker.metric_files import Row, append_points, last_value, read_history
from stackkit.flavors.experiment_tracker.names import file_name

_MOST_KNOWN: Final = 100  # runs whose parameters are kept in mind


def _absolute(path: str) -> str:
    # Path.resolve would follow symbolic links, and Path.expanduser raises for a user that is not there
    return os.path.abspath(os.path.expanduser(path)) if path else path  # noqa: PTH100, PTH111


@final
class LocalExperimentTracker(BaseExperimentTracker):
    """Runs as folders, in the folder of their experiment.

    A run's folder has `run.jsonl`, what happened to it in JSON lines; `metrics`, a CSV file for each metric; and
    `artifacts`. It is there with its first line, or not at all. Beyond what holds for every experiment tracker:

    - A call that has returned is seen by every process, and survives the death of any. What is being written when a process is
      killed is kept in whole lines: a line that is torn is marked so by the next one to write, and left out by everybody. So
      of several metrics that are logged in one call, some may have their point then. Files are not flushed to the disk: after
      a power cut, the newest lines may be missing.
    - Two who log a metric without steps at the same time get steps of their own.
    - Names that file systems could confuse, and odd ones, have a file name with a mark; the true name is in the file.
    - In a folder that is logged, links to files are followed; links to folders are refused, as pipes and devices are.

    Args:
        path: The folder. A relative path is made absolute and `~` is expanded.

    Raises:
        ConfigurationError: It is no path.

    >>> import tempfile
    >>> tracker = LocalExperimentTracker(name="notes", path=tempfile.mkdtemp())
    >>> with tracker.run("iris", name="first") as run:
    ...     run.log_params({"depth": 3})
    ...     for loss in (0.5, 0.25):
    ...         run.log_metrics({"loss": loss})
    >>> [found] = tracker.list_runs("iris")
    >>> found.name, found.status, found.params["depth"], found.metrics["loss"]
    ('first', 'finished', 3, 0.25)
    >>> list(tracker.get_metric_history(found.run_id, "loss").value)
    [0.5, 0.25]
    """

    FLAVOR: ClassVar[str] = "local"

    path: str = attrs.field(converter=_absolute, metadata={"help": "the folder that the runs are kept in"})
    _folders: dict[str, str] = attrs.field(init=False, factory=dict[str, str])
    _cleared: set[str] = attrs.field(init=False, factory=set[str])
    _params: dict[str, KnownParams] = attrs.field(init=False, factory=dict[str, KnownParams])

    def __attrs_post_init__(self) -> None:
        if not self.path or "\0" in self.path:
            raise ConfigurationError(Problem(f"{self.path!r} is no path", where="path", remedy="give the path of a folder"))

    @property
    @override
    def is_provisioned(self) -> bool:
        """Whether the folder is there. A first run can be started without: that makes it."""
        return Path(self.path).is_dir()

    @override
    def provision(self) -> None:
        """Make the folder.

        Raises:
            TrackingError: It cannot be made.
        """
        with self._told():
            Path(self.path).mkdir(parents=True, exist_ok=True)

    @override
    def deprovision(self) -> None:
        """Remove the folder if nothing is in it; runs stay, and with them the folder."""
        with suppress(OSError):
            Path(self.path).rmdir()

    @override
    def start_run(
        self, experiment: str, *, name: str = "", parent: str | None = None, tags: Mapping[str, str] | None = None
    ) -> str:
        names = [*name_problems("experiment", [experiment]), *(name_problems("run", [name]) if name else ())]
        _refuse(*names, *tag_problems(tags or {}))
        if parent is not None:
            self._folder(parent)
        with self._told():
            run_id, self._folders[run_id] = make_run(self.path, experiment, name, parent, tags or {}, self._cleared)
        return run_id

    @override
    def log_params(self, run_id: str, params: Mapping[str, ParamValue]) -> None:
        _refuse(*param_problems(params))
        with self._journal(run_id) as journal:
            write_params(journal, params, self._params_of(run_id))

    @override
    def set_tags(self, run_id: str, tags: Mapping[str, str]) -> None:
        _refuse(*tag_problems(tags))
        with self._journal(run_id) as journal:
            write_tags(journal, tags)

    @override
    def log_metrics(
        self, run_id: str, metrics: Mapping[str, float], *, step: int | None = None, timestamp: datetime | None = None
    ) -> None:
        self.log_batch(run_id, [MetricPoint(name, value, step, timestamp) for name, value in metrics.items()])

    @override
    def log_batch(self, run_id: str, points: Iterable[MetricPoint]) -> None:
        given = list(points)
        _refuse(*point_problems(given))
        now = to_milliseconds(None)
        rows: dict[str, list[Row]] = {}
        for point in given:
            step = None if point.step is None else index(point.step)
            time = now if point.timestamp is None else to_milliseconds(point.timestamp)
            rows.setdefault(point.name, []).append((step, time, float(point.value)))
        folder = posixpath.join(self._folder(run_id), METRICS)
        with self._told(run_id):
            for name, found in rows.items():
                _append(folder, name, found)

    @override
    def log_artifact(self, run_id: str, source: StrPath, *, path: str = "") -> None:
        artifacts.keep(self._artifacts(run_id), os.fspath(source), path)

    @override
    def end_run(self, run_id: str, *, status: EndStatus = "finished") -> None:
        if status not in END_STATUSES:
            remedy = f"use one of {', '.join(END_STATUSES)}"
            raise ConfigurationError(Problem(f"{status!r} is no way to end a run", where="status", remedy=remedy))
        with self._journal(run_id) as journal:
            write_end(journal, status)

    @override
    def get_run(self, run_id: str) -> ExperimentRun:
        folder = self._folder(run_id)
        with self._told(run_id):
            return _run(folder)

    @override
    def get_metric_history(self, run_id: str, name: str) -> MetricHistory:
        path = _metric_path(posixpath.join(self._folder(run_id), METRICS), name)
        with self._told(run_id):
            try:
                history = read_history(path)
            except FileNotFoundError:
                history = None
        if not history:
            remedy = f"it has {', '.join(self.get_run(run_id).metrics) or 'none yet'}"
            raise MetricNotFoundError(Problem(f"there is no metric {name!r}", where=f"run {run_id}", remedy=remedy))
        return history

    @override
    def list_experiments(self) -> list[str]:
        with self._told():
            return sorted(name for name in experiments(self.path) if next(runs(self.path, name), None))

    @override
    def list_runs(
        self,
        experiment: str | None = None,
        *,
        status: RunStatus | None = None,
        parent: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> list[ExperimentRun]:
        with self._told():
            found = [_run(folder) for folder in runs(self.path, experiment)]
        wanted = dict(tags or {}).items()
        fitting = (
            run
            for run in found
            if status in (None, run.status) and parent in (None, run.parent) and wanted <= dict(run.tags).items()
        )
        return sorted(fitting, key=lambda run: (run.started, run.run_id), reverse=True)

    @override
    def list_artifacts(self, run_id: str, path: str = "") -> list[str]:
        return artifacts.paths(self._artifacts(run_id), path)

    @override
    def open_artifact(self, run_id: str, path: str) -> IO[bytes]:
        return artifacts.open_file(self._artifacts(run_id), path)

    def _folder(self, run_id: str) -> str:
        folder = self._folders.get(run_id)
        if folder is None or not os.path.isdir(folder):  # noqa: PTH112 - text all the way
            folder = find_run(self.path, run_id)
            if folder is None:
                raise RunNotFoundError(Problem(f"there is no run {run_id!r}", where=self.path, remedy="see list_runs()"))
            self._folders[run_id] = folder
        return folder

    def _params_of(self, run_id: str) -> KnownParams:
        if len(self._params) >= _MOST_KNOWN:
            self._params.clear()
        return self._params.setdefault(run_id, KnownParams())

    def _artifacts(self, run_id: str) -> str:
        return posixpath.join(self._folder(run_id), ARTIFACTS)

    @contextmanager
    def _journal(self, run_id: str) -> Generator[str]:
        folder = self._folder(run_id)
        with self._told(run_id):
            yield posixpath.join(folder, JOURNAL)

    @contextmanager
    def _told(self, run_id: str = "") -> Generator[None]:
        """Tell the operating system's errors as the tracker's."""
        try:
            yield
        except OSError as error:
            where = str(error.filename or (f"run {run_id}" if run_id else self.path))
            what = f"cannot be read or written: {error.strerror or type(error).__name__}"
            raise TrackingError(Problem(what, where=where, remedy="see to its permissions and its disk")) from error


def _refuse(*problems: Problem) -> None:
    if problems:
        raise ConfigurationError(*problems)


def _metric_path(folder: str, name: str) -> str:
    return posixpath.join(folder, f"{file_name(name)}.csv")


def _append(folder: str, name: str, rows: list[Row]) -> None:
    path = _metric_path(folder, name)
    try:
        append_points(path, name, rows)
    except FileNotFoundError:
        with suppress(FileExistsError):  # of two who make it at once, both have it
            os.mkdir(folder)  # noqa: PTH102 - text all the way
        append_points(path, name, rows)


def _run(folder: str) -> ExperimentRun:
    return read_run(posixpath.join(folder, JOURNAL), lambda: _last_values(posixpath.join(folder, METRICS)))


def _last_values(folder: str) -> dict[str, float]:
    try:
        files = sorted(name for name in os.listdir(folder) if name.endswith(".csv"))  # noqa: PTH208 - the names are enough
    except FileNotFoundError:
        return {}
    found = (last_value(posixpath.join(folder, file)) for file in files)
    return dict(pair for pair in found if pair is not None)
