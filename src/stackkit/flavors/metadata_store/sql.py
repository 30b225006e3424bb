"""Metadata stores that keep their records in the tables of a relational database."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from uuid import UUID

from typing_extensions import override

from stackkit.components.metadata_store import BaseMetadataStore
from stackkit.core.runs import ArtifactRecord, RunRecord, RunStatus, StepRecord
from stackkit.flavors.metadata_store import reading, writing
from stackkit.flavors.metadata_store.checks import check_limit, check_run, check_step
from stackkit.flavors.metadata_store.database import Database


class SqlMetadataStore(BaseMetadataStore, ABC):
    """Records in the tables of a database.

    Beyond what holds for every metadata store: an artifact is recorded with the step that made it; a naive time, an
    artifact of another step and a negative limit raise `ConfigurationError`, and then nothing is written.
    """

    @property
    @abstractmethod
    def _database(self) -> Database:
        """Where the tables are."""

    @override
    def record_run(self, run: RunRecord) -> None:
        check_run(run)
        self._database.write(lambda session: writing.write_run(session, run))

    @override
    def record_step(self, step: StepRecord, artifacts: Sequence[ArtifactRecord] = ()) -> None:
        check_step(step, artifacts)
        self._database.write(lambda session: writing.write_step(session, step, artifacts))

    @override
    def get_pipelines(self) -> list[str]:
        return self._database.read(reading.read_pipelines)

    @override
    def get_run(self, run_id: UUID) -> RunRecord:
        return self._database.read(lambda session: reading.read_run(session, run_id))

    @override
    def get_runs(
        self, *, pipeline: str | None = None, status: RunStatus | None = None, limit: int = 100, before: UUID | None = None
    ) -> list[RunRecord]:
        check_limit(limit)
        return self._database.read(lambda session: reading.read_runs(session, pipeline, status, limit, before))

    @override
    def get_step(self, run_id: UUID, step: str) -> StepRecord:
        return self._database.read(lambda session: reading.read_step(session, run_id, step))

    @override
    def get_steps(self, run_id: UUID) -> list[StepRecord]:
        return self._database.read(lambda session: reading.read_steps(session, run_id))

    @override
    def get_artifact(self, artifact_id: UUID) -> ArtifactRecord:
        return self._database.read(lambda session: reading.read_artifact(session, artifact_id))

    @override
    def get_artifacts(self, run_id: UUID) -> list[ArtifactRecord]:
        return self._database.read(lambda session: reading.read_artifacts(session, run_id))

    @override
    def get_producer_step(self, artifact_id: UUID) -> StepRecord:
        return self._database.read(lambda session: reading.read_producer(session, artifact_id))

    @override
    def get_consumer_steps(self, artifact_id: UUID) -> list[StepRecord]:
        return self._database.read(lambda session: reading.read_consumers(session, artifact_id))

    @override
    def find_cached_step(self, cache_key: str) -> StepRecord | None:
        return self._database.read(lambda session: reading.read_cached(session, cache_key))
