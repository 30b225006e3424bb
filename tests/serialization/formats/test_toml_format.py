"""TOML: what is written is read back, to the type; what other formats cannot say is refused; nothing hostile gets far."""

from __future__ import annotations

import time
import tomllib
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.serialization.everything import has_same_types
from tests.serialization.hostile import TOO_DEEP, builtins, nested, tables, tampered

from stackkit.errors import DocumentError, NotSerializableError
from stackkit.serialization.codecs.builtin_values import MAX_DEPTH
from stackkit.serialization.formats.table import decode, encode
from stackkit.serialization.formats.toml_format import decode_toml, encode_toml

EXAMPLE: Final[dict[str, object]] = {
    "type": "artifact_store",
    "config": {
        "name": "prod",
        "region": None,
        "password": {"$secret": "s3.password"},
        "mixed": [1, "a", {"b": None}],
        "limits": {"cpu": 2.5},
        "hosts": [{"name": "a"}, {"name": "b", "tags": {}}],
    },
}
AS_TEXT = """\
type = "artifact_store"

[config]
name = "prod"
region = {"$none" = true}
password = {"$secret" = "s3.password"}
mixed = [1, "a", {b = {"$none" = true}}]

[config.limits]
cpu = 2.5

[[config.hosts]]
name = "a"

[[config.hosts]]
name = "b"

[config.hosts.tags]
"""


@given(table=tables)
def test_every_object_is_read_back_as_it_was(table: object) -> None:
    written = encode(table, "toml")
    found = decode(written, "toml")
    assert found == table
    assert has_same_types(found, table)
    assert encode(found, "toml") == written


@given(table=tables)
def test_what_is_written_is_toml_to_others(table: object) -> None:
    assert isinstance(tomllib.loads(encode_toml(table)), dict)


@given(value=builtins)
def test_a_value_in_a_list_is_read_back_as_it_was(value: object) -> None:
    assert decode_toml(encode_toml({"a": [value, value]})) == {"a": [value, value]}


def test_objects_are_tables_and_what_is_marked_stays_on_one_line() -> None:
    assert encode_toml(EXAMPLE) == AS_TEXT
    assert decode_toml(AS_TEXT) == EXAMPLE


@pytest.mark.parametrize("number", [0.0, -0.0, 1e16, 1e-7, 5e-324, 1.7976931348623157e308])
def test_floats_stay_what_they_are(number: float) -> None:
    found = decode_toml(encode_toml({"n": number}))
    assert repr(found) == repr({"n": number})


@pytest.mark.parametrize("value", [None, [], [1], "text", 5])
def test_what_is_no_table_cannot_be_written(value: object) -> None:
    with pytest.raises(NotSerializableError, match="table"):
        encode_toml(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = 1979-05-27", "a: dates and times are written as text; quote it"),
        ("a.b = [07:32:00]", r"a\.b\[0\]: dates and times are written as text; quote it"),
        ("a = 1979-05-27T07:32:00Z", "quote it"),
        ("a = 2023-02-30", "quote them|Invalid date"),
        ("a = 1e400", "too large for a float"),
        (f"a = {'9' * 4301}", "more than 4300 digits"),
        (f"a = 0x{'f' * 4000}", "more than 4300 digits"),
        ('"$none" = 1', "is no null"),
        ('a = {"$none" = false}', "a: is no null"),
        ("a = 1\na = 2", "end of document: is not TOML: Cannot overwrite a value"),
        ("[a]\n[a]", "is not TOML: Cannot declare"),
        ("a = ", "is not TOML: Invalid value"),
        ("a", "is not TOML"),
        ("a = '\0'", "is not TOML"),
        ("a = " + "[" * 101 + "]" * 101, "more than 100 levels"),
        ("a = " + "[" * 100_000, "more than 100 levels|is not TOML"),
        (".".join("a" * 101) + " = 1", "more than 100 levels"),
        (f"[{'.'.join('a' * 101)}]", "more than 100 levels"),
    ],
)
def test_what_other_formats_cannot_say_is_refused(text: str, message: str) -> None:
    with pytest.raises(DocumentError, match=message):
        decode_toml(text)


def test_as_deep_as_every_format_goes_and_no_deeper() -> None:
    deepest = {"a": nested(MAX_DEPTH - 1)}
    assert decode_toml(encode_toml(deepest)) == deepest
    with pytest.raises(DocumentError, match="more than 100 levels"):
        decode_toml(encode_toml({"a": TOO_DEEP}))


@pytest.mark.parametrize(
    "text", ["a." * 200_000 + "a = 1", "a . " * 200_000 + "a = 1", '"".' * 100_000 + "a = 1", "''." * 100_000]
)
def test_long_keys_are_refused_at_once(text: str) -> None:
    begun = time.monotonic()
    with pytest.raises(DocumentError, match="more than 100 levels"):
        decode_toml(text)
    assert time.monotonic() - begun < 2


def test_text_with_many_dots_is_no_long_key() -> None:
    table = {"a": "b." * 200 + '"', "c": [".".join("d" * 200)]}
    assert decode_toml(encode_toml(table) + "# " + "e." * 200) == table


@pytest.mark.parametrize("text", ["password = hunter2", "password = 'hunter2", 'password = "hunter2', "password: hunter2"])
def test_a_message_shows_no_value(text: str) -> None:
    with pytest.raises(DocumentError) as caught:
        decode_toml(text)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("data", [b"\xff", b"\xff\xfea\x00", b"a = '\xed\xa0\x80'"])
def test_what_is_not_utf_8_is_refused(data: bytes) -> None:
    with pytest.raises(DocumentError, match="not UTF-8"):
        decode(data, "toml")


@given(data=st.binary() | st.text().map(str.encode) | tables.map(encode_toml).map(str.encode).flatmap(tampered))
def test_hostile_bytes_are_refused_or_read_as_builtins(data: bytes) -> None:
    try:
        found = decode(data, "toml")
    except DocumentError as error:
        assert str(error)  # noqa: PT017 - any other error fails the test
    else:
        assert isinstance(found, dict)
