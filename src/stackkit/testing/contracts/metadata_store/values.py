"""What the laws of metadata stores record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Final, Generic, TypeVar
from uuid import UUID, uuid4

import attrs
from hypothesis import strategies as st

from stackkit import BaseMetadataStore, MetadataStore
from stackkit.core.runs import ArtifactRecord, InputRecord, RunRecord, RunStatus, StepRecord, StepStatus
from stackkit.testing.contracts.component import ComponentContract

M = TypeVar("M", bound=BaseMetadataStore)

BEGIN: Final = datetime(2026, 1, 1, 12, 30, 0, 123456, tzinfo=UTC)
RUN_STATUSES: Final[tuple[RunStatus, ...]] = ("running", "completed", "failed", "killed")
STEP_STATUSES: Final[tuple[StepStatus, ...]] = ("running", "completed", "cached", "failed", "killed")

NAIVE: Final = datetime(2026, 1, 1)  # noqa: DTZ001 - every store refuses it

ODD_TEXTS: Final = (
    "",
    " ",
    "a\0b",
    "\ud800 and \udfff",
    "\ud83d\udca3",
    "\N{BOMB} é e\u0301",
    "'; DROP TABLE run; --",
    "%s :name ? {0} \\",
    "line\nline\r\n\ttab",
    "\x10\x1b[2J\u202e",
    "x" * 20_000,
)
"""Texts that some databases would change or refuse; a traceback may hold any."""

ODD_NAMES: Final = ("train", "Train", "train ", " train", "träin", "tra\u0308in", "train\0", "\ud800", "ﬁt", "fit", "n" * 5_000)
"""Names of which some databases would take two for the same."""

TEXTS: Final = st.one_of(
    st.sampled_from(ODD_TEXTS), st.text(max_size=30), st.text(st.characters(exclude_categories=()), max_size=8)
)
_ZONES: Final = st.sampled_from((UTC, timezone(timedelta(hours=5, minutes=45)), timezone(timedelta(hours=-11))))
TIMES: Final = st.one_of(
    st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=_ZONES),  # noqa: DTZ001 - it is asked for so
    st.integers(0, 10**7).map(lambda n: BEGIN + timedelta(microseconds=n)),
)

runs: Final = st.builds(
    RunRecord,
    id=st.uuids(),
    name=TEXTS,
    pipeline=TEXTS,
    deployment=TEXTS,
    stack=TEXTS,
    status=st.sampled_from(RUN_STATUSES),
    started=TIMES,
    ended=st.none() | TIMES,
    alive=TIMES,
    error=TEXTS,
    worker=TEXTS,
)
"""Runs of any kind."""

_ids: Final = st.lists(st.uuids(), max_size=4).map(tuple)
inputs: Final = st.lists(st.builds(InputRecord, name=TEXTS, artifacts=_ids), max_size=3).map(tuple)


def steps_of(run_id: UUID) -> st.SearchStrategy[StepRecord]:
    """Steps of a run, of any kind."""
    return st.builds(
        StepRecord,
        run_id=st.just(run_id),
        step=TEXTS,
        status=st.sampled_from(STEP_STATUSES),
        attempt=st.integers(1, 2**31),
        cache_key=TEXTS,
        started=TIMES,
        ended=st.none() | TIMES,
        error=TEXTS,
        logs=TEXTS,
        inputs=inputs,
        outputs=_ids,
        worker=TEXTS,
    )


def artifacts_of(step: StepRecord) -> st.SearchStrategy[ArtifactRecord]:
    """Artifacts of a step, of any kind."""
    return st.builds(
        ArtifactRecord,
        id=st.builds(uuid4),  # others of the same identifier would be left as they are
        name=TEXTS,
        uri=TEXTS,
        digest=TEXTS,
        size=st.integers(0, 2**62),
        materializer=TEXTS,
        type=TEXTS,
        run_id=st.just(step.run_id),
        step=st.just(step.step),
        created=TIMES,
    )


def new_run(*, pipeline: str = "training", started: datetime = BEGIN, status: RunStatus = "running") -> RunRecord:
    """A run that nobody knows."""
    run_id = uuid4()
    return RunRecord(
        id=run_id, name=f"run-{run_id}", pipeline=pipeline, deployment="{}", started=started, alive=started, status=status
    )


def recorded_run(store: MetadataStore, *, pipeline: str = "training", started: datetime = BEGIN) -> RunRecord:
    """A run that is recorded."""
    run = new_run(pipeline=pipeline, started=started)
    store.record_run(run)
    return run


def step_of(run: RunRecord, name: str = "train", *, status: StepStatus = "running", key: str = "") -> StepRecord:
    """A step of a run."""
    ended = None if status == "running" else BEGIN + timedelta(seconds=1)
    return StepRecord(run_id=run.id, step=name, status=status, cache_key=key, started=BEGIN, ended=ended)


def artifact_of(step: StepRecord, name: str = "output") -> ArtifactRecord:
    """An artifact that a step gave."""
    new = uuid4()
    return ArtifactRecord(
        id=new,
        name=name,
        uri=f"artifacts/{new}",
        digest=new.hex,
        size=3,
        materializer="json",
        run_id=step.run_id,
        step=step.step,
        created=BEGIN,
    )


def taking(step: StepRecord, *artifacts: UUID, name: str = "data") -> StepRecord:
    """The same step, with an input."""
    return attrs.evolve(step, inputs=(*step.inputs, InputRecord(name=name, artifacts=artifacts)))


def completed(store: MetadataStore, step: StepRecord, outputs: int = 1) -> tuple[StepRecord, tuple[ArtifactRecord, ...]]:
    """Record a step as completed, with what it gave."""
    given = tuple(artifact_of(step, f"output {number}") for number in range(outputs))
    done = attrs.evolve(
        step, status="completed", ended=BEGIN + timedelta(seconds=1), outputs=tuple(artifact.id for artifact in given)
    )
    store.record_step(done, given)
    return done, given


UNKNOWN: Final = UUID("00000000-0000-4000-8000-000000000000")

LOOK_UPS: Final[Mapping[str, Callable[[MetadataStore], object]]] = {
    "get_run": lambda store: store.get_run(UNKNOWN),
    "get_runs": lambda store: store.get_runs(before=UNKNOWN),
    "get_step": lambda store: store.get_step(UNKNOWN, "train"),
    "get_steps": lambda store: store.get_steps(UNKNOWN),
    "get_artifact": lambda store: store.get_artifact(UNKNOWN),
    "get_artifacts": lambda store: store.get_artifacts(UNKNOWN),
    "get_producer_step": lambda store: store.get_producer_step(UNKNOWN),
    "get_consumer_steps": lambda store: store.get_consumer_steps(UNKNOWN),
}
"""A call of each method that takes an identifier, with one that nothing has."""


class StoreLaws(ComponentContract[M], Generic[M]):
    """What the laws of metadata stores have in common."""
