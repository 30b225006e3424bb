"""The simplest orchestrator."""

from __future__ import annotations

from typing import ClassVar, final

from typing_extensions import override

from stackkit import BaseOrchestrator, PipelineDeployment, RunComponents


@final
class LoopOrchestrator(BaseOrchestrator):
    """One step after the other."""

    FLAVOR: ClassVar[str] = "loop"

    @override
    def run_pipeline(self, deployment: PipelineDeployment, components: RunComponents) -> None:
        for step in deployment.steps:
            self.run_step(step, components)
