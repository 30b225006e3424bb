"""Orchestrators: where pipelines run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Final, Protocol

from stackkit.core.component import StackComponent
from stackkit.core.component_type import Component, ComponentType
from stackkit.core.deployment import PipelineDeployment, StepSpec
from stackkit.core.lookup import RunComponents
from stackkit.core.runs import StepRecord


class Orchestrator(Component, Protocol):
    """Runs pipelines, step by step.

    Laws:

    - A step runs when all those that it waits for are done, and once: what is done already, in a run that goes on after it
      was broken off, is not run again.
    - When `run_pipeline` returns, every step is done. When a step has failed, it raises `StepError`; no step that waits for
      the failed one has run.
    """

    TYPE: ClassVar[ComponentType[Orchestrator]]

    def run_pipeline(self, deployment: PipelineDeployment, components: RunComponents) -> None: ...


ORCHESTRATOR: Final = ComponentType[Orchestrator]("orchestrator")


class BaseOrchestrator(StackComponent, ABC):
    """The base of every orchestrator. A whole one takes a loop.

    >>> from typing import final
    >>> @final
    ... class LoopOrchestrator(BaseOrchestrator):
    ...     FLAVOR: ClassVar[str] = "loop"
    ...
    ...     def run_pipeline(self, deployment: PipelineDeployment, components: RunComponents) -> None:
    ...         for step in deployment.steps:
    ...             self.run_step(step, components)
    """

    TYPE: ClassVar[ComponentType[Orchestrator]] = ORCHESTRATOR

    @abstractmethod
    def run_pipeline(self, deployment: PipelineDeployment, components: RunComponents) -> None:
        """Run all steps of a pipeline, and return when they are done.

        Args:
            deployment: The pipeline; its steps are in an order in which they can run.
            components: The other components of the stack, and what runs a step.

        Raises:
            StepError: A step failed.
        """

    def run_step(self, step: StepSpec, components: RunComponents) -> StepRecord:
        """Run one step here and now, as often as its retries allow; one that is done already is left alone.

        Its inputs are read from the artifact store and its outputs written there; the metadata store is told of all.

        Args:
            step: The step; those that it waits for are done.
            components: What `run_pipeline` was given. It can be pickled, so that another process can do the same.

        Returns:
            What was recorded of the step.

        Raises:
            StepError: It failed, the last time too.
        """
        return components.run_step(step.name)
