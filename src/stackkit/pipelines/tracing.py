"""Tracing: a pipeline's function is called once, and what it calls is written down."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import NoReturn

from stackkit.core.deployment import OutputRef, Parameter, StepInput, StepOutput, StepSpec
from stackkit.core.narrow import is_row
from stackkit.errors import PipelineError, Problem, StackkitError
from stackkit.pipelines.fingerprint import fingerprint
from stackkit.pipelines.importable import source_of
from stackkit.pipelines.materializers import materializer_name
from stackkit.pipelines.options import StepOptions
from stackkit.pipelines.signature import StepSignature
from stackkit.pipelines.values import write_parameter


class Handle:
    """What a step will give, while its pipeline is compiled; to a type checker it is the value itself."""

    __slots__ = ("_ref",)

    def __init__(self, ref: OutputRef) -> None:
        self._ref = ref

    def _refuse(self, *_: object) -> NoReturn:
        what = f"what the step {self._ref.step} gives is not known before it has run"
        raise PipelineError(Problem(what, remedy="give it to a step, and do there what you mean to do with it"))

    __bool__ = __len__ = __iter__ = __getitem__ = __contains__ = __add__ = __radd__ = __lt__ = __gt__ = _refuse
    __int__ = __float__ = __index__ = __enter__ = __call__ = __sub__ = __mul__ = _refuse

    def __getattr__(self, name: str) -> NoReturn:
        self._refuse(name)

    def __repr__(self) -> str:
        return f"<output {self._ref.output} of step {self._ref.step}>"


class Nothing:
    """What a step gives that gives nothing: other steps can wait for it."""

    __slots__ = ("step",)

    def __init__(self, step: str) -> None:
        self.step = step


class Tracing:
    """The steps of a pipeline, as they are called one after the other."""

    def __init__(self) -> None:
        self.steps: list[StepSpec] = []
        self.problems: list[Problem] = []

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
        problems = [*signature.problems]
        inputs, parameters = self._bound(signature, args, kwargs, problems)
        outputs = {output: _handle(name, output) for output in signature.outputs}
        self.steps.append(
            StepSpec(
                name=name,
                source=source_of(function, problems),
                code=fingerprint(function),
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
        self.problems += [problem.under(name) for problem in problems]
        if signature.collects is None:
            return outputs.popitem()[1] if outputs else Nothing(name)
        return signature.collects([*outputs.values()])

    def _name(self, wished: str) -> str:
        taken = {step.name for step in self.steps}
        if wished not in taken:
            return wished
        return next(name for number in range(2, len(taken) + 3) if (name := f"{wished}_{number}") not in taken)

    def _bound(
        self, signature: StepSignature, args: tuple[object, ...], kwargs: Mapping[str, object], problems: list[Problem]
    ) -> tuple[list[StepInput], list[Parameter]]:
        """What each parameter is given: by other steps, or known already."""
        inputs: list[StepInput] = []
        parameters: list[Parameter] = []
        try:
            bound = signature.python.bind(*args, **kwargs)
        except TypeError as error:
            problems.append(Problem(f"is called wrongly: {error}"))
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
                try:
                    parameters.append(Parameter(name=name, value=write_parameter(value, tp)))
                except StackkitError as error:
                    problems += [problem.under(name) for problem in error.problems]
        return inputs, parameters


def _handle(step: str, output: str) -> Handle:
    return Handle(OutputRef(step=step, output=output))


def reference(handle: Handle) -> OutputRef:
    """Which output a handle stands for."""
    found: OutputRef = object.__getattribute__(handle, "_ref")
    return found


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
    for output in wished.keys() - signature.outputs.keys():
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
