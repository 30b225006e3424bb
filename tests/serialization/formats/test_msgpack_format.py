"""MessagePack: what is written is read back, to the type; bytes, extensions and keys that are not text are refused."""

from __future__ import annotations

import math
import struct
import tracemalloc

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.serialization.everything import has_same_types
from tests.serialization.hostile import DEEPEST, TOO_DEEP, builtins, tampered

from stackkit.errors import DocumentError
from stackkit.serialization.formats.msgpack_format import decode_msgpack, encode_msgpack
from stackkit.serialization.formats.table import decode, encode


@given(value=builtins)
def test_every_value_is_read_back_as_it_was(value: object) -> None:
    written = encode(value, "msgpack")
    found = decode(written, "msgpack")
    assert found == value
    assert has_same_types(found, value)
    assert encode(found, "msgpack") == written


@given(value=builtins)
def test_what_another_reader_finds_is_found(value: object) -> None:
    written = encode_msgpack(value)
    assert decode_msgpack(written) == msgspec.msgpack.decode(written)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"\x00", 0),
        (b"\x7f", 127),
        (b"\xe0", -32),
        (b"\xff", -1),
        (b"\xcc\x01", 1),
        (b"\xcd\x00\x01", 1),
        (b"\xce\x00\x00\x00\x01", 1),
        (b"\xcf" + b"\xff" * 8, 2**64 - 1),
        (b"\xd0\xff", -1),
        (b"\xd1\xff\xff", -1),
        (b"\xd2\xff\xff\xff\xff", -1),
        (b"\xd3\x80" + b"\x00" * 7, -(2**63)),
        (b"\xca\x3f\xc0\x00\x00", 1.5),
        (b"\xcb" + struct.pack(">d", -0.0), -0.0),
        (b"\xcb" + struct.pack(">d", math.inf), math.inf),
        (b"\xa1a", "a"),
        (b"\xd9\x01a", "a"),
        (b"\xda\x00\x01a", "a"),
        (b"\xdb\x00\x00\x00\x01a", "a"),
        (b"\x91\xc0", [None]),
        (b"\xdc\x00\x01\xc2", [False]),
        (b"\xdd\x00\x00\x00\x01\xc3", [True]),
        (b"\x81\xa0\x90", {"": []}),
        (b"\xde\x00\x01\xa1a\x80", {"a": {}}),
        (b"\xdf\x00\x00\x00\x01\xd9\x01a\x01", {"a": 1}),
    ],
)
def test_every_way_to_write_a_value_is_read(data: bytes, value: object) -> None:
    found = decode_msgpack(data)
    assert repr(found) == repr(value)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "byte 0: ends in the middle of a value"),
        (b"\xc1", "byte 0: is not MessagePack"),
        (b"\x01\x02", "byte 1: goes on after the end"),
        (b"\x91\xc4\x01a", "byte 1: holds bytes"),
        (b"\xc5\x00\x01a", "holds bytes"),
        (b"\xc6\x00\x00\x00\x01a", "holds bytes"),
        (b"\xd4\x01\x00", "an extension type"),
        (b"\xd6\xff\x00\x00\x00\x00", "an extension type, such as a timestamp"),
        (b"\xc7\x00\x05", "an extension type"),
        (b"\x81\x01\x02", "byte 1: has a key that is no text but a int"),
        (b"\x81\xc0\x02", "has a key that is no text but a NoneType"),
        (b"\x81\x80\x02", "byte 1: is nested|has a key that is no text"),
        (b"\x82\xa1a\x01\xa1a\x02", "byte 4: the key a is given twice"),
        (b"\x82\xa1a\x01\xd9\x01a\x02", "the key a is given twice"),
        (b"\xa1\xff", "byte 1: holds text that is not UTF-8"),
        (b"\xa3\xed\xa0\x80", "holds text that is not UTF-8"),
        (b"\x91" * 101, "more than 100 levels"),
        (b"\x81\xa1a" * 1_000_000, "more than 100 levels"),
        (b"\x91" * 1_000_000, "more than 100 levels"),
    ],
)
def test_what_other_formats_cannot_say_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(DocumentError, match=message):
        decode_msgpack(data)


def test_as_deep_as_every_format_goes_and_no_deeper() -> None:
    assert decode_msgpack(encode_msgpack(DEEPEST)) == DEEPEST
    with pytest.raises(DocumentError, match="more than 100 levels"):
        decode_msgpack(encode_msgpack(TOO_DEEP))


@given(value=builtins)
def test_a_document_that_ends_early_is_refused(value: object) -> None:
    written = encode_msgpack(value)
    for end in range(len(written)):
        with pytest.raises(DocumentError, match="ends in the middle of a value"):
            decode_msgpack(written[:end])


@pytest.mark.parametrize("header", [b"\xdb", b"\xdd", b"\xdf", b"\xc6", b"\xc9"])
def test_a_huge_length_allocates_nothing(header: bytes) -> None:
    tracemalloc.start()
    with pytest.raises(DocumentError):
        decode_msgpack(header + b"\xff\xff\xff\xff" + b"\xa1a" * 10)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100_000


def test_a_message_shows_no_value() -> None:
    with pytest.raises(DocumentError) as caught:
        decode_msgpack(b"\xa7hunter2hunter2")
    assert "hunter2" not in str(caught.value)


@given(data=st.binary() | builtins.map(encode_msgpack).flatmap(tampered))
def test_hostile_bytes_are_refused_or_read_as_builtins(data: bytes) -> None:
    try:
        found = decode(data, "msgpack")
    except DocumentError as error:
        assert str(error).startswith("byte ")  # noqa: PT017 - any other error fails the test
    else:
        assert found is None or type(found) in (bool, int, float, str, list, dict)
