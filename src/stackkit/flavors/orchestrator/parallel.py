"""Steps in processes of this machine, as many at once as it has room for."""

from __future__ import annotations

import heapq
import time
from multiprocessing.connection import wait
from types import TracebackType
from typing import Self

from stackkit.core.deployment import PipelineDeployment, StepSpec
from stackkit.core.lookup import RunComponents
from stackkit.core.runs import DONE
from stackkit.errors import Problem, StackkitError, StepError
from stackkit.flavors.orchestrator.limits import Limits
from stackkit.flavors.orchestrator.processes import ProcessDiedError, Sendable, StepProcess, dismiss_all
from stackkit.flavors.orchestrator.progress import Progress
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
        self._steps = {step.name: step for step in deployment.steps}
        self._components = components
        self._workers = workers
        self._limits = limits
        self._progress = Progress(deployment, components.finished())
        self._later: list[tuple[float, str]] = []
        self._attempts: dict[str, int] = {}
        self._sent: Sendable | None = None
        self._idle: list[StepProcess] = []
        self._busy: dict[object, StepProcess] = {}
        self._failures: list[StackkitError] = []

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
            if not self._busy and (self._failures or not self._later):
                break
            self._wait()
        if self._failures:
            raise self._failure()

    def _failure(self) -> StackkitError:
        first, *others = self._failures
        if not others:
            return first
        error = StepError(*(problem for failure in self._failures for problem in failure.problems))
        error.__cause__ = first
        return error

    def _begin_what_can(self) -> None:
        """Begin as many steps as there is room for; one that asks for more than is left lets others go first."""
        ready, put_off = self._progress.ready, list[StepSpec]()
        while self._later and self._later[0][0] <= time.monotonic():
            ready.appendleft(self._steps[heapq.heappop(self._later)[1]])
        while ready and len(self._busy) < self._workers and not self._failures:
            step = ready.popleft()
            if self._limits.has(step.resources):
                self._begin(step)
            else:
                put_off.append(step)
        ready.extendleft(reversed(put_off))

    def _begin(self, step: StepSpec) -> None:
        order = Order(step.name, self._attempts.get(step.name, 1))
        while True:
            is_new = not self._idle
            process = self._started() if is_new else self._idle.pop()
            try:
                process.begin(order)
            except ProcessDiedError as death:
                process.dismiss()
                if is_new:  # the next one would not live longer
                    self._died(order, str(death))
                    return
            else:
                self._busy[process.connection] = process
                self._limits.take(step.resources)
                return

    def _started(self) -> StepProcess:
        self._sent = self._sent or Sendable(self._components)
        return StepProcess(self._sent)

    def _wait(self) -> None:
        """Wait for something to happen, and see what it is."""
        until = max(self._later[0][0] - time.monotonic(), 0) if self._later and len(self._busy) < self._workers else None
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
            self._died(order, str(death))
        except StackkitError as error:
            self._over(process, order)
            self._failures.append(error)
        else:
            self._over(process, order)
            self._progress.finish(order.name)

    def _over(self, process: StepProcess, order: Order, *, is_alive: bool = True) -> None:
        del self._busy[process.connection]
        self._limits.give_back(self._steps[order.name].resources)
        if is_alive:
            self._idle.append(process)
        else:
            process.dismiss()

    def _died(self, order: Order, why: str) -> None:
        """A process took a step with it: it begins again, unless it had been done, or has no retries left."""
        step = self._steps[order.name]
        record = self._components.record_killed(step.name, why, attempt=order.attempt)
        if record.status in DONE:
            self._progress.finish(step.name)
        elif record.attempt > step.retry.times:
            self._failures.append(StepError(Problem(why, where=step.name)))
        else:
            self._attempts[step.name] = again = record.attempt + 1
            heapq.heappush(self._later, (time.monotonic() + step.retry.wait_before(again), step.name))
