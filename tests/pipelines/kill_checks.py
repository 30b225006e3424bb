"""What has to hold after a pipeline was killed: what its records say is so."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import attrs
from tests.pipelines.killed import REFUSED, Place, expected

from stackkit import ARTIFACT_STORE, METADATA_STORE, ArtifactRecord, RunRecord, StepRecord
from stackkit.core.runs import DONE
from stackkit.errors import StackkitError
from stackkit.pipelines.artifacts.artifacts import check_artifact, read_artifact
from stackkit.pipelines.running.runs import settle

_TYPES: Final = {"json": int, "bytes": bytes, "text": str, "path": Path}


@attrs.frozen
class State:
    """How a run stands after its processes are gone.

    Args:
        run: What is recorded of it; None where nothing is.
        steps: What is recorded of its steps.
        begun: How often each has begun.
        ended: How often each has ended.
    """

    run: RunRecord | None
    steps: Mapping[str, StepRecord]
    begun: Mapping[str, int]
    ended: Mapping[str, int]

    @property
    def done(self) -> frozenset[str]:
        """The steps that are done, as it is recorded."""
        return frozenset(name for name, step in self.steps.items() if step.status in DONE)


def state_of(place: Place, name: str) -> State:
    """How a run stands; runs whose processes are gone are found as such."""
    metadata = place.stack[METADATA_STORE]
    settle(metadata)
    found = next((run for run in metadata.get_runs(pipeline="killed") if run.name == name), None)
    steps = {step.step: step for step in metadata.get_steps(found.id)} if found else {}
    counts: dict[str, dict[str, int]] = {"begin": {}, "end": {}}
    for event in place.journal.read():
        of = counts[event.what]
        of[f"step_{event.step}"] = of.get(f"step_{event.step}", 0) + 1
    return State(found, steps, counts["begin"], counts["end"])


def problems(place: Place, before: State, after: State, code: int, salt: int) -> Iterator[str]:
    """What does not hold.

    Args:
        place: Where the run is.
        before: How it stood when the last process began with it.
        after: How it stands now that the process is gone.
        code: What the process ended with.
        salt: What the pipeline was given.
    """
    yield from _of_the_run(after, code)
    for name in before.done:
        if after.begun[name] != before.begun[name]:
            yield f"{name} was done, and has run again"
        if after.steps.get(name) != before.steps[name]:
            yield f"{name} was done, and is recorded otherwise now: {after.steps.get(name)}"
    for name, step in after.steps.items():
        if step.status == "running":
            yield f"{name} is recorded as running, and nobody runs it"
        begun = after.begun.get(name, 0) - before.begun.get(name, 0)
        if begun > step.attempt and name not in before.done:
            yield f"{name} has begun {begun} times, and {step.attempt} attempts are recorded"
        if step.status in DONE and not after.ended.get(name):
            yield f"{name} is recorded as {step.status}, and has not come to its end"
    yield from _of_artifacts(place, after, salt)


def _of_the_run(state: State, code: int) -> Iterator[str]:
    if state.run is None:
        if state.begun or code != -9:
            yield f"nothing is recorded of a run that ended with {code}, and whose steps began: {dict(state.begun)}"
        return
    status = state.run.status
    ended = {"completed", "failed", "killed"}  # who is not told by the database that the end is recorded ends with an error
    if status not in {0: {"completed"}, REFUSED: ended, -9: ended}.get(code, set()):
        yield f"the run is recorded as {status}, and its process ended with {code}"
    if status == "completed" and state.done != frozenset(expected(1)):
        yield f"the run is completed, and only {sorted(state.done)} are done"
    if state.run.ended is None:
        yield f"the run is {status}, and nobody knows since when"


def _of_artifacts(place: Place, state: State, salt: int) -> Iterator[str]:
    if state.run is None:
        return
    stack, values = place.stack, expected(salt)
    artifacts = {artifact.id: artifact for artifact in stack[METADATA_STORE].get_artifacts(state.run.id)}
    for artifact in artifacts.values():
        if artifact.id not in state.steps[artifact.step].outputs or artifact.step not in state.done:
            yield f"there is an artifact of {artifact.step}, which is not done"
    with tempfile.TemporaryDirectory() as folder:
        for name in state.done:
            outputs = state.steps[name].outputs
            if len(outputs) != len(values[name]) or not artifacts.keys() >= set(outputs):
                yield f"{name} is done, and not all of its outputs are there"
                continue
            for output, value in zip(outputs, values[name], strict=True):
                wrong = _unreadable(place, artifacts[output], value, Path(folder))
                if wrong:
                    yield f"{name}: {wrong}"


def _unreadable(place: Place, artifact: ArtifactRecord, value: object, folder: Path) -> str:
    """Why an artifact is not what it should be; empty where it is."""
    store = place.stack[ARTIFACT_STORE]
    try:
        check_artifact(store, artifact)
        found = read_artifact(store, artifact, _TYPES[artifact.materializer], folder)
    except StackkitError as error:
        return str(error)
    if isinstance(found, Path):
        found = {path.name: path.read_text("utf-8") for path in found.iterdir()}
    return "" if found == value else f"the artifact {artifact.name} has another value"
