"""MessagePack, as much of it as JSON knows: no extension types, no bytes, text as keys, and none of them twice.

msgspec would build bytes, timestamps and other keys without a word, so values are built here. A length that the data do
not bear out costs nothing: nothing is allocated before it is read.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Final

from stackkit.errors import DocumentError, Problem
from stackkit.serialization.codecs.builtin_values import MAX_DEPTH, shown


def encode_msgpack(value: object) -> bytes:
    r"""MessagePack from builtins, each value in its shortest form, keys in their order.

    >>> encode_msgpack({"retries": 3})
    b'\x81\xa7retries\x03'
    """
    import msgspec  # a document is written: only now

    return msgspec.msgpack.encode(value)


def decode_msgpack(data: bytes) -> object:
    r"""Builtins from MessagePack.

    Args:
        data: One document.

    Raises:
        DocumentError: It is not MessagePack, or more than JSON can say: bytes, extension types, keys that are not text,
            repeated keys; or it ends early, goes on after its end, or is nested too deeply.

    >>> decode_msgpack(b'\x81\xa7retries\x03')
    {'retries': 3}
    """
    reader = _Reader(data)
    value = reader.value(MAX_DEPTH)
    if reader.position != len(data):
        raise reader.refused("goes on after the end of the document", reader.position)
    return value


_CONSTANTS: Final[Mapping[int, object]] = {0xC0: None, 0xC2: False, 0xC3: True}
_NUMBERS: Final[Mapping[int, struct.Struct]] = {
    code: struct.Struct(f">{letter}")
    for code, letter in zip(range(0xCA, 0xD4), ("f", "d", "B", "H", "I", "Q", "b", "h", "i", "q"), strict=True)
}
_LENGTHS: Final[Mapping[int, int]] = {0xD9: 1, 0xDA: 2, 0xDB: 4, 0xDC: 2, 0xDD: 4, 0xDE: 2, 0xDF: 4}
"""How many bytes give the length of a text, a list or an object."""
_NOT_OURS: Final[Mapping[int, str]] = {
    0xC1: "is not MessagePack: 0xc1 is never used",
    **dict.fromkeys(range(0xC4, 0xC7), "holds bytes, which documents write as base64 text"),
    **dict.fromkeys((*range(0xC7, 0xCA), *range(0xD4, 0xD9)), "holds an extension type, such as a timestamp"),
}


class _Reader:
    """Builds builtins from the bytes, one after the other."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.position = 0

    def value(self, depth: int) -> object:
        start = self.position
        code = self._take(1)[0]
        if code < 0x80 or code >= 0xE0:  # noqa: PLR2004 - the number itself, as it is or below zero
            return code - 0x100 if code >= 0xE0 else code  # noqa: PLR2004 - the same
        if code in _CONSTANTS:
            return _CONSTANTS[code]
        if code in _NUMBERS:
            number: int | float = _NUMBERS[code].unpack(self._take(_NUMBERS[code].size))[0]
            return number
        if code in _NOT_OURS:
            raise self.refused(_NOT_OURS[code], start)
        length = int.from_bytes(self._take(_LENGTHS[code]), "big") if code in _LENGTHS else -1
        if code in (0xD9, 0xDA, 0xDB) or 0xA0 <= code < 0xC0:  # noqa: PLR2004 - texts
            return self._text(length if length >= 0 else code & 0x1F)
        if depth <= 0:
            raise self.refused(f"is nested more than {MAX_DEPTH} levels deep", start)
        length = length if length >= 0 else code & 0x0F
        is_list = code in (0xDC, 0xDD) or 0x90 <= code < 0xA0  # noqa: PLR2004 - short lists
        return [self.value(depth - 1) for _ in range(length)] if is_list else self._object(length, depth)

    def _text(self, length: int) -> str:
        start = self.position
        try:
            return str(self._take(length), "utf-8")
        except UnicodeDecodeError:
            problem = self.refused("holds text that is not UTF-8", start)
        raise problem

    def _object(self, length: int, depth: int) -> dict[str, object]:
        made: dict[str, object] = {}
        for _ in range(length):
            start = self.position
            key = self.value(0)
            if not isinstance(key, str):
                raise self.refused(f"has a key that is no text but a {type(key).__name__}", start)
            if key in made:
                raise self.refused(f"the key {shown(key)} is given twice", start)
            made[key] = self.value(depth - 1)
        return made

    def _take(self, length: int) -> bytes:
        taken = self._data[self.position : self.position + length]
        if len(taken) < length:
            raise self.refused("ends in the middle of a value", len(self._data))
        self.position += length
        return taken

    def refused(self, what: str, position: int) -> DocumentError:
        """An error that tells the place, and not what stands there: it might be a secret."""
        return DocumentError(Problem(what, where=f"byte {position}"))
