"""A strict cattrs converter for each flavor, and the codecs behind its hooks."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping, MutableMapping
from collections.abc import Set as AbstractSet
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NewType, TypeVar, Union, get_args, get_origin
from weakref import WeakKeyDictionary

import cattrs
from typing_extensions import TypeAliasType, override

from stackkit.core.component import StackComponent
from stackkit.errors import DocumentError, NotSerializableError, Problem, StackkitError, UnsupportedTypeError
from stackkit.serialization.choices import ConstantCodec, UnionCodec
from stackkit.serialization.classes import ClassCodec
from stackkit.serialization.codec import Codec
from stackkit.serialization.containers import MappingCodec, RowCodec, SetCodec, TupleCodec
from stackkit.serialization.fields import class_with_fields
from stackkit.serialization.scalars import SCALARS

SUPPORTED = "list, tuple, set, frozenset, dict, Mapping, Literal, unions, enumerations, attrs classes and the scalar types"


_SETS: Final[tuple[object, ...]] = (set, frozenset, AbstractSet)
_MAPPINGS: Final[tuple[object, ...]] = (dict, Mapping, MutableMapping)
_BARE: Final[tuple[object, ...]] = (list, tuple, set, frozenset, dict)


def _is_one_of(tp: object, types: tuple[object, ...]) -> bool:
    return tp in types


def _is_any_type(_: Any) -> bool:
    return True


class HookCodec(Codec):
    """A type of a user's own, written and read by the cattrs hooks that the flavor registered."""

    kinds = frozenset({"any"})

    def __init__(self, tp: object, load: Callable[[object, object], object], dump: Callable[[object], object]) -> None:
        self.type = tp
        self.expected = getattr(tp, "__qualname__", str(tp))
        self._load, self._dump = load, dump

    @override
    def load(self, value: object, _: object = None) -> object:
        try:
            return self._load(value, self.type)
        except StackkitError:
            raise
        except Exception as error:  # a user's hook may raise anything: it becomes a mistake of the document
            raise DocumentError(Problem(f"expected {self.expected}: {_first_line(error)}")) from error

    @override
    def dump(self, value: object) -> object:
        try:
            return self._dump(value)
        except StackkitError:
            raise
        except Exception as error:  # the same
            raise NotSerializableError(Problem(f"expected {self.expected}: {_first_line(error)}")) from error

    @override
    def accepts(self, value: object) -> bool:
        return value is not None


