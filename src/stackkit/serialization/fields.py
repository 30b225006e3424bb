"""What a converter sees of a class: its configuration fields, with their resolved types."""

from __future__ import annotations

import dataclasses
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol, get_args, get_origin, runtime_checkable

import attrs
from typing_extensions import get_type_hints

from stackkit.core.equality import public_fields
from stackkit.errors import Problem

Check = Callable[[object, object], object]


@attrs.frozen
class ConfigField:
    """One field of a class that documents hold.

    Args:
        name: The field's name, and its key in documents.
        argument: What the constructor calls it.
        type: Its type; None where it cannot be told.
        default: Its default, an `attrs.Factory` that makes it, or `attrs.NOTHING` where it is required.
        problem: Why its type cannot be told.
        help: What the author says of it.
        convert: The field's own converter, given an instance and a value; None where it has none.
        validate: Its own validator, called the same way; None where it has none.
    """

    name: str
    argument: str
    type: object
    default: object
    problem: Problem | None = None
    help: str = ""
    convert: Check | None = None
    validate: Check | None = None

    @property
    def required(self) -> bool:
        """Whether it has no default."""
        return self.default is attrs.NOTHING


def class_with_fields(tp: object) -> type | None:
    """The type, where it is an attrs class or a dataclass."""
    if isinstance(tp, type) and not get_args(tp):
        cls: type = tp
        return cls if attrs.has(cls) or dataclasses.is_dataclass(cls) else None
    return None


def config_fields(cls: type) -> tuple[ConfigField, ...]:
    """The configuration fields of an attrs class or dataclass; one whose type cannot be told has a problem instead."""
    annotations = _Annotations(cls)
    if attrs.has(cls):
        return tuple(_from_attrs(field, annotations) for field in public_fields(cls))
    if not dataclasses.is_dataclass(cls):
        return ()
    return tuple(_from_dataclass(f, annotations) for f in dataclasses.fields(cls) if f.init and not f.name.startswith("_"))


def constructor_problems(cls: type, fields: Sequence[ConfigField]) -> Iterator[Problem]:
    """Why a class cannot be constructed of its configuration fields alone.

    Args:
        cls: An attrs class or a dataclass.
        fields: Its configuration fields.
    """
    parameters = [*inspect.signature(getattr(cls, _INIT)).parameters.values()][1:]
    by_name = {p.name: p for p in parameters if p.kind in _BY_NAME}
    given = {field.argument for field in fields}
    for parameter in parameters:
        if parameter.default is parameter.empty and parameter.kind not in _VARIADIC and parameter.name not in given:
            remedy = "give it a default, or make it a public field"
            yield Problem(f"its constructor needs {parameter.name}", where=cls.__qualname__, remedy=remedy)
    if not any(p.kind is p.VAR_KEYWORD for p in parameters):
        for name in sorted(given - by_name.keys()):
            yield Problem(f"its constructor takes no {name}", where=cls.__qualname__, remedy="take every public field by name")


_INIT: Final = "__init__"  # looked up by name: checkers take `cls.__init__` for that of some instance
_BY_NAME: Final = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
_VARIADIC: Final = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def _from_attrs(field: attrs.Attribute[Any], annotations: _Annotations) -> ConfigField:
    tp, problem = annotations.of(field.name, field.type)
    convert: object = getattr(field, "converter", None)
    validate = field.validator
    return ConfigField(
        field.name,
        field.alias or field.name,
        tp,
        field.default,
        problem,
        str(field.metadata.get("help", "")),
        None if convert is None else lambda instance, value: _converted(convert, field, instance, value),
        None if validate is None else lambda instance, value: validate(instance, field, value),
    )


@runtime_checkable
class _TakesMore(Protocol):
    """What an `attrs.Converter` is; its own stub does not tell."""

    converter: Callable[..., object]
    takes_self: bool
    takes_field: bool


def _converted(convert: object, field: attrs.Attribute[Any], instance: object, value: object) -> object:
    if isinstance(convert, _TakesMore):
        extra = [instance] if convert.takes_self else []
        return convert.converter(value, *extra, *([field] if convert.takes_field else []))
    return convert(value) if callable(convert) else value


def _from_dataclass(field: dataclasses.Field[Any], annotations: _Annotations) -> ConfigField:
    tp, problem = annotations.of(field.name, field.type)
    default: object = field.default
    if default is dataclasses.MISSING:
        made = field.default_factory
        default = attrs.NOTHING if made is dataclasses.MISSING else attrs.Factory(made)
    return ConfigField(field.name, field.name, tp, default, problem, str(field.metadata.get("help", "")))


class _Annotations:
    """The types of a class's fields; where some cannot be resolved, each is resolved by itself."""

    def __init__(self, cls: type) -> None:
        self._cls = cls
        self._all: Mapping[str, object] | None
        try:
            self._all = get_type_hints(cls, include_extras=True)
        except Exception:  # noqa: BLE001 - annotations are the user's code; each is tried again below
            self._all = None

    def of(self, name: str, declared: object) -> tuple[object, Problem | None]:
        """The type of a field, or what is wrong with it."""
        where = f"{self._cls.__qualname__}.{name}"
        try:
            tp = self._all.get(name, declared) if self._all is not None else self._resolved(name, declared)
        except NameError as error:
            owner = self._owner(name)
            place = owner.__module__ if owner else "its module"
            remedy = f"import {error.name} at the top of {place}, and not under TYPE_CHECKING alone"
            return None, Problem(f"its type {declared} is not known at run time", where=where, remedy=remedy)
        except Exception as error:  # noqa: BLE001 - the same
            return None, Problem(f"its type {declared} cannot be evaluated: {error}", where=where)
        if tp is None and declared is None and self._owner(name) is None:
            return None, Problem("has no type", where=where, remedy=f"annotate it: {name}: <its type>")
        return _without_final(tp), None

    def _owner(self, name: str) -> type | None:
        return next((owner for owner in self._cls.__mro__ if name in inspect.get_annotations(owner)), None)

    def _resolved(self, name: str, declared: object) -> object:
        owner = self._owner(name)
        if owner is None:
            return declared
        holder = type("holder", (), {"__annotations__": {name: inspect.get_annotations(owner)[name]}})
        names = vars(sys.modules[owner.__module__]) if owner.__module__ in sys.modules else {}
        return get_type_hints(holder, {**vars(owner), **names}, include_extras=True)[name]


def _without_final(tp: object) -> object:
    """What `Final[...]` holds: that a name is not assigned again does not change how its value is written."""
    return get_args(tp)[0] if get_origin(tp) is Final else tp
