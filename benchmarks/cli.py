"""How long the command line takes beside an interpreter that does nothing."""

from __future__ import annotations

import compileall
import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from harness.report import Report
from harness.script import Options, run
from harness.timing import Side, take_turns

GOAL = 8
ROUNDS = 21
STACKKIT = str(Path(sys.executable).parent / "stackkit")
NOTHING = (sys.executable, "-c", "pass")
MEASURED = ("artifact-store flavor list", "stack list")
PREPARED = (
    "init",
    "artifact-store register prod --flavor=local --path=./prod",
    "artifact-store register spare --flavor=local --path=./spare",
    "secrets-manager register vault --flavor=local --path=./vault",
    "alerter register terminal --flavor=console",
    "stack register main --artifact-store prod --secrets-manager vault --set",
    "stack register small --artifact-store spare --alerter terminal",
)


def compile_modules() -> None:
    """Compile everything that a command imports, as an installation does."""
    for name in ("stackkit", "click", "attr", "attrs", "typing_extensions"):
        spec = find_spec(name)
        where = spec.origin if spec else None
        if where and Path(where).name == "__init__.py":
            compileall.compile_dir(Path(where).parent, quiet=2)
        elif where:
            compileall.compile_file(where, quiet=2)


def environment() -> dict[str, str]:
    """The environment without what would have Python compile anew at each start."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONDONTWRITEBYTECODE", "STACKKIT_WORKSPACE")}


def process(command: tuple[str, ...], folder: str) -> Side:
    """A whole life of a process."""

    def live() -> None:
        subprocess.run(command, cwd=folder, env=environment(), stdout=subprocess.DEVNULL, check=True)

    return live


def measure(report: Report, options: Options) -> None:
    """Measure in a workspace with a few components."""
    compile_modules()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for line in PREPARED:
            process((STACKKIT, *line.split()), folder)()
        commands = {f"stackkit {line}": process((STACKKIT, *line.split()), folder) for line in MEASURED}
        found = take_turns({"python -c pass": process(NOTHING, folder), **commands}, rounds=options.rounds or ROUNDS)
    report.table("Cold start, from the start of the process to its end", *found.table("python -c pass"))
    for command in commands:
        report.goal(f"`{command}`, beside `python -c pass`", at_most=GOAL, found=found.ratio(command, "python -c pass"))


if __name__ == "__main__":
    run("Command line", __file__, measure, packages=("click",))
