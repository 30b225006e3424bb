"""The command of a step operator, `python -m stackkit.pipelines.entrypoint`: it makes one attempt of a step, and records it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from stackkit.errors import StackkitError
from stackkit.pipelines.entry import deployment_of, read_stack
from stackkit.pipelines.step_run import StepRun


def main(arguments: Sequence[str] | None = None) -> int:
    """Make an attempt.

    Args:
        arguments: What `entry_command` gives after the module's name; those of the program when None.

    Returns:
        0 when the step is done, 1 when it failed.
    """
    parser = argparse.ArgumentParser(prog="python -m stackkit.pipelines.entrypoint", description=__doc__)
    parser.add_argument("--stack", required=True, help="the stack, as a document")
    parser.add_argument("--run", required=True, type=UUID, help="the run")
    parser.add_argument("--step", required=True, help="the name of the step")
    parser.add_argument("--attempt", required=True, type=int, help="which attempt, from 1")
    parser.add_argument("--path", action="append", default=[], help="a folder to import from, where it is there")
    given = parser.parse_args(arguments)
    sys.path[:0] = [path for path in given.path if Path(path).is_dir() and path not in sys.path]
    try:
        stack = read_stack(given.stack)
        StepRun(deployment_of(stack, given.run), stack, given.run, given.step).attempt_here(given.attempt)
    except StackkitError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
