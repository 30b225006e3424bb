"""One step of a run: its inputs are read, it is run or taken from the cache, its outputs are written, and all is recorded."""

from __future__ import annotations

import hashlib
import os
import socket
import tempfile
import time
import traceback
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final, cast
from uuid import UUID, uuid4

import attrs

from stackkit.components.artifact_store import ARTIFACT_STORE, ArtifactStore
from stackkit.components.metadata_store import METADATA_STORE, MetadataStore
from stackkit.core.deployment import PipelineDeployment, StepInput
from stackkit.core.lookup import Components
from stackkit.core.narrow import is_row
from stackkit.core.runs import DONE, ArtifactRecord, InputRecord, StepRecord
from stackkit.errors import PipelineError, Problem, RecordNotFoundError, StepError
from stackkit.pipelines.artifacts import read_artifact, write_artifact
from stackkit.pipelines.importable import function_at
from stackkit.pipelines.logs import captured
from stackkit.pipelines.materializers import materializer
from stackkit.pipelines.signature import as_declared, item_type
from stackkit.pipelines.steps import Step
from stackkit.pipelines.values import read_parameter

ERROR_LINES: Final = 20
"""How many lines of a traceback are recorded, the last ones."""


def now() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)


def this_worker() -> str:
    """Host and process."""
    return f"{socket.gethostname()}:{os.getpid()}"


