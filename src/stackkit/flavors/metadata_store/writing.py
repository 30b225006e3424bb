"""What is recorded, as statements of one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from stackkit.core.runs import DONE, ArtifactRecord, RunRecord, StepRecord
from stackkit.errors import ConflictError, Problem
from stackkit.flavors.metadata_store.columns import fingerprint, to_text
from stackkit.flavors.metadata_store.database import Session, Value, Values
from stackkit.flavors.metadata_store.reading import read_step, run_number
from stackkit.flavors.metadata_store.rows import artifact_values, from_inputs, run_values, step_values, taken

_NAMED: Final = {"pipeline": "name", "deployment": "document"}
"""Tables of texts that many runs share, and the column of the text."""


def _insert(table: str, columns: Sequence[str]) -> str:
    return f"INSERT INTO stackkit_{table} ({', '.join(columns)}) VALUES ({', '.join(f':{column}' for column in columns)})"  # noqa: S608


def _update(table: str, columns: Sequence[str]) -> str:
    return f"UPDATE stackkit_{table} SET {', '.join(f'{column} = :{column}' for column in columns)} WHERE number = :number"  # noqa: S608


_RUN: Final = ("name", "pipeline", "deployment", "stack", "status", "started", "ended", "alive", "error", "worker")
_STEP: Final = (
    *("status", "attempt", "cache_key", "reusable_as", "completed", "started", "ended", "error", "logs", "inputs", "outputs"),
    "worker",
)
_ARTIFACT: Final = ("id", "name", "uri", "digest", "size", "materializer", "type", "run", "step", "created")

_INSERT_RUN: Final = _insert("run", ("id", *_RUN))
_UPDATE_RUN: Final = _update("run", _RUN)
_INSERT_STEP: Final = _insert("step", ("run", "name_digest", "name", *_STEP))
_UPDATE_STEP: Final = _update("step", _STEP)
_INSERT_ARTIFACT: Final = _insert("artifact", _ARTIFACT)
_INSERT_CONSUMPTION: Final = _insert("consumption", ("artifact", "step"))
_DELETE_CONSUMPTION: Final = "DELETE FROM stackkit_consumption WHERE artifact = :artifact AND step = :step"
_FIND_RUN: Final = "SELECT number FROM stackkit_run AS run WHERE id = :id"
_FIND_STEP: Final = "SELECT number, status, inputs FROM stackkit_step AS step WHERE run = :run AND name_digest = :name_digest"


def write_run(session: Session, run: RunRecord) -> None:
    """Write a run, in the place of an earlier record of it."""
    values = run_values(run)
    values["pipeline"] = _text_number(session, "pipeline", run.pipeline)
    values["deployment"] = _text_number(session, "deployment", run.deployment)
    found = session.rows(_FIND_RUN + session.for_update, {"id": run.id.bytes})
    if found:
        session.change(_UPDATE_RUN, _with(values, number=found[0][0]))
    else:
        session.change(_INSERT_RUN, values)


def write_step(session: Session, step: StepRecord, artifacts: Sequence[ArtifactRecord]) -> None:
    """Write a step, in the place of an earlier record of it, and the artifacts that it gave.

    Raises:
        ConflictError: The step is done already.
        RecordNotFoundError: There is no such run.
    """
    values = step_values(step)
    values["run"] = run_number(session, step.run_id)
    place = {"run": values["run"], "name_digest": values["name_digest"]}
    found = session.rows(_FIND_STEP + session.for_update, place)
    if not found:
        session.change(_INSERT_STEP, values)
        [(number, _, _)] = session.rows(_FIND_STEP, place)
        known = ""
    else:
        [(number, status, known)] = found
        if status in DONE:
            if session.repeated and read_step(session, step.run_id, step.step) == step:
                return  # it was this very record: only the answer was lost
            raise _done(step, status)
        session.change(_UPDATE_STEP, _with(values, number=number))
    if values["inputs"] != known:
        _write_consumption(session, number, taken(from_inputs(known)), taken(step.inputs))
    if artifacts:
        rows = [_with(artifact_values(artifact), run=values["run"], step=number) for artifact in artifacts]
        session.change(_INSERT_ARTIFACT + session.unless_there, *rows)


def _write_consumption(session: Session, step: int, before: frozenset[bytes], after: frozenset[bytes]) -> None:
    for statement, artifacts in ((_DELETE_CONSUMPTION, before - after), (_INSERT_CONSUMPTION, after - before)):
        rows: list[Values] = [{"artifact": artifact, "step": step} for artifact in sorted(artifacts)]
        if rows:
            session.change(statement, *rows)


def _text_number(session: Session, table: str, text: str) -> int:
    """The number of a text that many runs share; it is written at its first use."""
    query, place = f"SELECT number FROM stackkit_{table} WHERE digest = :digest", {"digest": fingerprint(text)}  # noqa: S608
    found = session.rows(query, place)
    if not found:
        statement = _insert(table, ("digest", _NAMED[table])) + session.unless_there
        session.change(statement, {**place, _NAMED[table]: to_text(text)})
        found = session.rows(query, place)
    number: int = found[0][0]
    return number


def _with(values: Mapping[str, Value], **more: Value) -> dict[str, Value]:
    return {**values, **more}


def _done(step: StepRecord, status: str) -> ConflictError:
    what = f"step {step.step!r} is {status} already in run {step.run_id}"
    return ConflictError(Problem(what, remedy="leave it, or run it in another run"))
