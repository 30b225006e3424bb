"""A real Dask scheduler and its workers, as processes of their own on loopback, for as long as a block runs."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import attrs

LONG: Final = 60.0
"""Seconds, which nothing here takes on any machine."""

_LISTENING: Final = re.compile(r"Scheduler at: +(tcp://127\.0\.0\.1:\d+)")
_CONNECTED: Final = re.compile(r"Starting established connection")


@attrs.define
class Program:
    """A process, and what it logs.

    Args:
        process: The process.
    """

    process: subprocess.Popen[str]
    log: list[str] = attrs.field(factory=list[str])
    _changed: threading.Condition = attrs.field(factory=threading.Condition)
    _is_over: bool = False

    def read(self) -> None:
        """Take what it logs, until it ends."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._changed:
                self.log.append(line)
                self._changed.notify_all()
        with self._changed:
            self._is_over = True
            self._changed.notify_all()

    def wait_for(self, pattern: re.Pattern[str]) -> re.Match[str]:
        """Wait until it logs a line."""

        def found() -> re.Match[str] | None:
            return next((match for line in self.log if (match := pattern.search(line))), None)

        with self._changed:
            self._changed.wait_for(lambda: found() or self._is_over, LONG)
            match = found()
        assert match is not None, "".join(self.log)
        return match

    def kill(self) -> None:
        """End it at once."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(LONG)


@attrs.frozen
class Cluster:
    """A cluster that runs.

    Args:
        address: The scheduler's.
        scheduler: The scheduler.
        workers: The workers, each with one thread.
    """

    address: str
    scheduler: Program
    workers: list[Program]

    def text(self) -> str:
        """All that is logged so far."""
        return "".join(line for program in (self.scheduler, *self.workers) for line in program.log)


@contextmanager
def _program(folder: Path, *arguments: str) -> Generator[Program]:
    command = (sys.executable, "-m", "dask", *arguments, "--host", "127.0.0.1", "--no-dashboard")
    process = subprocess.Popen(
        command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    program = Program(process)
    reader = threading.Thread(target=program.read, daemon=True)
    reader.start()
    try:
        yield program
    finally:
        program.kill()
        reader.join(LONG)
        assert process.stderr is not None
        process.stderr.close()


@contextmanager
def cluster(folder: Path, *, resources: str = "") -> Generator[Cluster]:
    """A scheduler and two workers while the block runs; they are gone after it, however the block ends.

    Args:
        folder: The folder that they run in.
        resources: What the first worker announces.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _program(folder, "scheduler", "--port", "0") as scheduler:
        address = scheduler.wait_for(_LISTENING).group(1)
        common = ("worker", address, "--nthreads", "1", "--local-directory", str(folder), "--no-nanny")
        first = ("--resources", resources) if resources else ()
        with _program(folder, *common, *first) as one, _program(folder, *common) as two:
            for worker in (one, two):
                worker.wait_for(_CONNECTED)
            yield Cluster(address, scheduler, [one, two])
