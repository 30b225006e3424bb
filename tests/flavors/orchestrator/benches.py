"""Stacks that pipelines of journaling steps run on, and waiting for what they write down."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from stackkit import BaseOrchestrator, PipelineDeployment, RunRecord, Stack, StepSpec
from stackkit.core.component import as_component
from stackkit.flavors.artifact_store.local import LocalArtifactStore
from stackkit.flavors.metadata_store.sqlite import SqliteMetadataStore
from stackkit.pipelines import run
from stackkit.testing.contracts.orchestrator import Bench
from stackkit.testing.steps import Journal, Plan, graph

LONG: Final = 60.0
"""Seconds, which nothing here takes on any machine."""


def bench_of(orchestrator: BaseOrchestrator, folder: Path) -> Bench:
    """A stack with its files in a folder, and a journal there."""
    store = LocalArtifactStore(name="artifacts", path=str(folder / "artifacts"))
    records = SqliteMetadataStore(name="records", path=str(folder / "metadata.db"))
    return Bench(Stack(as_component(orchestrator), store, records), Journal(str(folder / "journal")))


def wait_until(happened: Callable[[], bool]) -> None:
    """Wait for something that other processes do."""
    until = time.monotonic() + LONG
    while not happened():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.01)


def process_of(journal: Journal, number: int) -> int:
    """The process in which a step began last."""
    return next(event.process for event in reversed(journal.read()) if (event.what, event.step) == ("begin", number))


def is_alive(process: int) -> bool:
    """Whether a process is there that is not dead."""
    try:
        state = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in ("Z", "X") and os.path.exists(f"/proc/{process}")  # noqa: PTH110 - of the kernel


@contextmanager
def running(bench: Bench, plans: Sequence[Plan]) -> Generator[Future[RunRecord]]:
    """A run in a thread while the block runs; what it waits for is released at the end."""
    with ThreadPoolExecutor(1) as executor:
        future = executor.submit(bench.run, plans)
        try:
            yield future
        finally:
            bench.journal.release.touch()


def changed(bench: Bench, plans: Sequence[Plan], change: Callable[[StepSpec], StepSpec]) -> RunRecord:
    """Run a pipeline with some change to each of its steps."""
    deployment = graph.compile(bench.journal.path, list(plans))
    steps = tuple(change(step) for step in deployment.steps)
    return run(PipelineDeployment(name=deployment.name, steps=steps), bench.stack, use_cache=False)


PROGRAM: Final = """
import sys
from pathlib import Path
from tests.flavors.orchestrator.benches import bench_of
from stackkit.flavors.orchestrator.dask import DaskOrchestrator
from stackkit.flavors.orchestrator.local import LocalOrchestrator
from stackkit.testing.steps import Plan

bench_of({orchestrator}, Path(sys.argv[1])).run({plans!r})
print("it is completed")
"""
"""A program that runs a pipeline, also when it is imported."""


@contextmanager
def program(orchestrator: str, plans: Sequence[Plan], folder: Path) -> Generator[subprocess.Popen[str]]:
    """A program that runs a pipeline, while the block runs.

    Args:
        orchestrator: The call that makes the orchestrator.
        plans: What the steps do.
        folder: Where the files and the journal are.
    """
    folder.mkdir(exist_ok=True)
    script = folder / "script.py"
    script.write_text(PROGRAM.format(orchestrator=orchestrator, plans=[*plans]), "utf-8")
    variables = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, str(script), str(folder)]
    with subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            yield process
        finally:
            process.kill()
