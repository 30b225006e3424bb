"""How generated code makes instances: by calling `__init__`, or by assigning fields where that would do nothing else."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from types import CodeType, FunctionType, MemberDescriptorType
from typing import Any, Final, Protocol, runtime_checkable

import attrs

from stackkit.serialization.classes import ClassCodec
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
    attributes = _bare_attributes(cls)
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
    return _assigned(source, cls, {a.name: values.get(a.name) or defaults[a.name] for a in attributes})


def _assigned(source: Source, cls: type, values: Mapping[str, str]) -> str:
    """A variable that holds a new instance, with the values of expressions in its dict or slots."""
    opened = _opened(cls) if any(_is_slot(cls, name) for name in values) else cls
    made = source.variable(f"{source.constant(object.__new__)}({source.constant(opened)})")
    stored = source.variable(f"{made}.__dict__") if opened is cls else ""
    for name, value in values.items():
        source.line(f"{stored}[{name!r}] = {value}" if stored else f"{made}.{checked_name(name)} = {value}")
    if not stored:
        source.line(f"{made}.__class__ = {source.constant(cls)}")
    return made


def _opened(cls: type) -> type:
    """A class whose instances take any assignment, and can become those of a class with slots by changing their class.

    `__setattr__` of a frozen class would refuse the assignment, and to go past it takes three times as long.
    """
    return type(cls.__name__, (cls,), {"__slots__": (), "__setattr__": object.__setattr__, "__delattr__": object.__delattr__})


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
    is_plain = _is_of("__getattribute__", cls, object) and all(map(_is_plain, assigned))
    are_slots = {_is_slot(cls, attribute.name) for attribute in assigned}
    if are_slots == {True}:
        return assigned if is_plain and cls.__dictoffset__ == 0 and _may_be_opened(cls) else None
    is_stored = not any(isinstance(inspect.getattr_static(cls, a.name, None), _Setting) for a in assigned)
    return assigned if is_plain and is_stored else None


def _is_plain(attribute: attrs.Attribute[Any]) -> bool:
    convert: object = getattr(attribute, "converter", None)
    return attribute.validator is None and convert is None and not getattr(attribute.default, "takes_self", False)


def _is_slot(cls: type, name: str) -> bool:
    return isinstance(inspect.getattr_static(cls, name, None), MemberDescriptorType)


def _may_be_opened(cls: type) -> bool:
    """Whether a class takes no notice of its subclasses."""
    return type(cls) is type and not any("__init_subclass__" in vars(base) for base in cls.__mro__[:-1])


@runtime_checkable
class _Setting(Protocol):
    """A descriptor that takes what is assigned to an attribute."""

    def __set__(self, instance: Any, value: Any, /) -> None: ...


def _is_of(name: str, cls: type, base: type) -> bool:
    """Whether a class has a method as it is in a base."""
    return getattr(cls, name) is getattr(base, name)
