"""Whole lives of processes, as sides of a comparison."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from harness.timing import Side


def process(command: Sequence[str], folder: str | Path) -> Side:
    """Runs a program in a folder, until it ends; what it prints is thrown away.

    Raises:
        CalledProcessError: When run, if the program fails.
    """

    def live() -> None:
        subprocess.run(command, cwd=folder, env=environment(), stdout=subprocess.DEVNULL, check=True)

    return live


def environment() -> dict[str, str]:
    """The environment without what would have Python compile anew at each start, or stackkit look elsewhere."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONDONTWRITEBYTECODE", "STACKKIT_WORKSPACE")}
