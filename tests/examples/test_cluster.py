"""The demo on a cluster: for real; and what it checks can be found wrong."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import attrs
import pytest
from examples.cluster import programs
from examples.cluster.checks import Lost, checks
from tests.examples.environments import ROOT
from tests.servers.programs import find_program

from stackkit import ARTIFACT_STORE, EXPERIMENT_TRACKER, METADATA_STORE, RunRecord, Stack
from stackkit.flavors.artifact_store.local import LocalArtifactStore
from stackkit.flavors.experiment_tracker.local import LocalExperimentTracker
from stackkit.flavors.metadata_store.sqlite import SqliteMetadataStore
from stackkit.flavors.orchestrator.local import LocalOrchestrator
from stackkit.pipelines import current_stack, pipeline, run, step


@pytest.fixture
def short_folder() -> Generator[Path]:
    """A folder for temporary files: pytest's are too deep for the names of sockets, and other users cannot enter them."""
    with tempfile.TemporaryDirectory(prefix="demo-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.once
def test_a_run_outlives_a_worker_and_nothing_is_left_behind(short_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = ":".join(str(path) for path in Path("/usr/lib/postgresql").glob("*/bin"))
    find_program("postgres", package="postgresql", tests="the demo on a cluster", folders=folders)
    monkeypatch.setenv("TMPDIR", str(short_folder))
    monkeypatch.setenv("HOME", str(short_folder))
    command = (sys.executable, "-m", "examples.cluster")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All of it holds" in done.stdout
    assert done.stdout.count("holds: ") == 5
    assert "  attempt 2" in done.stdout
    assert "WRONG" not in done.stdout
    assert list(short_folder.iterdir()) == []
    processes = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    assert not [words for words in processes if str(short_folder).encode() in words]


def test_a_program_that_is_missing_is_named_with_its_package() -> None:
    with pytest.raises(programs.ProgramError, match="nobodyhasthis is not installed: apt-get install a-package"):
        programs.find("nobodyhasthis", "a-package")


def test_a_program_that_does_not_start_is_told_with_its_log(tmp_path: Path) -> None:
    failing = [sys.executable, "-c", "import sys; sys.exit('no such thing')"]
    with pytest.raises(programs.ProgramError, match="no such thing"):
        programs.Program(failing, tmp_path / "log", "ready", folder=tmp_path)


@step(enable_cache=False)
def train(rate: float) -> float:
    with current_stack()[EXPERIMENT_TRACKER].run("iris", name=f"rate {rate}"):
        return rate * 2


@step
def best(values: list[float]) -> float:
    return max(values)


@pipeline
def training() -> None:
    best([train(0.5), train(1.0)])


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Stack:
    folder = tmp_path_factory.mktemp("stack")
    return Stack(
        LocalOrchestrator(name="here", workers=1),
        LocalArtifactStore(name="files", path=str(folder / "artifacts")),
        SqliteMetadataStore(name="records", path=str(folder / "records.db")),
        LocalExperimentTracker(name="trials", path=str(folder / "trials")),
    )


@pytest.fixture(scope="module")
def done(stack: Stack) -> RunRecord:
    return run(training.compile(), stack)


@pytest.fixture
def lost(stack: Stack, done: RunRecord) -> Lost:
    """As if a worker had died that was with the second training, which was done again then."""
    first, second, _ = stack[METADATA_STORE].get_steps(done.id)
    return Lost((first,), attrs.evolve(second, attempt=0, status="running", worker="elsewhere:1"))


def wrong(stack: Stack, done: RunRecord, lost: Lost) -> list[str]:
    return [text for check in checks(stack, done, lost) for text in check.wrong]


def test_nothing_is_wrong_with_a_run_that_went_well(stack: Stack, done: RunRecord, lost: Lost) -> None:
    assert wrong(stack, done, lost) == []


def test_a_step_that_is_recorded_otherwise_than_before_is_found(stack: Stack, done: RunRecord, lost: Lost) -> None:
    (first,) = lost.steps
    assert wrong(stack, done, attrs.evolve(lost, steps=(attrs.evolve(first, attempt=7),))) == ["train is recorded otherwise"]


def test_a_step_that_was_not_tried_again_is_found(stack: Stack, done: RunRecord, lost: Lost) -> None:
    same = attrs.evolve(lost.running, attempt=1)
    assert wrong(stack, done, attrs.evolve(lost, running=same)) == ["train_2 was not begun again"]


def test_a_run_that_is_not_completed_is_found(stack: Stack, done: RunRecord, lost: Lost) -> None:
    assert wrong(stack, attrs.evolve(done, status="killed"), lost) == ["the run is killed"]


def test_an_artifact_that_is_not_what_was_written_is_found(stack: Stack, done: RunRecord, lost: Lost) -> None:
    artifact = stack[METADATA_STORE].get_artifacts(done.id)[0]
    with stack[ARTIFACT_STORE].open(artifact.uri, "rb") as file:
        content = file.read()
    with stack[ARTIFACT_STORE].open(artifact.uri, "wb") as file:
        file.write(b"else")
    assert wrong(stack, done, lost) == ["train.output is not what was written"]
    stack[ARTIFACT_STORE].remove(artifact.uri)
    assert [text.partition(":")[0] for text in wrong(stack, done, lost)] == ["train.output cannot be read"]
    with stack[ARTIFACT_STORE].open(artifact.uri, "wb") as file:
        file.write(content)
    assert wrong(stack, done, lost) == []


def test_a_training_that_was_done_again_after_it_was_recorded_is_found(stack: Stack, done: RunRecord, lost: Lost) -> None:
    with stack[EXPERIMENT_TRACKER].run("iris", name="rate 0.5"):
        pass
    first, second = wrong(stack, done, lost)
    assert first == "train was finished 2 times"
    assert second.startswith("train began at ")
