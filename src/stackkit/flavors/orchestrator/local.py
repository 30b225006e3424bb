"""Pipelines on this machine: step after step, or independent steps in processes side by side."""

from __future__ import annotations

from typing import Any, ClassVar, final

import attrs
from typing_extensions import override

from stackkit.components.orchestrator import BaseOrchestrator
from stackkit.core.deployment import PipelineDeployment
from stackkit.core.lookup import RunComponents
from stackkit.errors import ConfigurationError, Problem
from stackkit.flavors.orchestrator import serving
from stackkit.flavors.orchestrator.limits import Limits, cores_of_this_process, memory_of_this_machine
from stackkit.flavors.orchestrator.parallel import ParallelRun


def _positive(instance: object, field: attrs.Attribute[Any], value: float | None) -> None:
    if value is not None and not value > 0:
        raise ConfigurationError(Problem(f"{value} is not above 0", where=f"{type(instance).__name__}.{field.name}"))


@final
class LocalOrchestrator(BaseOrchestrator):
    """Runs pipelines on this machine.

    Steps that do not wait for each other run side by side, each in a process of its own. A process that dies, whatever
    killed it, fails its own step alone, which is tried again if it has retries. After a failure no further step begins;
    Ctrl-C ends those that run.

    With one worker, steps run in this process, one after the other, where a debugger can follow them.

    Args:
        workers: How many steps run at once; as many as this process may use cores when None.
        cpu: How many processor cores steps may ask for together; all that this process may use when None.
        memory: How many bytes of main memory, likewise; all of the machine when None.
        gpu: How many graphics processors, likewise. A step that asks for more than there is runs when no other has any.

    >>> LocalOrchestrator(name="laptop", workers=4).workers
    4
    """

    FLAVOR: ClassVar[str] = "local"

    workers: int | None = attrs.field(
        default=None, validator=_positive, metadata={"help": "how many steps run at once; by default one for each core"}
    )
    cpu: float | None = attrs.field(
        default=None, validator=_positive, metadata={"help": "the cores that steps may ask for together; by default all"}
    )
    memory: int | None = attrs.field(
        default=None, validator=_positive, metadata={"help": "the bytes of main memory, likewise; by default all"}
    )
    gpu: int = attrs.field(default=1, validator=_positive, metadata={"help": "the graphics processors, likewise"})

    @override
    def run_pipeline(self, deployment: PipelineDeployment, components: RunComponents) -> None:
        """Run all steps of a pipeline that are not done, and return when they are.

        Args:
            deployment: The pipeline.
            components: The other components of the stack, and what runs a step.

        Raises:
            StepError: A step failed, or its process died.
            PipelineError: The components cannot be sent to other processes, or one of those was about to run the
                pipeline again.
        """
        serving.refuse_to_run_while_importing()
        workers = cores_of_this_process() if self.workers is None else self.workers
        if workers == 1:
            self._run_in_order(deployment, components)
            return
        limits = Limits(
            cpu=cores_of_this_process() if self.cpu is None else self.cpu,
            memory=memory_of_this_machine() if self.memory is None else self.memory,
            gpu=self.gpu,
        )
        with ParallelRun(deployment, components, workers, limits) as run:
            run.finish()

    def _run_in_order(self, deployment: PipelineDeployment, components: RunComponents) -> None:
        done = components.finished()
        for step in deployment.steps:
            if step.name not in done:
                self.run_step(step, components)
