"""How a run goes on, told while it does."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable
from contextlib import AbstractContextManager, suppress
from types import TracebackType
from typing import Final, Protocol, Self, TextIO

import click
from typing_extensions import override

from stackkit.cli.render import visible
from stackkit.cli.run_rows import elapsed
from stackkit.components.metadata_store import MetadataStore
from stackkit.core.runs import DONE, RunRecord, StepRecord
from stackkit.errors import StackkitError

EVERY: Final = 0.2
"""How often the metadata store is asked, in seconds."""
BEGINNING: Final = 0.02
"""The same, until the run is recorded."""
REST: Final = 10
"""How much longer than an answer took to wait for the next question."""


class Display(AbstractContextManager["Display", None], Protocol):
    """Where a run is told of, while a `with` block runs."""

    def begin(self, run: RunRecord, done: Iterable[StepRecord]) -> None:
        """The run is recorded; some of its steps may be done already, where it goes on."""

    def step(self, step: StepRecord) -> None:
        """A step stands otherwise than before."""


class Lines:
    """A line for each step, when it has ended.

    Args:
        stream: Where they are printed.
        steps: How many steps there are.
    """

    def __init__(self, stream: TextIO, steps: int) -> None:
        self._stream = stream
        self._steps = steps
        self._done: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        pass

    def begin(self, run: RunRecord, done: Iterable[StepRecord]) -> None:
        """Say what runs, and where."""
        self._done = {step.step for step in done}
        again = f", {len(self._done)} of {self._steps} steps are done already" if self._done else ""
        self._print(f"run {run.name} on {run.stack}{again}")

    def step(self, step: StepRecord) -> None:
        """Print a line, if the step has ended."""
        if step.status == "running":
            return
        if step.status in DONE:
            self._done.add(step.step)
        again = f"  attempt {step.attempt}" if step.attempt > 1 else ""
        count = f"[{len(self._done):>{len(str(self._steps))}}/{self._steps}]"
        self._print(f"{count} {step.step}  {step.status}  {elapsed(step.started, step.ended)}{again}")

    def _print(self, line: str) -> None:
        click.echo(visible(line), file=self._stream)


class Progress(AbstractContextManager["Progress", None]):
    """Watches a run in the metadata store, whichever processes its steps run in, while a `with` block runs.

    Args:
        metadata: Where the run is recorded.
        name: What the run is called.
        display: Where it is told.
        before: The run, where it goes on; what is done in it already is not told again.

    Attributes:
        run: The run; None as long as it is not recorded.
        cached: How many steps took what an earlier run gave.
    """

    def __init__(self, metadata: MetadataStore, name: str, display: Display, before: RunRecord | None = None) -> None:
        self.run: RunRecord | None = before
        self.cached: int = 0
        self._metadata = metadata
        self._name = name
        self._display = display
        self._known: dict[str, tuple[int, str, str]] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="progress", daemon=True)

    @override
    def __enter__(self) -> Self:
        if self.run is not None:
            steps = self._metadata.get_steps(self.run.id)
            self._known = {step.step: _state(step) for step in steps}
            self._display.begin(self.run, [step for step in steps if step.status in DONE])
        self._thread.start()
        return self

    @override
    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()
        self._look()

    def _watch(self) -> None:
        wait = BEGINNING
        while not self._over.wait(wait):
            begun = time.monotonic()
            self._look()
            wait = max(EVERY if self.run else BEGINNING, REST * (time.monotonic() - begun))

    def _look(self) -> None:
        with suppress(StackkitError, OSError):  # of a database that is gone for a while: the next time, then
            if self.run is None:
                self.run = self._found()
                if self.run is not None:
                    self._display.begin(self.run, ())
            if self.run is not None:
                self._compare(self._metadata.get_steps(self.run.id))

    def _found(self) -> RunRecord | None:
        runs = self._metadata.get_runs(limit=20)
        return next((run for run in runs if run.name == self._name and run.worker.endswith(f":{os.getpid()}")), None)

    def _compare(self, steps: Iterable[StepRecord]) -> None:
        for step in steps:
            if self._known.get(step.step) != _state(step):
                self._known[step.step] = _state(step)
                self.cached += step.status == "cached"
                self._display.step(step)


def _state(step: StepRecord) -> tuple[int, str, str]:
    return step.attempt, step.started.isoformat(), step.status
