"""A run is told as it goes on, whoever records it, and with which store."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self
from uuid import uuid4

import attrs
import pytest

from stackkit.cli.pipelines.progress import Lines, Progress
from stackkit.core.runs import RunRecord, StepRecord
from stackkit.flavors.metadata_store.sqlite import SqliteMetadataStore

PATIENCE = 60.0
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
RUN = RunRecord(id=uuid4(), name="one", pipeline="p", deployment="{}", started=BEGIN, alive=BEGIN, worker=f"here:{os.getpid()}")
STEP = StepRecord(run_id=RUN.id, step="load", status="running", started=BEGIN)


def ended(step: StepRecord) -> StepRecord:
    return attrs.evolve(step, status="completed", ended=step.started + timedelta(seconds=2))


class Heard:
    """Keeps what it is told, and can be waited for."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, int]] = []
        self.begun: list[tuple[str, list[str]]] = []
        self._more = threading.Condition()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def begin(self, run: RunRecord, done: Iterable[StepRecord]) -> None:
        self.begun.append((run.name, [step.step for step in done]))

    def step(self, step: StepRecord) -> None:
        with self._more:
            self.told.append((step.step, step.status, step.attempt))
            self._more.notify_all()

    def wait_for(self, count: int) -> None:
        """Wait until so much was told."""
        with self._more:
            assert self._more.wait_for(lambda: len(self.told) >= count, PATIENCE), self.told


@pytest.fixture
def metadata(tmp_path: Path) -> SqliteMetadataStore:
    return SqliteMetadataStore(name="records", path=str(tmp_path / "records.db"))


def test_steps_are_told_while_the_run_goes_on(metadata: SqliteMetadataStore) -> None:
    heard = Heard()
    with Progress(metadata, "one", heard) as progress:
        metadata.record_run(attrs.evolve(RUN, id=uuid4(), worker="elsewhere:1"))  # another one of the same name
        metadata.record_run(RUN)
        metadata.record_step(STEP)
        heard.wait_for(1)
        metadata.record_step(attrs.evolve(STEP, status="failed"))
        heard.wait_for(2)
        metadata.record_step(attrs.evolve(STEP, attempt=2, started=BEGIN + timedelta(seconds=1)))
        heard.wait_for(3)
        metadata.record_step(ended(attrs.evolve(STEP, attempt=2)))
    assert heard.begun == [("one", [])]
    assert heard.told == [("load", "running", 1), ("load", "failed", 1), ("load", "running", 2), ("load", "completed", 2)]
    assert progress.run == RUN


def test_of_a_run_that_goes_on_what_is_done_is_not_told_again(metadata: SqliteMetadataStore) -> None:
    metadata.record_run(RUN)
    metadata.record_step(ended(STEP))
    metadata.record_step(attrs.evolve(STEP, step="train", status="failed"))
    heard = Heard()
    with Progress(metadata, "one", heard, RUN) as progress:
        metadata.record_step(attrs.evolve(STEP, step="train", status="cached", started=BEGIN + timedelta(seconds=1)))
    assert heard.begun == [("one", ["load"])]
    assert heard.told == [("train", "cached", 1)]
    assert progress.cached == 1


def test_a_run_that_was_never_recorded_is_none(metadata: SqliteMetadataStore) -> None:
    heard = Heard()
    with Progress(metadata, "one", heard) as progress:
        pass
    assert (progress.run, heard.begun) == (None, [])


def test_a_store_that_is_gone_for_a_while_ends_nothing(metadata: SqliteMetadataStore, tmp_path: Path) -> None:
    metadata.record_run(RUN)
    heard = Heard()
    with Progress(metadata, "one", heard, RUN):
        for file in tmp_path.glob("records.db*"):
            file.rename(tmp_path / f"away-{file.name}")
        (tmp_path / "records.db").write_text("no database " * 100)
    assert heard.told == []


def test_lines_say_how_each_step_ended() -> None:
    stream = io.StringIO()
    lines = Lines(stream, 12)
    with lines:
        lines.begin(attrs.evolve(RUN, stack="main"), [ended(attrs.evolve(STEP, step="before"))])
        lines.step(STEP)
        lines.step(ended(attrs.evolve(STEP, step="lo\x1bad", attempt=3)))
        lines.step(attrs.evolve(STEP, step="train", status="failed", ended=BEGIN))
    assert stream.getvalue().splitlines() == [
        "run one on main, 1 of 12 steps are done already",
        "[ 2/12] lo\\x1bad  completed  2.0 s  attempt 3",
        "[ 2/12] train  failed  0.0 s",
    ]
