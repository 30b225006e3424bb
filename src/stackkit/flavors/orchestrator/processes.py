"""Processes that run steps, as the one sees them that asks."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Collection, Generator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import current_process, get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from types import ModuleType
from typing import Final

from stackkit.core.lookup import RunComponents
from stackkit.errors import PipelineError, Problem
from stackkit.flavors.orchestrator.serving import Answer, Order, serve

GRACE: Final = 5.0
"""How long a process that is told to end may take, in seconds, before it is killed."""

PRELOADED: Final = {"stackkit", "msgspec", "sqlalchemy", "psycopg", "pymysql"}
"""What no process has to import again; modules of users are not among it, since they may change before the next run."""

_starting = threading.Lock()


class ProcessDiedError(Exception):
    """A process ended that was to run a step; the message says how."""


class RepeatedOrderError(ProcessDiedError):
    """Another process had begun with an order, and is gone; the one that says so lives."""


class Sendable:
    """The components of a run, as other processes are sent them.

    These are made by a server that forks: it takes 10 ms for each process, where a new interpreter takes 200, and it has
    no threads that a fork would break. It is started once, in 250 ms.

    Args:
        pickled: The components.
        preloaded: The modules that the server imports when it is started.
    """

    def __init__(self, pickled: bytes, preloaded: Sequence[str]) -> None:
        self.pickled: bytes = pickled
        self.preloaded: tuple[str, ...] = tuple(preloaded)
        self.context: ForkServerContext = get_context("forkserver")
        self.context.set_forkserver_preload([*preloaded])

    @classmethod
    def of(cls, components: RunComponents, otherwise: str = "") -> Sendable:
        """Components, pickled; references to secrets go with them, and no values.

        Args:
            components: The components.
            otherwise: What else can be done where they cannot be pickled.

        Raises:
            PipelineError: They cannot be pickled.
        """
        try:
            return cls(pickle.dumps(components), [name for name in sys.modules if name.partition(".")[0] in PRELOADED])
        except Exception as error:  # of any class that a user wrote
            what = f"the stack cannot be sent to other processes: {error}"
            remedy = f"define its classes at the top of a module{otherwise}"
            raise PipelineError(Problem(what, remedy=remedy)) from error


class StepProcess:
    """A process that runs one step at a time.

    Args:
        sent: The components of the run.
    """

    def __init__(self, sent: Sendable) -> None:
        self.connection: Connection[Order, Answer]
        self.order: Order | None = None
        self._is_ready = False
        self.connection, theirs = sent.context.Pipe()
        self._process = sent.context.Process(target=serve, args=(theirs, sent.pickled, dict(os.environ)), name="stackkit step")
        try:
            with _starting, without_program(sent.pickled), _child_allowed():
                self._process.start()
        finally:
            theirs.close()

    def begin(self, order: Order) -> None:
        """Have a step run.

        Raises:
            ProcessDiedError: The process is gone; nothing of the step has run.
        """
        try:
            self.connection.send(order)
        except OSError as error:
            raise ProcessDiedError(self._end()) from error
        self.order = order

    def ended(self) -> bool:
        """See what the process has said: whether the step has ended.

        Raises:
            ProcessDiedError: The process is gone.
            RepeatedOrderError: Another one is, which had begun with the step.
            StackkitError: The step failed.
        """
        try:
            answer = self.connection.recv()
        except (EOFError, OSError) as error:
            raise ProcessDiedError(self._end()) from error
        if not self._is_ready and answer.error is None:
            self._is_ready = True
            return False
        self.order = None
        if answer.error is not None:
            raise answer.error
        if answer.is_repeated:
            raise RepeatedOrderError("the worker that ran it died")
        return True

    def _end(self) -> str:
        """How the process ended."""
        self._process.join(GRACE)
        code = self._process.exitcode
        if code is None:
            self._process.kill()
            return "its process closed its connection"
        if code < 0:
            with suppress(ValueError):
                return f"its process was killed by {signal.Signals(-code).name}"
        return f"its process ended by itself, with exit code {code}"

    def dismiss(self) -> None:
        """Let the process end; one that runs a step is told to break it off, and records that."""
        if self.order is not None:
            self._process.terminate()
        self.connection.close()

    def interrupt(self) -> None:
        """Tell the process to break off what it does, and to end."""
        self._process.terminate()

    def kill_now(self) -> None:
        """Kill the process; whoever waits for its answer sees its end."""
        self._process.kill()

    def wait(self, until: float) -> None:
        """Wait until the process is gone, or the time is over.

        Args:
            until: The time, as `time.monotonic` gives it.
        """
        self._process.join(max(until - time.monotonic(), 0))

    def kill(self) -> None:
        """The process is gone when this returns."""
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join()


def dismiss_all(processes: Collection[StepProcess]) -> None:
    """Let processes end, all at once; those that take too long are killed.

    Args:
        processes: The processes.
    """
    try:
        for process in processes:
            process.dismiss()
        until = time.monotonic() + GRACE
        for process in processes:
            process.wait(until)
    finally:  # after a second Ctrl-C too
        for process in processes:
            process.kill()


@contextmanager
def without_program(pickled: bytes = b"") -> Generator[None]:
    """Start processes that do not import the program itself, which runs a pipeline: theirs would do it again.

    Steps are in modules. Where a class of the program is in the stack it has to be imported, and must expect that.

    Args:
        pickled: What the processes read.
    """
    program = sys.modules["__main__"]
    if b"__main__" in pickled:
        yield
        return
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = program


@contextmanager
def _child_allowed() -> Generator[None]:
    """Daemonic processes, as workers under a nanny are, must have no children, which would outlive them; ours would not."""
    process = current_process()
    was = process.daemon
    if was:
        process.daemon = False
    try:
        yield
    finally:
        if was:
            process.daemon = True
