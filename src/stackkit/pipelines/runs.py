"""Runs: pipelines are run on stacks, go on after they were broken off, and are found dead."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

import attrs

from stackkit.components.artifact_store import ARTIFACT_STORE
from stackkit.components.metadata_store import METADATA_STORE, MetadataStore
from stackkit.components.orchestrator import ORCHESTRATOR
from stackkit.core.deployment import PipelineDeployment
from stackkit.core.runs import RunRecord
from stackkit.errors import InvalidStackError, Problem, StepError
from stackkit.pipelines.context import RunContext
from stackkit.pipelines.step_run import now, this_worker
from stackkit.pipelines.values import read_parameter, write_parameter
from stackkit.stack.stack import Stack

BEAT: Final = 5.0
"""How often a run says that it is alive, in seconds."""
SILENT: Final = timedelta(seconds=30)
"""A run that says nothing for so long was killed."""


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
    _require(stack)
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
        StepError: A step failed.
    """
    _require(stack)
    record = stack[METADATA_STORE].get_run(run_id)
    deployment = read_parameter(record.deployment, PipelineDeployment)
    assert isinstance(deployment, PipelineDeployment)  # noqa: S101 - the codec makes these
    begun = attrs.evolve(record, status="running", ended=None, error="", alive=now(), worker=this_worker())
    return _run(begun, deployment, stack, use_cache=use_cache)


def _require(stack: Stack) -> None:
    missing = [kind.title for kind in (ORCHESTRATOR, ARTIFACT_STORE, METADATA_STORE) if kind not in stack]
    if missing:
        what = f"a pipeline needs {', '.join(missing)}, which the stack {stack.name} has not"
        raise InvalidStackError(Problem(what, remedy="add components of these types"))


def _run(record: RunRecord, deployment: PipelineDeployment, stack: Stack, *, use_cache: bool) -> RunRecord:
    metadata = stack[METADATA_STORE]
    context = RunContext(deployment=deployment, stack=stack, run_id=record.id, run_name=record.name, use_cache=use_cache)
    metadata.record_run(record)
    try:
        with _beating(record, metadata):
            stack[ORCHESTRATOR].run_pipeline(deployment, context)
    except StepError as error:
        _end(metadata, attrs.evolve(record, status="failed", error=str(error)))
        raise
    except BaseException as error:
        interrupted = isinstance(error, (KeyboardInterrupt, SystemExit))
        _end(metadata, attrs.evolve(record, status="killed" if interrupted else "failed", error=repr(error)))
        raise
    return _end(metadata, attrs.evolve(record, status="completed"))


def _end(metadata: MetadataStore, record: RunRecord) -> RunRecord:
    ended = attrs.evolve(record, ended=now(), alive=now())
    metadata.record_run(ended)
    return ended


@contextmanager
def _beating(record: RunRecord, metadata: MetadataStore) -> Generator[None]:
    """While this is open, the run says every few seconds that it is alive."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT):
            metadata.record_run(attrs.evolve(record, alive=now()))

    heart = threading.Thread(target=beat, name=f"run {record.name}", daemon=True)
    heart.start()
    try:
        yield
    finally:
        over.set()
        heart.join()


def settle(metadata: MetadataStore) -> list[RunRecord]:
    """Record runs as killed whose processes have been silent for long.

    Args:
        metadata: Where they are recorded.

    Returns:
        The runs that were found so.
    """
    found: list[RunRecord] = []
    for record in metadata.get_runs(status="running", limit=1000):
        if now() - record.alive > SILENT:
            for step in metadata.get_steps(record.id):
                if step.status == "running":
                    metadata.record_step(attrs.evolve(step, status="killed", ended=record.alive))
            dead = attrs.evolve(record, status="killed", ended=record.alive, error="its process ended without a word")
            metadata.record_run(dead)
            found.append(dead)
    return found
