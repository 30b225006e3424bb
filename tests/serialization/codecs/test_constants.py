"""Enumerations and literals: each constant by its written form, told apart by type too."""

from __future__ import annotations

import enum
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.serialization.everything import Colour, Large, Level, Mode, Permission, Region

from stackkit.errors import DocumentError, NotSerializableError, UnsupportedTypeError
from stackkit.serialization.codecs.codec import Codec
from stackkit.serialization.converter import FlavorConverter


def enumeration(name: str, members: dict[str, object]) -> Any:
    made: Any = enum.Enum  # checkers want to see the members
    return made(name, members)


Answer = enumeration("Answer", {"YES": True, "NO": False, "UNSAID": None, "LATER": "later", "AGAIN": "later"})


class Strict(enum.Flag, boundary=enum.STRICT):
    """Only these bits."""

    A = 1
    B = 4


class Conform(enum.Flag, boundary=enum.CONFORM):
    """Others are dropped."""

    A = 1
    B = 4


class Eject(enum.IntFlag, boundary=enum.EJECT):
    """Others make a plain number of it."""

    A = 1
    B = 4


def codec(tp: Any) -> Codec:
    return FlavorConverter().codec(tp)


@pytest.mark.parametrize("cls", [Colour, Level, Region, Mode, Answer])
def test_a_member_is_written_as_its_value_and_read_back(cls: type[enum.Enum]) -> None:
    for member in cls:
        written = codec(cls).dump(member)
        assert written == member.value
        assert type(written) in (str, int, bool, type(None))
        assert codec(cls).load(written) is member


@pytest.mark.parametrize(
    ("tp", "value"),
    [
        (Literal[1], True), (Literal[1], 1.0), (Literal[1], "1"), (Literal[True], 1), (Literal[0], False),
        (Literal[None], "None"),  # noqa: PYI061 - the same
        (Literal["a"], "b"), (Literal["a"], "A"), (Literal["a"], ["a"]), (Literal["a"], {"a": 1}), (Literal["a"], None),
        (Level, True), (Level, 1.0), (Level, "LOW"), (Level, 3), (Mode, "READ"), (Mode, b"r"), (Answer, 1), (Answer, 0),
        (Colour, "RED"), (Colour, True),
    ],
)  # fmt: skip
def test_only_a_constant_as_it_is_written_is_read(tp: Any, value: object) -> None:
    with pytest.raises(DocumentError, match="expected one of "):
        codec(tp).load(value)


@pytest.mark.parametrize(
    ("tp", "value"),
    [
        (Literal[1], True), (Literal[1], 1.0), (Literal["red"], Colour.RED), (Literal[Colour.RED], "red"), (Level, 1),
        (Mode, "r"), (Region, Mode.READ), (Colour, Level.LOW), (Literal["a"], None), (Literal["a"], ["a"]),
        (Colour, Answer.YES),
    ],
)  # fmt: skip
def test_only_the_constant_itself_is_written(tp: Any, value: object) -> None:
    with pytest.raises(NotSerializableError, match="expected one of "):
        codec(tp).dump(value)


def test_a_literal_may_mix_kinds_and_members_of_enumerations() -> None:
    mixed: Codec = codec(Literal["a", 1, True, None, Colour.RED])  # noqa: PYI061 - it is what is tested
    for constant in ("a", 1, True, None, Colour.RED):
        found = mixed.load(mixed.dump(constant))
        assert type(found) is type(constant)
        assert found == constant


def test_a_message_names_the_constants() -> None:
    with pytest.raises(DocumentError) as caught:
        codec(Answer).load("never")
    assert str(caught.value) == 'expected one of true, false, null, later, got str "never"'


def test_a_message_names_some_of_many_constants() -> None:
    many = enumeration("Many", {f"N{number}": f"n{number}" for number in range(500)})
    with pytest.raises(DocumentError) as caught:
        codec(many).load("never")
    assert str(caught.value).startswith("expected one of n0, n1, ")
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("value", [1.5, b"a", (1, 2), [1], {"a": 1}, object(), 2**63, "\ud800"])
def test_constants_that_not_every_format_can_carry_are_refused(value: object) -> None:
    with pytest.raises(UnsupportedTypeError, match="Odd has a value that is neither text nor a whole number"):
        codec(enumeration("Odd", {"ONLY": value}))


def test_literals_that_are_written_the_same_are_refused() -> None:
    with pytest.raises(UnsupportedTypeError, match="Literal has two constants that are written as red"):
        codec(Literal["red", Colour.RED])
    with pytest.raises(UnsupportedTypeError, match="Literal has a value that is neither"):
        codec(Literal[b"red"])


def test_an_enumeration_without_members_is_refused() -> None:
    with pytest.raises(UnsupportedTypeError, match="Empty has no members"):
        codec(enumeration("Empty", {}))


@pytest.mark.parametrize("cls", [Permission, Large, Strict, Conform, Eject])
def test_every_combination_of_flags_is_read_back(cls: type[enum.Flag]) -> None:
    @given(st.sets(st.sampled_from([*cls])))
    def check(flags: set[enum.Flag]) -> None:
        combined = cls(0)
        for flag in flags:
            combined |= flag
        found = codec(cls).load(codec(cls).dump(combined))
        assert type(found) is cls
        assert found == combined

    check()


@pytest.mark.parametrize(
    ("cls", "value"),
    [
        (Permission, 8), (Permission, -1), (Permission, "READ"), (Permission, True), (Permission, 1.0), (Permission, None),
        (Permission, ["READ"]), (Strict, 2), (Conform, 2), (Conform, -1), (Eject, 2), (Large, -1), (Large, "1"),
    ],
)  # fmt: skip
def test_what_is_no_combination_of_the_flags_is_refused(cls: type[enum.Flag], value: object) -> None:
    with pytest.raises(DocumentError, match="expected a sum of "):
        codec(cls).load(value)


def test_flags_of_another_class_are_not_written() -> None:
    with pytest.raises(NotSerializableError, match="expected Permission, got int 1"):
        codec(Permission).dump(1)
    with pytest.raises(NotSerializableError, match="expected Permission, got Strict"):
        codec(Permission).dump(Strict.A)
    with pytest.raises(NotSerializableError):
        codec(Large).dump(Large(2**20_000))
