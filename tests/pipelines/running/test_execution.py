"""An attempt of a step: inputs are read, the function is called, outputs are written."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import attrs
import pytest

from stackkit.core.deployment import OutputRef, Parameter, StepInput, StepOutput, StepSpec
from stackkit.core.runs import ArtifactRecord
from stackkit.errors import ImportPathError, PipelineError
from stackkit.flavors.artifact_store.local import LocalArtifactStore
from stackkit.pipelines import step
from stackkit.pipelines.artifacts.artifacts import read_artifact, write_artifact
from stackkit.pipelines.running.execution import Attempt, Outcome, execute, step_at


class Parts(NamedTuple):
    rows: int
    text: str


@step
def plain(first: int, /, second: int, *, third: int = 3) -> tuple[int, int, int]:
    return first, second, third


@step
def whole(parts: Parts, more: tuple[int, ...]) -> Parts:
    assert isinstance(parts, Parts)
    assert isinstance(more, tuple)
    return Parts(parts.rows + sum(more), parts.text)


@step
def lines(file: Path) -> list[str]:
    assert file.parent.parent != Path(tempfile.gettempdir())
    places.append(file)
    return file.read_text().splitlines()


@step
def made() -> Path:
    return Path(__file__)


def undecorated(number: int) -> int:
    return number + 1


NUMBER = 5
places: list[Path] = []


def spec(name: str, inputs: tuple[StepInput, ...] = (), outputs: str = "output:json", **parameters: str) -> StepSpec:
    return StepSpec(
        name=name,
        source=f"{__name__}:{name}",
        parameters=tuple(Parameter(name=key, value=value) for key, value in parameters.items()),
        inputs=inputs,
        outputs=tuple(StepOutput(name=o.partition(":")[0], materializer=o.partition(":")[2]) for o in outputs.split()),
    )


def kept(store: LocalArtifactStore, value: object, tp: object, materializer: str = "json") -> ArtifactRecord:
    written = write_artifact(store, value, tp, materializer)
    return ArtifactRecord(
        id=uuid4(),
        name="output",
        uri=written.uri,
        digest=written.digest,
        size=written.size,
        materializer=materializer,
        run_id=uuid4(),
        step="other",
        created=datetime.now(UTC),
    )


def attempt(found: StepSpec, **inputs: list[ArtifactRecord]) -> Attempt:
    return Attempt(spec=found, run_id=uuid4(), number=1, inputs=inputs)


def values(store: LocalArtifactStore, outcome: Outcome, *types: object) -> list[object]:
    assert outcome.failure is None, outcome.failure
    return [read_artifact(store, record, tp, Path()) for record, tp in zip(outcome.artifacts, types, strict=True)]


def taken(name: str, count: int = 1, *, is_list: bool = False) -> StepInput:
    return StepInput(name=name, sources=(OutputRef(step="other"),) * count, is_list=is_list)


def test_parameters_reach_the_function_in_the_way_that_it_takes_them(store: LocalArtifactStore) -> None:
    found = spec("plain", outputs="output_0:json output_1:json output_2:json", third="30", first="10", second="20")
    assert values(store, execute(attempt(found), store), int, int, int) == [10, 20, 30]


def test_rows_of_inputs_are_read_by_the_types_of_their_elements(store: LocalArtifactStore) -> None:
    found = spec("whole", (taken("parts", 2, is_list=True), taken("more", 2, is_list=True)), "rows:json text:text")
    one, two, text = kept(store, 1, int), kept(store, 2, int), kept(store, "a", str, "text")
    assert values(store, execute(attempt(found, parts=[one, text], more=[one, two]), store), int, str) == [4, "a"]


def test_a_file_is_there_until_the_step_ends_and_gone_then(store: LocalArtifactStore, tmp_path: Path) -> None:
    (tmp_path / "data.txt").write_text("a\nb")
    record = kept(store, tmp_path / "data.txt", Path, "path")
    assert values(store, execute(attempt(spec("lines", (taken("file"),)), file=[record]), store), list[str]) == [["a", "b"]]
    assert places[-1].name == "data.txt"
    assert not places[-1].parent.parent.exists()


def test_a_function_without_the_decorator_is_a_step_too(store: LocalArtifactStore) -> None:
    assert values(store, execute(attempt(spec("undecorated", number="1")), store), int) == [2]


def test_what_changed_since_the_pipeline_was_compiled_is_told(store: LocalArtifactStore) -> None:
    outcome = execute(attempt(spec("undecorated", renamed="1", number="1", gone="2")), store)
    assert outcome.failure is not None
    assert isinstance(outcome.failure.cause, PipelineError)
    assert outcome.failure.summary.endswith(
        f"undecorated: {__name__}:undecorated has no parameter renamed, gone; "
        "run the pipeline as it is now, not as it was compiled"
    )


def test_what_is_no_step_is_refused() -> None:
    with pytest.raises(PipelineError, match="is no step"):
        step_at(f"{__name__}:NUMBER")
    with pytest.raises(ImportPathError):
        step_at(f"{__name__}:absent")
    assert step_at(f"{__name__}:made") is made


def test_a_corrupt_input_fails_the_attempt(store: LocalArtifactStore) -> None:
    record = attrs.evolve(kept(store, 1, int), digest="0" * 64)
    outcome = execute(attempt(spec("undecorated", (taken("number"),)), number=[record]), store)
    assert outcome.failure is not None
    assert outcome.failure.summary.startswith("ArtifactCorruptError: ")
