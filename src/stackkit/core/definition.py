"""The class-definition guard: what is wrong with a flavor is said where its class is defined."""

from __future__ import annotations

import inspect
from abc import ABC
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import attrs

from stackkit.core.component_type import FLAVOR_NAME, ComponentType
from stackkit.core.constants import a, constant_problems, type_name
from stackkit.core.signatures import kind_of, mismatch, recipe
from stackkit.errors import Problem

_OURS = {
    "__init__": ("replaces the constructor that takes the fields", "write __attrs_post_init__(self) for what follows it"),
    "__setattr__": ("replaces what keeps configuration from changing", "leave it out: private attributes can be assigned"),
}


def place(cls: type, member: str = "") -> str:
    """What messages call a class, or a member of it."""
    name = cls.__qualname__.rpartition("<locals>.")[2]
    return f"{name}.{member}" if member else name


def is_abstract(cls: type, stated: bool) -> bool:
    """Whether a class says that it is a base for others and not a flavor.

    It says so with `class Base(..., abstract=True)`, with `ABC` among its bases, or by an abstract method of its own.
    """
    return stated or ABC in cls.__bases__ or any(_is_abstract_member(member) for member in vars(cls).values())


def _is_abstract_member(member: object) -> bool:
    return bool(getattr(member, "__isabstractmethod__", False))


def is_decorated(cls: type) -> bool:
    """Whether a class is being made a second time, which is what `attrs.define` does to make slots."""
    return "__attrs_attrs__" in vars(cls)


def decoration_problem(cls: type) -> Problem:
    """That a class is decorated, although its base does it."""
    return Problem("is decorated with attrs.define", where=place(cls), remedy="take the decorator off: the base applies it")


def body_problems(cls: type) -> Iterator[Problem]:
    """What stands in a class body and would silently be no configuration, or no longer be kept from changing."""
    annotations = inspect.get_annotations(cls)
    for name, value in vars(cls).items():
        if name in _OURS:
            yield _problem(cls, name, *_OURS[name])
        elif name in annotations:
            continue
        elif type(value).__name__ == "_CountingAttr":  # what attrs.field() returns
            inside = "init=False, ..." if name.startswith("_") else "..."
            yield _problem(cls, name, "has no annotation", f"write {name}: <its type> = field({inside})")
        elif not name.startswith("_") and not name.isupper() and _is_plain(value):
            kind = "<its type>" if value is None else type(value).__name__
            yield _problem(cls, name, "has no annotation", f"write {name}: {kind} = ..., or {name}: ClassVar[{kind}] = ...")


def _is_plain(value: object) -> bool:
    return not (callable(value) or hasattr(type(value), "__get__") or isinstance(value, ModuleType))


def field_problems(cls: type, fields: list[attrs.Attribute[Any]]) -> Iterator[Problem]:
    """Fields whose form does not say what they are."""
    for field in fields:
        name, clash = field.name, _clash(cls, field)
        if name.isupper() or "ClassVar" in str(field.type):
            yield _problem(cls, name, "became a field", f"write {name}: ClassVar[...] = ..., with typing's ClassVar")
        elif clash:
            yield _problem(cls, name, clash, "give it another name")
        elif name.startswith("_") and field.init:
            remedy = f"write {name}: {_annotation(field)} = field(init=False, default=...)"
            yield _problem(cls, name, "is private, and yet a parameter of the constructor", remedy)
        elif type(field.default).__hash__ is None:
            kind = type(field.default).__name__
            factory = _annotation(field) if _annotation(field).startswith(f"{kind}[") else kind
            what = f"has a mutable default, {a(field.default)} that all instances would share"
            yield _problem(cls, name, what, f"write field(factory={factory})")


def _annotation(field: attrs.Attribute[Any]) -> str:
    annotation: object = field.type  # its text, where annotations are postponed
    return annotation if isinstance(annotation, str) else "..." if annotation is None else type_name(annotation)


def _clash(cls: type, field: attrs.Attribute[Any]) -> str | None:
    """How a field and a method or property of the same name get into each other's way."""
    own = field.name in inspect.get_annotations(cls)
    classes = cls.__mro__[1:-1] if own else cls.__mro__[:-1]
    kind = kind_of(next((vars(base)[field.name] for base in classes if field.name in vars(base)), None))
    if kind is None or kind == "a value":
        return None
    return f"is a field, its base has {kind}" if own else f"is {kind}, its base has a field"


def completeness_problems(cls: type) -> Iterator[Problem]:
    """Constants and methods that are missing, or of the wrong type."""
    yield from constant_problems(cls, place(cls))
    members = {name: member for base in reversed(cls.__mro__) for name, member in vars(base).items()}
    missing = sorted(name for name, member in members.items() if _is_abstract_member(member))
    if missing:
        remedy = f"define {'it' if len(missing) == 1 else 'them'}, or write class {cls.__name__}(..., abstract=True)"
        yield _problem(cls, "", f"does not define {', '.join(missing)}", remedy)
    if _component_types(cls) == []:
        yield _problem(cls, "", "has no component type", "inherit a base such as BaseArtifactStore")


def override_problems(cls: type) -> Iterator[Problem]:
    """Methods that cannot be called as a base's method of that name is, wherever the class has them from."""
    for name in dir(cls):
        owners = [base for base in cls.__mro__[:-1] if name in vars(base)]
        if name.startswith("__") or len(owners) <= 1:
            continue
        own = vars(owners[0])[name]
        for base in owners[1:]:
            why = None if kind_of(vars(base)[name]) == "a value" else mismatch(vars(base)[name], own)
            if why:
                source = "" if owners[0] is cls else f" (from {place(owners[0])})"
                yield _problem(cls, name + source, why, recipe(name, vars(base)[name]))
                break


def _component_types(cls: type) -> list[object]:
    return [vars(base)["TYPE"] for base in cls.__mro__ if "TYPE" in vars(base)]


def constant_value_problems(cls: type) -> Iterator[Problem]:
    """Constants of the right type whose values cannot be: TYPE, FLAVOR and VERSION."""
    types = _component_types(cls)
    flavor, version = getattr(cls, "FLAVOR", None), getattr(cls, "VERSION", None)
    if "TYPE" in vars(cls) and not isinstance(types[0], ComponentType):
        yield _problem(cls, "TYPE", f"is {a(types[0])}, not a ComponentType", 'write ComponentType[...]("...")')
    elif "TYPE" in vars(cls) and types[0] != types[-1]:
        yield _problem(cls, "TYPE", f"is {types[0]}, its base's is {types[-1]}", "leave TYPE out")
    elif types and types[0] != types[-1]:
        yield _problem(cls, "", f"inherits two component types, {types[0]} and {types[-1]}", "inherit one base")
    if isinstance(flavor, str) and not FLAVOR_NAME.fullmatch(flavor):
        remedy = "use lower case letters, digits, dots, - and _"
        yield _problem(cls, "FLAVOR", f'"{flavor}" is not a flavor name', remedy)
    if "VERSION" in vars(cls) and (type(version) is not int or version < 1):
        yield _problem(cls, "VERSION", f"is {version!r}, not a whole number from 1", "write VERSION: ClassVar[int] = 1")


def _problem(cls: type, member: str, what: str, remedy: str) -> Problem:
    return Problem(what, where=place(cls, member), remedy=remedy)
