"""What happens on a Dask worker: it has processes for the steps of a run."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING, Any, Final, cast

import attrs
from typing_extensions import override

from stackkit.errors import StackkitError
from stackkit.flavors.orchestrator.processes import (
    GRACE,
    ProcessDiedError,
    RepeatedOrderError,
    Sendable,
    StepProcess,
    dismiss_all,
)
from stackkit.flavors.orchestrator.serving import Order

if TYPE_CHECKING:
    from distributed import Worker, WorkerPlugin

TAKEN_BACK: Final = {"released", "cancelled"}
"""What becomes of a task that is being executed when nobody wants its result any more."""


@attrs.frozen
class Report:
    """What came of an order: the step is done, or it failed, or its process died.

    Args:
        error: Why it failed, the last time too.
        death: What is known of the end of its process.
        is_taken_back: Whether it did not begin, since another step had failed.
    """

    error: StackkitError | None = None
    death: str = ""
    is_taken_back: bool = False


class StepHost:
    """The processes of a worker that run the steps of one run: as many as it executes tasks at once.

    Steps do not run in the worker itself. A process of their own can be ended when the run is interrupted, takes nothing with
    it when it dies, and has the code of its steps as it is now, not as the worker first imported it.

    Args:
        sent: The components of the run.
    """

    def __init__(self, sent: Sendable) -> None:
        self._sent = sent
        self._changed = threading.Condition()
        self._idle: list[StepProcess] = []
        self._busy: dict[str, StepProcess] = {}
        self._taken_back: set[str] = set()
        self._is_closed = False
        self._begins_nothing = False

    def perform(self, key: str, order: Order) -> Report:
        """Have a step run, and wait for its end.

        Args:
            key: The task's key.
            order: The step.
        """
        while True:
            with self._changed:
                if self._begins_nothing:
                    return Report(is_taken_back=True)
                process = self._idle.pop() if self._idle else None
            is_new = process is None
            process = process or StepProcess(self._sent)
            with self._changed:
                if self._is_closed or key in self._taken_back:
                    process.dismiss()
                    return Report(death="its worker was told to end")
                self._busy[key] = process
            report = self._performed(process, order)
            with self._changed:
                del self._busy[key]
                if report is not None and not report.death:
                    self._idle.append(process)
                self._changed.notify_all()
            if report is not None or is_new:  # another new one would not live longer
                return report or Report(death="its process died before it began")

    def _performed(self, process: StepProcess, order: Order) -> Report | None:
        """What came of an order; None where the process was gone before."""
        try:
            process.begin(order)
        except ProcessDiedError:
            process.dismiss()
            return None
        try:
            while not process.ended():
                pass
        except RepeatedOrderError as death:
            process.order = None
            process.dismiss()
            return Report(death=str(death))
        except ProcessDiedError as death:
            process.dismiss()
            return Report(death=str(death))
        except StackkitError as error:
            return Report(error)
        return Report()

    def begin_nothing_more(self) -> None:
        """Steps that run come to their end; others do not begin."""
        with self._changed:
            self._begins_nothing = True

    def take_back(self, key: str) -> None:
        """Nobody wants a task any more: its process is told to end, and killed when that takes too long.

        Args:
            key: The task's key.
        """
        with self._changed:
            self._taken_back.add(key)
            process = self._busy.get(key)
            if process is not None:
                process.interrupt()
                threading.Thread(target=self._insist, args=(key,), name="grace", daemon=True).start()

    def _insist(self, key: str) -> None:
        with self._changed:
            if not self._changed.wait_for(lambda: key not in self._busy, GRACE):
                self._busy[key].kill_now()

    def close(self) -> None:
        """No process is left when this returns."""
        with self._changed:
            self._is_closed = True
            idle, self._idle = self._idle, list[StepProcess]()
            for process in self._busy.values():
                process.interrupt()
        dismiss_all(idle)
        until = time.monotonic() + GRACE
        with self._changed:
            self._changed.wait_for(lambda: not self._busy, max(until - time.monotonic(), 0))
            for process in self._busy.values():
                process.kill_now()
            self._changed.wait_for(lambda: not self._busy, GRACE)


def host_plugin(name: str, pickled: bytes, preloaded: tuple[str, ...]) -> WorkerPlugin:
    """What gives every worker of a cluster, also one that joins later, a host for the steps of a run.

    Args:
        name: What stands for the run.
        pickled: Its components.
        preloaded: The modules that processes have from the beginning.
    """
    from distributed import WorkerPlugin

    class HostPlugin(WorkerPlugin):
        """The host, as Dask has it."""

        def __init__(self) -> None:
            self.name = name
            self.host: StepHost | None = None

        @override
        def __reduce__(self) -> tuple[Any, ...]:
            return host_plugin, (name, pickled, preloaded)

        @override
        def setup(self, worker: Worker) -> None:
            self.host = StepHost(Sendable(pickled, preloaded))

        @override
        def transition(self, key: str, start: str, finish: str, **_: object) -> None:
            if self.host is not None and start == "executing" and finish in TAKEN_BACK:
                self.host.take_back(key)

        @override
        async def teardown(self, worker: Worker) -> None:
            if self.host is not None:
                await asyncio.to_thread(self.host.close)

    return HostPlugin()


def perform(run: str, key: str, order: Order) -> Report:
    """Run a step; this is what the scheduler sends to a worker.

    Args:
        run: What stands for the run.
        key: The task's key.
        order: The step.
    """
    from distributed import get_worker

    host = _host(get_worker(), run)
    return Report(death="the run is over") if host is None else host.perform(key, order)


def begin_nothing_more(run: str, dask_worker: Worker) -> None:
    """Have a worker begin no more steps of a run.

    Args:
        run: What stands for the run.
        dask_worker: The worker, which Dask gives to arguments of this name.
    """
    host = _host(dask_worker, run)
    if host is not None:
        host.begin_nothing_more()


def _host(worker: Worker, run: str) -> StepHost | None:
    return cast("StepHost | None", getattr(worker.plugins.get(run), "host", None))  # of the class above
