"""How far a run is: which steps can begin, which wait for others, which are done."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection

from stackkit.core.deployment import PipelineDeployment, StepSpec


class Progress:
    """The steps of a pipeline that are still to be run.

    Args:
        deployment: The pipeline.
        done: The names of the steps that are done already.

    Attributes:
        ready: The steps that wait for nothing, in the order of the pipeline as far as it is known when they can begin.
            Whoever begins one takes it out.

    >>> first, second = StepSpec(name="first", source="m:f"), StepSpec(name="second", source="m:f", after=("first",))
    >>> progress = Progress(PipelineDeployment(name="two", steps=(first, second)))
    >>> [progress.ready.popleft().name, len(progress.ready)]
    ['first', 0]
    >>> progress.finish("first")
    >>> [step.name for step in progress.ready]
    ['second']
    """

    def __init__(self, deployment: PipelineDeployment, done: Collection[str] = ()) -> None:
        self._downstream: dict[str, list[StepSpec]] = {step.name: [] for step in deployment.steps}
        self._waits_for: dict[str, int] = {}
        self.ready: deque[StepSpec] = deque()
        for step in deployment.steps:
            if step.name in done:
                continue
            upstream = step.upstream.difference(done)
            self._waits_for[step.name] = len(upstream)
            for name in upstream:
                self._downstream[name].append(step)
            if not upstream:
                self.ready.append(step)

    @property
    def is_over(self) -> bool:
        """Whether all steps are done."""
        return not self._waits_for

    def finish(self, name: str) -> None:
        """A step is done: those that waited for it alone are ready.

        Args:
            name: The name of the step.
        """
        del self._waits_for[name]
        for step in self._downstream[name]:
            self._waits_for[step.name] -= 1
            if self._waits_for[step.name] == 0:
                self.ready.append(step)
