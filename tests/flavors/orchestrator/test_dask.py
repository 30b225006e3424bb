"""What the orchestrator of Dask clusters does beyond the contract: workers, schedulers and clients are killed."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, cast

import attrs
import pytest
from tests.flavors.orchestrator.benches import LONG, bench_of, changed, is_alive, process_of, program, running, wait_until
from tests.flavors.orchestrator.dask_cluster import Cluster, cluster

from stackkit import METADATA_STORE, Resources, StepSpec
from stackkit.errors import ConfigurationError, MissingExtraError, PipelineError, StepError
from stackkit.flavors.orchestrator.dask import DaskOrchestrator
from stackkit.flavors.orchestrator.dask_worker import Report, StepHost, host_plugin
from stackkit.flavors.orchestrator.processes import Sendable
from stackkit.flavors.orchestrator.serving import Order
from stackkit.pipelines import Pipeline, run
from stackkit.pipelines.code.importable import function_at
from stackkit.testing.contracts.orchestrator import Bench, check_all_ran
from stackkit.testing.steps import Journal, Plan


def bench_on(address: str, folder: Path, timeout: float = LONG) -> Bench:
    return bench_of(DaskOrchestrator(name="cluster", address=address, timeout=timeout), folder)


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Generator[Cluster]:
    """A cluster for tests that leave it as it was; its first worker announces a graphics processor."""
    with cluster(tmp_path_factory.mktemp("lasting"), resources="GPU=1") as found:
        yield found


def parent_of(process: int) -> int:
    """The worker that a step's process belongs to: the parent of what forks such processes."""
    found = process
    for _ in range(2):
        found = int(Path(f"/proc/{found}/stat").read_text("ascii").rpartition(")")[2].split()[1])
    return found


def listening(process: int) -> set[str]:
    """The addresses at which a process and those below it listen."""
    psutil: Any = pytest.importorskip("psutil")  # it comes with Dask
    found = psutil.Process(process)
    sockets = [one for each in (found, *found.children(recursive=True)) for one in each.net_connections("inet")]
    return {one.laddr.ip for one in sockets if one.status == psutil.CONN_LISTEN}


# Workers that die

FAN: list[Plan] = [Plan(), *(Plan(inputs=(0,), retries=3) for _ in range(12)), Plan(inputs=tuple(range(1, 13)), retries=3)]


def test_a_run_goes_on_when_a_worker_is_killed_in_the_middle_and_what_is_done_stays_done(tmp_path: Path) -> None:
    plan = [*FAN, Plan(deed="wait", retries=1, inputs=(13,)), Plan(deed="wait", inputs=(13,)), Plan(inputs=(14, 15))]
    with cluster(tmp_path / "dask") as dask:
        bench = bench_on(dask.address, tmp_path)
        with running(bench, plan) as future:
            wait_until(lambda: bool(bench.journal.begun(14) and bench.journal.begun(15)))
            killed = parent_of(process_of(bench.journal, 14))
            assert killed in [worker.process.pid for worker in dask.workers]
            os.kill(killed, signal.SIGKILL)
            wait_until(lambda: not is_alive(process_of(bench.journal, 14)))
            bench.journal.release.touch()
            assert future.result(LONG).status == "completed"
    check_all_ran(bench.journal, plan)
    assert bench.statuses() == ["completed"] * len(plan)
    assert [bench.journal.begun(number) for number in range(17)] == [1] * 14 + [2, 1, 1]


def test_a_step_without_retries_fails_when_its_worker_is_killed_and_is_not_begun_by_another(tmp_path: Path) -> None:
    plan = [Plan(deed="wait"), Plan(deed="wait"), Plan(inputs=(0, 1))]
    with cluster(tmp_path / "dask") as dask:
        bench = bench_on(dask.address, tmp_path)
        with running(bench, plan) as future:
            wait_until(lambda: bool(bench.journal.begun(0) and bench.journal.begun(1)))
            os.kill(parent_of(process_of(bench.journal, 0)), signal.SIGKILL)
            wait_until(lambda: not is_alive(process_of(bench.journal, 0)))
            bench.journal.release.touch()
            with pytest.raises(StepError, match=r"step_0: the worker that ran it died"):
                future.result(LONG)
        assert bench.statuses() == ["killed", "completed"]
        assert bench.journal.begun(0) == 1
        bench.resume()
    check_all_ran(bench.journal, plan)


DYING = """
import multiprocessing, os, signal, sys
from pathlib import Path
from stackkit.pipelines import pipeline, step

def recorded(frame, what, _):
    if what == "return" and frame.f_code.co_qualname == "RunContext.run_step":
        os.kill(multiprocessing.parent_process().pid, signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)

@step
def first(path: str) -> int:
    with Path(path).open("a") as file:
        file.write("begun ")
    sys.setprofile(recorded)
    return 1

@step
def second(number: int) -> int:
    return number + 1

@pipeline
def dying(path: str) -> None:
    second(first(path))
"""


def test_a_step_is_not_run_again_whose_worker_dies_when_it_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "dask"
    folder.mkdir()
    (folder / "dying_steps.py").write_text(DYING, "utf-8")
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    pipeline = cast("Pipeline[[str]]", function_at("dying_steps:dying"))
    with cluster(folder) as dask:
        bench = bench_on(dask.address, tmp_path)
        done = run(pipeline.compile(str(tmp_path / "begun")), bench.stack)
    sys.modules.pop("dying_steps")
    assert done.status == "completed"
    assert (tmp_path / "begun").read_text("utf-8") == "begun "
    assert [record.status for record in bench.stack[METADATA_STORE].get_steps(done.id)] == ["completed"] * 2


