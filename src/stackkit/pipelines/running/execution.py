"""An attempt of a step: its inputs are read, its function is called, its outputs are written."""

from __future__ import annotations

import tempfile
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, cast
from uuid import UUID, uuid4

import attrs

from stackkit.components.artifact_store import ArtifactStore
from stackkit.core.deployment import StepSpec
from stackkit.core.narrow import is_row
from stackkit.core.runs import ArtifactRecord
from stackkit.errors import PipelineError, Problem, StepError
from stackkit.pipelines.artifacts.artifacts import read_artifact, write_artifact
from stackkit.pipelines.artifacts.materializers import IN_MEMORY
from stackkit.pipelines.artifacts.values import read_parameter
from stackkit.pipelines.code.importable import function_at
from stackkit.pipelines.definition.signature import as_declared, item_types
from stackkit.pipelines.definition.steps import Step
from stackkit.pipelines.running.logs import StepLogs, captured

ERROR_LINES: Final = 20
"""How many lines of a traceback are recorded, the last ones."""


def now() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)


@attrs.frozen(kw_only=True)
class Attempt:
    """What is to be done.

    Args:
        spec: The step.
        run_id: The run.
        number: Which attempt it is, counted from 1.
        inputs: What the step takes of others, by its parameters.
    """

    spec: StepSpec
    run_id: UUID
    number: int
    inputs: Mapping[str, list[ArtifactRecord]]

    @property
    def logs(self) -> str:
        """The path of what it prints, in the artifact store; another one each time that it is asked for."""
        return f"runs/{self.run_id}/{self.spec.name}.{self.number}.{uuid4().hex[:8]}.log"


@attrs.frozen
class Failure:
    """Why an attempt failed.

    Args:
        summary: In a line.
        details: In several: the end of a traceback.
        cause: What was raised, in this process.
    """

    summary: str
    details: str
    cause: BaseException | None = None

    @classmethod
    def of(cls, error: BaseException) -> Failure:
        """What was raised."""
        lines = "".join(traceback.format_exception(error)).splitlines()
        first = next(iter(str(error).splitlines()), "")
        summary = first if isinstance(error, StepError) else f"{type(error).__name__}: {first}"
        return cls(summary, "\n".join(lines[-ERROR_LINES:]), error)


@attrs.frozen(kw_only=True)
class Outcome:
    """What came of an attempt.

    Args:
        artifacts: What it gave, in the order of its outputs.
        logs: The path of what it printed; empty where there is nothing.
        failure: Why it failed; None where it did not.
    """

    artifacts: tuple[ArtifactRecord, ...] = ()
    logs: str = ""
    failure: Failure | None = None


def execute(
    attempt: Attempt, store: ArtifactStore, spool: Path | None = None, on_logs: Callable[[str], object] | None = None
) -> Outcome:
    """Make an attempt here and now.

    Args:
        attempt: What is to be done.
        store: Where its inputs are, and its outputs belong.
        spool: A file that has what it prints at once.
        on_logs: Is told where its logs are, when some are kept before its end.
    """
    logs = StepLogs(store, attempt.logs, spool, on_logs)
    try:
        with _scratch(attempt) as folder:
            step = step_at(attempt.spec.source)
            arguments = _arguments(attempt, step, store, Path(folder))
            with captured(logs):
                given = _called(step, arguments)
            artifacts = tuple(_given(attempt, step, given, store))
    except Exception as error:  # noqa: BLE001 - of the step's author, or of what reads and writes: it is recorded
        return Outcome(logs=logs.uri, failure=Failure.of(error))
    return Outcome(artifacts=artifacts, logs=logs.uri)


def _scratch(attempt: Attempt) -> AbstractContextManager[str]:
    """A folder for the files of inputs; none is made for those who have no files, since that takes a millisecond."""
    if all(record.materializer in IN_MEMORY for records in attempt.inputs.values() for record in records):
        return nullcontext(tempfile.gettempdir())
    return tempfile.TemporaryDirectory(prefix="stackkit-")


def step_at(source: str) -> Step[..., Any]:
    """The step that an import path names.

    Raises:
        ImportPathError: There is no such module or name here.
        PipelineError: It is no step.
    """
    found = function_at(source)
    if not callable(found):
        raise PipelineError(Problem("is no step", where=source))
    return cast("Step[..., Any]", found) if isinstance(found, Step) else Step(found)


def _called(step: Step[..., Any], arguments: dict[str, object]) -> object:
    positional = [arguments.pop(name) for name in step.signature.positional if name in arguments]
    try:
        return step.function(*positional, **arguments)
    except SystemExit as error:
        raise StepError(Problem(f"called sys.exit({error.code!r})", remedy="raise an error, or return")) from error


def _arguments(attempt: Attempt, step: Step[..., Any], store: ArtifactStore, folder: Path) -> dict[str, object]:
    types, spec = step.signature.parameters, attempt.spec
    names = [*(given.name for given in spec.parameters), *(taken.name for taken in spec.inputs)]
    lost = [name for name in names if name not in types]
    if lost:
        what = f"{spec.source} has no parameter {', '.join(lost)}"
        raise PipelineError(Problem(what, where=spec.name, remedy="run the pipeline as it is now, not as it was compiled"))
    found = {given.name: read_parameter(given.value, types[given.name]) for given in spec.parameters}
    for taken in spec.inputs:
        tp, records = types[taken.name], attempt.inputs[taken.name]
        inner = item_types(tp, len(records)) if taken.is_list else [tp]
        values = [read_artifact(store, record, kind, folder) for record, kind in zip(records, inner, strict=True)]
        found[taken.name] = as_declared(tp, values) if taken.is_list else values[0]
    return found


def _given(attempt: Attempt, step: Step[..., Any], given: object, store: ArtifactStore) -> Iterator[ArtifactRecord]:
    """Write what the function returned."""
    spec = attempt.spec
    values: object = given if step.signature.collects is not None else (given,)
    if not is_row(values) or (spec.outputs and len(values) != len(spec.outputs)):
        what = f"returned {type(given).__name__}, not the {len(spec.outputs)} values that it is annotated with"
        raise PipelineError(Problem(what, where=spec.name, remedy="return what it says, or change what it says"))
    for output, value in zip(spec.outputs, values, strict=False):
        tp = step.signature.outputs.get(output.name, object)
        written = write_artifact(store, value, tp, output.materializer)
        yield ArtifactRecord(
            id=uuid4(),
            name=output.name,
            uri=written.uri,
            digest=written.digest,
            size=written.size,
            materializer=output.materializer,
            type=getattr(tp, "__qualname__", str(tp)),
            run_id=attempt.run_id,
            step=spec.name,
            created=now(),
        )
