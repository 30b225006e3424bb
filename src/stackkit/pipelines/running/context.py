"""What a step needs to run anywhere: its pipeline, its stack, and its run."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

import attrs

from stackkit.components.metadata_store import METADATA_STORE
from stackkit.core.component_type import ComponentType, P
from stackkit.core.deployment import PipelineDeployment
from stackkit.core.runs import DONE, StepRecord
from stackkit.errors import ConflictError, RecordNotFoundError
from stackkit.pipelines.running.execution import now
from stackkit.pipelines.running.step_run import StepRun
from stackkit.stack.stack import Stack


@attrs.frozen(kw_only=True, eq=False)
class RunContext:
    """A run of a pipeline on a stack, as orchestrators are given it.

    It can be pickled: in another process it has the same components, as they were configured, and asks for secrets anew.

    Args:
        deployment: The pipeline.
        stack: The stack.
        run_id: The run.
        run_name: What people call it.
        use_cache: Whether steps may take what earlier runs gave.
    """

    deployment: PipelineDeployment
    stack: Stack
    run_id: UUID
    run_name: str
    use_cache: bool = True

    def __getitem__(self, kind: ComponentType[P], /) -> P:
        """The component of a type, with the values of its secrets.

        Raises:
            ComponentNotFoundError: The stack has none of this type.
        """
        return self.stack[kind]

    def get(self, kind: ComponentType[P], /) -> P | None:
        """The component of a type, with the values of its secrets, or None."""
        return self.stack.get(kind)

    def __contains__(self, kind: ComponentType[Any], /) -> bool:
        return kind in self.stack

    def run_step(self, name: str, /, *, attempt: int = 1) -> StepRecord:
        """Run a step here and now, with its retries; one that is done already is left alone.

        Args:
            name: The name of the step.
            attempt: The attempt to begin with, counted from 1.

        Raises:
            StepError: It failed, the last time too.
        """
        step = StepRun(self.deployment, self.stack, self.run_id, name, run_name=self.run_name, use_cache=self.use_cache)
        return step.record(attempt)

    def finished(self) -> frozenset[str]:
        """The names of the steps that are done."""
        return frozenset(step.step for step in self.stack[METADATA_STORE].get_steps(self.run_id) if step.status in DONE)

    def record_killed(self, name: str, /, why: str, *, attempt: int = 1) -> StepRecord:
        """Record that the process is gone that a step was run in; a step that it had done is left alone.

        Args:
            name: The name of the step.
            why: What is known of the end of its process.
            attempt: The attempt that was begun, where the process did not live to record it.

        Returns:
            What is recorded of the step now.
        """
        metadata = self.stack[METADATA_STORE]
        try:
            found = metadata.get_step(self.run_id, name)
        except RecordNotFoundError:
            found = StepRecord(run_id=self.run_id, step=name, status="running", attempt=attempt, started=now())
        killed = attrs.evolve(found, status="killed", attempt=max(attempt, found.attempt), ended=now(), error=why)
        if found.status not in DONE:
            with suppress(ConflictError):  # it was done in the meantime
                metadata.record_step(killed)
        return metadata.get_step(self.run_id, name)