# Others that die


def test_no_step_outlives_a_client_that_is_killed_and_the_run_goes_on_when_resumed(lasting: Cluster, tmp_path: Path) -> None:
    plan = [Plan(), Plan(deed="wait", inputs=(0,)), Plan(inputs=(1,))]
    bench = bench_on(lasting.address, tmp_path)
    with program(f'DaskOrchestrator(name="it", address="{lasting.address}")', plan, tmp_path) as client:
        wait_until(lambda: bool(bench.journal.begun(1)))
        client.kill()
        client.wait(LONG)
    step = process_of(bench.journal, 1)
    wait_until(lambda: not is_alive(step))
    bench.journal.release.touch()
    bench.resume()
    check_all_ran(bench.journal, plan)
    assert [bench.journal.begun(number) for number in range(3)] == [1, 2, 1]


def test_a_run_fails_when_the_scheduler_is_killed(tmp_path: Path) -> None:
    with cluster(tmp_path / "dask") as dask:
        bench = bench_on(dask.address, tmp_path, timeout=4)  # so long it tries to reach the scheduler again
        with running(bench, [Plan(deed="wait"), Plan(inputs=(0,))]) as future:
            wait_until(lambda: bool(bench.journal.begun(0)))
            dask.scheduler.kill()
            with pytest.raises(StepError, match=r"step_0: the Dask scheduler is gone"):
                future.result(LONG)
        step = process_of(bench.journal, 0)
        wait_until(lambda: not is_alive(step))
    assert bench.statuses() == ["killed"]


# Resources


def test_steps_run_where_what_they_ask_for_is_announced(lasting: Cluster, tmp_path: Path) -> None:
    def ask(gpu: int) -> Callable[[StepSpec], StepSpec]:
        return lambda step: attrs.evolve(step, resources=Resources(gpu=gpu, cpu=64))  # nobody announces cores

    bench = bench_on(lasting.address, tmp_path)
    changed(bench, [Plan()] * 3, ask(1))
    check_all_ran(bench.journal, [Plan()] * 3)
    assert [event.what for event in bench.journal.read()] == ["begin", "end"] * 3
    with pytest.raises(PipelineError, match=r"step_0: asks for GPU=2, and no worker announces more than 1") as caught:
        changed(bench, [Plan()] * 3, ask(2))
    assert len(caught.value.problems) == 3
    assert not any(place in lasting.text() for place in ("metadata.db", "artifacts"))  # no component is in a log


# Where the cluster is


def test_a_cluster_of_this_machine_is_there_for_a_run_and_listens_on_loopback(tmp_path: Path) -> None:
    plan = [Plan(), Plan(deed="die", times=1, retries=1, inputs=(0,)), Plan(inputs=(0,)), Plan(deed="wait", inputs=(1, 2))]
    journal = Journal(str(tmp_path / "journal"))
    with program('DaskOrchestrator(name="it", workers=2)', plan, tmp_path) as process:
        wait_until(lambda: bool(journal.begun(3)))
        addresses = listening(process.pid)
        journal.release.touch()
        said, _ = process.communicate(timeout=LONG)
    assert (process.returncode, said.count("it is completed")) == (0, 1), said
    assert not re.search("Traceback|Warning", said), said
    check_all_ran(journal, plan)
    assert addresses == {"127.0.0.1"}, addresses


def test_a_scheduler_that_does_not_answer_is_told(tmp_path: Path) -> None:
    bench = bench_on("tcp://127.0.0.1:1", tmp_path, timeout=0.2)
    with pytest.raises(PipelineError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:1"):
        bench.run([Plan()])


def test_a_cluster_without_workers_is_told(tmp_path: Path) -> None:
    with cluster(tmp_path / "dask") as dask:
        for worker in dask.workers:
            worker.kill()
        bench = bench_on(dask.address, tmp_path, timeout=5)
        with pytest.raises(PipelineError, match="the cluster had no worker"):
            bench.run([Plan()])
    assert bench.journal.read() == []


def test_without_dask_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'stackkit\[dask\]'"):
        bench_on("", tmp_path).run([Plan()])


@pytest.mark.parametrize(
    "make",
    [
        lambda: DaskOrchestrator(name="it", address="localhost"),
        lambda: DaskOrchestrator(name="it", address="tcp://me:password@host:8786"),
        lambda: DaskOrchestrator(name="it", workers=0),
        lambda: DaskOrchestrator(name="it", dashboard=-1),
        lambda: DaskOrchestrator(name="it", timeout=0),
    ],
    ids=["no address", "password", "no worker", "port", "time"],
)
def test_what_cannot_be_is_refused(make: Callable[[], DaskOrchestrator]) -> None:
    with pytest.raises(ConfigurationError, match=r"is no address|is not above 0"):
        make()


# On a worker


def test_a_host_begins_nothing_more_when_it_is_told_so_and_nothing_at_all_when_it_is_closed() -> None:
    host = StepHost(Sendable(b"", ()))
    host.begin_nothing_more()
    assert host.perform("key", Order("step")) == Report(is_taken_back=True)
    closed = StepHost(Sendable(b"", ()))
    closed.close()
    assert closed.perform("key", Order("step")).death == "its worker was told to end"


def test_what_a_worker_gets_tells_nothing_of_the_components() -> None:
    plugin = host_plugin("run", b"sesame", ())
    assert "sesame" not in f"{plugin!r} {plugin}"
