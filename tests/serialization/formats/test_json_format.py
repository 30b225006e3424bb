"""JSON: what is written is JSON to others, and what JSON cannot say, or says twice, is refused."""

from __future__ import annotations

import json
import sys
import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.serialization.hostile import DEEPEST, TOO_DEEP, builtins, tampered

from stackkit.errors import DocumentError
from stackkit.serialization.codecs.builtin_values import check_builtins
from stackkit.serialization.formats.json_format import decode_json
from stackkit.serialization.formats.table import decode, encode

NUMBERS = st.from_regex(r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,20})?([eE][-+]?[0-9]{1,3})?", fullmatch=True)
STRINGS = st.text(st.characters()).map(json.dumps) | st.text(st.characters(exclude_characters='"'), max_size=5).map(
    '"{}"'.format
)
TEXTS = st.recursive(
    NUMBERS | STRINGS | st.sampled_from(["null", "true", "NaN", "", ",", "-0", "[,]"]),
    lambda inner: (
        st.lists(inner, max_size=4).map(lambda parts: f"[{','.join(parts)}]")
        | st.lists(st.tuples(st.sampled_from(['"a"', '"b,"', '"\\u0061"']), inner), max_size=4).map(
            lambda pairs: f"{{{', '.join(f'{key}: {part}' for key, part in pairs)}}}"
        )
    ),
    max_leaves=10,
)
"""Documents, and what is nearly one: repeated keys, numbers out of bounds, lone surrogates, commas that are none."""


def refusal(data: str | bytes) -> str:
    with pytest.raises(DocumentError) as caught:
        decode(data, "json")
    return str(caught.value)


@given(builtins)
def test_every_value_is_read_back_as_it_was(value: object) -> None:
    written = encode(value, "json")
    assert repr(decode(written, "json")) == repr(value)
    assert repr(json.loads(written)) == repr(value)
    assert encode(decode(written, "json"), "json") == written


@given(builtins)
def test_what_others_write_is_read(value: object) -> None:
    for spaced in (json.dumps(value), json.dumps(value, indent=2, ensure_ascii=False)):
        assert repr(decode(spaced, "json")) == repr(value)


@given(TEXTS)
def test_it_is_read_as_without_msgspec(text: str) -> None:
    def outcome() -> str:
        try:
            return repr(decode_json(text))
        except DocumentError as error:
            return str(error)

    assert sys.modules["msgspec"] is msgspec
    natively = outcome()
    with pytest.MonkeyPatch.context() as patch:
        patch.delitem(sys.modules, msgspec.__name__)
        assert outcome() == natively


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1, column 1: is not JSON: Expecting value"),
        (" ", "line 1, column 2: is not JSON: Expecting value"),
        ("{", "line 1, column 2: is not JSON: Expecting property name enclosed in double quotes"),
        ('{"a": 1} {"a": 1}', "line 1, column 10: is not JSON: Extra data"),
        ("{'a': 1}", "line 1, column 2: is not JSON: Expecting property name enclosed in double quotes"),
        ('{"a":\n  hunter2}', "line 2, column 3: is not JSON: Expecting value"),
        ('{"a": 1, "b": {"c": 1, "c": 1}}', "the key c is given twice"),
        ('{"a": 1, "\\u0061": 1}', "the key a is given twice"),
        ('{"\\u001b": 1, "\\u001b": 1}', r"the key \x1b is given twice"),
        ("NaN", 'NaN is no JSON; write {"$float": "nan"}'),
        ("[Infinity]", 'Infinity is no JSON; write {"$float": "inf"}'),
        ("-Infinity", '-Infinity is no JSON; write {"$float": "-inf"}'),
        ("1e400", "holds a number that is too large for a float"),
        ("-1e400", "holds a number that is too large for a float"),
        ("1" * 4301, "holds a number of more than 4300 digits"),
        (f"[{'9' * 1_000_000}]", "holds a number of more than 4300 digits"),
        (f"{'9' * 1_000_000}.5", "holds a number that is too large for a float"),
        ('"\ta"', "line 1, column 2: is not JSON: Invalid control character at"),
        ("[1] // note", "line 1, column 5: is not JSON: Extra data"),
    ],
    ids=lambda value: value[:20],
)
def test_what_is_not_json_is_refused(text: str, message: str) -> None:
    assert refusal(text) == message


def test_a_small_number_with_many_digits_is_read() -> None:
    assert decode(f"0.{'0' * 1_000_000}1", "json") == 0
    assert decode("1" * 4300, "json") == int("1" * 4300)


def test_as_deep_as_every_format_goes_and_no_deeper() -> None:
    assert decode(json.dumps(DEEPEST), "json") == DEEPEST
    assert refusal(json.dumps(TOO_DEEP)) == "is nested more than 100 levels deep"
    for deep in ("[" * 100_000, "[" * 100_000 + "]" * 100_000, '{"a":' * 100_000 + "1" + "}" * 100_000):
        assert "nested" in refusal(deep) or "not JSON" in refusal(deep)
    flat = [[1], {"a": 1}] * 1_000
    assert decode(json.dumps(flat), "json") == flat


def test_many_keys_of_which_the_last_is_repeated_are_refused_at_once() -> None:
    pairs = ", ".join(f'"{number}": 1' for number in range(200_000))
    begin = time.process_time()
    assert refusal(f'{{{pairs}, "199999": 1}}') == "the key 199999 is given twice"
    assert time.process_time() - begin < 60


def test_an_error_does_not_drag_the_document_along() -> None:
    with pytest.raises(DocumentError) as caught:
        decode_json('{"password": "hunter2", }')
    assert caught.value.__context__ is None


@given(builtins.flatmap(lambda value: tampered(encode(value, "json"))) | st.binary())
def test_hostile_bytes_are_refused_or_read_as_builtins(data: bytes) -> None:
    found = outcome(data)
    if isinstance(found, DocumentError):
        assert len(str(found)) < 300
    else:  # it consists of builtins; lone surrogates and large numbers are the codecs' to judge
        assert repr(json.loads(json.dumps(found))) == repr(found)


def outcome(data: bytes) -> object:
    try:
        return decode(data, "json")
    except DocumentError as error:
        return error


@given(builtins)
def test_a_document_that_ends_early_is_refused(value: object) -> None:
    written = encode({"a": value}, "json")
    for end in range(len(written)):
        with pytest.raises(DocumentError):
            decode(written[:end], "json")


def test_the_same_values_are_always_the_same_bytes() -> None:
    value = {"b": [1, 1.0, -0.0, "ü\u2028"], "a": None}
    check_builtins(value)
    assert encode(value, "json") == '{"b":[1,1.0,-0.0,"ü\u2028"],"a":null}'.encode()
