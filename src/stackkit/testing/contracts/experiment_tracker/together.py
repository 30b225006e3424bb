"""Laws of several who log at the same time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Generic

import pytest

from stackkit import ExperimentTracker, MetricPoint
from stackkit.errors import NameTakenError
from stackkit.testing.contracts.experiment_tracker.values import T, TrackerLaws, fresh

_WORKERS = 4
_TIMES = 12


def at_once(tracker: ExperimentTracker, work: Callable[[ExperimentTracker, int], None]) -> None:
    """Call the same function from several threads, which begin together.

    Args:
        tracker: What each is given.
        work: What each calls, with its number.
    """
    barrier = Barrier(_WORKERS)

    def begin(number: int) -> None:
        barrier.wait()
        work(tracker, number)

    with ThreadPoolExecutor(_WORKERS) as pool:
        for done in [pool.submit(begin, number) for number in range(_WORKERS)]:
            done.result()


class TogetherLaws(TrackerLaws[T], Generic[T]):
    """The laws of threads that log at once."""

    def test_points_that_are_logged_at_once_are_all_kept(self, component: T) -> None:
        run_id = component.start_run(fresh())

        def work(tracker: ExperimentTracker, number: int) -> None:
            for time in range(_TIMES):
                step = number * 1_000 + time
                tracker.log_metrics(run_id, {"shared": float(step), f"own-{number}": float(time)}, step=step)
                tracker.log_batch(run_id, [MetricPoint("batched", float(number), step)] * 3)

        at_once(component, work)
        steps = sorted(number * 1_000 + time for number in range(_WORKERS) for time in range(_TIMES))
        history = component.get_metric_history(run_id, "shared")
        assert (list(history.step), list(history.value)) == (steps, [float(step) for step in steps])
        assert len(component.get_metric_history(run_id, "batched")) == 3 * len(steps)
        for number in range(_WORKERS):
            assert len(component.get_metric_history(run_id, f"own-{number}")) == _TIMES

    def test_parameters_and_tags_that_are_written_at_once_are_all_kept(self, component: T) -> None:
        run_id = component.start_run(fresh())

        def work(tracker: ExperimentTracker, number: int) -> None:
            for time in range(_TIMES):
                tracker.log_params(run_id, {f"p{number}-{time}": time, f"q{number}-{time}": "text"})
                tracker.set_tags(run_id, {f"t{number}-{time}": "text"})

        at_once(component, work)
        run = component.get_run(run_id)
        assert len(run.params) == 2 * _WORKERS * _TIMES
        assert len(run.tags) == _WORKERS * _TIMES

    def test_of_several_values_of_a_parameter_one_is_written(self, component: T) -> None:
        run_id = component.start_run(fresh())
        written: list[int] = []

        def work(tracker: ExperimentTracker, number: int) -> None:
            try:
                tracker.log_params(run_id, {"winner": number, f"of {number}": True})
            except NameTakenError:
                return
            written.append(number)

        at_once(component, work)
        [winner] = written
        assert component.get_run(run_id).params == {"winner": winner, f"of {winner}": True}

    def test_runs_that_are_begun_at_once_are_all_there(self, component: T) -> None:
        experiment, begun = fresh(), list[str]()

        def work(tracker: ExperimentTracker, number: int) -> None:
            begun.extend(tracker.start_run(experiment, name=f"{number}-{time}") for time in range(_TIMES))

        at_once(component, work)
        assert len(set(begun)) == _WORKERS * _TIMES
        assert {run.run_id for run in component.list_runs(experiment)} == set(begun)
        assert component.list_experiments() == [experiment]

    def test_readers_see_whole_points_while_they_are_logged(self, component: T) -> None:
        run_id = component.start_run(fresh())
        component.log_metrics(run_id, {"loss": 0.0}, step=0)

        def work(tracker: ExperimentTracker, number: int) -> None:
            for time in range(_TIMES):
                if number % 2:
                    history = tracker.get_metric_history(run_id, "loss")
                    assert {*history.value} <= {0.0, 0.123456789}
                    assert tracker.get_run(run_id).status == "running"
                else:
                    tracker.log_metrics(run_id, {"loss": 0.123456789}, step=time + 1)

        at_once(component, work)
        if len(component.get_metric_history(run_id, "loss")) != 1 + _WORKERS // 2 * _TIMES:
            pytest.fail("points were lost while others read")
