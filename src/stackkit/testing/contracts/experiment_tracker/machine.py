"""An experiment tracker beside a model of one: after any calls, both have the same runs."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Literal

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from stackkit import ExperimentTracker, MetricPoint
from stackkit.errors import NameTakenError
from stackkit.testing.contracts.experiment_tracker.files import kept
from stackkit.testing.contracts.experiment_tracker.model import RunModel
from stackkit.testing.contracts.experiment_tracker.values import FINITE, PARAMS, TEXTS, bits, fresh

names: Final = st.sampled_from(("a", "A", "a/b", "a_b", "long name"))
steps: Final = st.none() | st.integers(0, 30)
_MOST_RUNS: Final = 6  # more show nothing new
files: Final = st.sampled_from(("a", "b", "c/a", "c/b", "d/e/f"))


class ExperimentTrackerMachine(RuleBasedStateMachine):
    """Makes calls at random; a subclass says which tracker."""

    tracker: ExperimentTracker
    experiments: list[str]
    model: dict[str, RunModel]
    runs: Bundle[str] = Bundle("runs")

    def new_tracker(self) -> ExperimentTracker:
        """A tracker that is ready for use, for each example; what is in it from others is left alone."""
        raise NotImplementedError

    @initialize()
    def begin(self) -> None:
        self.tracker = self.new_tracker()
        self.experiments = [fresh("one"), fresh("Two words")]
        self.model = {}

    @rule(target=runs, which=st.integers(0, 1), tags=st.dictionaries(names, TEXTS, max_size=2))
    def start_run(self, which: int, tags: dict[str, str]) -> str:
        run_id = self.tracker.start_run(self.experiments[which], tags=tags)
        self.model[run_id] = RunModel(self.experiments[which], None, tags=dict(tags))
        return run_id

    @rule(target=runs, parent=runs, which=st.integers(0, 1))
    def start_nested_run(self, parent: str, which: int) -> str:
        assume(len(self.model) < _MOST_RUNS)
        run_id = self.tracker.start_run(self.experiments[which], parent=parent)
        self.model[run_id] = RunModel(self.experiments[which], parent)
        return run_id

    @rule(run_id=runs, params=st.dictionaries(names, PARAMS, max_size=3))
    def log_params(self, run_id: str, params: dict[str, Any]) -> None:
        try:
            self.model[run_id].log_params(params)
        except NameTakenError:
            expected = True
        else:
            expected = False
        try:
            self.tracker.log_params(run_id, params)
        except NameTakenError:
            assert expected, "a parameter was refused that is free, or has this value"
        else:
            assert not expected, "a parameter was written anew"

    @rule(run_id=runs, tags=st.dictionaries(names, TEXTS, max_size=3))
    def set_tags(self, run_id: str, tags: dict[str, str]) -> None:
        self.tracker.set_tags(run_id, tags)
        self.model[run_id].tags.update(tags)

    @rule(run_id=runs, values=st.dictionaries(names, FINITE, max_size=3), step=steps)
    def log_metrics(self, run_id: str, values: dict[str, float], step: int | None) -> None:
        run = self.model[run_id]
        assume(all(run.may_log(name, step) for name in values))
        self.tracker.log_metrics(run_id, values, step=step)
        for name, value in values.items():
            run.log_metric(name, value, step)

    @rule(run_id=runs, points=st.lists(st.tuples(names, FINITE), max_size=6))
    def log_batch(self, run_id: str, points: list[tuple[str, float]]) -> None:
        self.tracker.log_batch(run_id, [MetricPoint(name, value) for name, value in points])
        for name, value in points:
            self.model[run_id].log_metric(name, value, None)

    @rule(run_id=runs, path=files, content=st.binary(max_size=20))
    def log_artifact(self, run_id: str, path: str, content: bytes) -> None:
        with TemporaryDirectory() as folder:
            source = Path(folder, "source")
            source.write_bytes(content)
            self.tracker.log_artifact(run_id, source, path=path)
        self.model[run_id].files[path] = content

    @rule(run_id=runs, status=st.sampled_from(("finished", "failed", "killed")))
    def end_run(self, run_id: str, status: Literal["finished", "failed", "killed"]) -> None:
        self.tracker.end_run(run_id, status=status)
        self.model[run_id].status = status

    @rule(run_id=runs)
    def read_files(self, run_id: str) -> None:
        assert kept(self.tracker, run_id) == self.model[run_id].files

    @rule(run_id=runs)
    def read_histories(self, run_id: str) -> None:
        for name, points in self.model[run_id].points.items():
            history = self.tracker.get_metric_history(run_id, name)
            assert list(history.step) == [step for step, _ in points]
            assert list(map(repr, history.value)) == [repr(value) for _, value in points]

    @rule(parent=runs)
    def list_nested(self, parent: str) -> None:
        found = {run.run_id for run in self.tracker.list_runs(parent=parent)}
        assert found == {run_id for run_id, run in self.model.items() if run.parent == parent}

    @invariant()
    def has_what_the_model_has(self) -> None:
        for experiment in self.experiments:
            found = {run.run_id: run for run in self.tracker.list_runs(experiment)}
            expected = {run_id: run for run_id, run in self.model.items() if run.experiment == experiment}
            assert found.keys() == expected.keys()
            assert (experiment in self.tracker.list_experiments()) is bool(expected)
            for run_id, run in expected.items():
                told = found[run_id]
                assert (told.status, told.parent, told.tags) == (run.status, run.parent, run.tags)
                assert bits(told.params) == bits(run.params)
                assert bits(told.metrics) == bits({name: points[-1][1] for name, points in run.points.items()})
                assert (told.ended is None) is (run.status == "running")
