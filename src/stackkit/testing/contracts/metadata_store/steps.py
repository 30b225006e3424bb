"""Laws of steps, and of taking what an earlier run gave."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Generic

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from stackkit.core.runs import StepStatus
from stackkit.errors import ConfigurationError, ConflictError, RecordNotFoundError
from stackkit.testing.contracts.component import few
from stackkit.testing.contracts.metadata_store.values import (
    BEGIN,
    NAIVE,
    ODD_NAMES,
    ODD_TEXTS,
    STEP_STATUSES,
    M,
    StoreLaws,
    artifact_of,
    completed,
    new_run,
    recorded_run,
    step_of,
    steps_of,
)

UNFINISHED = tuple(status for status in STEP_STATUSES if status not in ("completed", "cached"))


class StepLaws(StoreLaws[M], Generic[M]):
    """The laws of `record_step`, `get_step`, `get_steps` and `find_cached_step`."""

    @few
    @given(data=st.data())
    def test_a_step_is_read_as_it_was_recorded(self, component: M, data: st.DataObject) -> None:
        run = recorded_run(component)
        step = data.draw(steps_of(run.id))
        component.record_step(step)
        again = component.replace()
        assert again.get_step(run.id, step.step) == step
        assert again.get_steps(run.id) == [step]
        found = again.get_step(run.id, step.step)
        assert {time.tzinfo for time in (found.started, found.ended) if time} == {UTC}

    def test_a_run_without_steps_has_none(self, component: M) -> None:
        run = recorded_run(component)
        assert component.get_steps(run.id) == []
        with pytest.raises(RecordNotFoundError):
            component.get_step(run.id, "train")

    @pytest.mark.parametrize("before", UNFINISHED)
    @pytest.mark.parametrize("after", STEP_STATUSES)
    def test_a_step_that_is_not_done_is_replaced(self, component: M, before: StepStatus, after: StepStatus) -> None:
        run = recorded_run(component)
        component.record_step(attrs.evolve(step_of(run, status=before, key="one"), error="failed", logs="logs/1", worker="a:1"))
        second = attrs.evolve(step_of(run, status=after, key="two"), attempt=2, started=BEGIN + timedelta(seconds=3))
        component.record_step(second)
        assert component.get_steps(run.id) == [second]

    @pytest.mark.parametrize("done", ["completed", "cached"])
    @pytest.mark.parametrize("after", STEP_STATUSES)
    def test_a_step_that_is_done_stays_as_it_is(self, component: M, done: StepStatus, after: StepStatus) -> None:
        run = recorded_run(component)
        step = step_of(run, status=done, key="key")
        component.record_step(step)
        other = attrs.evolve(step_of(run, status=after, key="other"), attempt=2, error="failed")
        late = artifact_of(other)
        for record in (step, other):
            with pytest.raises(ConflictError):
                component.record_step(record, [late])
        assert component.get_steps(run.id) == [step]
        assert component.get_artifacts(run.id) == []
        assert component.find_cached_step("other") is None

    def test_a_step_that_is_done_in_one_run_is_free_in_another(self, component: M) -> None:
        runs = [recorded_run(component) for _ in range(2)]
        for run in runs:
            completed(component, step_of(run))
        assert [len(component.get_steps(run.id)) for run in runs] == [1, 1]

    def test_a_run_that_is_recorded_again_keeps_its_steps(self, component: M) -> None:
        run = recorded_run(component)
        step, _ = completed(component, step_of(run))
        component.record_run(attrs.evolve(run, status="failed"))
        assert component.get_steps(run.id) == [step]

    def test_steps_are_told_in_the_order_of_their_first_record(self, component: M) -> None:
        run, other = recorded_run(component), recorded_run(component)
        names = ["c", "a", "d", "b"]
        for name in names:
            component.record_step(attrs.evolve(step_of(run, name), started=BEGIN - timedelta(seconds=ord(name))))
            component.record_step(step_of(other, name))
        for name in sorted(names):
            completed(component, step_of(run, name))
        assert [step.step for step in component.get_steps(run.id)] == names

    def test_names_that_are_alike_are_those_of_different_steps(self, component: M) -> None:
        run = recorded_run(component)
        recorded = [attrs.evolve(step_of(run, name), attempt=number) for number, name in enumerate(ODD_NAMES, 1)]
        for step in recorded:
            component.record_step(step)
        assert component.get_steps(run.id) == recorded
        assert [component.get_step(run.id, name).attempt for name in ODD_NAMES] == [step.attempt for step in recorded]

    @pytest.mark.parametrize("text", ODD_TEXTS, ids=lambda text: ascii(text)[:20])
    def test_whatever_an_error_says_it_is_recorded(self, component: M, text: str) -> None:
        run = recorded_run(component)
        step = attrs.evolve(step_of(run, status="failed"), error=text, logs=text, worker=text)
        component.record_step(step)
        assert component.get_step(run.id, "train") == step

    def test_a_step_of_a_run_that_is_not_recorded_is_refused(self, component: M) -> None:
        run = new_run()
        step = step_of(run)
        artifact = artifact_of(step)
        with pytest.raises(RecordNotFoundError):
            component.record_step(step, [artifact])
        component.record_run(run)
        assert (component.get_steps(run.id), component.get_artifacts(run.id)) == ([], [])

    def test_a_step_with_a_naive_time_is_refused(self, component: M) -> None:
        run = recorded_run(component)
        for step in (attrs.evolve(step_of(run), started=NAIVE), attrs.evolve(step_of(run), ended=NAIVE)):
            with pytest.raises(ConfigurationError):
                component.record_step(step)
        assert component.get_steps(run.id) == []

    # Taking what an earlier run gave

    def test_the_step_that_completed_last_is_found_by_its_cache_key(self, component: M) -> None:
        assert component.find_cached_step("key") is None
        for second in (2, 5, 3):
            step = step_of(recorded_run(component), status="completed", key="key")
            component.record_step(attrs.evolve(step, ended=BEGIN + timedelta(seconds=second)))
        found = component.find_cached_step("key")
        assert found is not None
        assert found.ended == BEGIN + timedelta(seconds=5)
        assert component.find_cached_step("KEY") is component.find_cached_step("key ") is None

    @pytest.mark.parametrize("status", [*UNFINISHED, "cached"])
    def test_a_step_that_did_not_complete_is_not_found_by_its_cache_key(self, component: M, status: StepStatus) -> None:
        step = step_of(recorded_run(component), status=status, key="key")
        component.record_step(attrs.evolve(step, ended=BEGIN + timedelta(days=1)))
        assert component.find_cached_step("key") is None
        done, _ = completed(component, step_of(recorded_run(component), key="key"))
        assert component.find_cached_step("key") == done

    def test_steps_without_a_cache_key_are_not_found_by_it(self, component: M) -> None:
        completed(component, step_of(recorded_run(component)))
        assert component.find_cached_step("") is None

    @few
    @given(key=st.text(min_size=1), other=st.text())
    def test_any_text_is_a_cache_key(self, component: M, key: str, other: str) -> None:
        assume(key != other)
        done, _ = completed(component, step_of(recorded_run(component), key=key))
        completed(component, step_of(recorded_run(component), key=other))
        found = component.find_cached_step(key)
        assert found is not None
        assert (found.cache_key, found.step) == (key, done.step)
