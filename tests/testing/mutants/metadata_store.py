"""Metadata stores with a bug each, and one without."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import ClassVar, final
from uuid import UUID

import attrs
import pytest
from typing_extensions import override

from stackkit import BaseMetadataStore
from stackkit.core.runs import DONE, ArtifactRecord, RunRecord, RunStatus, StepRecord
from stackkit.errors import ConflictError, RecordNotFoundError
from stackkit.flavors.metadata_store.sqlite import SqliteMetadataStore
from stackkit.testing.contracts.metadata_store import MetadataStoreContract


class Wrapped(BaseMetadataStore):
    """Does what the SQLite store does; a mutant does one thing otherwise."""

    FLAVOR: ClassVar[str] = "wrapped"
    path: str

    @cached_property
    def inner(self) -> SqliteMetadataStore:
        """The store that is wrapped."""
        return SqliteMetadataStore(name=self.name, path=self.path)

    @override
    def record_run(self, run: RunRecord) -> None:
        self.inner.record_run(run)

    @override
    def record_step(self, step: StepRecord, artifacts: Sequence[ArtifactRecord] = ()) -> None:
        self.inner.record_step(step, artifacts)

    @override
    def get_pipelines(self) -> list[str]:
        return self.inner.get_pipelines()

    @override
    def get_run(self, run_id: UUID) -> RunRecord:
        return self.inner.get_run(run_id)

    @override
    def get_runs(
        self, *, pipeline: str | None = None, status: RunStatus | None = None, limit: int = 100, before: UUID | None = None
    ) -> list[RunRecord]:
        return self.inner.get_runs(pipeline=pipeline, status=status, limit=limit, before=before)

    @override
    def get_step(self, run_id: UUID, step: str) -> StepRecord:
        return self.inner.get_step(run_id, step)

    @override
    def get_steps(self, run_id: UUID) -> list[StepRecord]:
        return self.inner.get_steps(run_id)

    @override
    def get_artifact(self, artifact_id: UUID) -> ArtifactRecord:
        return self.inner.get_artifact(artifact_id)

    @override
    def get_artifacts(self, run_id: UUID) -> list[ArtifactRecord]:
        return self.inner.get_artifacts(run_id)

    @override
    def get_producer_step(self, artifact_id: UUID) -> StepRecord:
        return self.inner.get_producer_step(artifact_id)

    @override
    def get_consumer_steps(self, artifact_id: UUID) -> list[StepRecord]:
        return self.inner.get_consumer_steps(artifact_id)

    @override
    def find_cached_step(self, cache_key: str) -> StepRecord | None:
        return self.inner.find_cached_step(cache_key)


class Suite(MetadataStoreContract[Wrapped]):
    """The contract, kept or broken by a store that wraps the SQLite one."""

    STORE: ClassVar[type[Wrapped]] = Wrapped

    @pytest.fixture
    @override
    def component(self, tmp_path: Path) -> Wrapped:
        return self.STORE(name="store", path=str(tmp_path / "metadata.db"))


class IntactWrapped(Suite):
    """What is around the mutants' bugs is no bug."""


class IntactSqlite(MetadataStoreContract[SqliteMetadataStore]):
    """The SQLite store."""

    @pytest.fixture
    @override
    def component(self, tmp_path: Path) -> SqliteMetadataStore:
        return SqliteMetadataStore(name="store", path=str(tmp_path / "metadata.db"))


