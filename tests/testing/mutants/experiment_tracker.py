"""Experiment trackers with a bug each, and one without."""

from __future__ import annotations

import posixpath
import struct
import time
from array import array
from collections.abc import Generator, Iterable, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import IO, ClassVar, final

import attrs
import pytest
from typing_extensions import override

from stackkit import ActiveRun, BaseExperimentTracker, ExperimentRun, MetricHistory, MetricPoint, StrPath
from stackkit.components.experiment_runs import EndStatus, ParamValue, RunStatus
from stackkit.errors import ConfigurationError, NameTakenError, RunNotFoundError
from stackkit.flavors.experiment_tracker.local import LocalExperimentTracker
from stackkit.testing.contracts.experiment_tracker import ExperimentTrackerContract


class Wrapped(BaseExperimentTracker):
    """Does what the local tracker does; a mutant does one thing otherwise."""

    FLAVOR: ClassVar[str] = "wrapped"
    path: str

    @cached_property
    def inner(self) -> LocalExperimentTracker:
        """The tracker that is wrapped."""
        return LocalExperimentTracker(name=self.name, path=self.path)

    @override
    def start_run(
        self, experiment: str, *, name: str = "", parent: str | None = None, tags: Mapping[str, str] | None = None
    ) -> str:
        return self.inner.start_run(experiment, name=name, parent=parent, tags=tags)

    @override
    def log_params(self, run_id: str, params: Mapping[str, ParamValue]) -> None:
        self.inner.log_params(run_id, params)

    @override
    def set_tags(self, run_id: str, tags: Mapping[str, str]) -> None:
        self.inner.set_tags(run_id, tags)

    @override
    def log_metrics(
        self, run_id: str, metrics: Mapping[str, float], *, step: int | None = None, timestamp: datetime | None = None
    ) -> None:
        self.inner.log_metrics(run_id, metrics, step=step, timestamp=timestamp)

    @override
    def log_artifact(self, run_id: str, source: StrPath, *, path: str = "") -> None:
        self.inner.log_artifact(run_id, source, path=path)

    @override
    def end_run(self, run_id: str, *, status: EndStatus = "finished") -> None:
        self.inner.end_run(run_id, status=status)

    @override
    def get_run(self, run_id: str) -> ExperimentRun:
        return self.inner.get_run(run_id)

    @override
    def get_metric_history(self, run_id: str, name: str) -> MetricHistory:
        return self.inner.get_metric_history(run_id, name)

    @override
    def list_experiments(self) -> list[str]:
        return self.inner.list_experiments()

    @override
    def list_runs(
        self,
        experiment: str | None = None,
        *,
        status: RunStatus | None = None,
        parent: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> list[ExperimentRun]:
        return self.inner.list_runs(experiment, status=status, parent=parent, tags=tags)

    @override
    def list_artifacts(self, run_id: str, path: str = "") -> list[str]:
        return self.inner.list_artifacts(run_id, path)

    @override
    def open_artifact(self, run_id: str, path: str) -> IO[bytes]:
        return self.inner.open_artifact(run_id, path)


class Suite(ExperimentTrackerContract[Wrapped]):
    """The contract, kept or broken by a tracker that wraps the local one."""

    TRACKER: ClassVar[type[Wrapped]] = Wrapped

    @pytest.fixture
    @override
    def component(self, tmp_path: Path) -> Wrapped:
        return self.TRACKER(name="tracker", path=str(tmp_path / "runs"))


class IntactWrapped(Suite):
    """What is around the mutants' bugs is no bug; with it, batches go the way of the base."""


class IntactLocal(ExperimentTrackerContract[LocalExperimentTracker]):
    """The local flavor."""

    @pytest.fixture
    @override
    def component(self, tmp_path: Path) -> LocalExperimentTracker:
        return LocalExperimentTracker(name="tracker", path=str(tmp_path / "runs"))

    @pytest.fixture
    @override
    def failing(self, tmp_path: Path) -> LocalExperimentTracker:
        (tmp_path / "taken").touch()
        return LocalExperimentTracker(name="failing", path=str(tmp_path / "taken"))


@final
class ForgivesParams(Wrapped):
    FLAVOR: ClassVar[str] = "forgives-params"

    @override
    def log_params(self, run_id: str, params: Mapping[str, ParamValue]) -> None:
        with suppress(NameTakenError):
            self.inner.log_params(run_id, params)


class MutantAnotherValueIsNotTold(Suite):
    """A parameter keeps its first value, and nobody is told that another one was not written."""

    TRACKER: ClassVar[type[Wrapped]] = ForgivesParams
    CAUGHT_BY: ClassVar[str] = "test_a_parameter_is_written_once"


@final
class OneByOne(Wrapped):
    FLAVOR: ClassVar[str] = "one-by-one"

    @override
    def log_params(self, run_id: str, params: Mapping[str, ParamValue]) -> None:
        self.inner.log_params(run_id, {})
        for name, value in params.items():
            self.inner.log_params(run_id, {name: value})


class MutantHalfOfTheParametersIsWritten(Suite):
    """Parameters are written one by one, up to the one that is taken."""

    TRACKER: ClassVar[type[Wrapped]] = OneByOne
    CAUGHT_BY: ClassVar[str] = "test_a_parameter_is_written_once"


@final
class EqualIsSame(Wrapped):
    FLAVOR: ClassVar[str] = "equal-is-same"

    @override
    def log_params(self, run_id: str, params: Mapping[str, ParamValue]) -> None:
        known = self.get_run(run_id).params
        self.inner.log_params(run_id, {n: known[n] if n in known and known[n] == v else v for n, v in params.items()})


class MutantOneIsTrue(Suite):
    """Values of parameters are compared by `==`, so that 1 is True and 1.0."""

    TRACKER: ClassVar[type[Wrapped]] = EqualIsSame
    CAUGHT_BY: ClassVar[str] = "test_a_parameter_is_written_once"


@final
class OnlyText(Wrapped):
    FLAVOR: ClassVar[str] = "only-text"

    @override
    def get_run(self, run_id: str) -> ExperimentRun:
        run = self.inner.get_run(run_id)
        return attrs.evolve(run, params={name: str(value) for name, value in run.params.items()})


class MutantParametersBecomeText(Suite):
    """Parameters are read as text."""

    TRACKER: ClassVar[type[Wrapped]] = OnlyText
    CAUGHT_BY: ClassVar[str] = "test_parameters_are_read_with_their_types"


@final
class StepZero(Wrapped):
    FLAVOR: ClassVar[str] = "step-zero"

    @override
    def log_metrics(
        self, run_id: str, metrics: Mapping[str, float], *, step: int | None = None, timestamp: datetime | None = None
    ) -> None:
        self.inner.log_metrics(run_id, metrics, step=step or 0, timestamp=timestamp)


class MutantNoStepIsStepZero(Suite):
    """A point without a step has the step 0."""

    TRACKER: ClassVar[type[Wrapped]] = StepZero
    CAUGHT_BY: ClassVar[str] = "test_points_without_a_step_follow_the_last_one"


@final
class SinglePrecision(Wrapped):
    FLAVOR: ClassVar[str] = "single-precision"

    @override
    def log_metrics(
        self, run_id: str, metrics: Mapping[str, float], *, step: int | None = None, timestamp: datetime | None = None
    ) -> None:
        rounded = dict(metrics)
        with suppress(struct.error, OverflowError, TypeError):
            rounded = {name: struct.unpack("<f", struct.pack("<f", value))[0] for name, value in metrics.items()}
        self.inner.log_metrics(run_id, rounded, step=step, timestamp=timestamp)


class MutantValuesAreRounded(Suite):
    """Values are kept with the precision of 32 bits."""

    TRACKER: ClassVar[type[Wrapped]] = SinglePrecision
    CAUGHT_BY: ClassVar[str] = "test_values_are_read_to_the_bit"


@final
class LargestIsInfinite(Wrapped):
    FLAVOR: ClassVar[str] = "largest-is-infinite"

    @override
    def get_metric_history(self, run_id: str, name: str) -> MetricHistory:
        history = self.inner.get_metric_history(run_id, name)
        for row, value in enumerate(history.value):
            history.value[row] = max(-1.7976931348623157e308, min(value, 1.7976931348623157e308))
        return history


class MutantInfinityIsTheLargestNumber(Suite):
    """An infinite value is read as the largest number that there is."""

    TRACKER: ClassVar[type[Wrapped]] = LargestIsInfinite
    CAUGHT_BY: ClassVar[str] = "test_values_that_are_infinite_or_no_number_are_kept_or_refused"


@final
class ByTime(Wrapped):
    FLAVOR: ClassVar[str] = "by-time"

    @override
    def get_metric_history(self, run_id: str, name: str) -> MetricHistory:
        history = self.inner.get_metric_history(run_id, name)
        rows = sorted(zip(history.timestamp, history.step, history.value, strict=True))
        return MetricHistory(
            array("q", [step for _, step, _ in rows]),
            array("q", [moment for moment, _, _ in rows]),
            array("d", [value for _, _, value in rows]),
        )


class MutantPointsAreSortedByTime(Suite):
    """Points are sorted by their times alone."""

    TRACKER: ClassVar[type[Wrapped]] = ByTime
    CAUGHT_BY: ClassVar[str] = "test_points_are_sorted_by_step"


@final
class IgnoresCase(Wrapped):
    FLAVOR: ClassVar[str] = "ignores-case"

    @override
    def log_metrics(
        self, run_id: str, metrics: Mapping[str, float], *, step: int | None = None, timestamp: datetime | None = None
    ) -> None:
        lowered = {name.lower(): value for name, value in metrics.items()}
        self.inner.log_metrics(run_id, lowered, step=step, timestamp=timestamp)


class MutantCaseIsIgnored(Suite):
    """`Loss` and `loss` are one metric, as they are one file on some file systems."""

    TRACKER: ClassVar[type[Wrapped]] = IgnoresCase
    CAUGHT_BY: ClassVar[str] = "test_names_that_differ_in_case_are_others"


@final
class WritesUpToTheMistake(Wrapped):
    FLAVOR: ClassVar[str] = "writes-up-to-the-mistake"

    @override
    def log_metrics(
        self, run_id: str, metrics: Mapping[str, float], *, step: int | None = None, timestamp: datetime | None = None
    ) -> None:
        self.inner.log_metrics(run_id, {})
        for name, value in metrics.items():
            self.inner.log_metrics(run_id, {name: value}, step=step, timestamp=timestamp)


class MutantMetricsBeforeAMistakeAreWritten(Suite):
    """Of metrics that are refused, those before the mistake are written."""

    TRACKER: ClassVar[type[Wrapped]] = WritesUpToTheMistake
    CAUGHT_BY: ClassVar[str] = "test_what_is_no_number_is_refused_and_nothing_written"


@final
class DropsWhatComesTogether(Wrapped):
    FLAVOR: ClassVar[str] = "drops-what-comes-together"
    _LOCK: ClassVar[Lock] = Lock()

    @override
    def log_metrics(
        self, run_id: str, metrics: Mapping[str, float], *, step: int | None = None, timestamp: datetime | None = None
    ) -> None:
        if self._LOCK.acquire(blocking=False):
            try:
                time.sleep(0.001)
                self.inner.log_metrics(run_id, metrics, step=step, timestamp=timestamp)
            finally:
                self._LOCK.release()


class MutantPointsAreLostWhileOthersLog(Suite):
    """A point is lost that is logged while somebody else logs one."""

    TRACKER: ClassVar[type[Wrapped]] = DropsWhatComesTogether
    CAUGHT_BY: ClassVar[str] = "test_points_that_are_logged_at_once_are_all_kept"


@final
class LooksThenWrites(Wrapped):
    FLAVOR: ClassVar[str] = "looks-then-writes"
    _written: dict[str, dict[str, ParamValue]] = attrs.field(init=False, factory=dict[str, dict[str, ParamValue]])

    @override
    def log_params(self, run_id: str, params: Mapping[str, ParamValue]) -> None:
        known = self.get_run(run_id).params
        if any(repr(known.get(name, value)) != repr(value) for name, value in params.items()):
            raise NameTakenError("depth has another value")
        time.sleep(0.05)
        with suppress(NameTakenError):
            self.inner.log_params(run_id, params)


class MutantOfSeveralAtOnceAllBelieveThatTheyHaveWritten(Suite):
    """Whether a parameter is free is looked up before, and not while, it is written."""

    TRACKER: ClassVar[type[Wrapped]] = LooksThenWrites
    CAUGHT_BY: ClassVar[str] = "test_of_several_values_of_a_parameter_one_is_written"


@final
class KeepsToItself(Wrapped):
    FLAVOR: ClassVar[str] = "keeps-to-itself"
    _tags: dict[str, dict[str, str]] = attrs.field(init=False, factory=dict[str, dict[str, str]])

    @override
    def set_tags(self, run_id: str, tags: Mapping[str, str]) -> None:
        self.inner.get_run(run_id)
        self._tags.setdefault(run_id, {}).update(tags)

    @override
    def get_run(self, run_id: str) -> ExperimentRun:
        run = self.inner.get_run(run_id)
        return attrs.evolve(run, tags={**run.tags, **self._tags.get(run_id, {})})


class MutantTagsStayInMemory(Suite):
    """Tags are known to the object alone that they were given to."""

    TRACKER: ClassVar[type[Wrapped]] = KeepsToItself
    CAUGHT_BY: ClassVar[str] = "test_a_run_is_there_for_every_component_of_the_same_configuration"


@final
class AlwaysWell(Wrapped):
    FLAVOR: ClassVar[str] = "always-well"

    @override
    def run(
        self, experiment: str, *, name: str = "", parent: str | None = None, tags: Mapping[str, str] | None = None
    ) -> AbstractContextManager[ActiveRun]:
        return self._block(self.start_run(experiment, name=name, parent=parent, tags=tags), experiment)

    @contextmanager
    def _block(self, run_id: str, experiment: str) -> Generator[ActiveRun]:
        try:
            yield ActiveRun(self, experiment, run_id)
        except Exception:
            self.end_run(run_id, status="failed")
            raise
        finally:
            if self.get_run(run_id).status == "running":
                self.end_run(run_id)


class MutantAnInterruptedRunHasFinished(Suite):
    """A run whose block is interrupted is said to have finished."""

    TRACKER: ClassVar[type[Wrapped]] = AlwaysWell
    CAUGHT_BY: ClassVar[str] = "test_a_block_that_raises_ends_its_run_and_goes_on_raising"


@final
class Tidies(Wrapped):
    FLAVOR: ClassVar[str] = "tidies"

    @override
    def log_artifact(self, run_id: str, source: StrPath, *, path: str = "") -> None:
        self.inner.log_artifact(run_id, source, path=posixpath.normpath("/" + path).strip("/") if path else "")


class MutantAPathThatLeadsOutIsBentBack(Suite):
    """A path that leads out of a run's artifacts is silently made one that does not."""

    TRACKER: ClassVar[type[Wrapped]] = Tidies
    CAUGHT_BY: ClassVar[str] = "test_a_path_that_leads_out_is_refused"


@final
class ListsByPrefix(Wrapped):
    FLAVOR: ClassVar[str] = "lists-by-prefix"

    @override
    def list_artifacts(self, run_id: str, path: str = "") -> list[str]:
        self.inner.list_artifacts(run_id, path)
        return [found for found in self.inner.list_artifacts(run_id) if found.startswith(path)]


class MutantAFolderIsAPrefix(Suite):
    """`plots` lists what is in `plots2` too."""

    TRACKER: ClassVar[type[Wrapped]] = ListsByPrefix
    CAUGHT_BY: ClassVar[str] = "test_files_are_listed_sorted_all_or_those_of_a_folder"


@final
class KeepsTheFirst(Wrapped):
    FLAVOR: ClassVar[str] = "keeps-the-first"

    @override
    def log_artifact(self, run_id: str, source: StrPath, *, path: str = "") -> None:
        if not path or path not in self.inner.list_artifacts(run_id):
            self.inner.log_artifact(run_id, source, path=path)


class MutantAFileIsNotReplaced(Suite):
    """A file that is logged again stays as it was."""

    TRACKER: ClassVar[type[Wrapped]] = KeepsTheFirst
    CAUGHT_BY: ClassVar[str] = "test_files_are_replaced_and_folders_completed"


@final
class SaysNothing(Wrapped):
    FLAVOR: ClassVar[str] = "says-nothing"

    @override
    def end_run(self, run_id: str, *, status: EndStatus = "finished") -> None:
        with suppress(RunNotFoundError):
            self.inner.end_run(run_id, status=status)


class MutantARunThatIsNotThereCanBeEnded(Suite):
    """Ending a run that is not there is done in silence."""

    TRACKER: ClassVar[type[Wrapped]] = SaysNothing
    CAUGHT_BY: ClassVar[str] = "test_a_run_that_is_not_there_is_told"


@final
class OldestFirst(Wrapped):
    FLAVOR: ClassVar[str] = "oldest-first"

    @override
    def list_runs(
        self,
        experiment: str | None = None,
        *,
        status: RunStatus | None = None,
        parent: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> list[ExperimentRun]:
        return self.inner.list_runs(experiment, status=status, parent=parent, tags=tags)[::-1]


class MutantTheOldestRunIsListedFirst(Suite):
    """Runs are listed in the order in which they began."""

    TRACKER: ClassVar[type[Wrapped]] = OldestFirst
    CAUGHT_BY: ClassVar[str] = "test_runs_are_listed_with_all_that_they_have_the_newest_first"


@final
class ForgetsStepsInBatches(Wrapped):
    FLAVOR: ClassVar[str] = "forgets-steps-in-batches"

    @override
    def log_batch(self, run_id: str, points: Iterable[MetricPoint]) -> None:
        given = {point.name: point for point in points}
        if len(given) > 1:
            raise ConfigurationError("one metric at a time")
        self.inner.log_batch(run_id, given.values())


class MutantABatchIsItsLastPoint(Suite):
    """Of the points of a metric in a batch, only the last is written."""

    TRACKER: ClassVar[type[Wrapped]] = ForgetsStepsInBatches
    CAUGHT_BY: ClassVar[str] = "test_many_points_are_read_as_columns"


@final
class TagsOfAChildAreItsParents(Wrapped):
    FLAVOR: ClassVar[str] = "tags-of-a-child-are-its-parents"

    @override
    def set_tags(self, run_id: str, tags: Mapping[str, str]) -> None:
        self.inner.set_tags(run_id, tags)
        parent = self.inner.get_run(run_id).parent
        if parent is not None:
            self.inner.set_tags(parent, tags)


class MutantTagsReachTheParent(Suite):
    """What a nested run is tagged with, its parent is tagged with too."""

    TRACKER: ClassVar[type[Wrapped]] = TagsOfAChildAreItsParents
    CAUGHT_BY: ClassVar[str] = "test_what_is_logged_to_a_nested_run_is_its_own"


@final
class HidesNested(Wrapped):
    FLAVOR: ClassVar[str] = "hides-nested"

    @override
    def list_runs(
        self,
        experiment: str | None = None,
        *,
        status: RunStatus | None = None,
        parent: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> list[ExperimentRun]:
        found = self.inner.list_runs(experiment, status=status, parent=parent, tags=tags)
        return [run for run in found if parent or not run.parent]


class MutantNestedRunsAreListedWithTheirParentAlone(Suite):
    """A nested run is listed only where its parent is asked for."""

    TRACKER: ClassVar[type[Wrapped]] = HidesNested
    CAUGHT_BY: ClassVar[str] = "test_it_keeps_what_is_logged_under_any_calls"
