"""How generated code makes instances: by calling `__init__`, or by assigning fields where that would do nothing else."""

from __future__ import annotations

import inspect
from abc import ABC
from collections.abc import Mapping
from types import CodeType, FunctionType, MemberDescriptorType, new_class
from typing import Any, Final, Protocol, runtime_checkable

import attrs

from stackkit.serialization.codecs.classes import ClassCodec
from stackkit.serialization.mirror.source import Source, UnmirroredError, Write, checked_name

_FACTORY: Final[Any] = attrs.Factory  # a class, which its stub says is a function
_INIT: Final = "__init__"  # looked up by name: checkers take `cls.__init__` for that of some instance
_MORE: Final = {"__attrs_pre_init__", "__attrs_post_init__", "_attrs_cached_hash"}
"""What an `__init__` that attrs wrote names where it does more than to assign the fields."""
_PAST_SETATTR: Final = {"_cached_setattr_get", "__dict__"}
"""What it names where it assigns them without calling the `__setattr__` of the class."""


@attrs.frozen
class Given:
    """What a document gives for a field.

    Args:
        variable: The variable that holds it; it is UNSET where the document lacks a field that has a default.
        write: Makes the field's value of it.
    """

    variable: str
    write: Write


def write_instance(source: Source, codec: ClassCodec, given: Mapping[str, Given], unset: str) -> str:
    """Write the lines that make an instance.

    Args:
        source: Where they are written.
        codec: The codec of the class.
        given: What a document gives, by field.
        unset: The expression of UNSET.

    Returns:
        The variable that holds the instance.

    Raises:
        UnmirroredError: Instances of the class are not made in the usual way.
    """
    cls = codec.cls
    if not _is_of("__new__", cls, object) or not _is_of("__call__", type(cls), type):
        raise UnmirroredError
    opened = _opened(cls)
    attributes = None if opened is None else _bare_attributes(cls)
    if attributes is None:
        defaults = {name: source.constant(value) for name, value in _parameters(codec).items()}
    else:
        defaults = {attribute.name: _default(source, attribute) for attribute in attributes}

    values: dict[str, str] = {}
    for name, found in given.items():
        if codec.fields[name].required:
            values[name] = found.write(found.variable)
        else:
            values[name] = source.unless(f"{found.variable} is {unset}", defaults[name], found.write, found.variable)
    if attributes is None:
        made = source.variable(f"{source.constant(object.__new__)}({source.constant(cls)})")
        arguments = "".join(f", {checked_name(codec.fields[name].argument)}={value}" for name, value in values.items())
        source.leave_if(f"{source.constant(getattr(cls, _INIT))}({made}{arguments}) is not None")
        return made
    is_same = opened is cls
    made = source.variable(
        f"{source.constant(object.__new__)}({source.constant(cls)})" if is_same else f"{source.constant(opened)}()"
    )
    for attribute in attributes:
        source.line(f"{made}.{checked_name(attribute.name)} = {values.get(attribute.name) or defaults[attribute.name]}")
    if not is_same:
        source.line(f"{made}.__class__ = {source.constant(cls)}")
    return made


def _opened(cls: type) -> type | None:
    """A class whose instances take any assignment, and are or can become those of another class.

    A frozen class would refuse the assignments, and to go past it takes three times as long. Where instances have a dict, those
    of a class without any method can become those of the frozen one.

    Args:
        cls: The other class. There is none for it where it has slots, or a base with a layout of its own.
    """
    if _is_of("__setattr__", cls, object):
        return cls
    base: type | None = cls.__base__
    while base is not None and base.__dictoffset__:
        base = base.__base__
    if base not in (object, ABC):
        return None
    made = new_class(cls.__name__, (base,))
    try:
        instance: Any = made()
        instance.__class__ = cls
    except TypeError:
        return None
    return made


def _parameters(codec: ClassCodec) -> dict[str, object]:
    """The defaults that the parameters of `__init__` have, by field: to give one of them is as to give none.

    Raises:
        UnmirroredError: It is no plain function with a parameter for each field.
    """
    init: object = getattr(codec.cls, _INIT)
    if not isinstance(init, FunctionType):
        raise UnmirroredError
    parameters = inspect.signature(init, follow_wrapped=False).parameters
    if not all(field.argument in parameters for field in codec.fields.values()):
        raise UnmirroredError
    return {name: parameters[field.argument].default for name, field in codec.fields.items()}


def _default(source: Source, attribute: attrs.Attribute[Any]) -> str:
    default: object = attribute.default
    if isinstance(default, _FACTORY):
        return f"{source.constant(getattr(default, 'factory'))}()"  # noqa: B009 - the same
    return source.constant(default)


def _bare_attributes(cls: type) -> tuple[attrs.Attribute[Any], ...] | None:
    """What `__init__` puts into the dict or the slots of an instance, where it does nothing else; None where it does.

    With validators, converters or hooks before or after it, and where anybody but attrs wrote it, it does more.
    """
    code: object = getattr(vars(cls).get("__init__"), "__code__", None)
    if not isinstance(code, CodeType) or not code.co_filename.startswith("<attrs generated"):
        return None
    names = {*code.co_names, *code.co_consts}
    if names & _MORE or not (names & _PAST_SETATTR or _is_of("__setattr__", cls, object)):
        return None
    fields: tuple[attrs.Attribute[Any], ...] = attrs.fields(cls)
    assigned = tuple(a for a in fields if a.init or a.default is not attrs.NOTHING)
    return assigned if _is_of("__getattribute__", cls, object) and all(_is_plain(a, cls) for a in assigned) else None


def _is_plain(attribute: attrs.Attribute[Any], cls: type) -> bool:
    """Whether nothing happens when an attribute is assigned: it goes into the dict, or into a slot of this class."""
    convert: object = getattr(attribute, "converter", None)
    if attribute.validator is not None or convert is not None or getattr(attribute.default, "takes_self", False):
        return False
    stored: object = inspect.getattr_static(cls, attribute.name, None)
    return isinstance(stored, MemberDescriptorType) or not isinstance(stored, _Setting)


@runtime_checkable
class _Setting(Protocol):
    """A descriptor that takes what is assigned to an attribute."""

    def __set__(self, instance: Any, value: Any, /) -> None: ...


def _is_of(name: str, cls: type, base: type) -> bool:
    """Whether a class has a method as it is in a base."""
    return getattr(cls, name) is getattr(base, name)
