"""How databases mean to answer what metadata stores ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from stackkit.core.runs import RunRecord, RunStatus
from stackkit.flavors.metadata_store import reading, writing
from stackkit.flavors.metadata_store.database import Row, Session, Values
from stackkit.testing.contracts.metadata_store.values import UNKNOWN, artifact_of, new_run, step_of, taking

Check = Callable[[str, Sequence[Row]], None]


class Watching:
    """Runs statements, and looks at how each is planned.

    Args:
        inner: What runs them.
        explain: What stands before a statement to have it explained.
        check: What is called with each statement and its plan.
    """

    def __init__(self, inner: Session, explain: str, check: Check) -> None:
        self.repeated = inner.repeated
        self.for_update = inner.for_update
        self.unless_there = inner.unless_there
        self.planned = 0
        self._inner = inner
        self._explain = explain
        self._check = check

    def rows(self, query: str, values: Values) -> list[Row]:
        self._look(query, values)
        return self._inner.rows(query, values)

    def change(self, statement: str, *values: Values) -> None:
        self._look(statement, values[0])
        self._inner.change(statement, *values)

    def _look(self, statement: str, values: Values) -> None:
        self.planned += 1
        self._check(statement, self._inner.rows(f"{self._explain} {statement}", values))


def ask_everything(session: Session, run: RunRecord) -> None:
    """Everything that a store can be asked for, and told.

    Args:
        session: Where.
        run: A run that is recorded.
    """
    writing.write_run(session, run)
    writing.write_run(session, new_run(pipeline="another"))
    step = taking(step_of(run), UNKNOWN)
    artifact = artifact_of(step)
    writing.write_step(session, step_of(run), ())
    writing.write_step(session, step, [artifact])
    for pipeline in (None, run.pipeline):
        for status in (None, run.status):
            _ask_for_pages(session, run, pipeline, status)
    reading.read_pipelines(session)
    reading.read_run(session, run.id)
    reading.read_step(session, run.id, step.step)
    reading.read_steps(session, run.id)
    reading.read_artifact(session, artifact.id)
    reading.read_artifacts(session, run.id)
    reading.read_producer(session, artifact.id)
    reading.read_consumers(session, artifact.id)
    reading.read_cached(session, "key")


def _ask_for_pages(session: Session, run: RunRecord, pipeline: str | None, status: RunStatus | None) -> None:
    for before in (None, run.id):
        reading.read_runs(session, pipeline, status, 5, before)
