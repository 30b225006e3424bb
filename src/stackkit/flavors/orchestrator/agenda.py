"""What is still to be done of a run: which steps can begin, which are tried again and when, and which have failed."""

from __future__ import annotations

import heapq
import time
from collections import deque
from collections.abc import Collection, Sequence

from stackkit.core.attention import BEAT
from stackkit.core.deployment import PipelineDeployment, StepSpec
from stackkit.core.lookup import RunComponents
from stackkit.core.runs import DONE, StepRecord
from stackkit.errors import Problem, StackkitError, StepError
from stackkit.flavors.orchestrator.progress import Progress
from stackkit.flavors.orchestrator.serving import Order


class Agenda:
    """The orders of a run that are still to be given, and what came of the others.

    Args:
        deployment: The pipeline.
        components: What records that steps were killed.
        done: The names of the steps that are done already.
    """

    def __init__(self, deployment: PipelineDeployment, components: RunComponents, done: Collection[str]) -> None:
        self._steps = {step.name: step for step in deployment.steps}
        self._components = components
        self._progress = Progress(deployment, done)
        self._later: list[tuple[float, str]] = []
        self._attempts: dict[str, int] = {}
        self._failures: list[StackkitError] = []

    @property
    def ready(self) -> deque[StepSpec]:
        """The steps that can begin now, those first that are tried again; whoever begins one takes it out."""
        ready = self._progress.ready
        while self._later and self._later[0][0] <= time.monotonic():
            ready.appendleft(self._steps[heapq.heappop(self._later)[1]])
        return ready

    @property
    def wait(self) -> float:
        """Seconds to wait for something to happen: until a step is tried again, and no longer than `BEAT`."""
        return min(max(self._later[0][0] - time.monotonic(), 0.0), BEAT) if self._later else BEAT

    @property
    def failures(self) -> Sequence[StackkitError]:
        """Why steps failed, the last time too. After the first of these no step begins."""
        return self._failures

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to begin, when all that was begun has ended."""
        return bool(self._failures) or not (self._later or self._progress.ready)

    def step(self, name: str) -> StepSpec:
        """A step by its name."""
        return self._steps[name]

    def order(self, step: StepSpec) -> Order:
        """What to tell the process that runs a step."""
        return Order(step.name, self._attempts.get(step.name, 1))

    def done(self, name: str) -> None:
        """A step is done: others may be ready now."""
        self._progress.finish(name)

    def failed(self, error: StackkitError) -> None:
        """A step failed, the last time too."""
        self._failures.append(error)

    def died(self, order: Order, why: str) -> StepRecord:
        """A process took a step with it: it begins again, unless it had been done, or has no retries left.

        Args:
            order: What the process was told.
            why: What is known of its end.

        Returns:
            What is recorded of the step now.
        """
        step = self._steps[order.name]
        record = self._components.record_killed(step.name, why, attempt=order.attempt)
        if record.status in DONE:
            self.done(step.name)
        elif record.attempt > step.retry.times:
            self.failed(StepError(Problem(why, where=step.name)))
        else:
            self._attempts[step.name] = again = record.attempt + 1
            heapq.heappush(self._later, (time.monotonic() + step.retry.wait_before(again), step.name))
        return record

    def check(self) -> None:
        """Nothing runs any more: tell what failed.

        Raises:
            StepError: Steps failed; all of them are named.
        """
        if len(self._failures) == 1:
            raise self._failures[0]
        if self._failures:
            raise StepError(*(one for failure in self._failures for one in failure.problems)) from self._failures[0]
