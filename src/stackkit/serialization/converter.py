"""A strict cattrs converter for each flavor, and the codecs behind its hooks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import RLock
from typing import Any, Final

import attrs
import cattrs

from stackkit.core.component import StackComponent
from stackkit.errors import Problem, UnsupportedTypeError
from stackkit.serialization.codecs.classes import ClassCodec
from stackkit.serialization.codecs.codec import Codec, reachable
from stackkit.serialization.codecs.hooks import HookCodec
from stackkit.serialization.codecs.kinds import SCALARS, is_enum, make_codec, type_name

_FOUND_FIRST: Final = (str, bytes, int, float, Path)
"""What cattrs has hooks for that come before any factory, for subclasses too."""


class FlavorConverter(cattrs.Converter):
    """A cattrs converter whose hooks are strict, and which refuses types that have none.

    >>> FlavorConverter().structure("5", int)
    Traceback (most recent call last):
    stackkit.errors.DocumentError: expected int, got str "5"
    """

    def __init__(self) -> None:
        super().__init__(forbid_extra_keys=True)
        self._codecs: dict[object, Codec] = {}
        self._own: dict[object, Codec] = {}
        self._begun: list[object] = []
        self.register_structure_hook_factory(_is_any_type, self._load_hook)
        self.register_unstructure_hook_factory(_is_any_type, self._dump_hook)
        for tp in _FOUND_FIRST:
            self.register_structure_hook(tp, self._load_scalar)
            self.register_unstructure_hook(tp, self._dump_scalar)

    def codec(self, tp: object) -> Codec:
        """The codec of a type: the kit's own, or one around the hooks that the flavor registered for it.

        Args:
            tp: Any type annotation.

        Raises:
            UnsupportedTypeError: The type, or one inside of it, has no hook.
        """
        try:
            found = self._codecs.get(tp)
        except TypeError:  # Annotated with what has no hash is somewhere in it
            return self.own_codec(tp)
        if found is None:
            found = self._codecs[tp] = self._made(tp)
        return found

    def own_codec(self, tp: object) -> Codec:
        """The kit's own codec of a type, whatever hooks the flavor registered for it.

        Raises:
            UnsupportedTypeError: The kit has none.
        """
        if tp in self._begun:
            raise UnsupportedTypeError(Problem(f"{type_name(tp)} refers to itself", remedy="write a class instead"))
        try:
            found = self._own.get(tp)
        except TypeError:
            return make_codec(tp, self.codec)
        if found is None:
            self._begun.append(tp)
            try:
                found = self._own[tp] = make_codec(tp, self.codec)
            finally:
                self._begun.remove(tp)
        return found

    def _made(self, tp: Any) -> Codec:
        load, dump = self._registered(tp, self.get_structure_hook), self._registered(tp, self.get_unstructure_hook)
        if load is None and dump is None:
            return self.own_codec(tp)
        if load is None or dump is None:
            own = self._other_side(tp, "an unstructure" if load is None else "a structure")
            return HookCodec(tp, load or own.load, dump or own.dump)
        return HookCodec(tp, load, dump)

    def _other_side(self, tp: object, registered: str) -> Codec:
        try:
            return self.own_codec(tp)
        except UnsupportedTypeError:
            raise UnsupportedTypeError(
                Problem(f"{type_name(tp)} has {registered} hook alone", remedy="register both in configure_converter")
            ) from None

    def _registered(self, tp: Any, hook_of: Callable[[Any], Callable[..., Any]]) -> Callable[..., Any] | None:
        """The hook that the flavor registered for a type, or None where it is the kit's own.

        cattrs hands the hooks of a class to its subclasses, and so those for str to enumerations that are texts, and those
        for date to datetime; none of these was meant.
        """
        hook = hook_of(tp)
        owner: object = getattr(hook, "__self__", None)
        if owner is self or isinstance(owner, _Own):
            return None
        if isinstance(tp, type) and (tp in SCALARS or is_enum(tp)):
            bases = [base for base in tp.__mro__[1:] if base in SCALARS]
            if any(hook_of(base) is hook for base in bases):
                return None
        return hook

    def _load_hook(self, tp: Any) -> Callable[[Any, Any], Any]:
        return _Own(self, tp).load

    def _dump_hook(self, tp: Any) -> Callable[[Any], Any]:
        return _Own(self, tp).dump

    def _load_scalar(self, value: object, tp: Any) -> Any:
        return self.own_codec(tp).load(value)

    def _dump_scalar(self, value: object) -> object:
        cls = type(value)
        return self.own_codec(cls if is_enum(cls) else next(base for base in cls.__mro__ if base in SCALARS)).dump(value)


@attrs.frozen
class _Own:
    """The kit's own hooks for a type; its codec is made at their first use."""

    converter: FlavorConverter
    type: object

    def load(self, value: object, _: object = None) -> object:
        return self.converter.own_codec(self.type).load(value)

    def dump(self, value: object) -> object:
        return self.converter.own_codec(self.type).dump(value)


def _is_any_type(_: object) -> bool:
    return True


_CONVERTER: Final = "__stackkit_converter__"
_CODEC: Final = "__stackkit_codec__"
"""Where a flavor's class keeps what was made for it, so that both are forgotten together."""

_making = RLock()


def converter_for(flavor: type[StackComponent]) -> FlavorConverter:
    """The converter of a flavor: made at first use, with the hooks that its `configure_converter` registers.

    Args:
        flavor: The flavor's class.
    """
    with _making:
        found: object = vars(flavor).get(_CONVERTER)
        if not isinstance(found, FlavorConverter):
            found = FlavorConverter()
            flavor.configure_converter(found)
            setattr(flavor, _CONVERTER, found)
        return found


def config_codec(flavor: type[StackComponent]) -> ClassCodec:
    """The codec of a flavor's whole configuration.

    Args:
        flavor: The flavor's class.
    """
    found: object = vars(flavor).get(_CODEC)
    if not isinstance(found, ClassCodec):
        found = ClassCodec(flavor, converter_for(flavor).codec)
        setattr(flavor, _CODEC, found)
    return found


def unsupported_fields(flavor: type[StackComponent]) -> list[Problem]:
    """The fields of a flavor that cannot be serialized, at any depth.

    Args:
        flavor: The flavor's class.
    """
    classes = [codec for codec in reachable(config_codec(flavor)) if isinstance(codec, ClassCodec)]
    return [problem for codec in classes for problem in codec.problems()]
