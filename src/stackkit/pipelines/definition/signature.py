"""What the function of a step takes and gives, as its annotations say it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs

from stackkit.core.deployment import RETURNED
from stackkit.errors import Problem

_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_ONLY)


@attrs.frozen
class StepSignature:
    """What a step takes and gives.

    Args:
        python: The signature.
        parameters: The types of its parameters.
        outputs: The types of what it gives, by the names of the outputs; empty where it gives nothing.
        collects: What makes one value of its outputs, when there are several: a tuple, or a named one.
        problems: What is wrong with it.
    """

    python: inspect.Signature
    parameters: Mapping[str, object]
    outputs: Mapping[str, object]
    collects: Callable[[list[object]], tuple[object, ...]] | None
    problems: tuple[Problem, ...]

    @property
    def positional(self) -> list[str]:
        """The parameters that cannot be given by name."""
        kind = inspect.Parameter.POSITIONAL_ONLY
        return [name for name, parameter in self.python.parameters.items() if parameter.kind is kind]

    @classmethod
    def of(cls, function: Callable[..., object]) -> StepSignature:
        """The signature of a function; what is wrong with it is among its problems."""
        try:
            python = inspect.signature(function)
        except (TypeError, ValueError):
            problem = Problem("does not say what it takes", remedy="write a function of your own around it")
            return cls(inspect.Signature(), {}, {}, None, (problem,))
        try:
            hints = get_type_hints(function)
        except (NameError, TypeError, SyntaxError) as error:
            problem = Problem(f"an annotation means nothing: {error}", remedy="import the name outside of `if TYPE_CHECKING`")
            return cls(python, {}, {}, None, (problem,))
        outputs, collects = _outputs(hints.get("return", inspect.Parameter.empty))
        parameters = {
            name: hints[name] for name, parameter in python.parameters.items() if name in hints and parameter.kind in _NAMED
        }
        return cls(python, parameters, outputs, collects, tuple(_problems(python, hints)))


def _problems(python: inspect.Signature, hints: Mapping[str, object]) -> Iterator[Problem]:
    for name, parameter in python.parameters.items():
        if parameter.kind not in _NAMED:
            stars = "*" if parameter.kind is inspect.Parameter.VAR_POSITIONAL else "**"
            rows = "list" if stars == "*" else "dict"
            yield Problem(f"{stars}{name} takes any number of values", remedy=f"write {name}: {rows}[...]")
        elif name not in hints:
            yield Problem(f"{name} has no annotation", remedy=f"write {name}: <its type>")
    if "return" not in hints:
        yield Problem("does not say what it returns", remedy="write -> <its type>, or -> None")


def _outputs(returned: Any) -> tuple[dict[str, object], Callable[[list[object]], tuple[object, ...]] | None]:
    if returned in (None, type(None), inspect.Parameter.empty):
        return {}, None
    make: Callable[[list[object]], tuple[object, ...]] | None = getattr(returned, "_make", None)
    if make is not None:  # a named tuple
        hints = get_type_hints(get_origin(returned) or returned)
        return {name: hints.get(name, object) for name in returned._fields}, make
    args = get_args(returned)
    if get_origin(returned) is tuple and args and Ellipsis not in args:
        return {f"{RETURNED}_{number}": tp for number, tp in enumerate(args)}, _as_tuple
    return {RETURNED: returned}, None


def _as_tuple(values: list[object]) -> tuple[object, ...]:
    return tuple(values)


def item_types(tp: object, count: int) -> list[object]:
    """The types of the elements of a list or another row; object where they are not told.

    Args:
        tp: The type of the row.
        count: How many elements there are.

    >>> item_types(list[int], 2)
    [<class 'int'>, <class 'int'>]
    >>> item_types(tuple[int, str] | None, 2)
    [<class 'int'>, <class 'str'>]
    """
    row = _row_type(tp)
    fields: tuple[str, ...] | None = getattr(row, "_fields", None)
    if fields is not None:  # of a named tuple
        hints = get_type_hints(get_origin(row) or row)
        return [hints.get(name, object) for name in fields]
    args = get_args(row)
    if get_origin(row) is tuple and Ellipsis not in args and len(args) == count:
        return [*args]
    return [args[0] if args else object] * count


def as_declared(tp: object, values: list[object]) -> object:
    """Values as the row that a parameter is annotated with: a tuple where it says so, else a list."""
    row = _row_type(tp)
    make: Callable[[list[object]], object] | None = getattr(row, "_make", None)  # of a named tuple
    if make is not None:
        return make(values)
    return tuple(values) if tuple in (row, get_origin(row)) else values


def _row_type(tp: object) -> object:
    """A type without `| None`."""
    if isinstance(tp, UnionType) or get_origin(tp) is Union:
        return next((arg for arg in get_args(tp) if arg is not type(None)), tp)
    return tp
