"""How a run goes on, told while it does: a line for each step."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Final, Self, TextIO

import click

from stackkit.cli.render import visible
from stackkit.cli.run_rows import elapsed
from stackkit.components.metadata_store import MetadataStore
from stackkit.core.runs import DONE, RunRecord, StepRecord
from stackkit.errors import StackkitError

EVERY: Final = 0.2
"""How often the metadata store is asked, in seconds."""
REST: Final = 10
"""How much longer than an answer took to wait for the next question."""


class Progress:
    """Watches a run in the metadata store, whichever processes its steps run in, while a `with` block runs.

    Args:
        metadata: Where the run is recorded.
        name: What the run is called.
        steps: How many steps there are.
        stream: Where lines are printed; as it was before steps were run, which take what is printed.
        before: The run, where it goes on; what is done in it already is not told again.

    Attributes:
        run: The run; None as long as it is not recorded.
        cached: How many steps took what an earlier run gave.
    """

    def __init__(
        self,
        metadata: MetadataStore,
        name: str,
        steps: int,
        stream: TextIO,
        before: RunRecord | None = None,
    ) -> None:
        self.run = before
        self.cached = 0
        self._metadata = metadata
        self._name = name
        self._steps = steps
        self._stream = stream
        self._told: set[tuple[str, int, str]] = set()
        self._done: set[str] = set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="progress", daemon=True)
        for step in metadata.get_steps(before.id) if before else ():
            self._told.add(_key(step))
            if step.status in DONE:
                self._done.add(step.step)

    def __enter__(self) -> Self:
        if self._done:
            self._print(f"{len(self._done)} of {self._steps} steps are done already")
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()
        self._look()

    def _watch(self) -> None:
        wait = EVERY
        while not self._over.wait(wait):
            begun = time.monotonic()
            self._look()
            wait = max(EVERY, REST * (time.monotonic() - begun))

    def _look(self) -> None:
        with suppress(StackkitError, OSError):  # of a database that is gone for a while: the next time, then
            self.run = self.run or self._found()
            if self.run is not None:
                for step in self._metadata.get_steps(self.run.id):
                    self._tell(step)

    def _found(self) -> RunRecord | None:
        runs = self._metadata.get_runs(limit=20)
        return next((run for run in runs if run.name == self._name and run.worker.endswith(f":{os.getpid()}")), None)

    def _tell(self, step: StepRecord) -> None:
        if step.status == "running" or _key(step) in self._told:
            return
        self._told.add(_key(step))
        if step.status in DONE:
            self._done.add(step.step)
            self.cached += step.status == "cached"
        again = f"  attempt {step.attempt}" if step.attempt > 1 else ""
        width = len(str(self._steps))
        count = f"[{len(self._done):>{width}}/{self._steps}]"
        self._print(f"{count} {step.step}  {step.status}  {elapsed(step.started, step.ended)}{again}")

    def _print(self, line: str) -> None:
        click.echo(visible(line), file=self._stream)


def _key(step: StepRecord) -> tuple[str, int, str]:
    return step.step, step.attempt, step.started.isoformat() + step.status
