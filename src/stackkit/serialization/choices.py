"""Codecs of values that are one of several: enumerations, literals and unions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum

from typing_extensions import override

from stackkit.errors import Problem, UnsupportedTypeError
from stackkit.serialization.classes import ClassCodec
from stackkit.serialization.codec import Codec, kind_of

_CONSTANTS = (str, int, bool)


class ConstantCodec(Codec):
    """One of some constants, each written as a text, a whole number, a truth value or null."""

    def __init__(self, members: Iterable[tuple[object, object]], name: str) -> None:
        self.members = {(type(written), written): member for member, written in members}
        if not all(written is None or type(written) in _CONSTANTS for _, written in self.members):
            raise UnsupportedTypeError(
                Problem(f"{name} has values that are neither text nor whole numbers", remedy="give it values that are")
            )
        self.kinds = frozenset(kind_of(written) for _, written in self.members)
        self.expected = "one of " + ", ".join(sorted(str(written) for _, written in self.members))

    @classmethod
    def of_enum(cls, enum: type[Enum]) -> ConstantCodec:
        """The members of an enumeration, written as their values."""
        return cls([(member, member.value) for member in enum], enum.__qualname__)

    @classmethod
    def of_literal(cls, values: Sequence[object]) -> ConstantCodec:
        """The values of a Literal; its enumeration members are written as their values."""
        return cls([(v, v.value if isinstance(v, Enum) else v) for v in values], "Literal")

    @override
    def load(self, value: object, _: object = None) -> object:
        if isinstance(value, str | int | bool | None) and (type(value), value) in self.members:
            return self.members[type(value), value]
        raise self.wrong(value)

    @override
    def dump(self, value: object) -> object:
        if not self.accepts(value):
            raise self.unwritable(value)
        return value.value if isinstance(value, Enum) else value

    @override
    def accepts(self, value: object) -> bool:
        return any(type(member) is type(value) and member == value for member in self.members.values())


class UnionCodec(Codec):
    """One of several types, told apart by how their values are written."""

    def __init__(self, options: Sequence[Codec]) -> None:
        self.options = tuple(options)
        self.expected = " or ".join(option.expected for option in self.options)
        self.kinds = frozenset[str]().union(*(option.kinds for option in self.options))
        self.sensitive = any(option.sensitive for option in self.options)
        self._refuse_ambiguity()

    def _refuse_ambiguity(self) -> None:
        for index, one in enumerate(self.options):
            for other in self.options[index + 1 :]:
                shared = one.kinds & other.kinds
                if shared and not _can_be_told_apart(one, other):
                    raise UnsupportedTypeError(
                        Problem(
                            f"{one.expected} and {other.expected} cannot be told apart in a document",
                            remedy="use one of them, or put them into classes with different fields",
                        )
                    )

    @override
    def load(self, value: object, _: object = None) -> object:
        kind = kind_of(value)
        options = [option for option in self.options if kind in option.kinds or "any" in option.kinds]
        constants = [o for o in options if isinstance(o, ConstantCodec) and _holds(o, value)]
        if constants:
            return constants[0].load(value)
        others = [o for o in options if not isinstance(o, ConstantCodec)]
        if not others and kind == "int":
            others = [o for o in self.options if "float" in o.kinds and not isinstance(o, ConstantCodec)]
        if len(others) > 1:
            others = [o for o in others if isinstance(o, ClassCodec) and o.fits(value)] or others
        if len(others) != 1:
            raise self.wrong(value)
        return others[0].load(value)

    @override
    def dump(self, value: object) -> object:
        accepting = [option for option in self.options if option.accepts(value)]
        if not accepting:
            raise self.unwritable(value)
        exact = next((o for o in accepting if not (type(value) is int and "float" in o.kinds)), accepting[0])
        return exact.dump(value)

    @override
    def accepts(self, value: object) -> bool:
        return any(option.accepts(value) for option in self.options)

    @override
    def parts(self) -> Iterable[Codec]:
        return self.options


def _holds(codec: ConstantCodec, value: object) -> bool:
    return isinstance(value, str | int | bool | None) and (type(value), value) in codec.members


def _can_be_told_apart(one: Codec, other: Codec) -> bool:
    if isinstance(one, ClassCodec) and isinstance(other, ClassCodec):
        return one.differs_from(other)
    constants = [c for c in (one, other) if isinstance(c, ConstantCodec)]
    if len(constants) == 2:  # noqa: PLR2004 - both of them
        return constants[0].members.keys().isdisjoint(constants[1].members.keys())
    if len(constants) == 1:
        rest = other if constants[0] is one else one
        return all(member == written for (_, written), member in constants[0].members.items()) and rest.expected in {
            "str",
            "int",
        }
    return False
