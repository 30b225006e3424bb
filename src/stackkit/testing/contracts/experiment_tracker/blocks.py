"""Laws of `run`, a run for a `with` block."""

from __future__ import annotations

from typing import Generic

import pytest

from stackkit import ActiveRun
from stackkit.errors import NameTakenError, RunNotFoundError
from stackkit.testing.contracts.experiment_tracker.values import T, TrackerLaws, fresh


class BlockLaws(TrackerLaws[T], Generic[T]):
    """The laws of `run`."""

    def test_a_block_that_ends_well_finishes_its_run(self, component: T) -> None:
        experiment = fresh()
        with component.run(experiment, name="first", tags={"by": "ada"}) as run:
            assert component.get_run(run.run_id).status == "running"
            run.log_params({"depth": 3})
            run.log_metrics({"loss": 0.5})
            run.set_tags({"on": "gpu"})
        found = component.get_run(run.run_id)
        assert (found.experiment, found.name, found.status) == (experiment, "first", "finished")
        assert (found.params, found.metrics) == ({"depth": 3}, {"loss": 0.5})
        assert found.tags == {"by": "ada", "on": "gpu"}
        assert found.ended is not None

    @pytest.mark.parametrize(
        ("raised", "status"),
        [
            (ZeroDivisionError("by zero"), "failed"),
            (NameTakenError("taken"), "failed"),
            (SystemExit(1), "failed"),
            (SystemExit("no data"), "failed"),
            (SystemExit(0), "finished"),
            (SystemExit(None), "finished"),
            (KeyboardInterrupt(), "killed"),
            (GeneratorExit(), "killed"),
        ],
        ids=repr,
    )
    def test_a_block_that_raises_ends_its_run_and_goes_on_raising(
        self, component: T, raised: BaseException, status: str
    ) -> None:
        def block() -> None:
            with component.run(fresh()) as run:
                run.log_metrics({"loss": 0.5})
                raise raised

        with pytest.raises(type(raised)) as caught:
            block()
        assert caught.value is raised
        [found] = component.list_runs()
        assert (found.status, found.metrics) == (status, {"loss": 0.5})
        assert found.ended is not None

    def test_a_run_that_its_block_has_ended_is_left_so(self, component: T) -> None:
        with component.run(fresh()) as run:
            component.end_run(run.run_id, status="killed")
        assert component.get_run(run.run_id).status == "killed"

    def test_blocks_are_nested(self, component: T) -> None:
        folds: list[ActiveRun] = []

        def failing(run: ActiveRun) -> None:
            with run.run(name="fold 2", tags={"by": "ada"}) as fold:
                folds.append(fold)
                raise ZeroDivisionError

        with component.run(fresh()) as run:
            with run.run(name="fold 1") as fold:
                folds.append(fold)
            with pytest.raises(ZeroDivisionError):
                failing(run)
            assert component.get_run(run.run_id).status == "running"
        found = [component.get_run(fold.run_id) for fold in folds]
        assert [fold.parent for fold in found] == [run.run_id] * 2
        assert [(fold.name, fold.status, dict(fold.tags)) for fold in found] == [
            ("fold 1", "finished", {}),
            ("fold 2", "failed", {"by": "ada"}),
        ]
        assert {fold.experiment for fold in found} == {component.get_run(run.run_id).experiment}

    def test_a_run_without_its_parent_is_not_begun(self, component: T) -> None:
        with pytest.raises(RunNotFoundError), component.run(fresh(), parent="unknown"):
            raise AssertionError
        assert component.list_runs() == []
