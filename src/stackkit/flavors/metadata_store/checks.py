"""What cannot be recorded, told before anything is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from stackkit.core.runs import ArtifactRecord, RunRecord, StepRecord
from stackkit.errors import ConfigurationError, Problem
from stackkit.flavors.metadata_store.rows import RUN_STATUSES, STEP_STATUSES


def check_run(run: RunRecord) -> None:
    """Refuse a run that is not what a record should be.

    Raises:
        ConfigurationError: A time is naive, or its status is none.
    """
    problems = [*_naive(f"run {run.name!r}", {"started": run.started, "ended": run.ended, "alive": run.alive})]
    if run.status not in RUN_STATUSES:
        problems.append(_no_status(run.status, RUN_STATUSES))
    if problems:
        raise ConfigurationError(*problems)


def check_step(step: StepRecord, artifacts: Sequence[ArtifactRecord]) -> None:
    """Refuse a step that is not what a record should be, and artifacts of another one.

    Raises:
        ConfigurationError: A time is naive, its status is none, or an artifact is another step's.
    """
    problems = [*_naive(f"step {step.step!r}", {"started": step.started, "ended": step.ended})]
    if step.status not in STEP_STATUSES:
        problems.append(_no_status(step.status, STEP_STATUSES))
    for artifact in artifacts:
        where = f"artifact {artifact.id}"
        problems += _naive(where, {"created": artifact.created})
        if (artifact.run_id, artifact.step) != (step.run_id, step.step):
            what = f"it is of step {artifact.step!r} of run {artifact.run_id}, and not of the one that is recorded"
            problems.append(Problem(what, where=where, remedy="record it with the step that made it"))
    if problems:
        raise ConfigurationError(*problems)


def check_limit(limit: int) -> None:
    """Refuse a page of less than nothing.

    Raises:
        ConfigurationError: The limit is negative.
    """
    if limit < 0:
        raise ConfigurationError(Problem(f"{limit} is below 0", where="limit", remedy="say how many runs at most"))


def _naive(where: str, times: Mapping[str, datetime | None]) -> Iterator[Problem]:
    for name, time in times.items():
        if time is not None and time.utcoffset() is None:
            remedy = "give one with a time zone: datetime.now(UTC)"
            yield Problem(f"{time.isoformat()} has no time zone", where=f"{where}.{name}", remedy=remedy)


def _no_status(status: str, known: Mapping[str, object]) -> Problem:
    return Problem(f"{status!r} is no status", where="status", remedy=f"use one of {', '.join(known)}")
