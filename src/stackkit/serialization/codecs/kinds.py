"""Which codec a type annotation has."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping, MutableMapping
from collections.abc import Set as AbstractSet
from enum import Enum, Flag
from typing import Annotated, Final, ForwardRef, Literal, NewType, TypeVar, Union, get_args, get_origin

from typing_extensions import TypeAliasType, TypeIs

from stackkit.core.component import StackComponent
from stackkit.core.reference import Reference
from stackkit.core.secret import Secret
from stackkit.errors import Problem, UnsupportedTypeError
from stackkit.serialization.codecs.choices import UnionCodec
from stackkit.serialization.codecs.classes import ClassCodec
from stackkit.serialization.codecs.codec import Codec
from stackkit.serialization.codecs.constants import ConstantCodec, FlagCodec
from stackkit.serialization.codecs.containers import MappingCodec, RowCodec, SetCodec, TupleCodec
from stackkit.serialization.codecs.references import ReferenceCodec, SecretCodec
from stackkit.serialization.codecs.scalars import BoolCodec, FloatCodec, IntCodec, NoneCodec, StrCodec
from stackkit.serialization.codecs.text_forms import TEXT_FORMS, TextCodec
from stackkit.serialization.fields import class_with_fields

CodecOf = Callable[[object], Codec]

SCALARS: Final[Mapping[object, Codec]] = {
    **dict.fromkeys((None, type(None)), NoneCodec()),
    bool: BoolCodec(),
    int: IntCodec(),
    float: FloatCodec(),
    str: StrCodec(),
    Secret: SecretCodec(),
    Reference: ReferenceCodec(),
    **{form.cls: TextCodec(form) for form in TEXT_FORMS},
}
"""The codecs of types that consist of nothing else; all flavors share them."""

_BARE: Final[tuple[object, ...]] = (list, tuple, set, frozenset, dict)
_MAPPINGS: Final[tuple[object, ...]] = (dict, Mapping, MutableMapping)


def is_enum(tp: object) -> TypeIs[type[Enum]]:
    """Whether a type is an enumeration."""
    return isinstance(tp, type) and issubclass(tp, Enum)


def make_codec(tp: object, codec_of: CodecOf) -> Codec:
    """The kit's own codec of a type.

    Args:
        tp: Any type annotation.
        codec_of: Gives the codecs of the types in it, which may be a user's own.

    Raises:
        UnsupportedTypeError: The type, or one inside of it, has none.
    """
    origin, args = get_origin(tp), get_args(tp)
    if origin is Annotated:
        return codec_of(args[0])
    if isinstance(tp, NewType):
        return codec_of(tp.__supertype__)
    if isinstance(tp, TypeAliasType):
        return codec_of(tp.__value__)
    if origin is Literal:
        return ConstantCodec.of_literal(args)
    if origin in (Union, types.UnionType):
        return UnionCodec([codec_of(arg) for arg in args])
    scalar = _scalar(tp)
    if scalar is not None:
        return scalar
    if is_enum(tp):
        return FlagCodec(tp) if issubclass(tp, Flag) else ConstantCodec.of_enum(tp)
    return _made_of_others(tp, origin, args, codec_of)


def _scalar(tp: object) -> Codec | None:
    try:
        return SCALARS.get(tp)
    except TypeError:  # Annotated with what has no hash is somewhere in it
        return None


def _made_of_others(tp: object, origin: object, args: tuple[object, ...], codec_of: CodecOf) -> Codec:
    cls = class_with_fields(tp)
    if cls is not None and not _is_component(cls):
        return ClassCodec(cls, codec_of)
    codec = _container(origin, args, codec_of)
    if codec is None:
        raise _unsupported(tp, origin)
    return codec


def _container(origin: object, args: tuple[object, ...], codec_of: CodecOf) -> Codec | None:
    if origin is list and len(args) == 1:
        return RowCodec(list, codec_of(args[0]))
    if origin is tuple and len(args) == 2 and args[1] is ...:  # noqa: PLR2004 - tuple[T, ...]
        return RowCodec(tuple, codec_of(args[0]))
    if origin is tuple:
        return TupleCodec([codec_of(arg) for arg in args])
    if origin is set and len(args) == 1:
        return SetCodec(set, codec_of(args[0]))
    if (origin is frozenset or origin is AbstractSet) and len(args) == 1:
        return SetCodec(frozenset, codec_of(args[0]), is_any_set=origin is AbstractSet)
    if _is_one_of(origin, _MAPPINGS) and len(args) == 2 and isinstance(codec_of(args[0]), StrCodec):  # noqa: PLR2004 - the same
        return MappingCodec(codec_of(args[1]), is_any_mapping=origin is not dict)
    return None


def _is_one_of(tp: object, types: tuple[object, ...]) -> bool:
    return tp in types


def _unsupported(tp: object, origin: object) -> UnsupportedTypeError:
    name = type_name(tp)
    if isinstance(tp, TypeVar):
        return _refusal(f"{name} is a type variable", "generic classes cannot be serialized: name a type here")
    if class_with_fields(origin) is not None:
        return _refusal(f"{name} is generic", "write a class whose fields have types of their own")
    if isinstance(tp, str | ForwardRef):
        return _refusal(f"the name {name} cannot be resolved", "write the type itself, not its name as text")
    if _is_component(tp):
        return _refusal(f"{name} is a component", "refer to it: annotate the field with Reference")
    if _is_one_of(tp, _BARE):
        return _refusal(f"{name} does not say what it holds", f"write {name}[...]")
    if _is_one_of(origin, _MAPPINGS):
        return _refusal(f"{name} has keys that are not text", "use str keys")
    return _refusal(f"{name} has no serialization hook", "register hooks for it in configure_converter")


def _is_component(tp: object) -> bool:
    return isinstance(tp, type) and issubclass(tp, StackComponent)


def _refusal(what: str, remedy: str) -> UnsupportedTypeError:
    return UnsupportedTypeError(Problem(what, remedy=remedy))


def type_name(tp: object) -> str:
    """What messages call a type.

    >>> type_name(int), type_name(list[int]), type_name(Literal[1])
    ('int', 'list[int]', 'Literal[1]')
    """
    if isinstance(tp, type) and not get_args(tp):
        return tp.__qualname__
    if isinstance(tp, NewType | TypeVar | TypeAliasType):
        return tp.__name__
    return str(tp).replace("typing.", "")
