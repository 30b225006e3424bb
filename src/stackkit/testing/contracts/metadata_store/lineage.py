"""Laws of artifacts, and of who gave and who took them."""

from __future__ import annotations

from datetime import UTC
from typing import Generic
from uuid import uuid4

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackkit.errors import ConfigurationError
from stackkit.testing.contracts.component import few
from stackkit.testing.contracts.metadata_store.values import (
    BEGIN,
    NAIVE,
    M,
    StoreLaws,
    artifact_of,
    artifacts_of,
    completed,
    recorded_run,
    step_of,
    steps_of,
    taking,
)


class LineageLaws(StoreLaws[M], Generic[M]):
    """The laws of `get_artifact`, `get_artifacts`, `get_producer_step` and `get_consumer_steps`."""

    @few
    @given(data=st.data())
    def test_artifacts_are_read_as_they_were_recorded(self, component: M, data: st.DataObject) -> None:
        run = recorded_run(component)
        step = data.draw(steps_of(run.id))
        given_ = data.draw(st.lists(artifacts_of(step), max_size=3, unique_by=lambda artifact: artifact.id))
        component.record_step(step, given_)
        again = component.replace()
        assert again.get_artifacts(run.id) == given_
        assert [again.get_artifact(artifact.id) for artifact in given_] == given_
        assert {again.get_artifact(artifact.id).created.tzinfo for artifact in given_} <= {UTC}
        assert [again.get_producer_step(artifact.id) for artifact in given_] == [step] * len(given_)

    def test_artifacts_are_told_in_the_order_in_which_they_were_recorded(self, component: M) -> None:
        run, other = recorded_run(component), recorded_run(component)
        recorded = [artifact for name in "cab" for artifact in completed(component, step_of(run, name), outputs=3)[1]]
        completed(component, step_of(other))
        assert component.get_artifacts(run.id) == recorded

    def test_an_artifact_that_is_recorded_again_is_left_as_it_is(self, component: M) -> None:
        step = step_of(recorded_run(component))
        first = artifact_of(step)
        component.record_step(step, [first])
        second = artifact_of(step)
        component.record_step(step, [attrs.evolve(first, uri="elsewhere", size=4), second])
        assert component.get_artifacts(step.run_id) == [first, second]

    def test_outputs_are_told_in_their_order(self, component: M) -> None:
        run = recorded_run(component)
        done, given_ = completed(component, step_of(run), outputs=5)
        reversed_ = attrs.evolve(step_of(run, "other", status="completed"), outputs=done.outputs[::-1])
        component.record_step(reversed_)
        assert component.get_step(run.id, "train").outputs == tuple(artifact.id for artifact in given_)
        assert component.get_step(run.id, "other").outputs == done.outputs[::-1]

    def test_a_cached_step_gives_the_artifacts_of_another_and_makes_none(self, component: M) -> None:
        first, second = recorded_run(component), recorded_run(component)
        done, [artifact] = completed(component, step_of(first, key="key"))
        component.record_step(attrs.evolve(step_of(second, status="cached", key="key"), outputs=done.outputs))
        assert component.get_producer_step(artifact.id) == done
        assert component.get_artifacts(second.id) == []
        assert component.get_step(second.id, "train").outputs == (artifact.id,)

    def test_the_steps_that_took_an_artifact_are_told_the_oldest_first(self, component: M) -> None:
        run, other = recorded_run(component), recorded_run(component)
        _, [taken, unused] = completed(component, step_of(run, "load"), outputs=2)
        consumers = [
            taking(step_of(run, "c"), taken.id),
            taking(step_of(run, "a"), uuid4(), taken.id, uuid4()),
            taking(taking(step_of(run, "b"), taken.id), taken.id, taken.id, name="again"),
            taking(step_of(other, "c", status="completed"), taken.id),
        ]
        for step in (*consumers, taking(step_of(run, "d"), uuid4()), step_of(run, "e")):
            component.record_step(step)
        assert component.get_consumer_steps(taken.id) == consumers
        assert component.get_consumer_steps(unused.id) == []
        last, _ = completed(component, consumers[0])
        assert component.get_consumer_steps(taken.id) == [last, *consumers[1:]]

    def test_a_step_that_took_something_else_the_next_time_took_only_that(self, component: M) -> None:
        run = recorded_run(component)
        _, [one, two] = completed(component, step_of(run, "load"), outputs=2)
        component.record_step(taking(step_of(run, status="failed"), one.id))
        second = taking(step_of(run), two.id)
        component.record_step(second)
        assert component.get_consumer_steps(one.id) == []
        assert component.get_consumer_steps(two.id) == [second]
        component.record_step(step_of(run))
        assert component.get_consumer_steps(two.id) == []

    def test_an_artifact_is_recorded_with_the_step_that_made_it(self, component: M) -> None:
        run, other = recorded_run(component), recorded_run(component)
        step = step_of(run, status="completed")
        for strange in (artifact_of(step_of(other)), artifact_of(step_of(run, "other"))):
            with pytest.raises(ConfigurationError):
                component.record_step(step, [artifact_of(step), strange])
        assert (component.get_steps(run.id), component.get_artifacts(run.id)) == ([], [])

    def test_a_step_is_recorded_with_all_of_its_artifacts_or_not_at_all(self, component: M) -> None:
        run = recorded_run(component)
        step = step_of(run, status="completed", key="key")
        naive = attrs.evolve(artifact_of(step), created=NAIVE)
        with pytest.raises(ConfigurationError):
            component.record_step(step, [artifact_of(step), naive])
        assert (component.get_steps(run.id), component.get_artifacts(run.id)) == ([], [])
        assert component.find_cached_step("key") is None
        component.record_step(step, [artifact_of(step)])

    def test_a_step_may_take_and_give_hundreds_of_artifacts(self, component: M) -> None:
        run = recorded_run(component)
        _, given_ = completed(component, step_of(run, "load"), outputs=300)
        last = taking(step_of(run, "best"), *[artifact.id for artifact in given_])
        component.record_step(last)
        assert component.get_step(run.id, "best") == last
        assert component.get_consumer_steps(given_[299].id) == [last]
        assert component.get_artifacts(run.id) == list(given_)
        assert component.get_artifact(given_[299].id).created == BEGIN