@final
class Milliseconds(Wrapped):
    FLAVOR: ClassVar[str] = "milliseconds"

    @override
    def record_step(self, step: StepRecord, artifacts: Sequence[ArtifactRecord] = ()) -> None:
        started = step.started.replace(microsecond=step.started.microsecond // 1000 * 1000)
        self.inner.record_step(attrs.evolve(step, started=started), artifacts)


class MutantTimesAreCut(Suite):
    """Times of steps are kept to the millisecond."""

    STORE: ClassVar[type[Wrapped]] = Milliseconds
    CAUGHT_BY: ClassVar[str] = "test_a_step_is_read_as_it_was_recorded"


@final
class Naive(Wrapped):
    FLAVOR: ClassVar[str] = "naive"

    @override
    def get_run(self, run_id: UUID) -> RunRecord:
        run = self.inner.get_run(run_id)
        return attrs.evolve(run, started=run.started.replace(tzinfo=None))


class MutantTimesComeBackNaive(Suite):
    """A time has lost its zone when it is read."""

    STORE: ClassVar[type[Wrapped]] = Naive
    CAUGHT_BY: ClassVar[str] = "test_a_run_is_read_as_it_was_recorded"


@final
class Checks(Wrapped):
    FLAVOR: ClassVar[str] = "checks"

    @override
    def record_step(self, step: StepRecord, artifacts: Sequence[ArtifactRecord] = ()) -> None:
        known = {found.step: found for found in self.inner.get_steps(step.run_id)}.get(step.step)
        if known is not None and known.status in DONE:
            raise ConflictError
        time.sleep(0.005)  # for others to be between the two as well
        try:
            self.inner.record_step(step, artifacts)
        except ConflictError:  # somebody was faster since then: what was given is written nevertheless
            self.inner.record_step(attrs.evolve(step, step=f"{step.step} "), [])


class MutantChecksBeforeItWrites(Suite):
    """Whether a step is done is looked up first, and it is written later: of two who complete it, both do."""

    STORE: ClassVar[type[Wrapped]] = Checks
    CAUGHT_BY: ClassVar[str] = "test_of_several_processes_one_completes_a_step"


@final
class Forgiving(Wrapped):
    FLAVOR: ClassVar[str] = "forgiving"

    @override
    def record_step(self, step: StepRecord, artifacts: Sequence[ArtifactRecord] = ()) -> None:
        try:
            self.inner.record_step(step, artifacts)
        except ConflictError:
            if self.inner.get_step(step.run_id, step.step) != step:
                raise


class MutantSameRecordIsNoConflict(Suite):
    """A step that is done can be recorded again when the record is the same, but for its artifacts."""

    STORE: ClassVar[type[Wrapped]] = Forgiving
    CAUGHT_BY: ClassVar[str] = "test_a_step_that_is_done_stays_as_it_is"


@final
class Separately(Wrapped):
    FLAVOR: ClassVar[str] = "separately"

    @override
    def record_step(self, step: StepRecord, artifacts: Sequence[ArtifactRecord] = ()) -> None:
        if step.status not in DONE or not artifacts:
            self.inner.record_step(step, artifacts)
            return
        running = attrs.evolve(step, status="running")
        for artifact in artifacts:
            self.inner.record_step(running, [artifact])
        self.inner.record_step(step)


class MutantArtifactsAreWrittenOneByOne(Suite):
    """A step and its artifacts are written in several transactions: a crash, or a mistake, leaves some of them."""

    STORE: ClassVar[type[Wrapped]] = Separately
    CAUGHT_BY: ClassVar[str] = "test_a_step_is_recorded_with_all_of_its_artifacts_or_not_at_all"


@final
class Offsets(Wrapped):
    FLAVOR: ClassVar[str] = "offsets"

    @override
    def get_runs(
        self, *, pipeline: str | None = None, status: RunStatus | None = None, limit: int = 100, before: UUID | None = None
    ) -> list[RunRecord]:
        if before is None:
            return self.inner.get_runs(pipeline=pipeline, status=status, limit=limit)
        last = self.inner.get_run(before)
        found = self.inner.get_runs(pipeline=pipeline, status=status, limit=10_000)
        return [run for run in found if run.started < last.started][:limit]


class MutantPagesSkipRunsOfTheSameMoment(Suite):
    """A page goes on with the runs that began earlier than the last one, and not with those of the same moment."""

    STORE: ClassVar[type[Wrapped]] = Offsets
    CAUGHT_BY: ClassVar[str] = "test_pages_give_each_run_once_even_of_the_same_moment"


@final
class FromCache(Wrapped):
    FLAVOR: ClassVar[str] = "from-cache"

    @override
    def find_cached_step(self, cache_key: str) -> StepRecord | None:
        found = [
            step
            for run in self.inner.get_runs(limit=1000)
            for step in self.inner.get_steps(run.id)
            if step.cache_key == cache_key and step.status in DONE
        ]
        return max(found, key=lambda step: step.ended or step.started, default=None)


class MutantCachedStepIsFoundAsCompleted(Suite):
    """A step that took what another gave is itself found by its cache key."""

    STORE: ClassVar[type[Wrapped]] = FromCache
    CAUGHT_BY: ClassVar[str] = "test_a_step_that_did_not_complete_is_not_found_by_its_cache_key"


@final
class FirstCached(Wrapped):
    FLAVOR: ClassVar[str] = "first-cached"

    @override
    def find_cached_step(self, cache_key: str) -> StepRecord | None:
        last = self.inner.find_cached_step(cache_key)
        newest = self.inner.get_runs(limit=1)
        steps = self.inner.get_steps(newest[0].id) if newest and last else []
        return next((step for step in steps if (step.cache_key, step.status) == (cache_key, "completed")), last)


class MutantNewestRunWins(Suite):
    """Of the steps with a cache key the one of the newest run is found, and not the one that completed last."""

    STORE: ClassVar[type[Wrapped]] = FirstCached
    CAUGHT_BY: ClassVar[str] = "test_the_step_that_completed_last_is_found_by_its_cache_key"


@final
class FoldsNames(Wrapped):
    FLAVOR: ClassVar[str] = "folds-names"

    @override
    def get_step(self, run_id: UUID, step: str) -> StepRecord:
        for found in self.inner.get_steps(run_id):
            if found.step.casefold().rstrip() == step.casefold().rstrip():
                return found
        raise RecordNotFoundError


class MutantNamesAreComparedAsMySqlDoes(Suite):
    """A step is found by a name that differs in its case, or in spaces at its end."""

    STORE: ClassVar[type[Wrapped]] = FoldsNames
    CAUGHT_BY: ClassVar[str] = "test_names_that_are_alike_are_those_of_different_steps"


@final
class FirstInput(Wrapped):
    FLAVOR: ClassVar[str] = "first-input"

    @override
    def get_consumer_steps(self, artifact_id: UUID) -> list[StepRecord]:
        found = self.inner.get_consumer_steps(artifact_id)
        return [step for step in found if any(taken.artifacts[0] == artifact_id for taken in step.inputs)]


class MutantListsAreTakenByTheirFirst(Suite):
    """A step that took a list consumed only the first artifact of it."""

    STORE: ClassVar[type[Wrapped]] = FirstInput
    CAUGHT_BY: ClassVar[str] = "test_the_steps_that_took_an_artifact_are_told_the_oldest_first"


@final
class WellFormed(Wrapped):
    FLAVOR: ClassVar[str] = "well-formed"

    @override
    def record_step(self, step: StepRecord, artifacts: Sequence[ArtifactRecord] = ()) -> None:
        error = step.error.replace("\0", "").encode("utf-8", "replace").decode()
        self.inner.record_step(attrs.evolve(step, error=error), artifacts)


class MutantOddCharactersAreReplaced(Suite):
    """What PostgreSQL or UTF-8 do not take is left out of an error, or replaced."""

    STORE: ClassVar[type[Wrapped]] = WellFormed
    CAUGHT_BY: ClassVar[str] = "test_whatever_an_error_says_it_is_recorded"


@final
class Buffers(Wrapped):
    FLAVOR: ClassVar[str] = "buffers"

    _waiting: list[tuple[StepRecord, tuple[ArtifactRecord, ...]]] = attrs.field(
        init=False, factory=list[tuple[StepRecord, tuple[ArtifactRecord, ...]]]
    )

    @override
    def record_step(self, step: StepRecord, artifacts: Sequence[ArtifactRecord] = ()) -> None:
        self._waiting.append((step, tuple(artifacts)))
        if len(self._waiting) > 3:
            self.flush()

    @override
    def get_steps(self, run_id: UUID) -> list[StepRecord]:
        self.flush()
        return self.inner.get_steps(run_id)

    def flush(self) -> None:
        """Write what waits."""
        while self._waiting:
            self.inner.record_step(*self._waiting.pop(0))


class MutantRecordsWaitInMemory(Suite):
    """Records are written a few at a time: those of a process that is killed are lost."""

    STORE: ClassVar[type[Wrapped]] = Buffers
    CAUGHT_BY: ClassVar[str] = "test_what_a_process_recorded_that_was_killed_is_there_and_whole"
