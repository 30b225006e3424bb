"""How a step runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from stackkit.core.deployment import Resources, Retry
from stackkit.pipelines.artifacts.materializers import Materializer


@attrs.frozen(kw_only=True)
class StepOptions:
    """How a step runs.

    Args:
        name: What it is called in its pipeline; the function's name when empty.
        retry: What happens when it fails.
        timeout: Seconds that an attempt may take; None for any.
        resources: What it asks of a machine.
        step_operator: The name of the step operator that it runs on; empty for the orchestrator's own way.
        requirements: The packages that a step operator installs for it.
        enable_cache: Whether what an earlier run gave may be taken instead of running it.
        materializers: What writes its outputs, by their names, where it is not what their types say: names of materializers
            of the kit, or classes.
        after: What has to be done before, beside its inputs: what steps gave when they were called, or names of steps.
    """

    name: str = ""
    retry: Retry = attrs.field(factory=Retry)
    timeout: float | None = None
    resources: Resources = attrs.field(factory=Resources)
    step_operator: str = ""
    requirements: tuple[str, ...] = ()
    enable_cache: bool = True
    materializers: Mapping[str, str | type[Materializer[Any]]] = attrs.field(factory=dict[str, "str | type[Materializer[Any]]"])
    after: tuple[object, ...] = ()
