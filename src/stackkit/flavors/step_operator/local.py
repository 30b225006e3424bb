"""Steps on this machine, each in an environment of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, final

import attrs
from typing_extensions import override

from stackkit.components.step_operator import BaseStepOperator
from stackkit.errors import MissingExtraError, Problem, StepError
from stackkit.flavors.step_operator.order import Order
from stackkit.flavors.step_operator.parcel import Parcel, begin
from stackkit.flavors.step_operator.printing import Printed
from stackkit.flavors.step_operator.settings import absolute, path_problem, positive, user_folder
from stackkit.flavors.step_operator.streams import exchange
from stackkit.flavors.step_operator.wheel import kit


@final
class LocalStepOperator(BaseStepOperator):
    """Runs steps on this machine, each in a fresh environment that uv makes, and in a process of its own.

    An environment has the kit that runs here, its dependencies, and the requirements of the step; nothing else. It is kept by
    its requirements, and used again by all steps that have the same. The command runs in the current folder, with the
    environment variables that are set here but for those that change what Python imports. What it prints is printed
    here. When it ends, is interrupted, breaks a limit, or when this process dies, all that it started is ended with it.

    Args:
        timeout: Seconds that a command may take, without the making of its environment; any when None.
        memory: Bytes of address space that each process of a command may have; any when None.
        folder: Where environments are kept. It can be removed at any time when no step runs.

    Raises:
        ConfigurationError: A limit is not above 0, or the folder is no path.

    >>> LocalStepOperator(name="fresh", timeout=60.0).timeout
    60.0
    """

    FLAVOR: ClassVar[str] = "local"

    timeout: float | None = attrs.field(
        default=None, validator=positive, metadata={"help": "the seconds that a step may take; by default any number"}
    )
    memory: int | None = attrs.field(
        default=None,
        validator=positive,
        metadata={"help": "the bytes of memory that a process of a step may have; by default any"},
    )
    folder: str = attrs.field(
        factory=user_folder,
        converter=absolute,
        validator=path_problem,
        metadata={"help": "the folder that environments are kept in"},
    )

    @override
    def launch(self, pipeline_name: str, run_name: str, requirements: Sequence[str], entrypoint_command: Sequence[str]) -> None:
        """Run a command in an environment of its own, and wait until it has ended.

        Args:
            pipeline_name: The pipeline.
            run_name: The run.
            requirements: The packages that the command needs.
            entrypoint_command: The command.

        Raises:
            StepError: Its environment cannot be made; it ended with another status than 0, or broke a limit.
            MissingExtraError: uv is not installed.
        """
        order = Order(
            command=[*entrypoint_command],
            requirements=[*requirements],
            folder=self.folder,
            cwd=_here(),
            timeout=self.timeout,
            memory=self.memory,
            uv=_uv(),
            needs_uv=True,
        )
        printed = Printed()
        pipe = subprocess.PIPE
        command = [sys.executable, "-I", "-c", begin()]
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True) as process:  # noqa: S603 - of our own
            exchange(process, Parcel(order, kit()).write(), printed)
        printed.check(self.name, "was there memory enough on this machine?")


def _here() -> str:
    try:
        return str(Path.cwd())
    except FileNotFoundError as error:
        raise StepError(Problem("the current folder does not exist", remedy="change to one that does")) from error


def _uv() -> str:
    found = shutil.which("uv", path=sysconfig.get_path("scripts")) or shutil.which("uv")
    if found is None:
        remedy = "pip install 'stackkit[local-steps]'"
        raise MissingExtraError(Problem("uv is not installed, which makes the environments of steps", remedy=remedy))
    return found
