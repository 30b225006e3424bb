"""How long the command line takes beside an interpreter that does nothing."""

from __future__ import annotations

import compileall
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from harness.process import process
from harness.report import Report
from harness.script import Options, run
from harness.timing import take_turns

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
