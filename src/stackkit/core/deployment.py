"""Pipelines as values: what is to be run, step by step, with nothing that has to be imported to read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final

import attrs

from stackkit.errors import PipelineError, Problem

RETURNED: Final = "output"
"""What the only output of a step is called, where its author gives no other name."""


def _positive(instance: object, field: attrs.Attribute[Any], value: float | None) -> None:
    if value is not None and not value > 0:
        raise PipelineError(Problem(f"{value} is not above 0", where=f"{type(instance).__name__}.{field.name}"))


def _not_negative(instance: object, field: attrs.Attribute[Any], value: float | None) -> None:
    if value is not None and not value >= 0:
        raise PipelineError(Problem(f"{value} is below 0", where=f"{type(instance).__name__}.{field.name}"))


@attrs.frozen(kw_only=True)
class Resources:
    """What a step asks of the machine that it runs on; None where it does not say.

    Args:
        cpu: How many processor cores, halves too.
        memory: Bytes of main memory.
        gpu: How many graphics processors.
    """

    cpu: float | None = attrs.field(default=None, validator=_positive)
    memory: int | None = attrs.field(default=None, validator=_positive)
    gpu: int | None = attrs.field(default=None, validator=_not_negative)


@attrs.frozen(kw_only=True)
class Retry:
    """How often a step that failed is tried again, and how long to wait before.

    Args:
        times: How many times after the first.
        delay: Seconds before the second attempt.
        factor: How much longer each wait is than the one before.
        longest: Seconds that no wait exceeds.

    >>> [Retry(times=3, delay=1.0).wait_before(attempt) for attempt in (2, 3, 4)]
    [1.0, 2.0, 4.0]
    """

    times: int = attrs.field(default=0, validator=_not_negative)
    delay: float = attrs.field(default=1.0, validator=_not_negative)
    factor: float = attrs.field(default=2.0, validator=_positive)
    longest: float = attrs.field(default=60.0, validator=_not_negative)

    def wait_before(self, attempt: int) -> float:
        """Seconds to wait before an attempt.

        Args:
            attempt: Which one, counted from 1.
        """
        if attempt <= 1:
            return 0.0
        return min(self.delay * self.factor ** min(attempt - 2, 64), self.longest)


@attrs.frozen(kw_only=True)
class OutputRef:
    """What a step gives, as another one takes it.

    Args:
        step: The name of the step.
        output: The name of its output.
    """

    step: str
    output: str = RETURNED


@attrs.frozen(kw_only=True)
class Parameter:
    """A value that is known before the run.

    Args:
        name: The name of the step's parameter.
        value: Its value, as JSON.
    """

    name: str
    value: str


@attrs.frozen(kw_only=True)
class StepInput:
    """A value that other steps give.

    Args:
        name: The name of the step's parameter.
        sources: Where it comes from.
        is_list: Whether the parameter takes a list of all sources, and not the only one.
    """

    name: str
    sources: tuple[OutputRef, ...]
    is_list: bool = False


@attrs.frozen(kw_only=True)
class StepOutput:
    """A value that a step gives.

    Args:
        name: Its name.
        materializer: What writes and reads it: the name of a materializer of the kit, or the import path of one.
    """

    name: str
    materializer: str


@attrs.frozen(kw_only=True)
class StepSpec:
    """One step of a pipeline.

    Args:
        name: Its name, unique within the pipeline.
        source: The import path of its function, `module:name`.
        code: What stands for the code that it runs: a digest.
        parameters: What is known before the run.
        inputs: What other steps give.
        outputs: What it gives.
        after: The names of steps that have to be done before, beside those of its inputs.
        retry: What happens when it fails.
        timeout: Seconds that an attempt may take; None for any.
        resources: What it asks of a machine.
        step_operator: The name of the step operator that it runs on; empty for the orchestrator's own way.
        requirements: The packages that a step operator installs for it.
        enable_cache: Whether what an earlier run gave may be taken instead of running it.
    """

    name: str
    source: str
    code: str = ""
    parameters: tuple[Parameter, ...] = ()
    inputs: tuple[StepInput, ...] = ()
    outputs: tuple[StepOutput, ...] = ()
    after: tuple[str, ...] = ()
    retry: Retry = attrs.field(factory=Retry)
    timeout: float | None = attrs.field(default=None, validator=_positive)
    resources: Resources = attrs.field(factory=Resources)
    step_operator: str = ""
    requirements: tuple[str, ...] = ()
    enable_cache: bool = True

    @property
    def upstream(self) -> frozenset[str]:
        """The names of the steps that have to be done before."""
        return frozenset([*self.after, *(source.step for taken in self.inputs for source in taken.sources)])


def in_order(steps: Iterable[StepSpec]) -> tuple[StepSpec, ...]:
    """Steps, each after those that it waits for; otherwise in the order in which they were given.

    Raises:
        PipelineError: Steps wait for each other, for a step or an output that there is not, or share a name; all is named.
    """
    given = tuple(steps)
    by_name = {step.name: step for step in given}
    problems = [*_shared_names(given), *(problem for step in given for problem in _missing(step, by_name))]
    order: list[str] = []
    try:
        order = _sorted({step.name: step.upstream & by_name.keys() for step in given})
    except CycleError as error:
        circle = " -> ".join(reversed(error.args[1]))
        problems.append(Problem(f"steps wait for each other: {circle}", remedy="take one of these inputs away"))
    if problems:
        raise PipelineError(*problems)
    return tuple(by_name[name] for name in order)


def _sorted(upstream: Mapping[str, frozenset[str]]) -> list[str]:
    """Names in their order where that will do, else by how far they are from the beginning."""
    position = {name: index for index, name in enumerate(upstream)}
    if all(position[other] < position[name] for name, others in upstream.items() for other in others):
        return [*upstream]
    sorter = TopologicalSorter(upstream)
    sorter.prepare()
    order: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=position.__getitem__)
        order += ready
        sorter.done(*ready)
    return order


def _shared_names(steps: tuple[StepSpec, ...]) -> Iterator[Problem]:
    names = [step.name for step in steps]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield Problem(f"{names.count(name)} steps are called {name}", remedy="give each a name of its own")


def _missing(step: StepSpec, by_name: dict[str, StepSpec]) -> Iterator[Problem]:
    for name in sorted(set(step.after) - by_name.keys()):
        yield Problem(f"waits for {name}, which is no step of the pipeline", where=step.name)
    for taken in step.inputs:
        for source in taken.sources:
            where = f"{step.name}.{taken.name}"
            if source.step not in by_name:
                yield Problem(f"comes from {source.step}, which is no step of the pipeline", where=where)
            elif source.output not in [output.name for output in by_name[source.step].outputs]:
                has = ", ".join(output.name for output in by_name[source.step].outputs) or "none"
                yield Problem(f"{source.step} has no output {source.output}", where=where, remedy=f"it has {has}")


@attrs.frozen(kw_only=True)
class PipelineDeployment:
    """A pipeline, compiled: everything that an orchestrator has to know.

    It never changes, and can be compared, pickled, and written as a document.

    Args:
        name: The pipeline's name.
        steps: Its steps, each after those that it waits for.
        parameters: What the pipeline was given.
        source: The import path of the function that it was compiled from, `module:name`; empty where there is none.

    Raises:
        PipelineError: Steps wait for each other, for a step or an output that there is not, or share a name; all is named.

    >>> load = StepSpec(name="load", source="data:load", outputs=(StepOutput(name="output", materializer="json"),))
    >>> data = StepInput(name="data", sources=(OutputRef(step="load"),))
    >>> train = StepSpec(name="train", source="models:train", inputs=(data,))
    >>> [step.name for step in PipelineDeployment(name="training", steps=(train, load)).steps]
    ['load', 'train']
    """

    name: str
    steps: tuple[StepSpec, ...] = attrs.field(converter=in_order)
    parameters: tuple[Parameter, ...] = ()
    source: str = ""

    def step(self, name: str) -> StepSpec:
        """A step by its name.

        Raises:
            PipelineError: There is none of this name.
        """
        found = self._by_name.get(name)
        if found is None:
            raise PipelineError(Problem(f"there is no step {name}", where=self.name))
        return found

    @cached_property
    def _by_name(self) -> dict[str, StepSpec]:
        return {step.name: step for step in self.steps}

    def downstream(self, name: str) -> list[str]:
        """The names of the steps that wait for a step, those that wait for them, and so on, in the order of the pipeline."""
        found = {name}
        for step in self.steps:  # sorted: what waits comes later
            if step.upstream & found:
                found.add(step.name)
        return [step.name for step in self.steps if step.name in found and step.name != name]
