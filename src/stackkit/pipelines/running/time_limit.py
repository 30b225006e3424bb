"""Attempts with a time limit: each in a process of its own, which is killed at the end of its time with all that it started."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

from stackkit.components.artifact_store import ARTIFACT_STORE, ArtifactStore
from stackkit.errors import Problem, StepError
from stackkit.pipelines.running.current import on_stack
from stackkit.pipelines.running.execution import Attempt, Failure, Outcome, execute
from stackkit.stack.stack import Stack

_START: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.argv.pop()); "
    "from stackkit.pipelines.running.time_limit import main; main(sys.argv.pop())"
)
_TASK, _RESULT, _SPOOL = "task", "result", "printed"


def execute_within(seconds: float, attempt: Attempt, stack: Stack) -> Outcome:
    """Make an attempt in a process of its own, and end it when it takes too long.

    Args:
        seconds: How long it may take, the start of the process included.
        attempt: What is to be done.
        stack: The stack; the process asks for its secrets anew.
    """
    with tempfile.TemporaryDirectory(prefix="stackkit-limit-") as name:
        folder = Path(name)
        (folder / _TASK).write_bytes(pickle.dumps((attempt, stack)))
        command = [sys.executable, "-c", _START, name, json.dumps(sys.path)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True) as child:  # noqa: S603 - of our own
            try:
                status = child.wait(seconds)
            except subprocess.TimeoutExpired as error:
                kill_group(child)
                failure = StepError(Problem(f"took longer than its limit of {seconds:g} s"))
                failure.__cause__ = error
                return Outcome(logs=_kept(folder, attempt, stack[ARTIFACT_STORE]), failure=Failure.of(failure))
            finally:
                kill_group(child)  # what it started, too, and itself when this process is interrupted
        if status == 0 and (folder / _RESULT).exists():
            outcome: Outcome = pickle.loads((folder / _RESULT).read_bytes())  # noqa: S301 - of our own process
            return outcome
        ended = f"by {signal.Signals(-status).name}" if status < 0 else f"with status {status}"
        failure = StepError(Problem(f"its process was ended {ended}", remedy="was there memory enough?"))
        return Outcome(logs=_kept(folder, attempt, stack[ARTIFACT_STORE]), failure=Failure.of(failure))


def kill_group(child: subprocess.Popen[bytes]) -> None:
    """End a process and all that it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _kept(folder: Path, attempt: Attempt, store: ArtifactStore) -> str:
    """Keep what a process printed that did not live to do it."""
    spool = folder / _SPOOL
    text = spool.read_bytes() if spool.exists() else b""
    if not text:
        return ""
    place = attempt.logs
    with store.open(place, "wb") as file:
        file.write(text)
    return place


def main(name: str) -> None:
    """Make the attempt that is described in a folder, and leave there what came of it.

    Args:
        name: The folder.
    """
    folder = Path(name)
    _end_with_parent(folder)
    attempt, stack = pickle.loads((folder / _TASK).read_bytes())  # noqa: S301 - of the process that started this one
    with on_stack(stack):
        outcome = execute(attempt, stack[ARTIFACT_STORE], folder / _SPOOL)
    if outcome.failure is not None:  # what was raised may not be picklable
        failure = Failure(outcome.failure.summary, outcome.failure.details)
        outcome = Outcome(logs=outcome.logs, failure=failure)
    new = folder / f"{_RESULT}.new"
    new.write_bytes(pickle.dumps(outcome))
    new.replace(folder / _RESULT)


def _end_with_parent(folder: Path) -> None:
    """Be killed, and leave nothing, when the process is gone that started this one: it holds the other end of our input."""
    watched = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)

    def watch() -> None:
        os.read(watched, 1)
        shutil.rmtree(folder, ignore_errors=True)
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, name="parent", daemon=True).start()
