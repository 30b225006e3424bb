"""Formats: bytes from builtins, and builtins from bytes; nothing else is ever made of a document."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from typing import Final, TypeAlias

import attrs

from stackkit.errors import DocumentError, Problem, UnknownNameError
from stackkit.serialization.codecs.builtin_values import check_builtins
from stackkit.serialization.formats.json_format import decode_json, encode_json
from stackkit.serialization.formats.msgpack_format import decode_msgpack, encode_msgpack
from stackkit.serialization.formats.toml_format import decode_toml, encode_toml
from stackkit.serialization.formats.yaml_format import decode_yaml, encode_yaml

Data: TypeAlias = bytes | bytearray | memoryview | str


@attrs.frozen
class Format:
    """How builtins are written as bytes.

    Args:
        name: What it is called: `json`.
        suffixes: How the names of its files end.
        encode: Builtins that `check_builtins` accepts, to bytes; the same bytes for equal builtins.
        decode: Bytes to builtins; raises DocumentError, and nothing else.
        is_text: Whether people can read it.
    """

    name: str
    suffixes: tuple[str, ...]
    encode: Callable[[object], bytes]
    decode: Callable[[bytes], object]
    is_text: bool = True


def _text(data: bytes) -> str:
    """The text of a document; a byte order mark before it, as some editors write, is no part of it."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)):
        raise DocumentError(Problem("is not UTF-8 but UTF-16 or UTF-32", remedy="save it as UTF-8"))
    try:
        return data.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        raise DocumentError(Problem(f"is not UTF-8: {error.reason} at byte {error.start}")) from None


def _encode_yaml(value: object) -> bytes:
    return encode_yaml(value).encode()


def _decode_json(data: bytes) -> object:
    return decode_json(_text(data))


def _decode_yaml(data: bytes) -> object:
    return decode_yaml(_text(data))


def _encode_toml(value: object) -> bytes:
    return encode_toml(value).encode()


def _decode_toml(data: bytes) -> object:
    return decode_toml(_text(data))


FORMATS: Final[dict[str, Format]] = {
    made.name: made
    for made in (
        Format("json", (".json",), encode_json, _decode_json),
        Format("yaml", (".yaml", ".yml"), _encode_yaml, _decode_yaml),
        Format("toml", (".toml",), _encode_toml, _decode_toml),
        Format("msgpack", (".msgpack", ".mpk"), encode_msgpack, decode_msgpack, is_text=False),
    )
}


def format_named(name: str) -> Format:
    """A format by its name.

    Raises:
        UnknownNameError: There is none of this name; those there are are named.
    """
    if name not in FORMATS:
        raise UnknownNameError(Problem(f'there is no format "{name}"', remedy=f"use one of {', '.join(FORMATS)}"))
    return FORMATS[name]


def encode(value: object, name: str) -> bytes:
    """Write builtins.

    Args:
        value: None, bool, int, float, str, list and dict with str keys.
        name: The format.

    Raises:
        NotSerializableError: A value in it is another, or one that not every format can carry.
        UnknownNameError: There is no such format.
    """
    made = format_named(name)
    check_builtins(value)
    return made.encode(value)


def decode(data: Data, name: str) -> object:
    """Read builtins.

    Args:
        data: The document.
        name: The format.

    Raises:
        DocumentError: The data are not of this format.
        UnknownNameError: There is no such format.
    """
    made = format_named(name)
    if isinstance(data, str):
        try:
            data = data.encode()
        except UnicodeEncodeError:
            raise DocumentError(Problem("holds a lone surrogate, which is no text")) from None
    return made.decode(bytes(data))
