"""Can every call that a base's method takes be made on the method that overrides it?"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from inspect import Parameter
from types import FunctionType

_POSITIONAL = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
_BY_NAME = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)


def kind_of(member: object) -> str | None:
    """What a member of a class is, in words; None for a descriptor or callable whose use cannot be told.

    Args:
        member: What the class's namespace holds, unbound.

    >>> kind_of(property()), kind_of(5), kind_of(kind_of)
    ('a property', 'a value', 'a method')
    """
    for kind, classes in _KINDS.items():
        if isinstance(member, classes):
            return kind
    if inspect.iscoroutinefunction(member):
        return "an async method"
    if isinstance(member, FunctionType) or (callable(member) and hasattr(member, "__wrapped__")):
        return "a method"
    return None if callable(member) or hasattr(type(member), "__get__") else "a value"


_KINDS: dict[str, tuple[type, ...]] = {
    "a property": (property, cached_property),
    "a class method": (classmethod,),
    "a static method": (staticmethod,),
}


def mismatch(base: object, own: object) -> str | None:
    """Why `own` cannot stand where `base` is called, or None where it can.

    Names, numbers and kinds of the parameters are compared; their annotations are the type checkers' subject.

    Args:
        base: A method or property of a base class.
        own: What a subclass has under the same name.

    >>> def base(self, path: str) -> bool: ...
    >>> def own(self) -> bool: ...
    >>> mismatch(base, own)
    'takes no parameter path'
    """
    kind, wanted = kind_of(own), kind_of(base)
    if kind is None or wanted is None:
        return None
    if kind != wanted:
        return f"is {kind}, its base has {wanted}"
    if kind in ("a property", "a value"):
        return None
    return next(_parameter_mismatches(_parameters(base), _parameters(own)), None)


def recipe(name: str, base: object) -> str:
    """How to write a member that can stand where `base` is called, for messages.

    >>> def exists(self, path: str, *, deep: bool = False) -> bool: ...
    >>> recipe("exists", exists)
    'write def exists(self, path, *, deep=False)'
    """
    kind = kind_of(base)
    if kind == "a property":
        return f"write @property def {name}(self)"
    before = {"a class method": "@classmethod ", "a static method": "@staticmethod ", "an async method": "async "}.get(
        kind or "", ""
    )
    signature = inspect.signature(_function(base))
    bare = [parameter.replace(annotation=Parameter.empty) for parameter in signature.parameters.values()]
    return f"write {before}def {name}{signature.replace(parameters=bare, return_annotation=Parameter.empty)}"


def _function(member: object) -> Callable[..., object]:
    inner: object = getattr(member, "__func__", member)
    if not callable(inner):
        raise TypeError(inner)
    return inner


def _parameters(member: object) -> list[Parameter]:
    """What a caller passes: without the instance or class that a method is bound to."""
    parameters = list(inspect.signature(_function(member)).parameters.values())
    bound = not isinstance(member, staticmethod) and parameters and parameters[0].kind in _POSITIONAL
    return parameters[1:] if bound else parameters


def _parameter_mismatches(theirs: Sequence[Parameter], mine: Sequence[Parameter]) -> Iterator[str]:
    positional = [p for p in mine if p.kind in _POSITIONAL]
    wanted_positional = [p for p in theirs if p.kind in _POSITIONAL]
    for index, wanted in enumerate(wanted_positional):
        found = positional[index] if index < len(positional) else None
        yield from _positional_mismatches(wanted, found, mine)
    by_name = {p.name: p for p in mine if p.kind in _BY_NAME}
    for wanted in theirs:
        if wanted.kind is Parameter.KEYWORD_ONLY:
            yield from _keyword_mismatches(wanted, by_name.get(wanted.name), mine)
    for wanted, found in zip(wanted_positional, positional, strict=False):
        if found.kind in _BY_NAME and found.name != wanted.name and any(_may_be(p, found.name) for p in theirs):
            yield f"takes {found.name} where its base takes {wanted.name}"
    extra = [p.name for p in mine if _is_required(p) and not _is_passed(p, theirs, positional[: len(wanted_positional)])]
    if extra:
        yield f"requires {', '.join(extra)}, which its base does not pass"


def _positional_mismatches(wanted: Parameter, found: Parameter | None, mine: Sequence[Parameter]) -> Iterator[str]:
    by_keyword = wanted.kind is Parameter.POSITIONAL_OR_KEYWORD
    if found is None:
        if any(p.name == wanted.name and p.kind is Parameter.KEYWORD_ONLY for p in mine):
            yield f"takes {wanted.name} by keyword only"
        elif not _has(Parameter.VAR_POSITIONAL, mine):
            yield f"takes no parameter {wanted.name}"
        elif by_keyword and not _has(Parameter.VAR_KEYWORD, mine):
            yield f"takes no keyword {wanted.name}"
    elif by_keyword and found.name != wanted.name:
        yield f"calls its parameter {found.name}, its base calls it {wanted.name}"
    elif by_keyword and found.kind is Parameter.POSITIONAL_ONLY:
        yield f"takes {found.name} by position only"
    elif _is_required(found) and not _is_required(wanted):
        yield f"requires {found.name}, which is optional in its base"


def _keyword_mismatches(wanted: Parameter, found: Parameter | None, mine: Sequence[Parameter]) -> Iterator[str]:
    if found is None:
        if not _has(Parameter.VAR_KEYWORD, mine):
            yield f"takes no keyword {wanted.name}"
    elif _is_required(found) and not _is_required(wanted):
        yield f"requires {wanted.name}, which is optional in its base"


def _is_passed(mine: Parameter, theirs: Sequence[Parameter], matched: Sequence[Parameter]) -> bool:
    """Whether the base's callers pass a parameter; what its `*args` and `**kwargs` pass cannot be told, so they might."""
    if mine in matched or any(p.kind is Parameter.KEYWORD_ONLY and p.name == mine.name for p in theirs):
        return mine in matched or mine.kind in _BY_NAME
    return _has(Parameter.VAR_POSITIONAL if mine.kind in _POSITIONAL else Parameter.VAR_KEYWORD, theirs)


def _may_be(parameter: Parameter, keyword: str) -> bool:
    return parameter.kind in _BY_NAME and parameter.name == keyword


def _has(kind: object, parameters: Sequence[Parameter]) -> bool:
    return any(p.kind is kind for p in parameters)


def _is_required(parameter: Parameter) -> bool:
    variadic = parameter.kind in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
    return not variadic and parameter.default is Parameter.empty
