"""What a metadata store does, in a few lines of Python."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from stackkit.core.runs import DONE, ArtifactRecord, RunRecord, RunStatus, StepRecord
from stackkit.errors import ConflictError, RecordNotFoundError


class MetadataStoreModel:
    """Records in dictionaries, which keep the order in which keys are first put in."""

    def __init__(self) -> None:
        self.runs: dict[UUID, RunRecord] = {}
        self.steps: dict[tuple[UUID, str], StepRecord] = {}
        self.artifacts: dict[UUID, ArtifactRecord] = {}

    def record_run(self, run: RunRecord) -> None:
        """See `MetadataStore`."""
        self.runs[run.id] = run

    def record_step(self, step: StepRecord, artifacts: Sequence[ArtifactRecord]) -> None:
        """See `MetadataStore`."""
        if step.run_id not in self.runs:
            raise RecordNotFoundError
        known = self.steps.get((step.run_id, step.step))
        if known is not None and known.status in DONE:
            raise ConflictError
        self.steps[step.run_id, step.step] = step
        for artifact in artifacts:
            self.artifacts.setdefault(artifact.id, artifact)

    def get_runs(self, pipeline: str | None, status: RunStatus | None) -> list[RunRecord]:
        """Runs, the newest first."""
        order = {run_id: number for number, run_id in enumerate(self.runs)}
        fitting = [run for run in self.runs.values() if pipeline in (None, run.pipeline) and status in (None, run.status)]
        return sorted(fitting, key=lambda run: (run.started, order[run.id]), reverse=True)

    def get_steps(self, run_id: UUID) -> list[StepRecord]:
        """The steps of a run."""
        return [step for (run, _), step in self.steps.items() if run == run_id]

    def get_artifacts(self, run_id: UUID) -> list[ArtifactRecord]:
        """The artifacts of a run."""
        return [artifact for artifact in self.artifacts.values() if artifact.run_id == run_id]

    def get_consumer_steps(self, artifact_id: UUID) -> list[StepRecord]:
        """The steps that took an artifact."""
        return [step for step in self.steps.values() if any(artifact_id in taken.artifacts for taken in step.inputs)]

    def completed_last(self, cache_key: str) -> list[StepRecord]:
        """The steps that completed with a cache key and ended last: several, where they ended at the same moment."""
        found = [step for step in self.steps.values() if step.status == "completed" and step.cache_key == cache_key]
        last = max((step.ended or step.started for step in found), default=None)
        return [step for step in found if (step.ended or step.started) == last]
