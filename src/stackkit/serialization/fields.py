"""What a converter sees of a class: its configuration fields, with their resolved types."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, get_args

import attrs
from typing_extensions import get_type_hints

from stackkit.core.equality import public_fields
from stackkit.errors import Problem, UnsupportedTypeError


@attrs.frozen
class ConfigField:
    """One field of a class that documents hold.

    Args:
        name: The field's name, and its key in documents.
        argument: What the constructor calls it.
        type: Its resolved type.
        required: Whether it has no default.
        help: What the author says of it.
        check: Runs the field's own converter and validator on a value, given an instance; raises what they raise.
    """

    name: str
    argument: str
    type: object
    required: bool
    help: str
    check: Callable[[object, object], None]
    default: object = attrs.field(default=None)


def class_with_fields(tp: object) -> type | None:
    """The type, where it is an attrs class or a dataclass."""
    if isinstance(tp, type) and not get_args(tp):
        cls: type = tp
        return cls if attrs.has(cls) or dataclasses.is_dataclass(cls) else None
    return None


def config_fields(cls: type) -> tuple[ConfigField, ...]:
    """The configuration fields of an attrs class or dataclass.

    Raises:
        UnsupportedTypeError: The type of a field cannot be resolved, or a private field has no default; all are named.
    """
    hints = _resolved(cls)
    if attrs.has(cls):
        _refuse_private(cls)
        return tuple(_from_attrs(field, hints.get(field.name, field.type)) for field in public_fields(cls))
    if not dataclasses.is_dataclass(cls):
        return ()
    return tuple(_from_dataclass(f, hints[f.name]) for f in dataclasses.fields(cls) if f.init and not f.name.startswith("_"))


def _from_attrs(field: attrs.Attribute[Any], tp: object) -> ConfigField:
    def check(instance: object, value: object) -> None:
        convert: object = getattr(field, "converter", None)
        converted = convert(value) if callable(convert) and not _is_of(convert, attrs.Converter) else value
        if field.validator is not None:
            field.validator(instance, field, converted)

    return ConfigField(
        field.name,
        field.alias or field.name,
        tp,
        field.default is attrs.NOTHING,
        str(field.metadata.get("help", "")),
        check,
        field.default,
    )


def _from_dataclass(field: dataclasses.Field[Any], tp: object) -> ConfigField:
    required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    return ConfigField(
        field.name, field.name, tp, required, str(field.metadata.get("help", "")), lambda _, __: None, field.default
    )


def _is_of(value: object, cls: type) -> bool:
    return isinstance(value, cls)


def _refuse_private(cls: type) -> None:
    needed = [f.name for f in attrs.fields(cls) if f.init and f.name.startswith("_") and f.default is attrs.NOTHING]
    if needed:
        raise UnsupportedTypeError(
            *(Problem("is private and has no default", where=f"{cls.__qualname__}.{n}", remedy="give it one") for n in needed)
        )


def _resolved(cls: type) -> Mapping[str, object]:
    try:
        return get_type_hints(cls, include_extras=True)
    except (NameError, TypeError, SyntaxError, AttributeError):
        problems = list(_unresolved(cls))
        if problems:
            raise UnsupportedTypeError(*problems) from None
        return {}


def _unresolved(cls: type) -> list[Problem]:
    """Which annotations cannot be evaluated: those whose names are imported for type checkers alone, mostly."""
    problems: list[Problem] = []
    names = {field.name for field in attrs.fields(cls)} if attrs.has(cls) else vars(cls)["__dataclass_fields__"].keys()
    for owner in cls.__mro__:
        for name, annotation in vars(owner).get("__annotations__", {}).items():
            if name not in names:
                continue
            holder = type("holder", (), {"__annotations__": {name: annotation}, "__module__": owner.__module__})
            try:
                get_type_hints(holder, include_extras=True)
            except NameError as error:
                remedy = f"import {error.name} where {owner.__module__} runs, not only under TYPE_CHECKING"
                problems.append(
                    Problem(f"its type {annotation} is not known", where=f"{cls.__qualname__}.{name}", remedy=remedy)
                )
            except (TypeError, SyntaxError, AttributeError) as error:
                problems.append(Problem(f"its type {annotation} is wrong: {error}", where=f"{cls.__qualname__}.{name}"))
    return problems
