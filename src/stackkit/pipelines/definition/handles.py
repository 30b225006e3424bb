"""What stands for the values that steps will give, while a pipeline is compiled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NoReturn

from typing_extensions import override

from stackkit.core.deployment import OutputRef
from stackkit.core.narrow import is_mapping, is_row, is_set
from stackkit.errors import PipelineError, Problem


class Handle:
    """What a step will give, while its pipeline is compiled; to a type checker it is the value itself.

    It can be given to steps, and named in `after=`. Whatever else is done with it is refused.

    Args:
        step: The name of the step.
        output: The name of its output.
    """

    __slots__ = ("_ref",)

    def __init__(self, step: str, output: str) -> None:
        self._ref = OutputRef(step=step, output=output)

    def __getattr__(self, name: str) -> NoReturn:
        _refuse(self, name)

    @override
    def __eq__(self, other: object) -> bool:
        _refuse(self, other)

    @override
    def __hash__(self) -> int:
        return id(self)

    @override
    def __str__(self) -> str:  # noqa: PLE0307 - it raises
        _refuse(self)

    @override
    def __format__(self, spec: str, /) -> str:
        _refuse(self)

    @override
    def __repr__(self) -> str:
        ref = reference(self)
        return f"<output {ref.output} of step {ref.step}>"


def _refuse(handle: Handle, *_: object) -> NoReturn:
    what = f"what the step {reference(handle).step} gives is used before it has run"
    raise PipelineError(Problem(what, remedy="give it to a step, and do there what you mean to do with it"))


_OPERATIONS: Final = """
bool len iter getitem contains call enter exit reversed lt le gt ge int float complex index round fspath add
radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod pow rpow matmul rmatmul and rand or ror
xor rxor neg pos abs invert bytes setitem delitem await aiter aenter
"""
"""What Python does with values by special methods: none of it can be done yet."""

for _operation in _OPERATIONS.split():
    setattr(Handle, f"__{_operation}__", _refuse)


class Nothing:
    """What a step gives that gives nothing: other steps can wait for it.

    Args:
        step: The name of the step.
    """

    __slots__ = ("step",)

    def __init__(self, step: str) -> None:
        self.step: str = step


def reference(handle: Handle) -> OutputRef:
    """Which output a handle stands for."""
    found: OutputRef = object.__getattribute__(handle, "_ref")
    return found


def handles_in(value: object) -> Iterator[Handle | Nothing]:
    """What stands for values of steps in a value, at any depth."""
    if isinstance(value, (Handle, Nothing)):
        yield value
    elif is_mapping(value):
        for item in value.values():
            yield from handles_in(item)
    elif is_row(value) or is_set(value):
        for item in value:
            yield from handles_in(item)
