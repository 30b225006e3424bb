"""Runs: recorded as they happen, found dead, and gone on with."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import ClassVar, final
from uuid import uuid4

import attrs
import pytest
from tests.pipelines.conftest import WriteModule
from typing_extensions import override

from stackkit import METADATA_STORE, BaseOrchestrator, PipelineDeployment, RunComponents, RunRecord, Stack
from stackkit.core.runs import DONE
from stackkit.errors import InvalidStackError, PipelineError, RecordNotFoundError, StepError
from stackkit.flavors.artifact_store.local import LocalArtifactStore
from stackkit.flavors.metadata_store.sqlite import SqliteMetadataStore
from stackkit.pipelines import pipeline, resume, run, step
from stackkit.pipelines.artifacts.artifacts import check_artifact
from stackkit.pipelines.running import runs as module
from stackkit.pipelines.running.execution import now
from stackkit.pipelines.running.runs import is_gone, settle


@step
def first() -> int:
    return 1


@step
def second(number: int, folder: Path) -> int:
    if not (folder / "mended").exists():
        raise ValueError("broken")
    return number + 1


@step
def third(number: int) -> int:
    return number + 1


@pipeline
def flow(folder: Path) -> None:
    third(second(first(), folder))


@pipeline
def simple() -> None:
    third(first())


@pipeline
def operated() -> None:
    third.with_options(step_operator="gpu")(first())


def statuses(stack: Stack, record: RunRecord) -> dict[str, str]:
    return {found.step: found.status for found in stack[METADATA_STORE].get_steps(record.id)}


def newest(stack: Stack) -> RunRecord:
    return stack[METADATA_STORE].get_runs()[0]


def test_a_run_is_recorded_from_its_beginning_to_its_end(stack: Stack) -> None:
    before = now()
    done = run(simple.compile(), stack, name="monday")
    assert done == newest(stack)
    assert (done.name, done.pipeline, done.stack, done.status, done.error) == ("monday", "simple", "here", "completed", "")
    assert done.ended is not None
    assert before <= done.started <= done.ended <= now()
    assert done.worker == f"{socket.gethostname()}:{os.getpid()}"
    assert statuses(stack, done) == {"first": "completed", "third": "completed"}


def test_a_run_that_failed_goes_on_from_the_last_finished_step(stack: Stack, tmp_path: Path) -> None:
    with pytest.raises(StepError, match="second: ValueError: broken"):
        run(flow.compile(tmp_path), stack)
    broken = newest(stack)
    assert (broken.status, broken.error) == ("failed", "second: ValueError: broken")
    assert statuses(stack, broken) == {"first": "completed", "second": "failed"}
    kept = stack[METADATA_STORE].get_step(broken.id, "first")
    (tmp_path / "mended").touch()
    done = resume(broken.id, stack, use_cache=False)
    assert (done.id, done.status, done.error, done.started) == (broken.id, "completed", "", broken.started)
    assert statuses(stack, done) == {"first": "completed", "second": "completed", "third": "completed"}
    assert stack[METADATA_STORE].get_step(broken.id, "first") == kept
    assert resume(broken.id, stack) == done


def test_a_step_that_was_mended_is_known_by_its_new_code_when_its_run_goes_on(stack: Stack, write_module: WriteModule) -> None:
    text = """
    from stackkit.pipelines import pipeline, step

    @step
    def broken() -> int:
        return 1 // 0

    @pipeline
    def flow() -> None:
        broken()
    """
    old = write_module(text).flow.compile()
    with pytest.raises(StepError):
        run(old, stack)
    mended = write_module(text.replace("1 // 0", "1 // 1"))
    done = resume(newest(stack).id, stack)
    metadata = stack[METADATA_STORE]
    assert metadata.get_step(done.id, "broken").status == "completed"
    assert metadata.get_step(run(mended.flow.compile(), stack).id, "broken").status == "cached"
    write_module(text)
    with pytest.raises(StepError):
        run(old, stack)


def test_a_run_that_is_not_there_or_still_runs_is_not_gone_on_with(stack: Stack) -> None:
    with pytest.raises(RecordNotFoundError):
        resume(uuid4(), stack)
    running = attrs.evolve(run(simple.compile(), stack), id=uuid4(), status="running", ended=None, alive=now())
    stack[METADATA_STORE].record_run(running)
    with pytest.raises(PipelineError, match=rf"is still run by {running.worker}; end it first"):
        resume(running.id, stack)


def test_what_the_stack_lacks_is_told_at_once_and_nothing_is_recorded(stack: Stack, metadata: SqliteMetadataStore) -> None:
    lacking = Stack(metadata, name="half")
    with pytest.raises(InvalidStackError) as refused:
        run(operated.compile(), lacking)
    assert str(refused.value).splitlines() == [
        "a pipeline needs orchestrator, artifact store, which the stack half has not; add components of these types",
        "third: runs on the step operator gpu, which the stack half has not; add it",
    ]
    assert metadata.get_runs() == []


@final
class Breaking(BaseOrchestrator):
    """Begins a step, and breaks down."""

    FLAVOR: ClassVar[str] = "breaking"

    @override
    def run_pipeline(self, deployment: PipelineDeployment, components: RunComponents) -> None:
        record = self.run_step(deployment.steps[0], components)
        started = attrs.evolve(record, step=deployment.steps[1].name, status="running", ended=None, outputs=())
        components[METADATA_STORE].record_step(started)
        raise ZeroDivisionError("of the orchestrator")


def test_nothing_is_left_running_when_an_orchestrator_breaks_down(
    store: LocalArtifactStore, metadata: SqliteMetadataStore
) -> None:
    stack = Stack(Breaking(name="breaking"), store, metadata)
    with pytest.raises(ZeroDivisionError):
        run(simple.compile(), stack)
    assert (newest(stack).status, newest(stack).error) == ("failed", "ZeroDivisionError('of the orchestrator')")
    assert statuses(stack, newest(stack)) == {"first": "completed", "third": "killed"}


def test_runs_say_that_they_are_alive(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BEAT", 0.01)
    seen: list[RunRecord] = []

    @final
    class Waiting(BaseOrchestrator):
        FLAVOR: ClassVar[str] = "waiting"

        @override
        def run_pipeline(self, deployment: PipelineDeployment, components: RunComponents) -> None:
            metadata = components[METADATA_STORE]
            (begun,) = metadata.get_runs(status="running")
            end = time.monotonic() + 30
            while (now_known := metadata.get_run(begun.id)).alive == begun.alive and time.monotonic() < end:
                time.sleep(0.01)
            seen.extend([begun, now_known])

    run(simple.compile(), Stack(Waiting(name="w"), *stack.components[1:]))
    assert seen[0].alive < seen[1].alive
    assert seen[1].status == "running"


def test_runs_whose_process_is_gone_are_found(stack: Stack) -> None:
    metadata = stack[METADATA_STORE]
    done = run(simple.compile(), stack)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    here, elsewhere = socket.gethostname(), "elsewhere.example"

    def running(worker: str, silent: float) -> RunRecord:
        alive = now() - timedelta(seconds=silent)
        record = attrs.evolve(done, id=uuid4(), status="running", ended=None, worker=worker, alive=alive)
        metadata.record_run(record)
        taken = metadata.get_step(done.id, "first")
        metadata.record_step(attrs.evolve(taken, run_id=record.id))
        metadata.record_step(attrs.evolve(taken, run_id=record.id, step="third", status="running", ended=None, outputs=()))
        return record

    dead = [running(f"{here}:{gone.pid}", 0), running(f"{elsewhere}:1", 31), running(f"{here}:{os.getpid()}", 31)]
    alive = [running(f"{here}:{os.getpid()}", 0), running(f"{elsewhere}:{gone.pid}", 29), running(f"{here}:1", 0)]
    assert {found.id for found in settle(metadata)} == {record.id for record in dead}
    for record in dead:
        found = metadata.get_run(record.id)
        assert (found.status, found.ended, found.error) == ("killed", record.alive, "its process ended without a word")
        assert statuses(stack, record) == {"first": "completed", "third": "killed"}
    assert {metadata.get_run(record.id).status for record in alive} == {"running"}
    assert settle(metadata) == []


def test_a_process_that_ended_and_was_not_asked_for_is_gone(stack: Stack) -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    record = attrs.evolve(run(simple.compile(), stack), worker=f"{socket.gethostname()}:{child.pid}", alive=now())
    assert is_gone(record)
    child.wait()


FLOW = r"""
import sys, time
from pathlib import Path
from stackkit import Stack
from stackkit.flavors.artifact_store.local import LocalArtifactStore
from stackkit.flavors.metadata_store.sqlite import SqliteMetadataStore
from stackkit.pipelines import pipeline, resume, run, step
from tests.pipelines.loop import LoopOrchestrator

