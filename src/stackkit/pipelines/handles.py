"""What stands for the values that steps will give, while a pipeline is compiled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NoReturn

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

    def _refuse(self, *_: object) -> NoReturn:
        ref = reference(self)
        what = f"what the step {ref.step} gives is used before it has run"
        raise PipelineError(Problem(what, remedy="give it to a step, and do there what you mean to do with it"))

    __bool__ = __len__ = __iter__ = __getitem__ = __contains__ = __call__ = __enter__ = __exit__ = __reversed__ = _refuse
    __lt__ = __le__ = __gt__ = __ge__ = __int__ = __float__ = __complex__ = __index__ = __round__ = __fspath__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __floordiv__ = _refuse
    __rfloordiv__ = __mod__ = __rmod__ = __pow__ = __rpow__ = __matmul__ = __rmatmul__ = __and__ = __rand__ = _refuse
    __or__ = __ror__ = __xor__ = __rxor__ = __neg__ = __pos__ = __abs__ = __invert__ = __bytes__ = _refuse
    __setitem__ = __delitem__ = __await__ = __aiter__ = __aenter__ = _refuse

    def __getattr__(self, name: str) -> NoReturn:
        self._refuse(name)

    @override
    def __eq__(self, other: object) -> bool:
        self._refuse(other)

    @override
    def __hash__(self) -> int:
        return id(self)

    @override
    def __str__(self) -> str:  # noqa: PLE0307 - it raises
        self._refuse()

    @override
    def __format__(self, spec: str, /) -> str:
        self._refuse()

    @override
    def __repr__(self) -> str:
        ref = reference(self)
        return f"<output {ref.output} of step {ref.step}>"


class Nothing:
    """What a step gives that gives nothing: other steps can wait for it.

    Args:
        step: The name of the step.
    """

    __slots__ = ("step",)

    def __init__(self, step: str) -> None:
        self.step = step


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
