"""Steps in processes of this machine, as many at once as it has room for."""

from __future__ import annotations

from multiprocessing.connection import wait
from types import TracebackType
from typing import Self

from stackkit.core.attention import BEAT
from stackkit.core.deployment import PipelineDeployment, StepSpec
from stackkit.core.lookup import RunComponents
from stackkit.errors import StackkitError
from stackkit.flavors.orchestrator.agenda import Agenda
from stackkit.flavors.orchestrator.limits import Limits
from stackkit.flavors.orchestrator.processes import ProcessDiedError, Sendable, StepProcess, dismiss_all
from stackkit.flavors.orchestrator.serving import Order


class ParallelRun:
    """A run of a pipeline in processes, each with one step at a time.

    A process that dies takes no other with it: its step is recorded as killed, and begins again in another process where
    its retries allow. After a failure no step begins; those that run come to their end.

    Args:
        deployment: The pipeline.
        components: What runs a step.
        workers: How many processes there are at most.
        limits: What the machine has.
    """

    def __init__(self, deployment: PipelineDeployment, components: RunComponents, workers: int, limits: Limits) -> None:
        self._components = components
        self._workers = workers
        self._limits = limits
        self._agenda = Agenda(deployment, components, components.finished())
        self._sent: Sendable | None = None
        self._idle: list[StepProcess] = []
        self._busy: dict[object, StepProcess] = {}

    def __enter__(self) -> Self:
        """Processes are started as they are needed."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """No process is left; steps that were broken off are recorded as killed."""
        broken_off = [process.order for process in self._busy.values() if process.order is not None]
        try:
            dismiss_all([*self._idle, *self._busy.values()])
        finally:
            for order in broken_off:
                self._components.record_killed(order.name, "the run was interrupted", attempt=order.attempt)

    def finish(self) -> None:
        """Run all steps that are not done.

        Raises:
            StepError: Steps failed; all of them are named.
        """
        while True:
            self._begin_what_can()
            if not self._busy and self._agenda.is_over:
                break
            self._wait()
        self._agenda.check()

    def _begin_what_can(self) -> None:
        """Begin as many steps as there is room for; one that asks for more than is left lets others go first."""
        ready, put_off = self._agenda.ready, list[StepSpec]()
        while ready and len(self._busy) < self._workers and not self._agenda.failures:
            step = ready.popleft()
            if self._limits.has(step.resources):
                self._begin(step)
            else:
                put_off.append(step)
        ready.extendleft(reversed(put_off))

    def _begin(self, step: StepSpec) -> None:
        order = self._agenda.order(step)
        while True:
            is_new = not self._idle
            process = self._started() if is_new else self._idle.pop()
            try:
                process.begin(order)
            except ProcessDiedError as death:
                process.dismiss()
                if is_new:  # the next one would not live longer
                    self._agenda.died(order, str(death))
                    return
            else:
                self._busy[process.connection] = process
                self._limits.take(step.resources)
                return

    def _started(self) -> StepProcess:
        self._sent = self._sent or Sendable.of(self._components, ", or run with workers=1")
        return StepProcess(self._sent)

    def _wait(self) -> None:
        """Wait for something to happen, and see what it is."""
        until = self._agenda.wait if len(self._busy) < self._workers else BEAT
        for connection in wait([process.connection for process in self._busy.values()], until):
            self._see(self._busy[connection])

    def _see(self, process: StepProcess) -> None:
        order = process.order
        if order is None:  # pragma: no cover - those that are waited for have one
            return
        try:
            if not process.ended():
                return
        except ProcessDiedError as death:
            self._over(process, order, is_alive=False)
            self._agenda.died(order, str(death))
        except StackkitError as error:
            self._over(process, order)
            self._agenda.failed(error)
        else:
            self._over(process, order)
            self._agenda.done(order.name)

    def _over(self, process: StepProcess, order: Order, *, is_alive: bool = True) -> None:
        del self._busy[process.connection]
        self._limits.give_back(self._agenda.step(order.name).resources)
        if is_alive:
            self._idle.append(process)
        else:
            process.dismiss()
