"""Laws of runs: how they begin, end, nest and are found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Generic

import pytest

from stackkit.errors import ConfigurationError, RunNotFoundError
from stackkit.testing.contracts.experiment_tracker.values import BAD_NAMES, CALLS, ODD_NAMES, UNKNOWN, T, TrackerLaws, fresh

_MILLISECOND = timedelta(milliseconds=1)


class RunLaws(TrackerLaws[T], Generic[T]):
    """The laws of `start_run`, `end_run`, `get_run`, `list_runs` and `list_experiments`."""

    def test_a_new_run_is_running_and_began_now(self, component: T) -> None:
        experiment, before = fresh(), datetime.now(UTC)
        run = component.get_run(component.start_run(experiment, name="first", tags={"by": "ada"}))
        assert (run.experiment, run.name, run.status, run.ended, run.parent) == (experiment, "first", "running", None, None)
        assert (dict(run.params), dict(run.metrics), dict(run.tags)) == ({}, {}, {"by": "ada"})
        assert run.started.utcoffset() == timedelta(0)
        assert before - _MILLISECOND <= run.started <= datetime.now(UTC) + _MILLISECOND

    def test_a_run_is_there_for_every_component_of_the_same_configuration(self, component: T) -> None:
        twin = component.replace()
        run_id = component.start_run(fresh())
        assert twin.get_run(run_id) == component.get_run(run_id)
        twin.set_tags(run_id, {"by": "ada"})
        assert component.get_run(run_id).tags == {"by": "ada"}

    def test_a_run_has_a_name_and_an_identifier_of_its_own(self, component: T) -> None:
        experiment = fresh()
        ids = [component.start_run(experiment) for _ in range(3)]
        assert len(set(ids)) == len(ids)
        assert all(component.get_run(run_id).name for run_id in ids)
        assert [component.get_run(run_id).run_id for run_id in ids] == ids

    @pytest.mark.parametrize("status", ["finished", "failed", "killed"])
    def test_a_run_ends_with_its_status(self, component: T, status: Any) -> None:
        run_id = component.start_run(fresh())
        component.end_run(run_id, status=status)
        run = component.get_run(run_id)
        assert run.status == status
        assert run.ended is not None
        assert run.ended.utcoffset() == timedelta(0)
        assert run.started <= run.ended <= datetime.now(UTC) + _MILLISECOND

    def test_a_run_ends_well_by_default(self, component: T) -> None:
        run_id = component.start_run(fresh())
        component.end_run(run_id)
        assert component.get_run(run_id).status == "finished"

    def test_a_run_that_is_ended_again_has_the_last_end(self, component: T) -> None:
        run_id = component.start_run(fresh())
        component.end_run(run_id, status="failed")
        first = component.get_run(run_id).ended
        component.end_run(run_id, status="finished")
        run = component.get_run(run_id)
        assert run.status == "finished"
        assert first is not None
        assert run.ended is not None
        assert run.ended >= first

    @pytest.mark.parametrize("status", ["running", "done", "", None])
    def test_a_run_ends_in_no_other_way(self, component: T, status: Any) -> None:
        run_id = component.start_run(fresh())
        with pytest.raises(ConfigurationError):
            component.end_run(run_id, status=status)
        assert component.get_run(run_id).status == "running"

    def test_something_may_be_logged_to_a_run_that_has_ended(self, component: T) -> None:
        run_id = component.start_run(fresh())
        component.end_run(run_id, status="failed")
        component.log_metrics(run_id, {"accuracy": 0.5})
        component.log_params(run_id, {"depth": 3})
        component.set_tags(run_id, {"by": "ada"})
        run = component.get_run(run_id)
        assert (run.metrics, run.params, run.tags) == ({"accuracy": 0.5}, {"depth": 3}, {"by": "ada"})
        assert run.status == "failed"

    @pytest.mark.parametrize("call", list(CALLS))
    @pytest.mark.parametrize("run_id", UNKNOWN)
    def test_a_run_that_is_not_there_is_told(self, component: T, tmp_path: Path, call: str, run_id: str) -> None:
        known = component.start_run(fresh())
        file = tmp_path / "file"
        file.write_bytes(b"content")
        with pytest.raises(RunNotFoundError):
            CALLS[call](component, run_id, file)
        assert [run.run_id for run in component.list_runs()] == [known]

    def test_a_run_is_nested_in_another(self, component: T) -> None:
        parent = component.start_run(fresh())
        child = component.start_run(fresh(), parent=parent)
        assert component.get_run(child).parent == parent
        assert component.get_run(parent).parent is None
        component.end_run(child)
        assert component.get_run(parent).status == "running"

    def test_what_is_logged_to_a_nested_run_is_its_own(self, component: T) -> None:
        experiment = fresh()
        parent = component.start_run(experiment)
        child = component.start_run(experiment, parent=parent)
        sibling = component.start_run(experiment, parent=parent)
        component.log_params(child, {"depth": 3})
        component.log_metrics(child, {"loss": 0.5})
        component.set_tags(child, {"by": "ada"})
        component.end_run(child)
        for other in map(component.get_run, (parent, sibling)):
            assert (dict(other.params), dict(other.metrics), dict(other.tags), other.status) == ({}, {}, {}, "running")

    @pytest.mark.parametrize("name", BAD_NAMES)
    def test_an_experiment_of_no_name_is_refused(self, component: T, name: str) -> None:
        with pytest.raises(ConfigurationError):
            component.start_run(name)
        assert component.list_runs() == []

    @pytest.mark.parametrize("name", [name for name in BAD_NAMES if name])
    def test_a_run_of_no_name_is_refused(self, component: T, name: str) -> None:
        with pytest.raises(ConfigurationError):
            component.start_run(fresh(), name=name)
        assert component.list_runs() == []

    @pytest.mark.parametrize("name", [*ODD_NAMES, "Iris", "iris", "my iris", "x" * 250])
    def test_an_odd_name_of_an_experiment_is_kept_or_refused(self, component: T, name: str) -> None:
        component.start_run("other")
        try:
            run_id = component.start_run(name, name=name)
        except ConfigurationError:
            assert component.list_experiments() == ["other"]
            return
        assert component.list_experiments() == sorted(("other", name))
        assert [run.run_id for run in component.list_runs(name)] == [run_id]
        assert (component.get_run(run_id).experiment, component.get_run(run_id).name) == (name, name)

    def test_names_that_differ_in_case_are_others(self, component: T) -> None:
        one, other = component.start_run("Iris"), component.start_run("iris")
        component.log_metrics(one, {"Loss": 1.0})
        component.log_metrics(one, {"loss": 2.0})
        assert [run.run_id for run in component.list_runs("Iris")] == [one]
        assert [run.run_id for run in component.list_runs("iris")] == [other]
        assert component.get_run(one).metrics == {"Loss": 1.0, "loss": 2.0}

    def test_experiments_are_listed_sorted(self, component: T) -> None:
        assert component.list_experiments() == []
        for name in ("b", "a", "c", "a"):
            component.start_run(name)
        assert component.list_experiments() == ["a", "b", "c"]

    def test_runs_are_listed_with_all_that_they_have_the_newest_first(self, component: T) -> None:
        ids = [component.start_run(fresh()) for _ in range(4)]
        component.log_params(ids[1], {"depth": 3})
        component.log_metrics(ids[1], {"loss": 0.5})
        found = component.list_runs()
        assert sorted(run.run_id for run in found) == sorted(ids)
        assert found == [component.get_run(run.run_id) for run in found]
        times = [run.started for run in found]
        assert times == sorted(times, reverse=True)

    def test_runs_are_found_by_what_they_are(self, component: T) -> None:
        parent = component.start_run("a", tags={"by": "ada", "on": "gpu"})
        child = component.start_run("b", parent=parent, tags={"by": "ada"})
        other = component.start_run("a", tags={"by": "bob"})
        component.end_run(other, status="failed")

        def ids(**wanted: Any) -> set[str]:
            return {run.run_id for run in component.list_runs(**wanted)}

        assert ids(experiment="a") == {parent, other}
        assert ids(status="running") == {parent, child}
        assert ids(status="failed") == {other}
        assert ids(parent=parent) == {child}
        assert ids(tags={"by": "ada"}) == {parent, child}
        assert ids(tags={"by": "ada", "on": "gpu"}) == {parent}
        assert ids(experiment="a", status="running", tags={"by": "ada"}) == {parent}
        assert ids(experiment="c") == ids(parent=other) == ids(tags={"by": "eve"}) == ids(status="killed") == set()
