"""Metadata stores: what ran, when, with what, and what came of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Final, Protocol
from uuid import UUID

from stackkit.core.component import StackComponent
from stackkit.core.component_type import Component, ComponentType
from stackkit.core.runs import ArtifactRecord, RunRecord, RunStatus, StepRecord


class MetadataStore(Component, Protocol):
    """Records of runs, steps and artifacts.

    Laws:

    - What was recorded is what is read, by every component of the same configuration; times are aware and in UTC, and kept
      to the microsecond. A record is written whole or not at all, and so are a step and the artifacts that it gave.
    - A run or a step that is recorded again is replaced. A step that is done in its run stays as it is: another record of it
      raises `ConflictError`.
    - `get_runs` gives the newest first, `get_steps` and `get_artifacts` the oldest first.
    - `find_cached_step` gives the step that completed last of those with a cache key, and never one that took its outputs
      from another; none has the empty key.
    - What is asked for by its identifier and is not there raises `RecordNotFoundError`.
    - Any text is kept as it is, however odd: an error may say anything. A naive time, and an artifact that is recorded with a
      step that did not make it, raise `ConfigurationError`.
    - Any number of processes and threads may use it at once. What a call recorded that has returned survives the death of
      its process.
    """

    TYPE: ClassVar[ComponentType[MetadataStore]]

    def record_run(self, run: RunRecord) -> None: ...
    def record_step(self, step: StepRecord, artifacts: Sequence[ArtifactRecord] = ()) -> None: ...
    def get_pipelines(self) -> list[str]: ...
    def get_run(self, run_id: UUID) -> RunRecord: ...
    def get_runs(
        self, *, pipeline: str | None = None, status: RunStatus | None = None, limit: int = 100, before: UUID | None = None
    ) -> list[RunRecord]: ...
    def get_step(self, run_id: UUID, step: str) -> StepRecord: ...
    def get_steps(self, run_id: UUID) -> list[StepRecord]: ...
    def get_artifact(self, artifact_id: UUID) -> ArtifactRecord: ...
    def get_artifacts(self, run_id: UUID) -> list[ArtifactRecord]: ...
    def get_producer_step(self, artifact_id: UUID) -> StepRecord: ...
    def get_consumer_steps(self, artifact_id: UUID) -> list[StepRecord]: ...
    def find_cached_step(self, cache_key: str) -> StepRecord | None: ...


METADATA_STORE: Final = ComponentType[MetadataStore]("metadata_store")


class BaseMetadataStore(StackComponent, ABC):
    """The base of every metadata store."""

    TYPE: ClassVar[ComponentType[MetadataStore]] = METADATA_STORE

    @abstractmethod
    def record_run(self, run: RunRecord) -> None:
        """Record a run, or how it stands now.

        Args:
            run: The whole record; the last one of an identifier is kept.

        Raises:
            ConfigurationError: A time is naive.
        """

    @abstractmethod
    def record_step(self, step: StepRecord, artifacts: Sequence[ArtifactRecord] = ()) -> None:
        """Record a step, or how it stands now, together with the artifacts that it gave.

        Args:
            step: The whole record; the last one of a run and a name is kept.
            artifacts: What it gave; one that is there already is left as it is.

        Raises:
            ConfigurationError: A time is naive, or an artifact is another step's.
            ConflictError: The step is done, in this run, already.
            RecordNotFoundError: There is no such run.
        """

    @abstractmethod
    def get_pipelines(self) -> list[str]:
        """The names of all pipelines that ran, sorted."""

    @abstractmethod
    def get_run(self, run_id: UUID) -> RunRecord:
        """A run.

        Raises:
            RecordNotFoundError: There is none of this identifier.
        """

    @abstractmethod
    def get_runs(
        self, *, pipeline: str | None = None, status: RunStatus | None = None, limit: int = 100, before: UUID | None = None
    ) -> list[RunRecord]:
        """Runs, the newest first.

        Args:
            pipeline: Of which pipeline; of all when None.
            status: Only those that stand so.
            limit: How many at most.
            before: Go on after this run, the last one of the page before.

        Raises:
            RecordNotFoundError: There is no run `before`.
        """

    @abstractmethod
    def get_step(self, run_id: UUID, step: str) -> StepRecord:
        """A step of a run.

        Raises:
            RecordNotFoundError: There is no record of it.
        """

    @abstractmethod
    def get_steps(self, run_id: UUID) -> list[StepRecord]:
        """The steps of a run, in the order in which they were first recorded.

        Raises:
            RecordNotFoundError: There is no such run.
        """

    @abstractmethod
    def get_artifact(self, artifact_id: UUID) -> ArtifactRecord:
        """An artifact.

        Raises:
            RecordNotFoundError: There is none of this identifier.
        """

    @abstractmethod
    def get_artifacts(self, run_id: UUID) -> list[ArtifactRecord]:
        """The artifacts that were made in a run, in the order in which they were recorded.

        Raises:
            RecordNotFoundError: There is no such run.
        """

    @abstractmethod
    def get_producer_step(self, artifact_id: UUID) -> StepRecord:
        """The step that made an artifact.

        Raises:
            RecordNotFoundError: There is no such artifact.
        """

    @abstractmethod
    def get_consumer_steps(self, artifact_id: UUID) -> list[StepRecord]:
        """The steps that took an artifact, the oldest first.

        Raises:
            RecordNotFoundError: There is no such artifact.
        """

    @abstractmethod
    def find_cached_step(self, cache_key: str) -> StepRecord | None:
        """The step that completed last with a cache key, or None."""
