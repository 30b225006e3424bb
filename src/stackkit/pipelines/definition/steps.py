"""Steps: typed functions that pipelines are made of."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, update_wrapper
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, overload

import attrs
from typing_extensions import override

from stackkit.core.deployment import Resources, Retry
from stackkit.pipelines.artifacts.materializers import Materializer
from stackkit.pipelines.code.module_source import remember
from stackkit.pipelines.definition.options import StepOptions
from stackkit.pipelines.definition.signature import StepSignature
from stackkit.pipelines.definition.tracing import current_tracing

P = ParamSpec("P")
Q = ParamSpec("Q")
R = TypeVar("R")
A = TypeVar("A")


class Step(Generic[P, R]):
    """A step: in a pipeline, to call it puts it there; anywhere else it is the function that it was made from.

    Args:
        function: The function; every parameter and what it returns are annotated.
        options: How it runs.
    """

    def __init__(self, function: Callable[P, R], options: StepOptions | None = None) -> None:
        self.function = function
        self.options: StepOptions = options or StepOptions()
        update_wrapper(self, function)
        remember(function)

    @cached_property
    def signature(self) -> StepSignature:
        """What the function takes and gives."""
        return StepSignature.of(self.function)

    @property
    def name(self) -> str:
        """What the step is called."""
        return self.options.name or getattr(self.function, "__name__", "step")

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Put the step into the pipeline that is being compiled; or, outside of one, call the function."""
        tracing = current_tracing()
        if tracing is None:
            return self.function(*args, **kwargs)
        given: Any = tracing.add(
            self.function, self.name, self.options, self.signature, args, kwargs
        )  # what the step will give, to a type checker and in other steps' calls
        return given  # type: ignore[no-any-return] # the same

    def with_options(
        self,
        *,
        name: str | None = None,
        after: Iterable[object] | None = None,
        retries: int | Retry | None = None,
        timeout: float | None = None,
        resources: Resources | None = None,
        step_operator: str | None = None,
        requirements: Iterable[str] | None = None,
        enable_cache: bool | None = None,
    ) -> Step[P, R]:
        """The same step with other options; what is None stays as it is.

        Args:
            name: What it is called in its pipeline.
            after: What has to be done before: what steps gave when they were called, or names of steps.
            retries: How often it is tried again.
            timeout: Seconds that an attempt may take.
            resources: What it asks of a machine.
            step_operator: The name of the step operator that it runs on.
            requirements: The packages that a step operator installs for it.
            enable_cache: Whether what an earlier run gave may be taken instead of running it.
        """
        given: dict[str, Any] = {
            "name": name,
            "after": None if after is None else tuple(after),
            "retry": Retry(times=retries) if isinstance(retries, int) else retries,
            "timeout": timeout,
            "resources": resources,
            "step_operator": step_operator,
            "requirements": None if requirements is None else tuple(requirements),
            "enable_cache": enable_cache,
        }
        changed = {option: value for option, value in given.items() if value is not None}
        return Step(self.function, attrs.evolve(self.options, **changed))

    @override
    def __repr__(self) -> str:
        return f"<step {self.name}{inspect.signature(self.function)}>"


@overload
def step(function: Callable[P, R], /) -> Step[P, R]: ...
@overload
def step(
    *,
    name: str = "",
    retries: int | Retry = 0,
    timeout: float | None = None,
    resources: Resources | None = None,
    step_operator: str = "",
    requirements: Iterable[str] = (),
    enable_cache: bool = True,
    materializers: Mapping[str, str | type[Materializer[Any]]] | None = None,
) -> Callable[[Callable[P, R]], Step[P, R]]: ...
def step(
    function: Callable[P, R] | None = None,
    /,
    *,
    name: str = "",
    retries: int | Retry = 0,
    timeout: float | None = None,
    resources: Resources | None = None,
    step_operator: str = "",
    requirements: Iterable[str] = (),
    enable_cache: bool = True,
    materializers: Mapping[str, str | type[Materializer[Any]]] | None = None,
) -> Step[P, R] | Callable[[Callable[P, R]], Step[P, R]]:
    """Make a step of a typed function; as `@step`, or with options as `@step(retries=3)`.

    Args:
        function: The function; every parameter and what it returns are annotated.
        name: What it is called in its pipeline; the function's name when empty.
        retries: How often it is tried again when it fails, or a whole `Retry`.
        timeout: Seconds that an attempt may take; None for any.
        resources: What it asks of a machine.
        step_operator: The name of the step operator that it runs on.
        requirements: The packages that a step operator installs for it.
        enable_cache: Whether what an earlier run gave may be taken instead of running it.
        materializers: What writes its outputs, by their names, where it is not what their types say.

    Returns:
        The step: a function of the same type.

    >>> @step
    ... def double(number: int) -> int:
    ...     return 2 * number
    >>> double(21)
    42
    """
    options = StepOptions(
        name=name,
        retry=Retry(times=retries) if isinstance(retries, int) else retries,
        timeout=timeout,
        resources=resources or Resources(),
        step_operator=step_operator,
        requirements=tuple(requirements),
        enable_cache=enable_cache,
        materializers=dict(materializers or {}),
    )
    if function is not None:
        return Step(function, options)
    return lambda function: Step(function, options)


def map_step(step: Callable[Concatenate[A, Q], R], over: Iterable[A], /, *args: Q.args, **kwargs: Q.kwargs) -> list[R]:
    """One step for each of several values of the first parameter.

    Args:
        step: The step.
        over: The values: a list of what other steps give, or of what is known when the pipeline is compiled.
        args: The other arguments, the same for all.
        kwargs: The same, by their names.

    Returns:
        What the steps give, in the order of the values; a step that takes a list can be given it.

    >>> map_step(step(round), [1.24, 5.68], 1)
    [1.2, 5.7]
    """
    return [step(value, *args, **kwargs) for value in over]
