"""Pipelines: functions that call steps, compiled into values."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Generic, ParamSpec

from typing_extensions import override

from stackkit.core.deployment import Parameter, PipelineDeployment
from stackkit.errors import PipelineError, Problem, StackkitError
from stackkit.pipelines.artifacts.values import write_parameter
from stackkit.pipelines.code.importable import source_of
from stackkit.pipelines.definition.signature import StepSignature
from stackkit.pipelines.definition.tracing import tracing

P = ParamSpec("P")


class Pipeline(Generic[P]):
    """A pipeline: a function that calls steps with each other's results.

    Args:
        function: The function. It is called once, when the pipeline is compiled: what steps give is not known then.
        name: What the pipeline is called; the function's name when empty.
    """

    def __init__(self, function: Callable[P, object], name: str = "") -> None:
        self.function = function
        self.name: str = name or getattr(function, "__name__", "pipeline")
        self.__doc__ = function.__doc__

    def compile(self, *args: P.args, **kwargs: P.kwargs) -> PipelineDeployment:
        """The pipeline as a value, with every step that it calls.

        Args:
            args: What the function takes.
            kwargs: The same, by name.

        Raises:
            PipelineError: Steps are called wrongly, cannot be imported by other processes, or give what nothing can write;
                all of it is named.
            TypeError: The pipeline itself is called wrongly.
        """
        used: PipelineError | None = None
        with tracing() as traced:
            try:
                self.function(*args, **kwargs)
            except PipelineError as error:  # a value was used that is not known yet: nothing after it was seen
                used = error
        problems = [*traced.problems(), *(used.problems if used else ())]
        if problems:
            raise PipelineError(*(problem.under(self.name) for problem in problems)) from used
        if not traced.steps:
            raise PipelineError(Problem("calls no step", where=self.name))
        bound = inspect.signature(self.function).bind(*args, **kwargs)
        bound.apply_defaults()
        return PipelineDeployment(
            name=self.name,
            steps=traced.steps,
            parameters=tuple(self._parameters(bound.arguments)),
            source=source_of(self.function, []),
        )

    def _parameters(self, given: dict[str, object]) -> list[Parameter]:
        """What the pipeline was given, as far as it can be written: it is for people, the steps have theirs."""
        types = StepSignature.of(self.function).parameters
        found: list[Parameter] = []
        for name, value in given.items():
            try:
                found.append(Parameter(name=name, value=write_parameter(value, types.get(name, type(value)))))
            except StackkitError:
                continue
        return found

    @override
    def __repr__(self) -> str:
        return f"<pipeline {self.name}{inspect.signature(self.function)}>"


def pipeline(function: Callable[P, object], /) -> Pipeline[P]:
    """Make a pipeline of a function that calls steps.

    Args:
        function: The function.

    >>> from stackkit.pipelines.definition.steps import step
    >>> @pipeline
    ... def nothing() -> None:
    ...     pass
    >>> nothing.compile()
    Traceback (most recent call last):
    stackkit.errors.PipelineError: nothing: calls no step
    """
    return Pipeline(function)