HERE = Path(__file__).parent

def begun(name):
    with (HERE / "begun").open("a") as file:
        file.write(name + "\n")

@step
def load(seed: int) -> bytes:
    begun(f"load {seed}")
    time.sleep(0.02)
    return bytes([seed]) * 3_000_000

@step
def size(data: bytes, *, seed: int) -> int:
    begun(f"size {seed}")
    print("of", seed)
    time.sleep(0.02)
    return len(data)

@step(timeout=30)
def total(sizes: list[int]) -> int:
    begun("total")
    time.sleep(0.05)
    return sum(sizes)

@step
def last(number: int) -> None:
    begun("last")

@pipeline
def flow() -> None:
    last(total([size(load(seed), seed=seed) for seed in range(4)]))

def stack():
    store = LocalArtifactStore(name="files", path=str(HERE / "artifacts"))
    return Stack(LoopOrchestrator(name="loop"), store, SqliteMetadataStore(name="records", path=str(HERE / "records.db")))

if __name__ == "__main__":
    import flow
    print("up", flush=True)
    metadata = stack().components[2]
    found = metadata.get_runs()
    resume(found[0].id, stack(), use_cache=False) if found else run(flow.flow.compile(), stack(), use_cache=False)
"""


def start(folder: Path) -> subprocess.Popen[str]:
    root = str(Path(__file__).parents[3])  # which pytest has not on its path, when it is not run as a module
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), root, *sys.path])}
    command = [sys.executable, str(folder / "flow.py")]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def check_true(folder: Path) -> dict[str, object]:
    """What is recorded as done is there, whole; gives the steps that are done with their records."""
    store = LocalArtifactStore(name="files", path=str(folder / "artifacts"))
    metadata = SqliteMetadataStore(name="records", path=str(folder / "records.db"))
    settle(metadata)
    done: dict[str, object] = {}
    for record in metadata.get_runs():
        assert record.status != "running"
        for artifact in metadata.get_artifacts(record.id):
            check_artifact(store, artifact)
        for found in metadata.get_steps(record.id):
            assert found.status != "running"
            if found.status in DONE:
                done[found.step] = found
                assert all(metadata.get_artifact(output) for output in found.outputs)
    return done


@pytest.mark.parametrize("seed", range(3))
def test_a_run_that_is_killed_again_and_again_is_true_at_each_time_and_ends_well(tmp_path: Path, seed: int) -> None:
    (tmp_path / "flow.py").write_text(FLOW, encoding="utf-8")
    chance = random.Random(seed)  # noqa: S311 - no secret
    done: dict[str, object] = {}
    for _ in range(6):
        before = begun(tmp_path)
        with start(tmp_path) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "up\n"
            time.sleep(chance.uniform(0, 0.5))  # the moment is what is tried
            child.send_signal(signal.SIGKILL)
            child.communicate()
        found = check_true(tmp_path)
        assert done.items() <= found.items(), "what was done stays as it was"
        assert not {name for name in begun(tmp_path)[len(before) :] if _step_of(name) in done}, "and is not run again"
        done = found
    with start(tmp_path) as child:
        _, errors = child.communicate()
        assert child.returncode == 0, errors
    assert done.items() <= check_true(tmp_path).items()
    (record,) = SqliteMetadataStore(name="records", path=str(tmp_path / "records.db")).get_runs()
    assert record.status == "completed"
    assert len(check_true(tmp_path)) == 10


def begun(folder: Path) -> list[str]:
    file = folder / "begun"
    return file.read_text().splitlines() if file.exists() else []


def _step_of(line: str) -> str:
    name, _, seed = line.partition(" ")
    return name if seed in ("", "0") else f"{name}_{int(seed) + 1}"


def test_ctrl_c_ends_a_run_cleanly(tmp_path: Path) -> None:
    (tmp_path / "flow.py").write_text(FLOW.replace("time.sleep(0.05)", "time.sleep(60)"), encoding="utf-8")
    with start(tmp_path) as child:
        end = time.monotonic() + 60
        while "total" not in begun(tmp_path) and child.poll() is None and time.monotonic() < end:
            time.sleep(0.02)
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate()
    assert "KeyboardInterrupt" in errors
    metadata = SqliteMetadataStore(name="records", path=str(tmp_path / "records.db"))
    (record,) = metadata.get_runs()
    assert record.status == "killed"
    assert {found.step: found.status for found in metadata.get_steps(record.id)}["total"] == "killed"
