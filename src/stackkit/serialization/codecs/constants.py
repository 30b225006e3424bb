"""Codecs of enumerations and literals: what is one of some constants."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum, Flag
from typing import TypeAlias

from typing_extensions import TypeIs, override

from stackkit.errors import DocumentError, Problem, UnsupportedTypeError
from stackkit.serialization.codecs.builtin_values import NATIVE_INTS, is_unicode, kind_of
from stackkit.serialization.codecs.codec import Codec
from stackkit.serialization.codecs.scalars import IntCodec

Written: TypeAlias = str | int | bool | None
"""What a constant can be written as."""

NAMED = 20
"""How many constants a message names."""


class ConstantCodec(Codec):
    """One of some constants, each written as a text, a whole number, a truth value or null.

    Attributes:
        members: Each constant by the type and value that it is written as; the type tells 1 from true.
    """

    def __init__(self, constants: Iterable[tuple[object, object]], name: str) -> None:
        self.members: dict[tuple[type, Written], object] = {}
        for constant, written in constants:
            if not _is_written(written) or not _is_carried(written):
                raise UnsupportedTypeError(
                    Problem(f"{name} has a value that is neither text nor a whole number", remedy="give it values that are")
                )
            if (type(written), written) in self.members:
                raise UnsupportedTypeError(Problem(f"{name} has two constants that are written as {_shown(written)}"))
            self.members[type(written), written] = constant
        if not self.members:
            raise UnsupportedTypeError(Problem(f"{name} has no members", remedy="use an enumeration with members"))
        self.kinds: frozenset[str] = frozenset(kind_of(written) for _, written in self.members)
        names = [_shown(written) for _, written in self.members]
        self.expected: str = "one of " + ", ".join(names[:NAMED]) + (", …" if len(names) > NAMED else "")

    @classmethod
    def of_enum(cls, enum: type[Enum]) -> ConstantCodec:
        """The members of an enumeration, written as their values."""
        return cls([(member, member.value) for member in enum], enum.__qualname__)

    @classmethod
    def of_literal(cls, values: Sequence[object]) -> ConstantCodec:
        """The values of a Literal; its enumeration members are written as their values."""
        return cls([(v, v.value if isinstance(v, Enum) else v) for v in values], "Literal")

    def holds(self, value: object) -> bool:
        """Whether builtins stand for one of the constants."""
        return _is_written(value) and (type(value), value) in self.members

    @override
    def load(self, value: object, _: object = None) -> object:
        if _is_written(value) and (type(value), value) in self.members:
            return self.members[type(value), value]
        raise self.wrong(value)

    @override
    def dump(self, value: object) -> object:
        if not self.accepts(value):
            raise self.unwritable(value)
        return value.value if isinstance(value, Enum) else value

    @override
    def accepts(self, value: object) -> bool:
        written: object = value.value if isinstance(value, Enum) else value
        if not _is_written(written) or (type(written), written) not in self.members:
            return False
        member = self.members[type(written), written]
        return type(member) is type(value) and member == value


def _is_written(value: object) -> TypeIs[Written]:
    return value is None or type(value) is str or type(value) is int or type(value) is bool


def _is_carried(value: Written) -> bool:
    return is_unicode(value) if isinstance(value, str) else value is None or value in NATIVE_INTS


def _shown(value: Written) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


class FlagCodec(Codec):
    """Flags that can be combined, written as the whole number that the combination is."""

    def __init__(self, cls: type[Flag]) -> None:
        self.cls = cls
        self.number: IntCodec = IntCodec()
        self.kinds: frozenset[str] = self.number.kinds
        self.values: str = cls.__qualname__
        names = [f"{member.name} = {member.value}" for member in cls]
        self.expected: str = "a sum of " + ", ".join(names[:NAMED])

    @override
    def load(self, value: object, _: object = None) -> object:
        number: object = None
        try:
            number = self.number.load(value)
            made: object = self.cls(number)
        except (ValueError, DocumentError):
            made = None
        if not isinstance(made, self.cls) or made.value != number:  # some boundaries drop or negate bits
            raise self.wrong(value)
        return made

    @override
    def dump(self, value: object) -> object:
        if not isinstance(value, self.cls):
            raise self.unwritable(value)
        return self.number.dump(value.value)

    @override
    def accepts(self, value: object) -> bool:
        return isinstance(value, self.cls)
