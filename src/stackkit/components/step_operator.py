"""Step operators: where single steps run that need another environment than the rest of their pipeline."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final, Protocol

from stackkit.core.component import StackComponent
from stackkit.core.component_type import Component, ComponentType

ENTRYPOINT: Final = ("python", "-m", "stackkit.pipelines.entrypoint")
"""How the command begins that makes an attempt of a step."""

IMPORT_FROM: Final = "--path="
"""How its arguments begin that name a folder to import from."""


class StepOperator(Component, Protocol):
    """Runs the command of one step in an environment of its own, and waits for its end.

    Laws: when `launch` returns, the command has ended with status 0, exactly once; otherwise it raises `StepError`, which
    tells the status and the last lines of what was printed. What the command prints is printed by this process, as it comes. An
    argument reaches the command as it is, whatever it holds; but those of an entry point that name folders may name others, to
    which their contents were brought.
    """

    TYPE: ClassVar[ComponentType[StepOperator]]

    def launch(
        self, pipeline_name: str, run_name: str, requirements: Sequence[str], entrypoint_command: Sequence[str]
    ) -> None: ...


STEP_OPERATOR: Final = ComponentType[StepOperator]("step_operator")


class BaseStepOperator(StackComponent, ABC):
    """The base of every step operator."""

    TYPE: ClassVar[ComponentType[StepOperator]] = STEP_OPERATOR

    @abstractmethod
    def launch(self, pipeline_name: str, run_name: str, requirements: Sequence[str], entrypoint_command: Sequence[str]) -> None:
        """Run a command, and wait until it has ended.

        Args:
            pipeline_name: The pipeline, for names and logs.
            run_name: The run, likewise.
            requirements: The packages that the command needs, as pip takes them.
            entrypoint_command: The command: `python`, which stands for the environment's own interpreter, and its arguments.

        Raises:
            StepError: It could not be started, ended with another status than 0, or broke a limit.
        """


def code_arguments(entrypoint_command: Sequence[str]) -> dict[str, Path]:
    """The arguments of an entry point that name folders to import from, each with its folder.

    An operator that brings a step to another machine brings these, and says there where they are.

    Args:
        entrypoint_command: A command; one that is no entry point names none.

    >>> code_arguments(["python", "-m", "stackkit.pipelines.entrypoint", "--step=train", "--path=/"])
    {'--path=/': PosixPath('/')}
    >>> code_arguments(["python", "-m", "http.server", "--path=/"])
    {}
    """
    if tuple(entrypoint_command[:3]) != ENTRYPOINT:
        return {}
    named = [argument for argument in entrypoint_command[3:] if argument.startswith(IMPORT_FROM)]
    return {argument: folder for argument in named if (folder := Path(argument.removeprefix(IMPORT_FROM))).is_dir()}
