"""Experiment trackers: what was tried, with which parameters, and how it went."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Final, Literal, Protocol, TypeAlias

import attrs

from stackkit.components.artifact_store import StrPath
from stackkit.core.component import StackComponent
from stackkit.core.component_type import Component, ComponentType

ParamValue: TypeAlias = str | int | float | bool | None
RunStatus: TypeAlias = Literal["running", "finished", "failed", "killed"]


@attrs.frozen(kw_only=True)
class ExperimentRun:
    """A run of an experiment, as it was when asked.

    Args:
        run_id: What identifies the run.
        experiment: The experiment it belongs to.
        name: What people call it.
        status: How it stands.
        started: When it began, aware, in UTC.
        ended: When it ended, aware, in UTC; None while it runs.
        parent: The identifier of the run it is nested in, or None.
        params: Its parameters.
        tags: Its tags.
        metrics: The last value of each metric.
    """

    run_id: str
    experiment: str
    name: str
    status: RunStatus
    started: datetime
    ended: datetime | None = None
    parent: str | None = None
    params: Mapping[str, ParamValue] = attrs.field(factory=dict[str, ParamValue])
    tags: Mapping[str, str] = attrs.field(factory=dict[str, str])
    metrics: Mapping[str, float] = attrs.field(factory=dict[str, float])


class ExperimentTracker(Component, Protocol):
    """Runs of experiments, with parameters, metrics and files.

    Laws: what was logged is what `get_run` gives; a parameter is written once, another value for it is refused; a run that
    does not exist raises `RunNotFoundError`.
    """

    TYPE: ClassVar[ComponentType[ExperimentTracker]]

    def start_run(
        self, experiment: str, *, name: str = "", parent: str | None = None, tags: Mapping[str, str] | None = None
    ) -> str: ...
    def log_params(self, run_id: str, params: Mapping[str, ParamValue]) -> None: ...
    def log_metrics(self, run_id: str, metrics: Mapping[str, float], *, step: int | None = None) -> None: ...
    def log_artifact(self, run_id: str, source: StrPath, *, path: str = "") -> None: ...
    def end_run(self, run_id: str, *, status: RunStatus = "finished") -> None: ...
    def get_run(self, run_id: str) -> ExperimentRun: ...


EXPERIMENT_TRACKER: Final = ComponentType[ExperimentTracker]("experiment_tracker")


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
        """

    @abstractmethod
    def log_params(self, run_id: str, params: Mapping[str, ParamValue]) -> None:
        """Write parameters.

        Raises:
            RunNotFoundError: There is no such run.
            NameTakenError: A parameter has another value already.
        """

    @abstractmethod
    def log_metrics(self, run_id: str, metrics: Mapping[str, float], *, step: int | None = None) -> None:
        """Write one point of each metric.

        Args:
            run_id: Which run.
            metrics: The values by name.
            step: Where on the metric's axis; the next one when None.

        Raises:
            RunNotFoundError: There is no such run.
        """

    @abstractmethod
    def log_artifact(self, run_id: str, source: StrPath, *, path: str = "") -> None:
        """Keep a copy of a file or folder with the run.

        Args:
            run_id: Which run.
            source: The local file or folder.
            path: Where to keep it among the run's artifacts.

        Raises:
            RunNotFoundError: There is no such run.
        """

    @abstractmethod
    def end_run(self, run_id: str, *, status: RunStatus = "finished") -> None:
        """End a run.

        Raises:
            RunNotFoundError: There is no such run.
        """

    @abstractmethod
    def get_run(self, run_id: str) -> ExperimentRun:
        """A run as it is now.

        Raises:
            RunNotFoundError: There is no such run.
        """
