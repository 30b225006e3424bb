"""How long the command line takes beside an interpreter that does nothing: `python benchmarks/cli.py [PAIRS]`."""

from __future__ import annotations

import compileall
import os
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from statistics import median

GOAL = 8
PAIRS = 21
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


def milliseconds(command: tuple[str, ...], folder: str) -> float:
    """How long a process lives."""
    begun = time.perf_counter()
    subprocess.run(command, cwd=folder, env=environment(), stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - begun) * 1000


def compare(line: str, folder: str, pairs: int) -> None:
    """Print the medians of runs that are made in turn, so that a busy moment meets both."""
    command = (STACKKIT, *line.split())
    times = [(milliseconds(NOTHING, folder), milliseconds(command, folder)) for _ in range(pairs + 1)][1:]
    nothing, taken = (median(column) for column in zip(*times, strict=True))
    ratio = median(ours / theirs for theirs, ours in times)
    print(f"stackkit {line:26}  {taken:6.1f} ms   python -c pass {nothing:5.1f} ms   ratio {ratio:.2f}   goal {GOAL}")


def main() -> None:
    """Measure in a workspace with a few components."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else PAIRS
    compile_modules()
    with tempfile.TemporaryDirectory() as folder:
        for line in PREPARED:
            subprocess.run((STACKKIT, *line.split()), cwd=folder, env=environment(), stdout=subprocess.DEVNULL, check=True)
        print(f"Python {sys.version.split()[0]}, medians of {pairs} pairs")
        for line in MEASURED:
            compare(line, folder, pairs)


if __name__ == "__main__":
    main()
