"""What has to hold of a run a worker of which was killed, as its records, its artifacts and its steps' own notes have it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence

from attrs import frozen

from stackkit import (
    ARTIFACT_STORE,
    EXPERIMENT_TRACKER,
    METADATA_STORE,
    ArtifactRecord,
    RunRecord,
    Stack,
    StackkitError,
    StepRecord,
)
from stackkit.core.runs import DONE
from stackkit.pipelines.running.entry import deployment_of


@frozen
class Lost:
    """What was recorded at the moment when a worker was killed.

    Args:
        steps: All steps that were recorded.
        running: The step that the worker ran.
    """

    steps: tuple[StepRecord, ...]
    running: StepRecord


@frozen
class Check:
    """Something that has to hold.

    Args:
        what: It, in words.
        wrong: What contradicts it.
    """

    what: str
    wrong: Sequence[str]


def checks(stack: Stack, run: RunRecord, lost: Lost) -> Iterator[Check]:
    """Look at a run that has ended.

    Args:
        stack: The stack that it ran on.
        run: The run.
        lost: What was recorded when a worker was killed.
    """
    steps = {step.step: step for step in stack[METADATA_STORE].get_steps(run.id)}
    deployed = [step.name for step in deployment_of(stack, run.id).steps]
    done_before = [step for step in lost.steps if step.status in DONE]
    undone = [name for name in deployed if name not in steps or steps[name].status not in DONE]
    yield Check(
        f"the run is completed, and so is each of its {len(deployed)} steps",
        [*([] if run.status == "completed" else [f"the run is {run.status}"]), *(f"{name} is not done" for name in undone)],
    )
    yield Check(
        f"the {len(done_before)} steps that were done when the worker died are recorded as they were then",
        [f"{step.step} is recorded otherwise" for step in done_before if steps.get(step.step) != step],
    )
    yield Check(f"{lost.running.step}, which the worker ran, was tried again elsewhere", [*_not_tried_again(steps, lost)])
    trained, notes = _trainings(stack, run, steps)
    yield Check(f"each of the {trained} trainings was finished once, and none began after it was recorded as done", notes)
    artifacts = stack[METADATA_STORE].get_artifacts(run.id)
    total = sum(artifact.size for artifact in artifacts)
    yield Check(
        f"the {len(artifacts)} artifacts, {total} bytes, are what was recorded",
        [wrong for artifact in artifacts if (wrong := _difference(stack, artifact))],
    )


def _not_tried_again(steps: dict[str, StepRecord], lost: Lost) -> Iterator[str]:
    before, after = lost.running, steps.get(lost.running.step)
    if after is None or after.attempt <= before.attempt:
        yield f"{before.step} was not begun again"
    elif after.worker == before.worker:
        yield f"{before.step} was done by {after.worker}, which was dead"


def _trainings(stack: Stack, run: RunRecord, steps: dict[str, StepRecord]) -> tuple[int, list[str]]:
    """How many steps train, and where what they told the experiment tracker contradicts the records."""
    notes = stack[EXPERIMENT_TRACKER].list_runs("iris")
    found: list[str] = []
    trained = 0
    for spec in deployment_of(stack, run.id).steps:
        rates = [json.loads(given.value) for given in spec.parameters if given.name == "rate"]
        record = steps.get(spec.name)
        if not rates or record is None or record.ended is None:
            continue
        trained += 1
        own = [note for note in notes if note.name == f"rate {rates[0]}"]
        finished = sum(note.status == "finished" for note in own)
        if finished != 1:
            found.append(f"{spec.name} was finished {finished} times")
        found += [f"{spec.name} began at {note.started}, and was done already" for note in own if note.started > record.ended]
    return trained, found


def _difference(stack: Stack, artifact: ArtifactRecord) -> str:
    digest = hashlib.sha256()
    try:
        with stack[ARTIFACT_STORE].open(artifact.uri, "rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    except StackkitError as error:
        return f"{artifact.step}.{artifact.name} cannot be read: {error}"
    return "" if digest.hexdigest() == artifact.digest else f"{artifact.step}.{artifact.name} is not what was written"
