"""Records as rows of tables, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from stackkit.core.runs import ArtifactRecord, InputRecord, RunRecord, RunStatus, StepRecord, StepStatus
from stackkit.flavors.metadata_store.columns import fingerprint, from_text, from_time, to_text, to_time
from stackkit.flavors.metadata_store.database import Row, Value

RUN_STATUSES: Final[Mapping[str, RunStatus]] = {
    "running": "running",
    "completed": "completed",
    "failed": "failed",
    "killed": "killed",
}
STEP_STATUSES: Final[Mapping[str, StepStatus]] = {**RUN_STATUSES, "cached": "cached"}

RUN_COLUMNS: Final = """
    run.id, run.name, (SELECT name FROM stackkit_pipeline AS pipeline WHERE pipeline.number = run.pipeline),
    (SELECT document FROM stackkit_deployment AS deployment WHERE deployment.number = run.deployment), run.stack, run.status,
    run.started, run.ended, run.alive, run.error, run.worker
"""
STEP_COLUMNS: Final = """
    (SELECT id FROM stackkit_run AS run WHERE run.number = step.run), step.name, step.status, step.attempt, step.cache_key,
    step.started, step.ended, step.error, step.logs, step.inputs, step.outputs, step.worker
"""
ARTIFACT_COLUMNS: Final = """
    artifact.id, artifact.name, artifact.uri, artifact.digest, artifact.size, artifact.materializer, artifact.type,
    (SELECT id FROM stackkit_run AS run WHERE run.number = artifact.run),
    (SELECT name FROM stackkit_step AS step WHERE step.number = artifact.step), artifact.created
"""
# Other tables are asked for one row each, and not joined: a join leaves it to the database where to begin, and MySQL begins at
# the smallest table, which means to sort all that is in the largest.


def run_values(run: RunRecord) -> dict[str, Value]:
    """The values of a run's own columns, by their names."""
    return {
        "id": run.id.bytes,
        "name": to_text(run.name),
        "stack": to_text(run.stack),
        "status": run.status,
        "started": to_time(run.started),
        "ended": _to_time(run.ended),
        "alive": to_time(run.alive),
        "error": to_text(run.error),
        "worker": to_text(run.worker),
    }


def run_of(row: Row) -> RunRecord:
    """The run of a row of `RUN_COLUMNS`."""
    return RunRecord(
        id=UUID(bytes=bytes(row[0])),
        name=from_text(row[1]),
        pipeline=from_text(row[2]),
        deployment=from_text(row[3]),
        stack=from_text(row[4]),
        status=RUN_STATUSES[row[5]],
        started=from_time(row[6]),
        ended=_from_time(row[7]),
        alive=from_time(row[8]),
        error=from_text(row[9]),
        worker=from_text(row[10]),
    )


def step_values(step: StepRecord) -> dict[str, Value]:
    """The values of a step's own columns, by their names."""
    reusable = step.status == "completed" and step.cache_key != ""
    return {
        "name_digest": fingerprint(step.step),
        "name": to_text(step.step),
        "status": step.status,
        "attempt": step.attempt,
        "cache_key": to_text(step.cache_key),
        "reusable_as": fingerprint(step.cache_key) if reusable else None,
        "completed": to_time(step.ended or step.started) if reusable else None,
        "started": to_time(step.started),
        "ended": _to_time(step.ended),
        "error": to_text(step.error),
        "logs": to_text(step.logs),
        "inputs": _to_inputs(step.inputs),
        "outputs": " ".join([artifact.hex for artifact in step.outputs]),
        "worker": to_text(step.worker),
    }


def step_of(row: Row) -> StepRecord:
    """The step of a row of `STEP_COLUMNS`."""
    return StepRecord(
        run_id=UUID(bytes=bytes(row[0])),
        step=from_text(row[1]),
        status=STEP_STATUSES[row[2]],
        attempt=row[3],
        cache_key=from_text(row[4]),
        started=from_time(row[5]),
        ended=_from_time(row[6]),
        error=from_text(row[7]),
        logs=from_text(row[8]),
        inputs=from_inputs(row[9]),
        outputs=tuple([UUID(hex=artifact) for artifact in row[10].split()]),
        worker=from_text(row[11]),
    )


def artifact_values(artifact: ArtifactRecord) -> dict[str, Value]:
    """The values of an artifact's own columns, by their names."""
    return {
        "id": artifact.id.bytes,
        "name": to_text(artifact.name),
        "uri": to_text(artifact.uri),
        "digest": to_text(artifact.digest),
        "size": artifact.size,
        "materializer": to_text(artifact.materializer),
        "type": to_text(artifact.type),
        "created": to_time(artifact.created),
    }


def artifact_of(row: Row) -> ArtifactRecord:
    """The artifact of a row of `ARTIFACT_COLUMNS`."""
    return ArtifactRecord(
        id=UUID(bytes=bytes(row[0])),
        name=from_text(row[1]),
        uri=from_text(row[2]),
        digest=from_text(row[3]),
        size=row[4],
        materializer=from_text(row[5]),
        type=from_text(row[6]),
        run_id=UUID(bytes=bytes(row[7])),
        step=from_text(row[8]),
        created=from_time(row[9]),
    )


def _to_inputs(inputs: tuple[InputRecord, ...]) -> str:
    if not inputs:
        return ""
    return json.dumps([[to_text(taken.name), *[artifact.hex for artifact in taken.artifacts]] for taken in inputs])


def from_inputs(column: str) -> tuple[InputRecord, ...]:
    """What a step took, from its column."""
    found: list[list[str]] = json.loads(column) if column else []
    return tuple(
        [InputRecord(name=from_text(name), artifacts=tuple([UUID(hex=a) for a in artifacts])) for name, *artifacts in found]
    )


def taken(inputs: tuple[InputRecord, ...]) -> frozenset[bytes]:
    """The identifiers of the artifacts that a step took, as columns hold them."""
    return frozenset(artifact.bytes for given in inputs for artifact in given.artifacts)


def _to_time(time: datetime | None) -> int | None:
    return None if time is None else to_time(time)


def _from_time(column: int | None) -> datetime | None:
    return None if column is None else from_time(column)
