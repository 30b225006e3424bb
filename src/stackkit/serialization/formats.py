"""Formats: bytes from builtins, and builtins from bytes; nothing else is ever made of a document."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final, NoReturn, TypeAlias

import attrs

from stackkit.errors import DocumentError, NotSerializableError, Problem, UnknownNameError
from stackkit.serialization.yaml_format import decode_yaml, encode_yaml

Data: TypeAlias = bytes | bytearray | memoryview | str


@attrs.frozen
class Format:
    """How builtins are written as bytes.

    Args:
        name: What it is called: `json`.
        suffixes: How the names of its files end.
        encode: Builtins to bytes; the same bytes for equal builtins.
        decode: Text to builtins; raises DocumentError, and nothing else.
    """

    name: str
    suffixes: tuple[str, ...]
    encode: Callable[[object], bytes]
    decode: Callable[[bytes], object]


def _encode_json(value: object) -> bytes:
    import msgspec  # a document is written: only now

    return msgspec.json.encode(value)


def _refuse_repeated(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise DocumentError(Problem(f"the key {twice!a} is given twice"))
    return made


def _refuse_constant(text: str) -> NoReturn:
    raise DocumentError(Problem(f"{text} is no JSON", remedy='write {"$float": "nan"}, "inf" or "-inf"'))


def _decode_json(data: bytes) -> object:
    try:
        found: object = json.loads(data.decode(), object_pairs_hook=_refuse_repeated, parse_constant=_refuse_constant)
    except DocumentError:
        raise
    except RecursionError:
        raise DocumentError(Problem("is nested too deeply")) from None
    except ValueError as error:
        raise DocumentError(Problem(f"is not JSON: {error}")) from None
    return found


def _encode_yaml(value: object) -> bytes:
    return encode_yaml(value).encode()


def _decode_yaml(data: bytes) -> object:
    try:
        return decode_yaml(data.decode())
    except UnicodeDecodeError as error:
        raise DocumentError(Problem(f"is not UTF-8: {error}")) from None


FORMATS: Final[dict[str, Format]] = {
    made.name: made
    for made in (
        Format("json", (".json",), _encode_json, _decode_json),
        Format("yaml", (".yaml", ".yml"), _encode_yaml, _decode_yaml),
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
        value: What to write.
        name: The format.

    Raises:
        NotSerializableError: The format cannot carry a value.
    """
    try:
        return format_named(name).encode(value)
    except (OverflowError, UnicodeEncodeError, RecursionError, TypeError) as error:
        raise NotSerializableError(Problem(f"{name} cannot carry this: {error}")) from error


def decode(data: Data, name: str) -> object:
    """Read builtins.

    Args:
        data: The document.
        name: The format.

    Raises:
        DocumentError: The data are not of this format.
    """
    if isinstance(data, str):
        try:
            data = data.encode()
        except UnicodeEncodeError:
            raise DocumentError(Problem("holds a lone surrogate, which is no text")) from None
    return format_named(name).decode(bytes(data))
