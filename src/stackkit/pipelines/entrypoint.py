"""The command of a step operator, `python -m stackkit.pipelines.entrypoint`: it makes one attempt of a step, and records it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from stackkit.components.artifact_store import ARTIFACT_STORE
from stackkit.components.metadata_store import METADATA_STORE
from stackkit.core.deployment import PipelineDeployment
from stackkit.errors import Problem, RecordNotFoundError, StackkitError, StepError
from stackkit.pipelines.running.entry import deployment_of, read_stack
from stackkit.pipelines.running.step_run import StepRun
from stackkit.stack.stack import Stack


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
    parser.add_argument("--probe", default="", help="a file in the artifact store that has to be seen from here")
    parser.add_argument("--path", action="append", default=[], help="a folder to import from, where it is there")
    given = parser.parse_args(arguments)
    sys.path[:0] = [path for path in given.path if Path(path).is_dir() and path not in sys.path]
    try:
        stack = read_stack(given.stack)
        deployment = _deployment(stack, given.run, given.probe)
        StepRun(deployment, stack, given.run, given.step).attempt_here(given.attempt)
    except StackkitError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _deployment(stack: Stack, run_id: UUID, probe: str) -> PipelineDeployment:
    """What the run consists of; the stores are the same as where it was begun.

    Raises:
        StepError: They are others.
    """
    remedy = "a step on another machine needs stores that both machines reach; local ones are not"
    try:
        deployment = deployment_of(stack, run_id)
    except RecordNotFoundError as error:
        what = f"the metadata store {stack[METADATA_STORE].name} is another one here: it has no run {run_id}"
        raise StepError(Problem(what, remedy=remedy)) from error
    if probe and not stack[ARTIFACT_STORE].exists(probe):
        what = f"the artifact store {stack[ARTIFACT_STORE].name} is another one here: it has no {probe}"
        raise StepError(Problem(what, remedy=remedy))
    return deployment


if __name__ == "__main__":
    sys.exit(main())
