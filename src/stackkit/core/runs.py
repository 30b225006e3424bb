"""What is known of runs: the records that a metadata store keeps."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal, TypeAlias
from uuid import UUID

import attrs

RunStatus: TypeAlias = Literal["running", "completed", "failed", "killed"]
StepStatus: TypeAlias = Literal["running", "completed", "cached", "failed", "killed"]

DONE: Final[frozenset[StepStatus]] = frozenset({"completed", "cached"})
"""What a step is whose outputs are there."""


@attrs.frozen(kw_only=True)
class ArtifactRecord:
    """A value that a step gave, and where it is.

    Args:
        id: What identifies it.
        name: What the step's output is called.
        uri: Its path in the artifact store.
        digest: The SHA-256 of its content, in hexadecimal digits.
        size: Bytes of its content.
        materializer: What wrote it, and reads it.
        type: What its author annotated it with, for people.
        run_id: The run that it was made in.
        step: The step that made it.
        created: When, aware, in UTC.
    """

    id: UUID
    name: str
    uri: str
    digest: str
    size: int
    materializer: str
    type: str = ""
    run_id: UUID
    step: str
    created: datetime


@attrs.frozen(kw_only=True)
class InputRecord:
    """What a step took.

    Args:
        name: The name of its parameter.
        artifacts: The identifiers of the artifacts, in their order; one, unless the parameter takes a list.
    """

    name: str
    artifacts: tuple[UUID, ...]


@attrs.frozen(kw_only=True)
class StepRecord:
    """A step of a run.

    Args:
        run_id: The run.
        step: Its name.
        status: How it stands.
        attempt: Which attempt this is or was, counted from 1.
        cache_key: What stands for all that its outputs depend on: a digest.
        started: When the last attempt began, aware, in UTC.
        ended: When it ended, aware, in UTC; None while it runs.
        error: Why it failed, in a few lines; empty where it did not.
        logs: The path of what it printed, in the artifact store; empty where there is nothing.
        inputs: What it took.
        outputs: What it gave: the identifiers of artifacts, in the order of its outputs.
        worker: Where it runs or ran: host and process.
    """

    run_id: UUID
    step: str
    status: StepStatus
    attempt: int = 1
    cache_key: str = ""
    started: datetime
    ended: datetime | None = None
    error: str = ""
    logs: str = ""
    inputs: tuple[InputRecord, ...] = ()
    outputs: tuple[UUID, ...] = ()
    worker: str = ""


@attrs.frozen(kw_only=True)
class RunRecord:
    """A run of a pipeline.

    Args:
        id: What identifies it.
        name: What people call it.
        pipeline: The name of the pipeline.
        deployment: What is or was run, as a JSON document.
        stack: The name of the stack.
        status: How it stands.
        started: When it began, aware, in UTC.
        ended: When it ended, aware, in UTC; None while it runs.
        alive: When the process that runs it last said so, aware, in UTC: a run that is silent for long was killed.
        error: Why it failed; empty where it did not.
        worker: What runs it: host and process.
    """

    id: UUID
    name: str
    pipeline: str
    deployment: str
    stack: str = ""
    status: RunStatus = "running"
    started: datetime
    ended: datetime | None = None
    alive: datetime
    error: str = ""
    worker: str = ""
