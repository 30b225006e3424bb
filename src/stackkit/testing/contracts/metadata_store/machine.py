"""A metadata store beside a model of one: after any calls, both have the same records."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID, uuid4

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from stackkit import MetadataStore
from stackkit.core.runs import ArtifactRecord, InputRecord, RunRecord, RunStatus, StepRecord, StepStatus
from stackkit.errors import ConflictError, RecordNotFoundError
from stackkit.testing.contracts.metadata_store.model import MetadataStoreModel
from stackkit.testing.contracts.metadata_store.values import BEGIN, RUN_STATUSES, STEP_STATUSES, artifact_of, new_run

times: Final = st.integers(0, 5).map(lambda second: BEGIN + timedelta(seconds=second))
names: Final = st.sampled_from(("load", "Load", "load ", "train", "a\0b"))
keys: Final = st.sampled_from(("", "one", "One", "two"))


class MetadataStoreMachine(RuleBasedStateMachine):
    """Makes calls at random; a subclass says which store."""

    store: MetadataStore
    model: MetadataStoreModel
    mark: str
    runs: Bundle[UUID] = Bundle("runs")
    artifacts: Bundle[UUID] = Bundle("artifacts")

    def new_store(self) -> MetadataStore:
        """A store that is ready for use, for each example; what is in it from others is left alone."""
        raise NotImplementedError

    @initialize()
    def begin(self) -> None:
        self.store = self.new_store()
        self.model = MetadataStoreModel()
        self.mark = uuid4().hex  # what others have recorded in the same store has another one

    @rule(target=runs, pipeline=st.sampled_from("ab"), started=times, status=st.sampled_from(RUN_STATUSES))
    def record_run(self, pipeline: str, started: datetime, status: RunStatus) -> UUID:
        run = attrs.evolve(new_run(pipeline=pipeline + self.mark, status=status), started=started)
        self._record_run(run)
        return run.id

    @rule(run_id=runs, status=st.sampled_from(RUN_STATUSES), ended=st.none() | times, pipeline=st.sampled_from("ab"))
    def record_run_again(self, run_id: UUID, status: RunStatus, ended: datetime | None, pipeline: str) -> None:
        known = self.model.runs[run_id]
        self._record_run(attrs.evolve(known, status=status, ended=ended, pipeline=pipeline + self.mark))

    @rule(
        target=artifacts,
        run_id=runs | st.builds(uuid4),
        name=names,
        status=st.sampled_from(STEP_STATUSES),
        key=keys,
        ended=times,
        taken=st.lists(artifacts, max_size=3),
        outputs=st.integers(0, 2),
    )
    def record_step(
        self, run_id: UUID, name: str, status: StepStatus, key: str, ended: datetime, taken: list[UUID], outputs: int
    ) -> UUID:
        step = StepRecord(run_id=run_id, step=name, status=status, started=BEGIN)
        step = attrs.evolve(step, cache_key=key and key + self.mark, ended=None if status == "running" else ended)
        given = [artifact_of(step, str(number)) for number in range(outputs)]
        inputs = (InputRecord(name="data", artifacts=tuple(taken)),) if taken else ()
        self._record_step(attrs.evolve(step, inputs=inputs, outputs=tuple(artifact.id for artifact in given)), given)
        return given[0].id if given else uuid4()

    @rule(artifact_id=artifacts)
    def look_up_lineage(self, artifact_id: UUID) -> None:
        artifact = self.model.artifacts.get(artifact_id)
        if artifact is None:
            for look_up in (self.store.get_artifact, self.store.get_producer_step, self.store.get_consumer_steps):
                assert _raises(partial(look_up, artifact_id)) is RecordNotFoundError
            return
        assert self.store.get_artifact(artifact_id) == artifact
        assert self.store.get_producer_step(artifact_id) == self.model.steps[artifact.run_id, artifact.step]
        assert self.store.get_consumer_steps(artifact_id) == self.model.get_consumer_steps(artifact_id)

    @rule(key=keys)
    def look_up_cached(self, key: str) -> None:
        found = self.store.find_cached_step(key and key + self.mark)
        expected = self.model.completed_last(key + self.mark) if key else []
        assert found in expected if expected else found is None

    @rule(pipeline=st.sampled_from("ab"), status=st.sampled_from((*RUN_STATUSES, None)), limit=st.integers(1, 4))
    def page(self, pipeline: str, status: RunStatus | None, limit: int) -> None:
        found: list[RunRecord] = []
        before: UUID | None = None
        while page := self.store.get_runs(pipeline=pipeline + self.mark, status=status, limit=limit, before=before):
            found += page
            before = page[-1].id
        assert found == self.model.get_runs(pipeline + self.mark, status)

    @rule(run_id=runs)
    def read_run(self, run_id: UUID) -> None:
        assert self.store.get_run(run_id) == self.model.runs[run_id]
        assert self.store.get_artifacts(run_id) == self.model.get_artifacts(run_id)

    @invariant()
    def has_the_steps_that_the_model_has(self) -> None:
        for run_id in self.model.runs:
            assert self.store.get_steps(run_id) == self.model.get_steps(run_id)

    @invariant()
    def has_the_pipelines_that_the_model_has(self) -> None:
        found = [name for name in self.store.get_pipelines() if name.endswith(self.mark)]
        assert found == sorted({run.pipeline for run in self.model.runs.values()})

    def _record_run(self, run: RunRecord) -> None:
        self.store.record_run(run)
        self.model.record_run(run)

    def _record_step(self, step: StepRecord, artifacts: list[ArtifactRecord]) -> None:
        expected = _raises(lambda: self.model.record_step(step, artifacts))
        assert _raises(lambda: self.store.record_step(step, artifacts)) is expected


def _raises(call: Callable[[], object]) -> type[Exception] | None:
    """Which of the two errors a call raises."""
    try:
        call()
    except ConflictError:
        return ConflictError
    except RecordNotFoundError:
        return RecordNotFoundError
    return None
