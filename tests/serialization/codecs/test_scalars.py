"""None, truth values, numbers and text are read as what they are, and never as one another."""

from __future__ import annotations

import math
import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.serialization.everything import Colour, Level

from stackkit.errors import DocumentError, NotSerializableError
from stackkit.serialization.codecs.kinds import SCALARS

ANY_INT = st.integers() | st.integers(-(2**70), 2**70)


def refusal(tp: type | None, value: object) -> str:
    with pytest.raises(DocumentError) as caught:
        SCALARS[tp].load(value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("tp", "value", "message"),
    [
        (int, "5", 'expected int, got str "5"'),
        (int, 5.9, "expected int, got float 5.9"),
        (int, 5.0, "expected int, got float 5.0"),
        (int, True, "expected int, got bool True"),
        (int, None, "expected int, got null"),
        (int, [5], "expected int, got list"),
        (int, math.nan, "expected int, got float nan"),
        (int, Level.LOW, "expected int, got Level 1"),
        (float, "1.5", 'expected float, got str "1.5"'),
        (float, True, "expected float, got bool True"),
        (float, "nan", 'expected float, got str "nan"'),
        (float, 2**53 + 1, "expected float, got int 9007199254740993"),
        (float, 10**400, "expected float, got int"),
        (float, {"$float": "1.5"}, "expected float, got dict"),
        (float, {"$float": "NaN"}, "expected float, got dict"),
        (float, {"$float": "nan", "more": 1}, "expected float, got dict"),
        (float, Decimal("1.5"), "expected float, got Decimal"),
        (bool, "false", 'expected bool, got str "false"'),
        (bool, 0, "expected bool, got int 0"),
        (bool, 1.0, "expected bool, got float 1.0"),
        (bool, None, "expected bool, got null"),
        (str, None, "expected str, got null"),
        (str, 5, "expected str, got int 5"),
        (str, True, "expected str, got bool True"),
        (str, ["a"], "expected str, got list"),
        (str, b"a", "expected str, got bytes"),
        (None, "null", 'expected null, got str "null"'),
        (None, 0, "expected null, got int 0"),
        (None, False, "expected null, got bool False"),
        (None, {}, "expected null, got dict"),
    ],
)
def test_no_value_is_taken_for_one_of_another_type(tp: type | None, value: object, message: str) -> None:
    assert refusal(tp, value) == message


@given(ANY_INT)
def test_a_whole_number_of_any_size_is_read_back(number: int) -> None:
    written = SCALARS[int].dump(number)
    assert SCALARS[int].load(written) == number
    assert (written == number) == (-(2**63) <= number < 2**63)


@pytest.mark.parametrize(
    "text", ["5", "9223372036854775807", "-9223372036854775808", "09223372036854775808", "+9223372036854775808"]
)
def test_a_number_has_one_form_alone(text: str) -> None:
    assert refusal(int, {"$int": text}) == "expected int, got dict"


@pytest.mark.parametrize(
    "text",
    [
        "".join(chr(0x660 + int(digit)) for digit in str(2**63)),
        "9_223_372_036_854_775_808",
        " 9223372036854775808",
        "9223372036854775808\n",
        "",
    ],
)
def test_a_large_number_is_written_in_plain_digits(text: str) -> None:
    assert refusal(int, {"$int": text}) == "expected int, got dict"


@pytest.mark.parametrize("number", [10**4300, -(10**4300), 10**100_000], ids=["one more", "one more below zero", "many"])
def test_a_number_with_more_digits_than_python_reads_is_not_written(number: int) -> None:
    with pytest.raises(NotSerializableError, match="too many digits"):
        SCALARS[int].dump(number)


def test_a_number_at_the_limit_of_digits_is_read_back() -> None:
    number = -(10**4300 - 1)
    assert SCALARS[int].load(SCALARS[int].dump(number)) == number


def test_a_lower_limit_of_digits_is_told_like_ours() -> None:
    program = """
from stackkit.errors import StackkitError
from stackkit.serialization.codecs.kinds import SCALARS
for act, value in ((SCALARS[int].dump, 10**700), (SCALARS[int].load, {"$int": "9" * 700})):
    try:
        act(value)
    except StackkitError as error:
        print(error)
"""
    done = subprocess.run(
        [sys.executable, "-X", "int_max_str_digits=640", "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["is a whole number of too many digits to be written", "expected int, got dict"]


@given(st.floats())
def test_a_float_is_read_back_with_its_sign(number: float) -> None:
    found = SCALARS[float].load(SCALARS[float].dump(number))
    assert isinstance(found, float)
    assert found == number or (math.isnan(found) and math.isnan(number))
    assert math.isnan(number) or math.copysign(1, found) == math.copysign(1, number)


@pytest.mark.parametrize(("number", "written"), [(math.nan, "nan"), (-math.nan, "nan"), (math.inf, "inf"), (-math.inf, "-inf")])
def test_what_is_a_float_and_no_number_is_marked(number: float, written: str) -> None:
    assert SCALARS[float].dump(number) == {"$float": written}


@given(st.integers(-(2**53), 2**53))
def test_a_whole_number_is_a_float_where_it_loses_nothing(number: int) -> None:
    for act in (SCALARS[float].load, SCALARS[float].dump):
        found = act(number)
        assert type(found) is float
        assert found == number


@given(st.text(st.characters()))
def test_text_is_read_as_it_is_unless_it_holds_a_lone_surrogate(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        assert refusal(str, text) == "holds a lone surrogate, which is no text"
        with pytest.raises(NotSerializableError, match="lone surrogate"):
            SCALARS[str].dump(text)
    else:
        assert SCALARS[str].load(text) is text
        assert SCALARS[str].dump(text) is text


class Text(str):
    """A library's own kind of text."""

    __slots__ = ()


@pytest.mark.parametrize(
    ("tp", "value", "message"),
    [
        (str, Text("a"), 'expected str, got Text "a"'),
        (str, None, "expected str, got null"),
        (int, True, "expected int, got bool True"),
        (int, 5.0, "expected int, got float 5.0"),
        (int, Level.LOW, "expected int, got Level 1"),
        (float, "1.5", 'expected float, got str "1.5"'),
        (float, 2**53 + 1, "expected float, got int 9007199254740993"),
        (bool, 1, "expected bool, got int 1"),
        (None, 0, "expected None, got int 0"),
        (None, Colour.RED, "expected None, got Colour"),
    ],
)
def test_what_is_not_of_its_fields_type_is_not_written(tp: type | None, value: object, message: str) -> None:
    with pytest.raises(NotSerializableError) as caught:
        SCALARS[tp].dump(value)
    assert str(caught.value) == message


class Measured(float):
    """A library's own kind of float, such as numpy's."""

    __slots__ = ()


def test_a_librarys_own_float_is_written_as_a_float() -> None:
    written: Any = SCALARS[float].dump(Measured(1.5))
    assert type(written) is float
    assert written == 1.5


def test_a_large_value_is_not_shown_whole() -> None:
    assert refusal(int, "a" * 50_000_000) == f'expected int, got str "{"a" * 40}…"'
    assert refusal(int, "\x1b[2J\n") == r'expected int, got str "\x1b[2J\n"'
    assert refusal(bool, 2**200) == "expected bool, got int"
    assert refusal(bool, 10**5000) == "expected bool, got int"
