"""What a component may see of the stack it is part of."""

from __future__ import annotations

from typing import Any, Protocol

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

    def run_step(self, name: str, /) -> StepRecord:
        """Run a step of the pipeline here and now, with its retries; one that is done already is left alone.

        Args:
            name: The name of the step.

        Raises:
            StepError: It failed, the last time too.
        """
        ...
