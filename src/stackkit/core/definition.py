"""The class-definition guard: what is wrong with a flavor is said where its class is defined."""

from __future__ import annotations

import inspect
from abc import ABC
from collections.abc import Iterator, Mapping
from types import FunctionType
from typing import Any, get_args, get_origin

import attrs
from typing_extensions import get_protocol_members, get_type_hints, is_protocol

from stackkit.core.narrow import is_row, is_set
from stackkit.core.signatures import mismatch
from stackkit.errors import Problem

_MUTABLE = (list, dict, set, bytearray)
_METHODS = (FunctionType, property, classmethod, staticmethod)
_PLAIN = (str, int, float, bool, bytes, list, dict, set, frozenset, tuple)


def is_abstract(cls: type, stated: bool) -> bool:
    """Whether a class says that it is a base for others and not a flavor.

    It says so with `class Base(..., abstract=True)`, with `ABC` among its bases, or by an abstract method of its own.
    """
    return stated or ABC in cls.__bases__ or any(_is_abstract_member(member) for member in vars(cls).values())


def _is_abstract_member(member: object) -> bool:
    return bool(getattr(member, "__isabstractmethod__", False))


def body_problems(cls: type) -> Iterator[Problem]:
    """Public values in a class body that have no annotation, and so would silently be no configuration."""
    annotations = inspect.get_annotations(cls)
    for name, value in vars(cls).items():
        unannotated = name not in annotations and not name.startswith("_")
        if unannotated and type(value).__module__.startswith("attr") and hasattr(value, "_default"):
            yield _problem(cls, name, "has no annotation", f"write {name}: <its type> = field(...)")
        elif unannotated and not name.isupper() and _is_one_of(value, _PLAIN):
            kind = type(value).__name__
            yield _problem(cls, name, "has no annotation", f"write {name}: {kind} = ..., or {name}: ClassVar[{kind}]")


def field_problems(cls: type, fields: list[attrs.Attribute[Any]]) -> Iterator[Problem]:
    """Fields whose form does not say what they are."""
    for field in fields:
        if field.name.isupper():
            yield _problem(cls, field.name, "is a constant", f"annotate it: {field.name}: ClassVar[...] = ...")
        elif field.name.startswith("_") and field.init:
            yield _problem(cls, field.name, "is private state", "write field(init=False, default=...)")
        elif _is_one_of(field.default, _MUTABLE):
            kind = type(field.default).__name__
            yield _problem(cls, field.name, "has a mutable default", f"write field(factory={kind}[...])")


def completeness_problems(cls: type) -> Iterator[Problem]:
    """Constants and methods that are missing, of the wrong type, or called in another way than in the base."""
    yield from _constant_problems(cls)
    missing = [name for name in dir(cls) if _is_abstract_member(getattr(cls, name, None))]
    if missing:
        yield _problem(cls, "", f"does not define {', '.join(missing)}", "define them, or say class ...(..., abstract=True)")
    yield from override_problems(cls)


def override_problems(cls: type) -> Iterator[Problem]:
    """Methods that cannot be called as the base's method of that name is."""
    for name, own in vars(cls).items():
        if name.startswith("__") or not _is_one_of(own, _METHODS):
            continue
        base = next((vars(b)[name] for b in cls.__mro__[1:-1] if name in vars(b)), None)
        why = mismatch(base, own) if base is not None else None
        if why:
            yield _problem(cls, name, why, "give it the base's parameters")


def required_constants(cls: type) -> Mapping[str, object]:
    """The constants that a class must assign, by name, with their types: those of the Protocols it inherits."""
    protocols = [base for base in cls.__mro__ if is_protocol(base)]
    hints: dict[str, object] = {}
    for protocol in reversed(protocols):
        members = get_protocol_members(protocol)
        hints |= {name: hint for name, hint in get_type_hints(protocol).items() if name in members}
    return {name: get_args(hint)[0] for name, hint in hints.items() if "ClassVar" in str(get_origin(hint))}


def _constant_problems(cls: type) -> Iterator[Problem]:
    for name, wanted in required_constants(cls).items():
        shown = _type_name(wanted)
        remedy = f"write {name}: ClassVar[{shown}] = ..."
        if not hasattr(cls, name):
            yield _problem(cls, name, "is not assigned", remedy)
        elif not _is_of(getattr(cls, name), wanted):
            yield _problem(cls, name, f"is {_value_name(getattr(cls, name))}, not {shown}", remedy)


def _is_of(value: object, wanted: object) -> bool:
    origin, args = get_origin(wanted) or wanted, get_args(wanted)
    if not isinstance(origin, type):
        return True
    if origin in (int, bool):
        return type(value) is origin
    if not isinstance(value, origin):
        return False
    return len(args) != 1 or not (is_set(value) or is_row(value)) or all(_is_of(item, args[0]) for item in value)


def _is_one_of(value: object, classes: tuple[type, ...]) -> bool:
    return isinstance(value, classes)


def _type_name(tp: object) -> str:
    return tp.__name__ if isinstance(tp, type) and not get_args(tp) else str(tp).replace("typing.", "")


def _value_name(value: object) -> str:
    return f"a {type(value).__name__}"


def _problem(cls: type, member: str, what: str, remedy: str) -> Problem:
    where = f"{cls.__qualname__}.{member}" if member else cls.__qualname__
    return Problem(what, where=where, remedy=remedy)
