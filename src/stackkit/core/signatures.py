"""Can every call that a base's method takes be made on the method that overrides it?"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from inspect import Parameter

_POSITIONAL = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)


def _describe(member: object) -> str:
    if isinstance(member, property):
        return "a property"
    if isinstance(member, classmethod):
        return "a class method"
    if isinstance(member, staticmethod):
        return "a static method"
    if inspect.iscoroutinefunction(member):
        return "an async method"
    return "a method" if callable(member) else "a value"


def mismatch(base: object, own: object) -> str | None:
    """Why `own` cannot stand where `base` is called, or None where it can.

    Names, numbers and kinds of the parameters are compared; their annotations are the type checkers' subject.

    >>> def base(self, path: str) -> bool: ...
    >>> def own(self) -> bool: ...
    >>> mismatch(base, own)
    'takes no parameter path'
    """
    kind, wanted = _describe(own), _describe(base)
    if kind != wanted:
        return f"is {kind}, its base has {wanted}"
    if isinstance(base, property) or not callable(base) or not callable(own):
        return None
    return next(_parameter_mismatches(base, own), None)


def _parameter_mismatches(base: Callable[..., object], own: Callable[..., object]) -> Iterator[str]:
    mine = inspect.signature(own).parameters
    theirs = inspect.signature(base).parameters
    positional = [p for p in mine.values() if p.kind in _POSITIONAL]
    takes_any_position = any(p.kind is Parameter.VAR_POSITIONAL for p in mine.values())
    takes_any_keyword = any(p.kind is Parameter.VAR_KEYWORD for p in mine.values())
    for index, wanted in enumerate(theirs.values()):
        if wanted.kind in _POSITIONAL:
            found = positional[index] if index < len(positional) else None
            if found is None:
                if not takes_any_position:
                    yield f"takes no parameter {wanted.name}"
            elif index and wanted.kind is Parameter.POSITIONAL_OR_KEYWORD and found.name != wanted.name:
                yield f"calls its parameter {found.name}, its base calls it {wanted.name}"
            elif wanted.default is not Parameter.empty and found.default is Parameter.empty:
                yield f"requires {found.name}, which is optional in its base"
        elif wanted.kind is Parameter.KEYWORD_ONLY:
            keyword = mine.get(wanted.name)
            if keyword is None or keyword.kind is Parameter.POSITIONAL_ONLY:
                if not takes_any_keyword:
                    yield f"takes no keyword {wanted.name}"
            elif wanted.default is not Parameter.empty and keyword.default is Parameter.empty:
                yield f"requires {wanted.name}, which is optional in its base"
    extra = [p.name for p in mine.values() if p.name not in theirs and _is_required(p)]
    if extra and len(mine) > len(theirs):
        yield f"requires {', '.join(extra)}, which its base does not pass"


def _is_required(parameter: Parameter) -> bool:
    variadic = parameter.kind in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
    return not variadic and parameter.default is Parameter.empty
