"""Laws of runs and pipelines."""

from __future__ import annotations

from datetime import UTC, timedelta
from itertools import product
from typing import Generic
from uuid import uuid4

import attrs
import pytest
from hypothesis import given

from stackkit import MetadataStore
from stackkit.core.runs import RunRecord
from stackkit.errors import ConfigurationError, RecordNotFoundError
from stackkit.testing.contracts.component import few
from stackkit.testing.contracts.metadata_store.values import (
    BEGIN,
    LOOK_UPS,
    NAIVE,
    ODD_NAMES,
    RUN_STATUSES,
    M,
    StoreLaws,
    new_run,
    recorded_run,
    runs,
)


def pages(store: MetadataStore, pipeline: str | None, limit: int) -> list[RunRecord]:
    """All runs, read page by page."""
    found: list[RunRecord] = []
    while page := store.get_runs(pipeline=pipeline, limit=limit, before=found[-1].id if found else None):
        assert len(page) <= limit
        found += page
    return found


class RunLaws(StoreLaws[M], Generic[M]):
    """The laws of `record_run`, `get_run`, `get_runs` and `get_pipelines`."""

    def test_a_new_store_has_nothing(self, component: M) -> None:
        assert component.get_runs() == []
        assert component.get_pipelines() == []
        assert component.find_cached_step("key") is None

    @few
    @given(run=runs)
    def test_a_run_is_read_as_it_was_recorded(self, component: M, run: RunRecord) -> None:
        component.record_run(run)
        found = component.replace().get_run(run.id)
        assert found == run
        assert {time.tzinfo for time in (found.started, found.alive, found.ended) if time} == {UTC}

    def test_a_run_that_is_recorded_again_is_replaced(self, component: M) -> None:
        run, other = recorded_run(component), recorded_run(component, started=BEGIN + timedelta(seconds=1))
        ended = attrs.evolve(
            run,
            name="another name",
            pipeline="another",
            deployment='{"steps": []}',
            stack="prod",
            status="failed",
            ended=BEGIN + timedelta(seconds=5),
            alive=BEGIN + timedelta(seconds=4),
            error="it failed",
            worker="host:1",
        )
        component.record_run(ended)
        assert component.get_run(run.id) == ended
        assert component.get_runs() == [other, ended]
        assert component.get_runs(status="failed") == component.get_runs(pipeline="another") == [ended]
        assert component.get_runs(status="running") == component.get_runs(pipeline="training") == [other]
        assert component.get_pipelines() == ["another", "training"]
        again = attrs.evolve(run, alive=BEGIN + timedelta(seconds=9))
        component.record_run(again)  # it goes on
        assert component.get_run(run.id) == again
        assert component.get_pipelines() == ["training"]

    def test_a_long_deployment_is_kept(self, component: M) -> None:
        run = attrs.evolve(new_run(), deployment="é" * 1_000_000)
        component.record_run(run)
        assert component.get_run(run.id).deployment == run.deployment

    def test_the_newest_run_comes_first(self, component: M) -> None:
        recorded = [recorded_run(component, started=BEGIN + timedelta(microseconds=n)) for n in (3, 1, 2, 0)]
        newest = sorted(recorded, key=lambda run: run.started, reverse=True)
        assert component.get_runs() == newest
        assert component.get_runs(limit=2) == newest[:2]
        assert component.get_runs(limit=0) == []

    def test_runs_are_asked_for_by_pipeline_and_status(self, component: M) -> None:
        recorded = [
            new_run(pipeline=pipeline, status=status, started=BEGIN + timedelta(seconds=second))
            for second, (pipeline, status) in enumerate(product("ab", (*RUN_STATUSES, *RUN_STATUSES)))
        ]
        for run in recorded:
            component.record_run(run)
        recorded.reverse()
        for pipeline in ("a", "b", "A", "c", None):
            for status in (*RUN_STATUSES, None):
                fitting = [run for run in recorded if pipeline in (None, run.pipeline) and status in (None, run.status)]
                assert component.get_runs(pipeline=pipeline, status=status) == fitting
                for limit in (1, 2, 3):
                    assert component.get_runs(pipeline=pipeline, status=status, limit=limit) == fitting[:limit]
                    last = fitting[limit - 1].id if len(fitting) >= limit else None
                    rest = component.get_runs(pipeline=pipeline, status=status, before=last) if last else []
                    assert rest == (fitting[limit:] if last else [])

    @pytest.mark.parametrize("limit", [1, 2, 3, 7])
    def test_pages_give_each_run_once_even_of_the_same_moment(self, component: M, limit: int) -> None:
        for second in (2, 0, 1, 1, 1, 2, 0):
            for name in ("one", "two"):
                recorded_run(component, pipeline=name, started=BEGIN + timedelta(seconds=second))
        expected: dict[str | None, int] = {None: 14, "one": 7}
        for pipeline, count in expected.items():
            found = pages(component, pipeline, limit)
            assert len(found) == len({run.id for run in found}) == count
            assert [run.started for run in found] == sorted((run.started for run in found), reverse=True)
            assert found == component.get_runs(pipeline=pipeline)

    def test_runs_that_come_while_others_are_paged_change_nothing(self, component: M) -> None:
        old = [recorded_run(component, started=BEGIN + timedelta(seconds=second)) for second in range(6)][::-1]
        page = component.get_runs(limit=3)
        for second in range(6, 12):
            recorded_run(component, started=BEGIN + timedelta(seconds=second))
        assert page + component.get_runs(before=page[-1].id) == old

    def test_pipelines_are_told_sorted_each_once(self, component: M) -> None:
        for name in (*ODD_NAMES, *ODD_NAMES):
            recorded_run(component, pipeline=name)
        assert component.get_pipelines() == sorted(ODD_NAMES)
        assert [len(component.get_runs(pipeline=name)) for name in ODD_NAMES] == [2] * len(ODD_NAMES)

    @pytest.mark.parametrize("call", LOOK_UPS)
    def test_what_is_not_recorded_is_told(self, component: M, call: str) -> None:
        for _ in range(2):
            with pytest.raises(RecordNotFoundError):
                LOOK_UPS[call](component)
            recorded_run(component)

    def test_a_run_with_a_naive_time_is_refused(self, component: M) -> None:
        run = new_run()
        for naive in (attrs.evolve(run, started=NAIVE), attrs.evolve(run, ended=NAIVE), attrs.evolve(run, alive=NAIVE)):
            with pytest.raises(ConfigurationError):
                component.record_run(naive)
        assert component.get_runs() == []

    def test_runs_are_told_apart_by_identifiers_and_not_by_names(self, component: M) -> None:
        run = recorded_run(component)
        twin = attrs.evolve(run, id=uuid4(), error="another")
        component.record_run(twin)
        assert (component.get_run(run.id), component.get_run(twin.id)) == (run, twin)
