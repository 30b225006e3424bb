"""Step operators: where single steps run that need another environment than the rest of their pipeline."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Final, Protocol

from stackkit.core.component import StackComponent
from stackkit.core.component_type import Component, ComponentType


class StepOperator(Component, Protocol):
    """Runs the command of one step in an environment of its own, and waits for its end.

    Laws: when `launch` returns, the command has ended with status 0, exactly once; otherwise it raises `StepError`, which
    tells the status and the last lines of what was printed. An argument reaches the command as it is, whatever it holds.
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
