"""Formats: the same values in each, and errors of ours alone."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.serialization.hostile import tables

from stackkit.errors import DocumentError, NotSerializableError, UnknownNameError
from stackkit.serialization.formats.table import FORMATS, decode, encode, format_named

TEXT = [name for name, found in FORMATS.items() if found.is_text]


@given(tables)
def test_every_format_carries_the_same_values(table: object) -> None:
    for name in FORMATS:
        assert json.dumps(decode(encode(table, name), name), sort_keys=True) == json.dumps(table, sort_keys=True)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("value", [{"a": float("nan")}, {"a": 2**63}, {"a": (1,)}, {1: "a"}, {"a": b"b"}, {"a": "\ud800"}])
def test_what_one_format_cannot_carry_none_does(name: str, value: object) -> None:
    with pytest.raises(NotSerializableError):
        encode(value, name)


@pytest.mark.parametrize("name", FORMATS)
def test_data_of_every_kind_is_read(name: str) -> None:
    written = encode({"a": "ü"}, name)
    given_as: list[Any] = [written, bytearray(written), memoryview(written)]
    for data in given_as:
        assert decode(data, name) == {"a": "ü"}


@pytest.mark.parametrize("name", TEXT)
def test_text_is_read_as_bytes_are_and_a_mark_before_it_is_no_part_of_it(name: str) -> None:
    written = encode({"a": "ü\ufeff"}, name)
    for data in (written, written.decode(), codecs.BOM_UTF8 + written, "\ufeff" + written.decode()):
        assert decode(data, name) == {"a": "ü\ufeff"}


@pytest.mark.parametrize("name", TEXT)
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32", "latin-1", "utf-7"])
def test_text_in_another_encoding_is_refused_or_is_not_what_it_was(name: str, encoding: str) -> None:
    written = encode({"a": "ü"}, name).decode()
    try:
        assert decode(written.encode(encoding), name) != {"a": "ü"}
    except DocumentError as error:
        assert "\n" not in str(error)  # noqa: PT017 - utf-7 is ASCII, and may be read


@pytest.mark.parametrize("name", TEXT)
def test_another_encoding_with_a_mark_is_named(name: str) -> None:
    for mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE):
        with pytest.raises(DocumentError, match="is not UTF-8 but UTF-16 or UTF-32; save it as UTF-8"):
            decode(mark + b"{\0}\0", name)
    with pytest.raises(DocumentError, match="is not UTF-8: invalid start byte at byte 1"):
        decode(b"a\xff", name)
    with pytest.raises(DocumentError, match="holds a lone surrogate"):
        decode("\ud800", name)


@pytest.mark.parametrize("name", FORMATS)
@given(data=st.binary() | st.text().map(str.encode))
def test_any_bytes_are_refused_or_read(name: str, data: bytes) -> None:
    try:
        decode(data, name)
    except DocumentError:
        return


def test_a_format_that_there_is_not_is_named_with_those_there_are() -> None:
    acts: list[Callable[[], object]] = [lambda: format_named("xml"), lambda: encode({}, "xml"), lambda: decode(b"", "xml")]
    for act in acts:
        with pytest.raises(UnknownNameError, match='there is no format "xml"; use one of json, yaml'):
            act()


def test_no_two_formats_have_a_name_or_suffix_in_common() -> None:
    suffixes = [suffix for found in FORMATS.values() for suffix in found.suffixes]
    assert len(suffixes) == len(set(suffixes))
    assert all(FORMATS[name].name == name for name in FORMATS)
