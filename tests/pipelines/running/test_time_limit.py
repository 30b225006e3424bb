"""Attempts in processes of their own: nothing of them is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.pipelines.conftest import WriteModule

from stackkit import METADATA_STORE, Stack
from stackkit.errors import StepError
from stackkit.pipelines import run

MODULE = """
import os, subprocess, sys, time
from pathlib import Path
from stackkit.pipelines import pipeline, step

@step(timeout=3.0)
def parent(folder: Path, ends: bool) -> None:
    child = subprocess.Popen(["sleep", "600"])
    (folder / "new").write_text(f"{os.getpid()} {child.pid}")
    (folder / "new").rename(folder / "pids")
    if not ends:
        time.sleep(600)

@pipeline
def flow(folder: Path, ends: bool = False) -> None:
    parent(folder, ends)
"""


def lives(process: str) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone(folder: Path) -> bool:
    end = time.monotonic() + 30
    while any(map(lives, (folder / "pids").read_text().split())) and time.monotonic() < end:
        time.sleep(0.01)
    return not any(map(lives, (folder / "pids").read_text().split()))


@pytest.mark.parametrize("ends", [True, False])
def test_what_an_attempt_started_ends_with_it(stack: Stack, write_module: WriteModule, tmp_path: Path, ends: bool) -> None:
    made = write_module(MODULE).flow.compile(tmp_path, ends)
    if ends:
        run(made, stack)
    else:
        with pytest.raises(StepError, match="took longer than its limit of 3 s"):
            run(made, stack)
    assert gone(tmp_path)
    assert stack[METADATA_STORE].get_runs()[0].status == ("completed" if ends else "failed")


RUNNING = """
import sys
from pathlib import Path
from stackkit import Stack
from stackkit.flavors.artifact_store.local import LocalArtifactStore
from stackkit.flavors.metadata_store.sqlite import SqliteMetadataStore
from stackkit.pipelines import run
from tests.pipelines.loop import LoopOrchestrator
import written_module
folder = Path(sys.argv[1])
store = LocalArtifactStore(name="files", path=str(folder / "artifacts"))
records = SqliteMetadataStore(name="records", path=str(folder / "records.db"))
slow = written_module.parent.with_options(timeout=600.0)
written_module.parent = slow
run(written_module.flow.compile(folder), Stack(LoopOrchestrator(name="loop"), store, records))
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_an_attempt_ends_with_the_process_that_waits_for_it(
    write_module: WriteModule, tmp_path: Path, how: signal.Signals
) -> None:
    write_module(MODULE)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", RUNNING, str(tmp_path)], env=environment, stderr=subprocess.DEVNULL) as child:
        end = time.monotonic() + 60
        while not (tmp_path / "pids").exists() and child.poll() is None and time.monotonic() < end:
            time.sleep(0.01)
        child.send_signal(how)
    assert gone(tmp_path)
