"""The constants that a flavor must assign: which they are, and whether a class has them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from types import UnionType
from typing import ClassVar, Literal, Union, get_args, get_origin

from typing_extensions import get_protocol_members, get_type_hints, is_protocol, is_typeddict

from stackkit.core.narrow import is_row, is_set
from stackkit.errors import Problem


def required_constants(cls: type) -> Mapping[str, object]:
    """The constants that a class must assign, by name, with their types: those of the Protocols it inherits.

    Args:
        cls: A component class. A type that cannot be resolved at run time is given as its text.
    """
    found: dict[str, object] = {}
    for protocol in reversed([base for base in cls.__mro__ if is_protocol(base)]):
        members = get_protocol_members(protocol)
        found |= {name: hint for name, hint in _class_variables(protocol) if name in members}
    return found


def _class_variables(protocol: type) -> Iterator[tuple[str, object]]:
    try:
        hints = get_type_hints(protocol)
    except NameError:  # imported under TYPE_CHECKING: the constant is required all the same
        for name, hint in inspect.get_annotations(protocol).items():
            before, bracket, inner = str(hint).partition("ClassVar[")
            if bracket and before in ("", "typing."):
                yield name, inner.removesuffix("]")
        return
    for name, hint in hints.items():
        origin: object = get_origin(hint)
        if origin is ClassVar:
            yield name, get_args(hint)[0]


def constant_problems(cls: type, place: str) -> Iterator[Problem]:
    """Constants that a class does not assign, or assigns a value of another type.

    Args:
        cls: The class of a flavor.
        place: What messages call it.
    """
    for name, wanted in required_constants(cls).items():
        remedy = f"write {name}: ClassVar[{type_name(wanted)}] = {_example(wanted)}"
        if not hasattr(cls, name):
            yield Problem("is not assigned", where=f"{place}.{name}", remedy=remedy)
        elif not is_of_type(getattr(cls, name), wanted):
            what = f"is {_describe(getattr(cls, name), wanted)}, not {type_name(wanted)}"
            yield Problem(what, where=f"{place}.{name}", remedy=remedy)


def a(value: object) -> str:
    """The kind of a value with its article, for messages.

    >>> a("text"), a(5), a(None)
    ('a str', 'an int', 'None')
    """
    name = type(value).__name__
    return "None" if value is None else f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


def type_name(tp: object) -> str:
    """A type as source code writes it.

    >>> type_name(str), type_name(frozenset[str])
    ('str', 'frozenset[str]')
    """
    return tp.__name__ if isinstance(tp, type) and not get_args(tp) else str(tp).replace("typing.", "")


def is_of_type(value: object, wanted: object) -> bool:
    """Whether a value is of a type, as far as can be told without a type checker; items of sets and lists are looked at.

    Args:
        value: Any value.
        wanted: A resolved annotation; what cannot be told is taken for right.

    >>> is_of_type(("a", 1), tuple[str, ...]), is_of_type(1, float), is_of_type(True, int)
    (False, True, False)
    """
    origin, args = get_origin(wanted) or wanted, get_args(wanted)
    if origin in (Union, UnionType):
        return any(is_of_type(value, arg) for arg in args)
    if origin is Literal:
        return value in args
    if wanted is None:
        return value is None
    if not isinstance(origin, type) or origin.__module__ == "typing" or is_protocol(origin) or is_typeddict(origin):
        return True  # isinstance would refuse to say, or say otherwise than a type checker
    if origin in (int, bool):
        return type(value) is origin
    if origin in (float, complex):
        return type(value) in (float, int, origin)
    return isinstance(value, origin) and not any(True for _ in _strangers(value, args))


def _strangers(value: object, args: tuple[object, ...]) -> Iterator[object]:
    kinds = [arg for arg in args if arg is not Ellipsis]
    if len(kinds) == 1 and (is_set(value) or is_row(value)):
        yield from (item for item in value if not is_of_type(item, kinds[0]))


def _describe(value: object, wanted: object) -> str:
    origin = get_origin(wanted)
    strangers = _strangers(value, get_args(wanted)) if isinstance(origin, type) and isinstance(value, origin) else iter(())
    stranger = next(strangers, None)
    return a(value) if stranger is None else f"{a(value)} that holds {a(stranger)}"


def _example(wanted: object) -> str:
    if wanted is str:
        return '"..."'
    return "frozenset({...})" if get_origin(wanted) is frozenset else "..."
