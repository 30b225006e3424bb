"""What a step needs to run anywhere: its pipeline, its stack, and its run."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import attrs

from stackkit.core.component_type import ComponentType, P
from stackkit.core.deployment import PipelineDeployment
from stackkit.core.runs import StepRecord
from stackkit.pipelines.step_run import StepRun
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

    def run_step(self, name: str, /) -> StepRecord:
        """Run a step here and now, with its retries; one that is done already is left alone.

        Args:
            name: The name of the step.

        Raises:
            StepError: It failed, the last time too.
        """
        return StepRun(self.deployment, self.stack, self.run_id, name, use_cache=self.use_cache).record()
