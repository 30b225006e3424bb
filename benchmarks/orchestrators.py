"""What a step costs on this machine and on a Dask cluster, beside processes, bare Dask and Prefect; and a large file."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from distributed import Client, LocalCluster

from harness.memory import measure_memory
from harness.report import Report
from harness.script import Options, run
from harness.timing import Side, Timings, duration, take_turns
from orchestrator_peers.by_prefect import Run, prefect_in
from orchestrator_peers.files import copy_twice, hash_and_copy, make_file, through
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
LARGE, MEMORY_FILE, MIB = 1 << 30, 1 << 28, 1 << 20
COPY_GOAL, MEMORY_GOAL = 1 / 0.8, 16
POOL, DASK, PREFECT = "ProcessPoolExecutor", "bare Dask", "Prefect 3"
COPY, HASHED = "two plain copies", "two copies that read, hash and write"
ALONE, BESIDE, CLUSTER = "stackkit local, in this process", "stackkit local", "stackkit dask"
INTRODUCTION = f"""\
Pipelines of steps that take a number and give one. In the kit each step reads its inputs from the artifact store and writes
its output there, and its beginning and end are recorded, all on disk. The bare sides keep values in memory and
record nothing: they are what the work costs that the kit does not do itself. There are {WORKERS} processes in the pool, and
{WORKERS} workers with a thread each in the cluster; both are there before anything is timed, while the kit starts its own
processes in each run.

Prefect has its server in a process of its own, with SQLite and without telemetry; its steps run in the process of the flow,
which records their states there and keeps values in memory."""
OF_FILES = """\
A step gives a file, which is written to the artifact store, and another takes it, for which it is read from there: two copies,
each of which is hashed. Beside them are two copies in the kernel, which hash nothing, and two that read, hash and write in
plain Python. No copy whose content is checked takes less than SHA-256 does, and where the processor has instructions for that
and the file is in the page cache, it takes about twice as long as a copy in the kernel."""


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


def compare_prefect(report: Report, stacks: Mapping[str, Stack], prefect: Run, rounds: int | None) -> None:
    """Time Prefect and the kit; a thousand steps take Prefect so long that it has few turns."""
    shapes = (("chain", chain), ("fan-out", fan_out))
    for title, pipeline in shapes:
        for count, few in ((SIZES[0][0], 5), (SIZES[1][0], 1)):
            deployment = pipeline.compile(count)
            calls: dict[str, Callable[[], int]] = {
                PREFECT: partial(prefect, title, count),
                **{name: partial(run_all, deployment, stacks[name]) for name in (ALONE, BESIDE)},
            }
            found = take_turns({name: checked(call, name, count) for name, call in calls.items()}, rounds=rounds or few)
            header = ("", "median for a step", "ratio")
            report.table(f"{count:,} steps, {title}, beside Prefect", header, rows(found, count, dict.fromkeys(calls, PREFECT)))


def compare_files(report: Report, stack: Stack, folder: Path, rounds: int | None) -> None:
    """Time a large file, and see how much memory it takes."""
    report.text(OF_FILES)
    source = make_file(folder / "source", LARGE)
    calls: dict[str, Callable[[], int]] = {
        COPY: lambda: copy_twice(source, folder, shutil.copyfile),
        HASHED: lambda: copy_twice(source, folder, hash_and_copy),
        ALONE: partial(run_all, through.compile(str(source)), stack),
    }
    sizes = {ALONE: 2}
    sides = {name: checked(call, name, sizes.get(name, LARGE)) for name, call in calls.items()}
    found = take_turns(sides, rounds=rounds or 5)
    beside = [
        (side, duration(found.median(side)), *(f"{found.ratio(side, one):.2f}" for one in (COPY, HASHED))) for side in sides
    ]
    report.table("1 GiB from one step to another", ("", "median", f"ratio to {COPY}", f"ratio to {HASHED}"), beside)
    report.goal(
        "1 GiB through steps, beside plain copies (0.8 of their speed)", at_most=COPY_GOAL, found=found.ratio(ALONE, COPY)
    )
    small = make_file(folder / "source", MEMORY_FILE)
    memory = measure_memory(partial(run_all, through.compile(str(small)), stack))
    report.goal("256 MiB through steps: MiB of memory", at_most=MEMORY_GOAL, found=memory.peak / MIB)


def measure(report: Report, options: Options) -> None:
    """Measure on this machine and on a cluster of its processes."""
    report.text(INTRODUCTION)
    pool = ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn"))
    cluster = LocalCluster(n_workers=WORKERS, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0")
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        with pool, cluster:
            orchestrators = {
                ALONE: LocalOrchestrator(name="alone", workers=1),
                BESIDE: LocalOrchestrator(name="beside", workers=WORKERS),
                CLUSTER: DaskOrchestrator(name="cluster", address=cluster.scheduler_address),
            }
            stacks = {name: stack_of(orchestrator, folder) for name, orchestrator in orchestrators.items()}
            with Client(cluster.scheduler_address, set_as_default=False) as client:
                compare(report, stacks, pool, client, options.rounds)
        compare_cached(report, stacks[BESIDE], options.rounds)
        with prefect_in(folder) as prefect:
            compare_prefect(report, stacks, prefect, options.rounds)
        compare_files(report, stacks[ALONE], folder, options.rounds)


if __name__ == "__main__":
    run("Orchestrators", __file__, measure, packages=("distributed", "prefect"))
