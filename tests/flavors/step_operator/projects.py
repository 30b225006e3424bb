"""A project with a pipeline, a step of which runs on an operator; and what happens to a process that launches commands."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent

from stackkit import METADATA_STORE, BaseStepOperator, Stack, StepRecord
from stackkit.core.component import as_component
from stackkit.flavors.artifact_store.local import LocalArtifactStore
from stackkit.flavors.metadata_store.sqlite import SqliteMetadataStore
from stackkit.flavors.orchestrator.local import LocalOrchestrator

FLOW = """
    from pathlib import Path

    from stackkit.pipelines import pipeline, step
    from its_package.words import hello

    HERE = Path(__file__).parent

    @step
    def name() -> str:
        return "Ada"

    @step(step_operator="operator", requirements=["REQUIREMENT"])
    def greet(name: str) -> tuple[str, str]:
        import MODULE
        greeting = f"{hello(name)} {MODULE.ANSWER}{(HERE / 'its_package/end.txt').read_text()}"
        print(greeting)
        return greeting, str(HERE)

    @step
    def check(greeting: str, place: str) -> str:
        return f"{greeting} {place != str(HERE)}"

    @pipeline
    def flow() -> None:
        check(*greet(name()))
"""


def write_project(folder: Path, requirement: str, module: str) -> None:
    """Write a project with a module of steps, a package that it needs, and what is not needed to run them."""
    text = dedent(FLOW).replace("REQUIREMENT", requirement).replace("MODULE", module)
    files = {
        "its_flow.py": text,
        "its_package/__init__.py": "",
        "its_package/words.py": "def hello(name: str) -> str:\n    return f'Hello, {name}:'\n",
        "its_package/end.txt": "!",
        ".git/objects/large": "x" * 10_000,
        "venv/pyvenv.cfg": "home = /usr/bin",
        "venv/lib/large.py": "x" * 10_000,
        "__pycache__/large.pyc": "x" * 10_000,
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")


def stack_with(operator: BaseStepOperator, folder: Path) -> Stack:
    """A stack of this machine, with an operator; steps run in processes of their own."""
    store = LocalArtifactStore(name="files", path=str(folder / "artifacts"))
    records = SqliteMetadataStore(name="records", path=str(folder / "records.db"))
    return Stack(LocalOrchestrator(name="processes", workers=2), store, records, as_component(operator))


def last_steps(stack: Stack) -> dict[str, StepRecord]:
    """What is recorded of the last run."""
    last = stack[METADATA_STORE].get_runs(limit=1)[0]
    return {step.step: step for step in stack[METADATA_STORE].get_steps(last.id)}


LAUNCH = """
import pickle, sys
operator, command = pickle.loads(bytes.fromhex(sys.stdin.readline()))
operator.launch("training", "monday", [], command)
"""


def kill_while_it_runs(operator: BaseStepOperator, command: Sequence[str], begun: Path) -> None:
    """Have another process launch a command, and kill that process when the command has begun.

    Args:
        operator: Where the command runs.
        command: The command.
        begun: A file that has something in it when it has begun.
    """
    given = pickle.dumps((operator, [*command])).hex().encode()
    with subprocess.Popen([sys.executable, "-c", LAUNCH], stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write(given + b"\n")
        process.stdin.flush()
        wait_for(begun)
        os.kill(process.pid, signal.SIGKILL)


def wait_for(file: Path) -> None:
    """Wait until there is something in a file."""
    until = time.monotonic() + 60
    while not (file.exists() and file.stat().st_size):
        assert time.monotonic() < until
        time.sleep(0.01)


def wait_until_empty(folder: Path) -> None:
    """Wait until there is nothing in a folder."""
    until = time.monotonic() + 60
    while any(folder.iterdir()):
        assert time.monotonic() < until
        time.sleep(0.01)