class StepRun:
    """A step of a run.

    Args:
        deployment: The pipeline.
        components: The stack.
        run_id: The run.
        name: The name of the step.
        use_cache: Whether it may take what an earlier run gave.
    """

    def __init__(
        self, deployment: PipelineDeployment, components: Components, run_id: UUID, name: str, *, use_cache: bool = True
    ) -> None:
        self._deployment = deployment
        self._components = components
        self._run_id = run_id
        self._spec = deployment.step(name)
        self._use_cache = use_cache

    @cached_property
    def _metadata(self) -> MetadataStore:
        return self._components[METADATA_STORE]

    @cached_property
    def _store(self) -> ArtifactStore:
        return self._components[ARTIFACT_STORE]

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
        inputs = {taken.name: [*self._artifacts(taken)] for taken in self._spec.inputs}
        key = self._cache_key(inputs)
        begun = StepRecord(
            run_id=self._run_id,
            step=self._spec.name,
            status="running",
            cache_key=key,
            started=now(),
            inputs=tuple(InputRecord(name=name, artifacts=tuple(a.id for a in taken)) for name, taken in inputs.items()),
            worker=this_worker(),
        )
        return self._from_cache(begun) or self._attempted(begun, inputs, attempt)

    def _recorded(self, step: str) -> StepRecord | None:
        try:
            return self._metadata.get_step(self._run_id, step)
        except RecordNotFoundError:
            return None

    def _artifacts(self, taken: StepInput) -> Iterator[ArtifactRecord]:
        """What other steps gave for an input."""
        for source in taken.sources:
            found = self._recorded(source.step)
            if found is None or found.status not in DONE:
                what = f"waits for {source.step}, which is not done"
                raise StepError(Problem(what, where=self._spec.name, remedy="run steps in the order of the deployment"))
            names = [output.name for output in self._deployment.step(source.step).outputs]
            yield self._metadata.get_artifact(found.outputs[names.index(source.output)])

    def _cache_key(self, inputs: Mapping[str, list[ArtifactRecord]]) -> str:
        """A digest of all that the outputs depend on: code, parameters, contents of inputs, materializers."""
        spec = self._spec
        parts = [spec.source, spec.code]
        parts += [f"{parameter.name}={parameter.value}" for parameter in spec.parameters]
        parts += [f"{name}:{taken.materializer}:{taken.digest}" for name, found in sorted(inputs.items()) for taken in found]
        for output in spec.outputs:
            parts.append(f"{output.name}->{output.materializer}:{materializer(output.materializer).VERSION}")
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()

    def _from_cache(self, begun: StepRecord) -> StepRecord | None:
        """The step, with what an earlier run gave; None where it has to run."""
        if not (self._spec.enable_cache and self._use_cache):
            return None
        earlier = self._metadata.find_cached_step(begun.cache_key)
        if earlier is None or not all(self._store.exists(self._metadata.get_artifact(a).uri) for a in earlier.outputs):
            return None
        return self._write(attrs.evolve(begun, status="cached", ended=now(), outputs=earlier.outputs))

    def _attempted(self, begun: StepRecord, inputs: Mapping[str, list[ArtifactRecord]], first: int) -> StepRecord:
        attempts = max(self._spec.retry.times + 1, first)
        for attempt in range(first, attempts + 1):
            if attempt > first:  # whoever asks for a later one has waited
                time.sleep(self._spec.retry.wait_before(attempt))
            current = self._write(attrs.evolve(begun, attempt=attempt, started=now()))
            try:
                return self._run(current, inputs)
            except Exception as error:  # of the step's author, or of what reads and writes
                failed = attrs.evolve(current, status="failed", ended=now(), error=_last_lines(error))
                self._write(failed)
                if attempt == attempts:
                    raise StepError(Problem(_in_short(error), where=self._spec.name)) from error
            except BaseException:
                self._write(attrs.evolve(current, status="killed", ended=now()))
                raise
        raise AssertionError("there is a first attempt")  # pragma: no cover

    def _write(self, record: StepRecord, artifacts: tuple[ArtifactRecord, ...] = ()) -> StepRecord:
        self._metadata.record_step(record, artifacts)
        return record

    def _run(self, current: StepRecord, inputs: Mapping[str, list[ArtifactRecord]]) -> StepRecord:
        """Read the inputs, call the function, write the outputs."""
        found = function_at(self._spec.source)
        step = _step(found, self._spec.source)
        with tempfile.TemporaryDirectory(prefix="stackkit-") as folder:
            arguments = self._arguments(step, inputs, Path(folder))
            with captured(self._store, f"runs/{self._run_id}/{self._spec.name}.{current.attempt}.log") as logs:
                given = step.function(**arguments)
            artifacts = tuple(self._given(step, given))
        return self._write(
            attrs.evolve(current, status="completed", ended=now(), outputs=tuple(a.id for a in artifacts), logs=logs.uri),
            artifacts,
        )

    def _arguments(self, step: Step[..., Any], inputs: Mapping[str, list[ArtifactRecord]], folder: Path) -> dict[str, object]:
        types = step.signature.parameters
        found = {p.name: read_parameter(p.value, types[p.name]) for p in self._spec.parameters}
        for taken in self._spec.inputs:
            tp = types[taken.name]
            if taken.is_list:
                values = [read_artifact(self._store, record, item_type(tp), folder) for record in inputs[taken.name]]
                found[taken.name] = as_declared(tp, values)
            else:
                found[taken.name] = read_artifact(self._store, inputs[taken.name][0], tp, folder)
        return found

    def _given(self, step: Step[..., Any], given: object) -> Iterator[ArtifactRecord]:
        """Write what the function returned."""
        outputs = self._spec.outputs
        values: object = given if step.signature.collects is not None else (given,)
        if not is_row(values) or (outputs and len(values) != len(outputs)):
            what = f"returned {type(given).__name__}, not the {len(outputs)} values that it is annotated with"
            raise PipelineError(Problem(what, where=self._spec.name))
        for output, value in zip(outputs, values, strict=False):
            tp = step.signature.outputs[output.name]
            written = write_artifact(self._store, value, tp, output.materializer)
            yield ArtifactRecord(
                id=uuid4(),
                name=output.name,
                uri=written.uri,
                digest=written.digest,
                size=written.size,
                materializer=output.materializer,
                type=getattr(tp, "__qualname__", str(tp)),
                run_id=self._run_id,
                step=self._spec.name,
                created=now(),
            )


def _step(found: Any, source: str) -> Step[..., Any]:
    if not callable(found):
        raise PipelineError(Problem("is no step", where=source))
    return cast("Step[..., Any]", found) if isinstance(found, Step) else Step(found)


def _in_short(error: BaseException) -> str:
    return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"


def _last_lines(error: BaseException) -> str:
    return "\n".join("".join(traceback.format_exception(error)).splitlines()[-ERROR_LINES:])
