"""Tracing: a pipeline's function is called once, and what it calls is written down."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import attrs

from stackkit.core.deployment import Parameter, StepInput, StepOutput, StepSpec, in_order
from stackkit.core.narrow import is_row
from stackkit.errors import PipelineError, Problem, StackkitError
from stackkit.pipelines.artifacts.materializers import materializer_name
from stackkit.pipelines.artifacts.values import write_parameter
from stackkit.pipelines.code.fingerprint import fingerprint
from stackkit.pipelines.code.importable import source_of
from stackkit.pipelines.definition.handles import Handle, Nothing, handles_in, reference
from stackkit.pipelines.definition.options import StepOptions
from stackkit.pipelines.definition.signature import StepSignature


@attrs.frozen
class _Function:
    """What is the same each time that a function is a step.

    Args:
        source: Its import path.
        code: What stands for its code.
        problems: What is wrong with it.
    """

    source: str
    code: str
    problems: tuple[Problem, ...]


class Tracing:
    """The steps of a pipeline, as they are called one after the other."""

    def __init__(self) -> None:
        self._steps: list[StepSpec] = []
        self._problems: list[Problem] = []
        self._names: dict[str, int] = {}
        self._functions: dict[int, tuple[Callable[..., object], _Function]] = {}  # kept, so that their ids stay theirs

    @property
    def steps(self) -> tuple[StepSpec, ...]:
        """The steps that were called."""
        return tuple(self._steps)

    def problems(self) -> Iterator[Problem]:
        """All that is wrong with the steps, and with what they wait for."""
        yield from self._problems
        try:
            in_order(self._steps)
        except PipelineError as error:
            yield from error.problems

    def add(
        self,
        function: Callable[..., object],
        name: str,
        options: StepOptions,
        signature: StepSignature,
        args: tuple[object, ...],
        kwargs: Mapping[str, object],
    ) -> object:
        """Put a step into the pipeline.

        Args:
            function: What it runs.
            name: What it is called; another number is added where that is taken.
            options: How it runs.
            signature: What the function takes and gives.
            args: What it is called with: values, or what other steps give.
            kwargs: The same, by name.

        Returns:
            What stands for what it gives.
        """
        name = self._name(name)
        known = self._function(function)
        problems = [*signature.problems, *known.problems]
        inputs, parameters = _bound(signature, args, kwargs, problems)
        self._steps.append(
            StepSpec(
                name=name,
                source=known.source,
                code=known.code,
                parameters=tuple(parameters),
                inputs=tuple(inputs),
                outputs=tuple(_written(options, signature, problems)),
                after=tuple(_awaited(options.after, problems)),
                retry=options.retry,
                timeout=options.timeout,
                resources=options.resources,
                step_operator=options.step_operator,
                requirements=options.requirements,
                enable_cache=options.enable_cache,
            )
        )
        self._problems += [problem.under(name) for problem in problems]
        if not signature.outputs:
            return Nothing(name)
        given: list[object] = [Handle(name, output) for output in signature.outputs]
        return given[0] if signature.collects is None else signature.collects(given)

    def _name(self, wished: str) -> str:
        name, number = wished, self._names.get(wished, 0)
        while name in self._names:
            number += 1
            name = f"{wished}_{number + 1}"
        self._names[wished] = number
        self._names.setdefault(name, 0)
        return name

    def _function(self, function: Callable[..., object]) -> _Function:
        found = self._functions.get(id(function))
        if found is None:
            problems: list[Problem] = []
            source = source_of(function, problems)
            found = (function, _Function(source, fingerprint(function), tuple(problems)))
            self._functions[id(function)] = found
        return found[1]


def _bound(
    signature: StepSignature, args: tuple[object, ...], kwargs: Mapping[str, object], problems: list[Problem]
) -> tuple[list[StepInput], list[Parameter]]:
    """What each parameter is given: by other steps, or known already."""
    inputs: list[StepInput] = []
    parameters: list[Parameter] = []
    try:
        bound = signature.python.bind(*args, **kwargs)
    except TypeError as error:
        if not signature.problems:
            problems.append(Problem(f"is called wrongly: {error}", remedy=f"it takes {signature.python}"))
        return inputs, parameters
    bound.apply_defaults()
    for name, value in bound.arguments.items():
        tp = signature.parameters.get(name)
        if tp is None:
            continue  # signature.problems say why
        if isinstance(value, Handle):
            inputs.append(StepInput(name=name, sources=(reference(value),)))
        elif is_row(value) and any(isinstance(item, Handle) for item in value):
            inputs.append(_gathered(name, value, problems))
        else:
            parameters += _known(name, value, tp, problems)
    return inputs, parameters


def _known(name: str, value: object, tp: Any, problems: list[Problem]) -> Iterator[Parameter]:
    for inner in handles_in(value):
        what, remedy = f"holds {inner!r} inside of a value", "give it as a parameter, or a list of such"
        if isinstance(inner, Nothing):
            what, remedy = f"is given what {inner.step} gives, which is nothing", "use after= to wait for a step"
        problems.append(Problem(what, where=name, remedy=remedy))
        return
    try:
        yield Parameter(name=name, value=write_parameter(value, tp))
    except StackkitError as error:
        problems += [problem.under(name) for problem in error.problems]


def _gathered(name: str, values: list[object] | tuple[object, ...], problems: list[Problem]) -> StepInput:
    handles = [value for value in values if isinstance(value, Handle)]
    if len(handles) < len(values):
        remedy = "give a list of what steps give, or a list of values"
        problems.append(Problem("mixes what steps give with values that are known", where=name, remedy=remedy))
    return StepInput(name=name, sources=tuple(map(reference, handles)), is_list=True)


def _awaited(after: tuple[object, ...], problems: list[Problem]) -> Iterator[str]:
    for given in after:
        if isinstance(given, str):
            yield given
        elif isinstance(given, Nothing):
            yield given.step
        elif isinstance(given, Handle):
            yield reference(given).step
        elif is_row(given):
            yield from _awaited(tuple(given), problems)
        else:
            what = f"after holds {type(given).__name__}"
            problems.append(Problem(what, remedy="give what a step gave when it was called, or the name of a step"))


def _written(options: StepOptions, signature: StepSignature, problems: list[Problem]) -> Iterator[StepOutput]:
    wished = options.materializers
    for output in sorted(wished.keys() - signature.outputs.keys()):
        has = ", ".join(signature.outputs) or "none"
        problems.append(Problem(f"there is no output {output} to materialize", remedy=f"it has {has}"))
    for output, tp in signature.outputs.items():
        try:
            yield StepOutput(name=output, materializer=materializer_name(tp, wished.get(output)))
        except StackkitError as error:
            problems += [problem.under(output) for problem in error.problems]


_current: contextvars.ContextVar[Tracing | None] = contextvars.ContextVar("tracing", default=None)


def current_tracing() -> Tracing | None:
    """The pipeline that is being compiled here, or None."""
    return _current.get()


@contextmanager
def tracing() -> Generator[Tracing]:
    """While this is open, calls of steps are written down, and not made."""
    found = Tracing()
    token = _current.set(found)
    try:
        yield found
    finally:
        _current.reset(token)
