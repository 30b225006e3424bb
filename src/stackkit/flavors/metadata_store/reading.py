"""What is asked for, as queries."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from stackkit.core.runs import ArtifactRecord, RunRecord, RunStatus, StepRecord
from stackkit.errors import Problem, RecordNotFoundError
from stackkit.flavors.metadata_store.columns import fingerprint, from_text, to_text
from stackkit.flavors.metadata_store.database import Row, Session, Value, Values
from stackkit.flavors.metadata_store.rows import ARTIFACT_COLUMNS, RUN_COLUMNS, STEP_COLUMNS, artifact_of, run_of, step_of

_RUNS: Final = f"SELECT {RUN_COLUMNS} FROM stackkit_run AS run"  # noqa: S608 - made of constants
_STEPS: Final = f"SELECT {STEP_COLUMNS} FROM stackkit_step AS step"  # noqa: S608
_ARTIFACTS: Final = f"SELECT {ARTIFACT_COLUMNS} FROM stackkit_artifact AS artifact"  # noqa: S608

_PAGE: Final = f"""
    SELECT {RUN_COLUMNS} FROM (
        SELECT run.number AS on_page FROM stackkit_run AS run {{where}} ORDER BY run.started DESC, run.number DESC LIMIT :limit
    ) AS page JOIN stackkit_run AS run ON run.number = page.on_page ORDER BY run.started DESC, run.number DESC
"""  # noqa: S608
# Which runs are on a page is asked of an index alone; with all columns, MySQL would rather sort the whole table.

_PIPELINES: Final = """
    SELECT name FROM stackkit_pipeline AS pipeline
    WHERE (SELECT run.number FROM stackkit_run AS run WHERE run.pipeline = pipeline.number LIMIT 1) IS NOT NULL
"""
_STEP: Final = (
    f"{_STEPS} WHERE step.run = (SELECT number FROM stackkit_run AS run WHERE id = :id) AND name_digest = :name_digest"  # noqa: S608
)
_PRODUCER: Final = f"{_STEPS} WHERE step.number = (SELECT step FROM stackkit_artifact AS artifact WHERE id = :id)"  # noqa: S608
_CONSUMERS: Final = f"""
    SELECT {STEP_COLUMNS} FROM stackkit_consumption AS consumption JOIN stackkit_step AS step ON step.number = consumption.step
    WHERE consumption.artifact = :id ORDER BY consumption.step
"""  # noqa: S608
_CACHED: Final = f"""
    {_STEPS} WHERE step.reusable_as = :reusable_as AND step.cache_key = :cache_key
    ORDER BY step.completed DESC, step.number DESC LIMIT 1
"""


def run_number(session: Session, run_id: UUID) -> int:
    """What a run is called within the tables.

    Raises:
        RecordNotFoundError: There is no such run.
    """
    found = session.rows("SELECT number FROM stackkit_run AS run WHERE id = :id", {"id": run_id.bytes})
    number: int = _one(found, f"run {run_id}")[0]
    return number


def read_pipelines(session: Session) -> list[str]:
    """The names of all pipelines that ran, sorted."""
    return sorted(from_text(row[0]) for row in session.rows(_PIPELINES, {}))


def read_run(session: Session, run_id: UUID) -> RunRecord:
    """A run."""
    return run_of(_one(session.rows(f"{_RUNS} WHERE run.id = :id", {"id": run_id.bytes}), f"run {run_id}"))


def read_runs(
    session: Session, pipeline: str | None, status: RunStatus | None, limit: int, before: UUID | None
) -> list[RunRecord]:
    """A page of runs, the newest first."""
    conditions: list[str] = []
    values: dict[str, Value] = {"limit": limit}
    if pipeline is not None:
        conditions.append("run.pipeline = (SELECT number FROM stackkit_pipeline AS pipeline WHERE digest = :digest)")
        values["digest"] = fingerprint(pipeline)
    if status is not None:
        conditions.append("run.status = :status")
        values["status"] = to_text(status)
    if before is not None:
        last = session.rows("SELECT started, number FROM stackkit_run AS run WHERE id = :id", {"id": before.bytes})
        values["started"], values["number"] = _one(last, f"run {before}")
        conditions.append("run.started <= :started AND (run.started < :started OR run.number < :number)")
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    return [run_of(row) for row in session.rows(_PAGE.format(where=where), values)]


def read_step(session: Session, run_id: UUID, step: str) -> StepRecord:
    """A step of a run."""
    values = {"id": run_id.bytes, "name_digest": fingerprint(step)}
    found = session.rows(_STEP, values)
    return step_of(_one(found, f"step {step!r} of run {run_id}"))


def read_steps(session: Session, run_id: UUID) -> list[StepRecord]:
    """The steps of a run, in the order in which they were first recorded."""
    number = run_number(session, run_id)
    return [step_of(row) for row in session.rows(f"{_STEPS} WHERE step.run = :run ORDER BY step.number", {"run": number})]


def read_artifact(session: Session, artifact_id: UUID) -> ArtifactRecord:
    """An artifact."""
    found = session.rows(f"{_ARTIFACTS} WHERE artifact.id = :id", {"id": artifact_id.bytes})
    return artifact_of(_one(found, f"artifact {artifact_id}"))


def read_artifacts(session: Session, run_id: UUID) -> list[ArtifactRecord]:
    """The artifacts that were made in a run, in the order in which they were recorded."""
    values = {"run": run_number(session, run_id)}
    return [
        artifact_of(row) for row in session.rows(f"{_ARTIFACTS} WHERE artifact.run = :run ORDER BY artifact.number", values)
    ]


def read_producer(session: Session, artifact_id: UUID) -> StepRecord:
    """The step that made an artifact."""
    return step_of(_one(session.rows(_PRODUCER, {"id": artifact_id.bytes}), f"artifact {artifact_id}"))


def read_consumers(session: Session, artifact_id: UUID) -> list[StepRecord]:
    """The steps that took an artifact, the oldest first."""
    values: Values = {"id": artifact_id.bytes}
    _one(session.rows("SELECT number FROM stackkit_artifact AS artifact WHERE id = :id", values), f"artifact {artifact_id}")
    return [step_of(row) for row in session.rows(_CONSUMERS, values)]


def read_cached(session: Session, cache_key: str) -> StepRecord | None:
    """The step that completed last with a cache key; none where the key is empty."""
    values: Values = {"reusable_as": fingerprint(cache_key), "cache_key": to_text(cache_key)}
    found = session.rows(_CACHED, values)
    return step_of(found[0]) if found else None


def _one(found: list[Row], what: str) -> Row:
    if not found:
        raise RecordNotFoundError(Problem(f"there is no record of {what}", remedy="see get_runs() for those that are there"))
    return found[0]
