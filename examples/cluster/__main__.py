"""The pipeline of `stackkit demo` on a Dask cluster with PostgreSQL behind it, while one of the workers is killed."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from examples.cluster.checks import Lost, checks
from examples.cluster.programs import LONG, USER, Cluster, Database, Program, ProgramError, as_account, dask, postgresql

from stackkit import METADATA_STORE, MetadataStore, RunRecord, Stack, StackkitError, StepRecord, Workspace
from stackkit.cli.demo.guide import Guide
from stackkit.cli.demo.running import pipeline_files
from stackkit.core.runs import DONE
from stackkit.workspace.location import STORE_VARIABLE

RUN = "run iris:training --rates=0.02 --rates=0.1 --rates=0.5 --rates=1.0 --epochs=800 --name cluster"


class DemoFailedError(Exception):
    """What was to be shown did not happen."""


def main() -> int:
    """Show and check it; 0 where all holds."""
    signal.signal(signal.SIGTERM, _leave)
    began = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="stackkit-cluster-", ignore_cleanup_errors=True) as name:
            wrong = show(Path(name))
    except (ProgramError, DemoFailedError, StackkitError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(f"\n{'WRONG: see above' if wrong else 'All of it holds'}, after {time.monotonic() - began:.1f} s.")
    return 1 if wrong else 0


def _leave(*_: object) -> None:
    """Leave all blocks, so that all servers end."""
    sys.exit(143)


def show(folder: Path) -> bool:
    """Show and check it, and say whether something does not hold."""
    project, logs = folder / "project", folder / "logs"
    for made in (project, logs, folder / "colleague"):
        made.mkdir()
    for name, text in pipeline_files().items():
        (project / name).write_text(text, encoding="utf-8")
    os.environ["TMPDIR"] = str(folder)  # what a program has no time to remove goes with it
    guide = Guide(project)
    guide.step("Servers of this machine, on loopback: PostgreSQL, a Dask scheduler and two workers")
    with postgresql(logs / "postgresql.log") as database:
        os.environ[STORE_VARIABLE] = database.url
        with dask(project, logs, {"PYTHONPATH": str(project)}) as cluster:
            guide.note(f"PostgreSQL listens at 127.0.0.1:{database.port}, the scheduler at {cluster.address}")
            guide.note(f"the workers are the processes {' and '.join(str(worker.pid) for worker in cluster.workers)}")
            guide.note(f"{STORE_VARIABLE}=postgresql+psycopg://{USER}:***@127.0.0.1:{database.port}/postgres")
            with _stack(guide, database, cluster):
                return _run_and_check(guide, cluster)


@contextmanager
def _stack(guide: Guide, database: Database, cluster: Cluster) -> Generator[None]:
    guide.step("A stack in the store that the team shares; the password is a secret")
    guide.run("stackkit init --empty")
    guide.run("stackkit secrets-manager register vault --flavor=local --path=vault")
    guide.run("stackkit secrets-manager secret register database password --manager vault", text=database.password)
    guide.run(f"stackkit orchestrator register cluster --flavor=dask --address={cluster.address}")
    guide.run(
        f"stackkit metadata-store register records --flavor=postgresql --host=127.0.0.1 --port={database.port}"
        f" --database=postgres --username={USER} --password='${{database.password}}'"
    )
    guide.run("stackkit artifact-store register files --flavor=local --path=artifacts")
    guide.run("stackkit experiment-tracker register trials --flavor=local --path=trials")
    guide.run("stackkit model-deployer register models --flavor=local")
    guide.run("stackkit alerter register terminal --flavor=console")
    guide.run(
        "stackkit stack register cluster --orchestrator cluster --metadata-store records --secrets-manager vault"
        " --artifact-store files --experiment-tracker trials --model-deployer models --alerter terminal --set"
    )
    guide.run("stackkit stack up")
    try:
        yield
    finally:  # no model server outlives the demo
        guide.run("stackkit stack down --force --yes")


def _run_and_check(guide: Guide, cluster: Cluster) -> bool:
    guide.step("The pipeline runs on the workers; one of them is killed while it trains")
    with Workspace.open(guide.folder) as workspace:
        stack = workspace.stacks.get("cluster")
        lost = _run(guide, cluster, stack)
        (run,) = stack[METADATA_STORE].get_runs()
        guide.step("A colleague, in another folder, sees the same stack and the same run")
        colleague = guide.folder.parent / "colleague"
        guide.run("stackkit init --empty", folder=colleague)
        guide.run("stackkit stack list", folder=colleague)
        guide.run("stackkit runs show cluster --stack cluster", folder=colleague)
        return _check(guide, stack, run, lost)


def _run(guide: Guide, cluster: Cluster, stack: Stack) -> Lost:
    """Run the pipeline, and kill a worker in the middle.

    Raises:
        DemoFailedError: The run came to its end before that, or failed.
    """
    guide.note(f"$ stackkit {RUN}")
    running = subprocess.Popen(
        [*as_account(), sys.executable, "-u", "-m", "stackkit", *shlex.split(RUN)],
        cwd=guide.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    shower = threading.Thread(target=_show_lines, args=(guide, running))
    shower.start()
    try:
        step, worker = _await_training(stack[METADATA_STORE], cluster, running)
        steps = _steps(stack[METADATA_STORE])
        guide.note(f"$ kill -9 {worker.pid}    # the worker that runs {step.step}")
        worker.kill()
        running.wait(LONG)
    finally:
        running.kill()
        running.wait()
        shower.join()
    if running.returncode:
        raise DemoFailedError(f"stackkit run ended with {running.returncode}")
    return Lost(tuple(steps), step)


def _show_lines(guide: Guide, running: subprocess.Popen[str]) -> None:
    for line in running.stdout or ():
        guide.show(line)


def _await_training(metadata: MetadataStore, cluster: Cluster, running: subprocess.Popen[str]) -> tuple[StepRecord, Program]:
    """Wait until a training is done and another one has just begun, and see which worker runs it.

    Raises:
        DemoFailedError: The run came to its end before that.
    """
    workers: Mapping[int, Program] = {worker.pid: worker for worker in cluster.workers}
    seen: set[str] = set()
    while running.poll() is None:
        steps = [step for step in _steps(metadata) if step.step.startswith("train")]
        fresh = [step for step in steps if step.status == "running" and step.step not in seen]
        seen |= {step.step for step in steps}
        if fresh and any(step.status in DONE for step in steps):
            found = [worker for pid in _ancestors(int(fresh[0].worker.rpartition(":")[2])) if (worker := workers.get(pid))]
            if found:
                return fresh[0], found[0]
        threading.Event().wait(0.02)
    raise DemoFailedError("the run came to its end before a worker could be killed")


def _steps(metadata: MetadataStore) -> list[StepRecord]:
    return [step for run in metadata.get_runs() for step in metadata.get_steps(run.id)]


def _ancestors(pid: int) -> Generator[int]:
    """A process, the one that started it, and so on."""
    while pid > 1:
        yield pid
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[1])
        except OSError:  # it is gone
            return


def _check(guide: Guide, stack: Stack, run: RunRecord, lost: Lost) -> bool:
    guide.step("Nothing was lost, and nothing that was recorded as done was done again")
    found = [*checks(stack, run, lost)]
    for check in found:
        guide.note(f"{'WRONG' if check.wrong else 'holds'}: {check.what}")
        for wrong in check.wrong:
            guide.note(f"       {wrong}")
    return any(check.wrong for check in found)


if __name__ == "__main__":
    sys.exit(main())