class FlavorConverter(cattrs.Converter):
    """A cattrs converter whose hooks are strict, and which refuses types that have none.

    >>> FlavorConverter().structure("5", int)
    Traceback (most recent call last):
    stackkit.errors.DocumentError: expected int, got str "5"
    """

    def __init__(self) -> None:
        super().__init__(forbid_extra_keys=True)
        self._codecs: dict[object, Codec] = {}
        self.register_structure_hook_factory(_is_any_type, self._load_hook)
        self.register_unstructure_hook_factory(_is_any_type, self._dump_hook)
        for tp in (str, bytes, int, float, Path):  # cattrs finds these, and their subclasses, before any factory
            self.register_structure_hook(tp, self._load_scalar)
            self.register_unstructure_hook(tp, self._dump_scalar)

    def _load_hook(self, tp: Any) -> Callable[[Any, Any], Any]:
        return self._build(tp).load

    def _dump_hook(self, tp: Any) -> Callable[[Any], Any]:
        return self._build(tp).dump

    def _load_scalar(self, value: object, tp: Any) -> Any:
        return self._build(tp).load(value)

    def _dump_scalar(self, value: object) -> object:
        return self._build(type(value)).dump(value)

    def codec(self, tp: object) -> Codec:
        """The codec of a type: the kit's own, or one around the hooks that the flavor registered for it.

        Args:
            tp: Any type annotation.

        Raises:
            UnsupportedTypeError: The type, or one inside of it, has no hook.
        """
        target: Any = tp
        load = self.get_structure_hook(target)
        owner: object = getattr(load, "__self__", None)
        if isinstance(owner, Codec):
            return owner
        if owner is self:
            return self._build(tp)
        if tp not in self._codecs:
            self._codecs[tp] = HookCodec(tp, load, self.get_unstructure_hook(target))
        return self._codecs[tp]

    def _build(self, tp: object) -> Codec:
        if tp not in self._codecs:
            self._codecs[tp] = self._made(tp)
        return self._codecs[tp]

    def _made(self, tp: object) -> Codec:
        if isinstance(tp, str | TypeVar):
            raise _unsupported(tp)
        if tp in SCALARS:
            return SCALARS[tp]
        if isinstance(tp, NewType):
            return self.codec(tp.__supertype__)
        if isinstance(tp, TypeAliasType):
            return self.codec(tp.__value__)
        origin, args = get_origin(tp), get_args(tp)
        if origin is Annotated:
            return self.codec(args[0])
        if origin is Literal:
            return ConstantCodec.of_literal(args)
        if origin in (Union, types.UnionType):
            return UnionCodec([self.codec(arg) for arg in args])
        if isinstance(tp, type) and issubclass(tp, Enum):
            return ConstantCodec.of_enum(tp)
        cls = class_with_fields(tp)
        if cls is not None and not issubclass(cls, StackComponent):
            return ClassCodec(cls, self.codec)
        return self._container(tp, origin, args)

    def _container(self, tp: object, origin: object, args: tuple[object, ...]) -> Codec:
        if origin is list and len(args) == 1:
            return RowCodec(list, self.codec(args[0]))
        if origin is tuple:
            if len(args) == 2 and args[1] is ...:  # noqa: PLR2004 - tuple[T, ...]
                return RowCodec(tuple, self.codec(args[0]))
            return TupleCodec([self.codec(arg) for arg in args])
        if _is_one_of(origin, _SETS) and len(args) == 1:
            return SetCodec(set if origin is set else frozenset, self.codec(args[0]))
        if _is_one_of(origin, _MAPPINGS) and len(args) == 2 and args[0] is str:  # noqa: PLR2004 - key and value
            return MappingCodec(self.codec(args[1]))
        raise _unsupported(tp)


def _unsupported(tp: object) -> UnsupportedTypeError:
    name = tp.__qualname__ if isinstance(tp, type) and not get_args(tp) else str(tp).replace("typing.", "")
    if tp in _BARE:
        return UnsupportedTypeError(Problem(f"{name} does not say what it holds", remedy=f"write {name}[...]"))
    if get_origin(tp) in _MAPPINGS:
        return UnsupportedTypeError(Problem(f"{name} has keys that are not text", remedy="use str keys"))
    return UnsupportedTypeError(
        Problem(f"{name} has no serialization hook", remedy="register hooks for it in configure_converter")
    )


def _first_line(error: Exception) -> str:
    text = str(error) or type(error).__name__
    return text.splitlines()[0][:200]


_CONVERTERS: WeakKeyDictionary[type, FlavorConverter] = WeakKeyDictionary()


def converter_for(flavor: type[StackComponent]) -> FlavorConverter:
    """The converter of a flavor: made at first use, with the hooks that its `configure_converter` registers.

    Args:
        flavor: The flavor's class.
    """
    converter = _CONVERTERS.get(flavor)
    if converter is None:
        converter = FlavorConverter()
        flavor.configure_converter(converter)
        _CONVERTERS[flavor] = converter
    return converter


_CONFIG_CODECS: WeakKeyDictionary[type, ClassCodec] = WeakKeyDictionary()


def config_codec(flavor: type[StackComponent]) -> ClassCodec:
    """The codec of a flavor's whole configuration.

    Args:
        flavor: The flavor's class.
    """
    codec = _CONFIG_CODECS.get(flavor)
    if codec is None:
        codec = _CONFIG_CODECS[flavor] = ClassCodec(flavor, converter_for(flavor).codec)
    return codec


def unsupported_fields(flavor: type[StackComponent]) -> list[Problem]:
    """The fields of a flavor that cannot be serialized, at any depth.

    Args:
        flavor: The flavor's class.
    """
    seen: set[int] = set()
    problems: list[Problem] = []
    waiting: list[Codec] = [config_codec(flavor)]
    while waiting:
        codec = waiting.pop()
        if id(codec) in seen:
            continue
        seen.add(id(codec))
        try:
            waiting.extend(codec.parts())
        except StackkitError as error:
            problems.extend(error.problems)
    return problems
