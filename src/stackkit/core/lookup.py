"""What a component may see of the stack it is part of."""

from __future__ import annotations

from typing import Any, Protocol
from uuid import UUID

from stackkit.core.component_type import ComponentType, P
from stackkit.core.runs import StepRecord


class Components(Protocol):
    """The neighbours of a component, asked for by their type; a `Stack` is one.

    Laws: `components.get(kind)` is None exactly when `kind in components` is false, and then `components[kind]`
    raises `ComponentNotFoundError`.
    """

    def __getitem__(self, kind: ComponentType[P], /) -> P: ...

    def get(self, kind: ComponentType[P], /) -> P | None: ...

    def __contains__(self, kind: ComponentType[Any], /) -> bool: ...


class RunComponents(Components, Protocol):
    """The components of a stack while a pipeline runs on it; it can be pickled, for other processes to run steps."""

    @property
    def run_id(self) -> UUID:
        """The run, as the metadata store knows it."""
        ...

    def run_step(self, name: str, /, *, attempt: int = 1) -> StepRecord:
        """Run a step of the pipeline here and now, with its retries; one that is done already is left alone.

        Args:
            name: The name of the step.
            attempt: The attempt to begin with, counted from 1: not the first when the process of an earlier one died.

        Raises:
            StepError: It failed, the last time too.
        """
        ...

    def finished(self) -> frozenset[str]:
        """The names of the steps that are done, in this run, now; a run that goes on begins with some."""
        ...

    def record_killed(self, name: str, /, why: str, *, attempt: int = 1) -> StepRecord:
        """Record that the process is gone that a step was run in; a step that it had done is left alone.

        Args:
            name: The name of the step.
            why: What is known of the end of its process.
            attempt: The attempt that was begun, where the process did not live to record it.

        Returns:
            What is recorded of the step now.
        """
        ...
