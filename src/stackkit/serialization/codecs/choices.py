"""Codecs of unions: values that are of one of several types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from typing_extensions import override

from stackkit.core.narrow import is_dict
from stackkit.errors import NotSerializableError, Problem, StackkitError, UnsupportedTypeError
from stackkit.serialization.codecs.builtin_values import kind_of
from stackkit.serialization.codecs.classes import ClassCodec
from stackkit.serialization.codecs.codec import Codec
from stackkit.serialization.codecs.constants import ConstantCodec
from stackkit.serialization.codecs.hooks import HookCodec
from stackkit.serialization.codecs.scalars import BoolCodec, IntCodec, NoneCodec, StrCodec

_AS_THEY_ARE = (NoneCodec, BoolCodec, IntCodec, StrCodec)


class UnionCodec(Codec):
    """One of several types, told apart by how their values are written.

    Attributes:
        options: The codecs of the types; those of a union within the union stand beside the others.
    """

    def __init__(self, options: Sequence[Codec]) -> None:
        self.options: tuple[Codec, ...] = tuple(dict.fromkeys(_flat(options)))
        self.expected: str = " or ".join(option.expected for option in self.options)
        self.values: str = " or ".join(option.values or option.expected for option in self.options)
        self.kinds: frozenset[str] = frozenset[str]().union(*(option.kinds for option in self.options))
        self.hashable: bool = any(option.hashable for option in self.options)

    @override
    def problems(self) -> Iterator[Problem]:
        for index, one in enumerate(self.options):
            for other in self.options[index + 1 :]:
                if one.kinds & other.kinds and not _can_be_told_apart(one, other):
                    yield Problem(
                        f"{_name(one)} and {_name(other)} cannot be told apart in a document",
                        remedy="use one of them, or put them into classes with different fields",
                    )

    @cached_property
    def optional(self) -> Codec | None:
        """The one type that stands beside None, where there is no other."""
        others = [option for option in self.options if type(option) is not NoneCodec]
        return others[0] if len(others) == 1 and len(self.options) > 1 else None

    @cached_property
    def by_kind(self) -> Mapping[str, tuple[Codec, ...]]:
        """The options that each kind of builtins may be of.

        Raises:
            UnsupportedTypeError: Some cannot be told apart.
        """
        problems = list(self.problems())
        if problems:
            raise UnsupportedTypeError(*problems)
        found = {kind: tuple(option for option in self.options if kind in option.kinds) for kind in self.kinds}
        if "float" in found and not any(_takes_any(option) for option in found.get("int", ())):
            found["int"] = (*found.get("int", ()), *found["float"])  # a whole number is a float where it is nothing else
        return found

    @override
    def load(self, value: object, _: object = None) -> object:
        option = self._option_for(value)
        if option is None:
            raise self.wrong(value)
        try:
            return option.load(value)
        except StackkitError:
            if not self.sensitive or isinstance(value, (list, dict)):
                raise
        raise self.wrong(value)  # the option's own error might show what should have been a secret

    def _option_for(self, value: object) -> Codec | None:
        options = self.by_kind.get(kind_of(value), ())
        constants = [option for option in options if isinstance(option, ConstantCodec)]
        for constant in constants:
            if constant.holds(value):
                return constant
        others = [option for option in options if not isinstance(option, ConstantCodec)]
        if len(others) > 1:
            return _class_for(value, others)
        return others[0] if others else next(iter(self.by_kind.get("any", ())), None)

    @override
    def dump(self, value: object) -> object:
        by_kind = self.by_kind
        accepting = [option for option in self.options if option.accepts(value)]
        if not accepting:
            raise self.unwritable(value)
        option = min(accepting, key=lambda option: _distance(option, value))
        written = option.dump(value)
        if isinstance(option, HookCodec) and kind_of(written) in by_kind:
            name = " or ".join(found.expected for found in by_kind[kind_of(written)])
            raise NotSerializableError(
                Problem(f"the hook of {option.expected} wrote what would be read as {name}", remedy="write an object")
            )
        return written

    @override
    def accepts(self, value: object) -> bool:
        return any(option.accepts(value) for option in self.options)

    @override
    def parts(self) -> Iterable[Codec]:
        return self.options


def _flat(options: Iterable[Codec]) -> Iterator[Codec]:
    for option in options:
        if isinstance(option, UnionCodec):
            yield from option.options
        else:
            yield option


def _name(codec: Codec) -> str:
    return codec.values or codec.expected


def _takes_any(codec: Codec) -> bool:
    """Whether all builtins of one kind are values, not a few constants alone."""
    return not isinstance(codec, ConstantCodec)


def _distance(option: Codec, value: object) -> int:
    """How far an option is from being made for a value that it accepts: the nearest writes it."""
    if isinstance(option, HookCodec):
        return 2
    return 1 if type(value) is int and "float" in option.kinds else 0


def _class_for(value: object, options: Sequence[Codec]) -> ClassCodec | None:
    """The class that an object is of; where it fits none, the one whose mistakes are worth telling."""
    classes = [option for option in options if isinstance(option, ClassCodec)]
    if not is_dict(value):
        return None
    fitting = [option for option in classes if option.fits(value)]
    if fitting:
        return fitting[0] if len(fitting) == 1 else None
    marked = [option for option in classes if option.is_marked(value)] or classes
    shared = {option: len(option.fields.keys() & value.keys()) for option in marked}
    nearest = [option for option, number in shared.items() if number == max(shared.values())]
    return nearest[0] if len(nearest) == 1 else None


def _can_be_told_apart(one: Codec, other: Codec) -> bool:
    """Whether no builtins can stand for values of both, although both are written as the same kind."""
    if isinstance(one, ClassCodec) and isinstance(other, ClassCodec):
        return one.differs_from(other)
    if isinstance(one, ConstantCodec) and isinstance(other, ConstantCodec):
        shared = one.members.keys() & other.members.keys()
        return all(_is_same(one.members[written], other.members[written]) for written in shared)
    constant, rest = (one, other) if isinstance(one, ConstantCodec) else (other, one)
    if isinstance(constant, ConstantCodec) and isinstance(rest, _AS_THEY_ARE):
        return all(_is_same(member, written) for (_, written), member in constant.members.items())
    return False


def _is_same(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other
