"""One step of a run: taken from the cache, or tried until it is done; and all of it recorded."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from uuid import UUID

import attrs

from stackkit.components.artifact_store import ARTIFACT_STORE, ArtifactStore
from stackkit.components.metadata_store import METADATA_STORE, MetadataStore
from stackkit.components.step_operator import STEP_OPERATOR, StepOperator
from stackkit.core.deployment import PipelineDeployment, StepInput
from stackkit.core.runs import DONE, ArtifactRecord, InputRecord, StepRecord
from stackkit.errors import (
    ArtifactError,
    ArtifactNotFoundError,
    ConflictError,
    Problem,
    RecordNotFoundError,
    StackkitError,
    StepError,
)
from stackkit.pipelines.artifacts.materializers import materializer
from stackkit.pipelines.running.current import on_stack
from stackkit.pipelines.running.entry import entry_command, entry_requirements
from stackkit.pipelines.running.execution import Attempt, Failure, Outcome, execute, now
from stackkit.pipelines.running.logs import StepLogs, captured
from stackkit.pipelines.running.time_limit import execute_within
from stackkit.stack.stack import Stack


def this_worker() -> str:
    """Host and process."""
    return f"{socket.gethostname()}:{os.getpid()}"


class StepRun:
    """A step of a run.

    Args:
        deployment: The pipeline.
        stack: The stack.
        run_id: The run.
        name: The name of the step.
        run_name: What people call the run.
        use_cache: Whether it may take what an earlier run gave.
    """

    def __init__(
        self,
        deployment: PipelineDeployment,
        stack: Stack,
        run_id: UUID,
        name: str,
        *,
        run_name: str = "",
        use_cache: bool = True,
    ) -> None:
        self._deployment = deployment
        self._stack = stack
        self._run_id = run_id
        self._run_name = run_name
        self._spec = deployment.step(name)
        self._use_cache = use_cache

    @cached_property
    def _metadata(self) -> MetadataStore:
        return self._stack[METADATA_STORE]

    @cached_property
    def _store(self) -> ArtifactStore:
        return self._stack[ARTIFACT_STORE]

    def record(self, attempt: int = 1) -> StepRecord:
        """Run the step, unless it is done, and give what was recorded of it.

        Args:
            attempt: The attempt to begin with, counted from 1; there is always one.

        Raises:
            StepError: It failed, the last time too; or a step that it waits for is not done.
        """
        before = self._recorded(self._spec.name)
        if before is not None and before.status in DONE:
            return before
        inputs = self._inputs()
        begun = self._begun(inputs)
        return self._from_cache(begun) or self._attempted(begun, inputs, attempt)

    def attempt_here(self, attempt: int) -> StepRecord:
        """Make one attempt in this process, as a step operator's command does; without the cache, and without another try.

        Args:
            attempt: Which one, counted from 1.

        Raises:
            StepError: It failed, or a step that it waits for is not done.
        """
        inputs = self._inputs()
        begun, known = attrs.evolve(self._begun(inputs), attempt=attempt), self._recorded(self._spec.name)
        if known is not None and (known.status, known.attempt) == ("running", attempt):  # making its environment is part of it
            begun = attrs.evolve(begun, started=known.started)
        return self._made(self._write(begun), inputs)

    def _inputs(self) -> dict[str, list[ArtifactRecord]]:
        """What the step takes of others; all that it waits for is done."""
        done: dict[str, StepRecord] = {}
        for name in sorted(self._spec.upstream):
            found = self._recorded(name)
            if found is None or found.status not in DONE:
                what = f"waits for {name}, which is not done"
                raise StepError(Problem(what, where=self._spec.name, remedy="run steps in the order of the deployment"))
            done[name] = found
        return {taken.name: [*self._artifacts(taken, done)] for taken in self._spec.inputs}

    def _artifacts(self, taken: StepInput, done: Mapping[str, StepRecord]) -> Iterator[ArtifactRecord]:
        for source in taken.sources:
            names = [output.name for output in self._deployment.step(source.step).outputs]
            yield self._metadata.get_artifact(done[source.step].outputs[names.index(source.output)])

    def _begun(self, inputs: Mapping[str, list[ArtifactRecord]]) -> StepRecord:
        return StepRecord(
            run_id=self._run_id,
            step=self._spec.name,
            status="running",
            cache_key=self._cache_key(inputs),
            started=now(),
            inputs=tuple(InputRecord(name=name, artifacts=tuple(a.id for a in taken)) for name, taken in inputs.items()),
            worker=this_worker(),
        )

    def _recorded(self, step: str) -> StepRecord | None:
        try:
            return self._metadata.get_step(self._run_id, step)
        except RecordNotFoundError:
            return None

    def _cache_key(self, inputs: Mapping[str, list[ArtifactRecord]]) -> str:
        """A digest of all that the outputs depend on: code, parameters, contents of inputs, materializers."""
        spec = self._spec
        parts = {
            "code": [spec.source, spec.code],
            "parameters": sorted([given.name, given.value] for given in spec.parameters),
            "inputs": sorted(
                [taken.name, taken.is_list, [[a.digest, *_written_by(a.materializer)] for a in inputs[taken.name]]]
                for taken in spec.inputs
            ),
            "outputs": [[output.name, *_written_by(output.materializer)] for output in spec.outputs],
        }
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def _from_cache(self, begun: StepRecord) -> StepRecord | None:
        """The step, with what an earlier run gave; None where it has to run."""
        if not (self._spec.enable_cache and self._use_cache):
            return None
        earlier = self._metadata.find_cached_step(begun.cache_key)
        if earlier is None or not all(map(self._is_there, earlier.outputs)):
            return None
        return self._write(attrs.evolve(begun, status="cached", ended=now(), outputs=earlier.outputs))

    def _is_there(self, artifact_id: UUID) -> bool:
        """Whether an artifact is where it was put, in its length."""
        try:
            artifact = self._metadata.get_artifact(artifact_id)
            return self._store.stat(artifact.uri).size == artifact.size
        except (RecordNotFoundError, ArtifactNotFoundError):
            return False

    def _attempted(self, begun: StepRecord, inputs: Mapping[str, list[ArtifactRecord]], first: int) -> StepRecord:
        attempts = max(self._spec.retry.times + 1, first)
        for attempt in range(first, attempts + 1):
            if attempt > first:  # whoever asks for a later one has waited
                time.sleep(self._spec.retry.wait_before(attempt))
            current = self._write(attrs.evolve(begun, attempt=attempt, started=now()))
            try:
                return self._operated(current) if self._spec.step_operator else self._made(current, inputs)
            except StepError:
                if attempt == attempts:
                    raise
            except BaseException:
                self._write(attrs.evolve(current, status="killed", ended=now()))
                raise
        raise AssertionError("there is a first attempt")  # pragma: no cover

    def _made(self, current: StepRecord, inputs: Mapping[str, list[ArtifactRecord]]) -> StepRecord:
        try:
            outcome = self._executed(current, inputs)
        except Exception as error:  # noqa: BLE001 - of what starts processes and keeps logs: it is recorded
            outcome = Outcome(failure=Failure.of(error))
        return self._ended(current, outcome)

    def _executed(self, current: StepRecord, inputs: Mapping[str, list[ArtifactRecord]]) -> Outcome:
        attempt = Attempt(spec=self._spec, run_id=self._run_id, number=current.attempt, inputs=inputs)
        if self._spec.timeout is not None:
            return execute_within(self._spec.timeout, attempt, self._stack)
        with on_stack(self._stack):
            return execute(attempt, self._store, on_logs=lambda uri: self._write(attrs.evolve(current, logs=uri)))

    def _ended(self, current: StepRecord, outcome: Outcome) -> StepRecord:
        """Record what came of an attempt.

        Raises:
            StepError: It failed.
        """
        ended = attrs.evolve(current, ended=now(), logs=outcome.logs)
        if outcome.failure is not None:
            self._write(attrs.evolve(ended, status="failed", error=outcome.failure.details))
            raise self._error(outcome.failure) from outcome.failure.cause
        outputs = tuple(artifact.id for artifact in outcome.artifacts)
        return self._write(attrs.evolve(ended, status="completed", outputs=outputs), outcome.artifacts)

    def _error(self, failure: Failure) -> StepError:
        return StepError(Problem(failure.summary, where=self._spec.name))

    def _operated(self, current: StepRecord) -> StepRecord:
        """Have the step operator make an attempt; its command records what came of it.

        Raises:
            StepError: The attempt failed, or could not be begun.
        """
        operator = self._stack[STEP_OPERATOR]
        place = Attempt(spec=self._spec, run_id=self._run_id, number=current.attempt, inputs={}).logs
        logs = StepLogs(self._store, place, waits=True)  # what is printed after the step began is in its own, too
        try:
            self._launch(operator, current.attempt, logs, probe=f"{place}.here")
            found = self._recorded(self._spec.name)
            if found is not None and found.status in DONE:
                return found
            what = f"{operator.name} recorded nothing of its end"
            raise StepError(Problem(what, remedy="does it reach the metadata store?"))
        except StackkitError as error:
            found = self._recorded(self._spec.name)
            if found is not None and found.status in DONE:  # it was lost after its end
                return found
            if found is not None and found.status == "failed" and found.attempt == current.attempt:
                last = found.error.rstrip().rpartition("\n")[2]
                raise self._error(Failure(last, found.error)) from error
            logs.keep()
            return self._ended(current, Outcome(logs=logs.uri, failure=Failure.of(error)))

    def _launch(self, operator: StepOperator, attempt: int, logs: StepLogs, probe: str) -> None:
        """Launch the step's command, with a file in the artifact store for it to find.

        Raises:
            StackkitError: It could not be launched, or did not end well.
        """
        command = entry_command(self._stack, self._run_id, self._spec, attempt, probe)
        requirements = entry_requirements(self._stack, self._spec)
        with self._store.open(probe, "wb"):
            pass
        try:
            with captured(logs):
                operator.launch(self._deployment.name, self._run_name, requirements, command)
        finally:
            with suppress(ArtifactError):
                self._store.remove(probe)

    def _write(self, record: StepRecord, artifacts: tuple[ArtifactRecord, ...] = ()) -> StepRecord:
        try:
            self._metadata.record_step(record, artifacts)
        except ConflictError:
            done = self._recorded(record.step)  # by somebody else who runs this run
            if done is None or done.status not in DONE:
                raise
            return done
        return record


def _written_by(name: str) -> tuple[str, int]:
    return name, materializer(name).VERSION
