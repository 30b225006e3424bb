"""What a step costs that does nothing, on this machine and on a Dask cluster, beside bare processes and bare Dask."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from distributed import Client, LocalCluster

from harness.report import Report
from harness.script import Options, run
from harness.timing import Side, Timings, duration, take_turns
from orchestrator_peers.noops import begin, chain, end, fan_out, follow
from stackkit import METADATA_STORE, BaseOrchestrator, PipelineDeployment, Stack
from stackkit import pipelines as kit
from stackkit.core.component import as_component
from stackkit.flavors.artifact_store.local import LocalArtifactStore
from stackkit.flavors.metadata_store.sqlite import SqliteMetadataStore
from stackkit.flavors.orchestrator.dask import DaskOrchestrator
from stackkit.flavors.orchestrator.local import LocalOrchestrator

WORKERS: Final = 2
SIZES: Final = ((10, 9), (1_000, 3))
"""How many steps, and how many rounds."""
STEP_GOAL, CACHED_GOAL = 3.0, 1.0
POOL, DASK = "ProcessPoolExecutor", "bare Dask"
ALONE, BESIDE, CLUSTER = "stackkit local, in this process", "stackkit local", "stackkit dask"
INTRODUCTION = f"""\
Pipelines of steps that take a number and give one. In the kit each step reads its inputs from the artifact store and writes
its output there, and its beginning and end are recorded, all on disk. The bare sides keep values in memory and
record nothing: they are what the work costs that the kit does not do itself. There are {WORKERS} processes in the pool, and
{WORKERS} workers with a thread each in the cluster; both are there before anything is timed, while the kit starts its own
processes in each run."""


def pool_chain(pool: ProcessPoolExecutor, count: int) -> int:
    """Each call when the one before has ended."""
    number = pool.submit(begin).result()
    for _ in range(count - 1):
        number = pool.submit(follow, number).result()
    return number + 1


def pool_fan_out(pool: ProcessPoolExecutor, count: int) -> int:
    """All calls at once."""
    number = pool.submit(begin).result()
    calls = [pool.submit(follow, number) for _ in range(count - 2)]
    return pool.submit(end, [call.result() for call in calls]).result() + 2


def dask_chain(client: Client, count: int) -> int:
    """The whole graph at once."""
    number = client.submit(begin, pure=False)
    for _ in range(count - 1):
        number = client.submit(follow, number, pure=False)
    return number.result() + 1


def dask_fan_out(client: Client, count: int) -> int:
    """The whole graph at once."""
    number = client.submit(begin, pure=False)
    return client.submit(end, [client.submit(follow, number, pure=False) for _ in range(count - 2)], pure=False).result() + 2


def stack_of(orchestrator: BaseOrchestrator, folder: Path) -> Stack:
    """A stack with its files in a folder of its own."""
    own = folder / orchestrator.name.replace(" ", "-")
    store = LocalArtifactStore(name="artifacts", path=str(own / "artifacts"))
    return Stack(as_component(orchestrator), store, SqliteMetadataStore(name="records", path=str(own / "metadata.db")))


def run_all(deployment: PipelineDeployment, stack: Stack, *, use_cache: bool = False) -> int:
    """Run a pipeline, and say how many steps are done."""
    done = kit.run(deployment, stack, use_cache=use_cache)
    status = "cached" if use_cache else "completed"
    return sum(step.status == status for step in stack[METADATA_STORE].get_steps(done.id))


def checked(call: Callable[[], int], name: str, count: int) -> Side:
    """What is timed, when it does what it should.

    Raises:
        ValueError: It does not.
    """
    if (found := call()) != count:
        raise ValueError(f"{name}: {found} of {count} steps were done")
    return call


def rows(timings: Timings, count: int, beside: Mapping[str, str]) -> Sequence[Sequence[str]]:
    """A row for each side: what a step takes, and beside its peer."""
    return [
        (side, duration(timings.median(side) / count), f"{timings.ratio(side, beside[side]):.2f} of {beside[side]}")
        for side in timings.rounds
    ]


def compare(report: Report, stacks: Mapping[str, Stack], pool: ProcessPoolExecutor, client: Client, rounds: int | None) -> None:
    """Time all sides, for pipelines of each shape and size."""
    shapes = (("chain", chain, pool_chain, dask_chain), ("fan-out", fan_out, pool_fan_out, dask_fan_out))
    beside = {POOL: POOL, DASK: DASK, ALONE: POOL, BESIDE: POOL, CLUSTER: DASK}
    for title, pipeline, by_pool, by_dask in shapes:
        for count, few in SIZES:
            deployment = pipeline.compile(count)
            calls: dict[str, Callable[[], int]] = {
                POOL: partial(by_pool, pool, count),
                DASK: partial(by_dask, client, count),
                **{name: partial(run_all, deployment, stack) for name, stack in stacks.items()},
            }
            found = take_turns({name: checked(call, name, count) for name, call in calls.items()}, rounds=rounds or few)
            header = ("", "median for a step", "ratio")
            report.table(f"{count:,} steps, {title}", header, rows(found, count, beside))
            if count >= 1_000:  # noqa: PLR2004 - so many that starting processes does not count
                for name in (ALONE, BESIDE):
                    cost = found.median(name) / count * 1_000
                    report.goal(f"{name}, {title}: a step, in milliseconds", at_most=STEP_GOAL, found=cost)


def compare_cached(report: Report, stack: Stack, rounds: int | None) -> None:
    """Time a run in which every step is taken from the cache."""
    count, few = SIZES[-1]
    deployment = fan_out.compile(count)
    kit.run(deployment, stack)
    call = checked(partial(run_all, deployment, stack, use_cache=True), "cached", count)
    found = take_turns({BESIDE: call}, rounds=rounds or few)
    report.table(f"{count:,} steps, all cached", *found.table(BESIDE))
    report.goal(f"{count:,} cached steps, in seconds", at_most=CACHED_GOAL, found=found.median(BESIDE))


def measure(report: Report, options: Options) -> None:
    """Measure on this machine and on a cluster of its processes."""
    report.text(INTRODUCTION)
    pool = ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn"))
    cluster = LocalCluster(n_workers=WORKERS, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0")
    with tempfile.TemporaryDirectory(dir=options.folder) as folder, pool, cluster:
        address = cluster.scheduler_address
        orchestrators = {
            ALONE: LocalOrchestrator(name="alone", workers=1),
            BESIDE: LocalOrchestrator(name="beside", workers=WORKERS),
            CLUSTER: DaskOrchestrator(name="cluster", address=address),
        }
        stacks = {name: stack_of(orchestrator, Path(folder)) for name, orchestrator in orchestrators.items()}
        with Client(address, set_as_default=False) as client:
            compare(report, stacks, pool, client, options.rounds)
        compare_cached(report, stacks[BESIDE], options.rounds)


if __name__ == "__main__":
    run("Orchestrators", __file__, measure, packages=("distributed",))
