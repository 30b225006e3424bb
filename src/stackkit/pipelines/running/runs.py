"""Runs: pipelines are run on stacks, go on after they were broken off, and are found dead."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

import attrs

from stackkit.components.artifact_store import ARTIFACT_STORE
from stackkit.components.metadata_store import METADATA_STORE, MetadataStore
from stackkit.components.orchestrator import ORCHESTRATOR
from stackkit.components.step_operator import STEP_OPERATOR
from stackkit.core.deployment import PipelineDeployment
from stackkit.core.runs import RunRecord
from stackkit.errors import ConflictError, ImportPathError, InvalidStackError, PipelineError, Problem, StackkitError
from stackkit.pipelines.artifacts.values import write_parameter
from stackkit.pipelines.code.fingerprint import fingerprint
from stackkit.pipelines.running.context import RunContext
from stackkit.pipelines.running.entry import deployment_of
from stackkit.pipelines.running.execution import now, step_at
from stackkit.pipelines.running.step_run import this_worker
from stackkit.stack.stack import Stack

BEAT: Final = 5.0
"""How often a run says that it is alive, in seconds."""
SILENT: Final = timedelta(seconds=30)
"""A run that says nothing for so long was killed."""
_PAGE: Final = 500


def run(deployment: PipelineDeployment, stack: Stack, *, name: str = "", use_cache: bool = True) -> RunRecord:
    """Run a pipeline on a stack.

    Args:
        deployment: The pipeline.
        stack: Where; it has an orchestrator, an artifact store and a metadata store.
        name: What people call the run; made up when empty.
        use_cache: Whether steps may take what earlier runs gave.

    Returns:
        What was recorded of the run.

    Raises:
        InvalidStackError: The stack lacks a component.
        StepError: A step failed; the run is recorded as failed.
    """
    deployment = with_current_code(deployment)
    _require(stack, deployment)
    begun = now()
    record = RunRecord(
        id=uuid4(),
        name=name or f"{deployment.name}-{begun:%Y%m%d-%H%M%S-%f}",
        pipeline=deployment.name,
        deployment=write_parameter(deployment, PipelineDeployment),
        stack=stack.name,
        started=begun,
        alive=begun,
        worker=this_worker(),
    )
    return _run(record, deployment, stack, use_cache=use_cache)


def resume(run_id: UUID, stack: Stack, *, use_cache: bool = True) -> RunRecord:
    """Go on with a run that failed, was killed or interrupted; what was done is left alone.

    Args:
        run_id: The run.
        stack: Where; its metadata store has the run.
        use_cache: Whether steps may take what earlier runs gave.

    Raises:
        RecordNotFoundError: There is no such run.
        PipelineError: It is still running.
        StepError: A step failed.
    """
    _require(stack)
    metadata = stack[METADATA_STORE]
    record = metadata.get_run(run_id)
    if record.status == "completed":
        return record
    if record.status == "running" and not is_gone(record):
        remedy = f"end it first; a run that says nothing for {SILENT.seconds} s is taken for dead"
        raise PipelineError(Problem(f"is still run by {record.worker}", where=record.name, remedy=remedy))
    deployment = with_current_code(deployment_of(stack, run_id))
    _require(stack, deployment)
    _end_steps(metadata, run_id)
    text = write_parameter(deployment, PipelineDeployment)
    begun = attrs.evolve(
        record, deployment=text, status="running", ended=None, error="", alive=now(), worker=this_worker(), stack=stack.name
    )
    return _run(begun, deployment, stack, use_cache=use_cache)


def with_current_code(deployment: PipelineDeployment) -> PipelineDeployment:
    """A pipeline with digests of the code that its steps have now: a step may have been mended since it was compiled.

    Args:
        deployment: The pipeline; steps that cannot be imported here keep what they have.
    """
    codes: dict[str, str] = {}
    for source in dict.fromkeys(step.source for step in deployment.steps):
        with suppress(ImportPathError, PipelineError):
            codes[source] = fingerprint(step_at(source).function)
    steps = tuple(attrs.evolve(step, code=codes.get(step.source, step.code)) for step in deployment.steps)
    return deployment if steps == deployment.steps else attrs.evolve(deployment, steps=steps)


def _require(stack: Stack, deployment: PipelineDeployment | None = None) -> None:
    missing = [kind.title for kind in (ORCHESTRATOR, ARTIFACT_STORE, METADATA_STORE) if kind not in stack]
    problems: list[Problem] = []
    if missing:
        what = f"a pipeline needs {', '.join(missing)}, which the stack {stack.name} has not"
        problems.append(Problem(what, remedy="add components of these types"))
    operators = [component.name for component in stack if component.TYPE == STEP_OPERATOR]
    for step in deployment.steps if deployment else ():
        if step.step_operator and step.step_operator not in operators:
            what = f"runs on the step operator {step.step_operator}, which the stack {stack.name} has not"
            has = f"it has {operators[0]}" if operators else "add it"
            problems.append(Problem(what, where=step.name, remedy=has))
    if problems:
        raise InvalidStackError(*problems)


def _run(record: RunRecord, deployment: PipelineDeployment, stack: Stack, *, use_cache: bool) -> RunRecord:
    metadata = stack[METADATA_STORE]
    context = RunContext(deployment=deployment, stack=stack, run_id=record.id, run_name=record.name, use_cache=use_cache)
    metadata.record_run(record)
    try:
        with _beating(record, metadata):
            stack[ORCHESTRATOR].run_pipeline(deployment, context)
    except BaseException as error:
        interrupted = isinstance(error, (KeyboardInterrupt, SystemExit))
        why = str(error) if isinstance(error, StackkitError) else repr(error)
        _end_steps(metadata, record.id)
        _end(metadata, attrs.evolve(record, status="killed" if interrupted else "failed", error=why))
        raise
    return _end(metadata, attrs.evolve(record, status="completed"))


def _end(metadata: MetadataStore, record: RunRecord) -> RunRecord:
    ended = attrs.evolve(record, ended=now(), alive=now())
    metadata.record_run(ended)
    return ended


def _end_steps(metadata: MetadataStore, run_id: UUID, ended: datetime | None = None) -> None:
    """Record that nothing of a run runs any more."""
    for step in metadata.get_steps(run_id):
        if step.status == "running":
            with suppress(ConflictError):  # it was done in the meantime
                metadata.record_step(attrs.evolve(step, status="killed", ended=ended or now()))


@contextmanager
def _beating(record: RunRecord, metadata: MetadataStore) -> Generator[None]:
    """While this is open, the run says every few seconds that it is alive."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT):
            with suppress(StackkitError, OSError):  # of a database that is gone for a while: the next time, then
                metadata.record_run(attrs.evolve(record, alive=now()))

    heart = threading.Thread(target=beat, name=f"run {record.name}", daemon=True)
    heart.start()
    try:
        yield
    finally:
        over.set()
        heart.join()


def is_gone(run: RunRecord) -> bool:
    """Whether the process is gone that ran a run: at once where it was on this host, else when it is silent for long."""
    host, _, process = run.worker.rpartition(":")
    if host == socket.gethostname() and process.isdecimal() and not _lives(int(process)):
        return True
    return now() - run.alive > SILENT


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
        state = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[:1]
    except ProcessLookupError:
        return False
    except OSError:  # it is somebody else's, or the system has no /proc
        return True
    return state not in (["Z"], ["X"])  # dead, and not yet asked for by the one that started it


def settle(metadata: MetadataStore) -> list[RunRecord]:
    """Record runs as killed whose processes are gone.

    Args:
        metadata: Where they are recorded.

    Returns:
        The runs that were found so.
    """
    running: list[RunRecord] = []
    while page := metadata.get_runs(status="running", limit=_PAGE, before=running[-1].id if running else None):
        running += page
    found: list[RunRecord] = []
    for record in filter(is_gone, running):
        _end_steps(metadata, record.id, record.alive)
        dead = attrs.evolve(record, status="killed", ended=record.alive, error="its process ended without a word")
        metadata.record_run(dead)
        found.append(dead)
    return found
