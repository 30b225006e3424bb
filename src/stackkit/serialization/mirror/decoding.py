"""What goes between msgspec and the codecs: what it does not tell of a document, and parts that only they can read or write."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from stackkit.serialization.formats.json_format import decode_json

if TYPE_CHECKING:
    import msgspec

_DEEPEST_PART: Final = 50
"""How many lists and objects a part may hold that is not looked at natively: fewer than may be nested in each other."""


def of(generic: Any, *arguments: Any) -> Any:
    """A generic type with arguments that are known at run time only."""
    return generic[arguments]


def struct(fields: list[tuple[str, Any, Any]]) -> Any:
    """A struct that is decoded strictly."""
    import msgspec

    return msgspec.defstruct("Mirror", fields, forbid_unknown_fields=True, gc=False, kw_only=True)


def repeats_no_key(document: bytes, decode: Callable[[bytes], object]) -> bool:
    """Whether what msgspec reads of a JSON document is all that it holds.

    Args:
        document: One that msgspec reads.
        decode: How it does; the last of repeated keys is taken.

    Raises:
        DocumentError: A key is repeated.
    """
    import msgspec

    if b"\\" in document:  # commas may be written as something else
        decode_json(document.decode())
        return True
    return document.count(b",") == msgspec.json.encode(decode(document)).count(b",")


def raw_commas(raw: msgspec.Raw) -> int:
    """How many commas stand in a part of a JSON document."""
    return bytes(raw).count(b",")


def raw_builtins(raw: msgspec.Raw) -> object:
    """The builtins of a part of a JSON document.

    Raises:
        ValueError: It is nested so deeply that the whole document may be nested too deeply.
        DocumentError: It repeats a key, or holds a number that is out of bounds.
    """
    text = bytes(raw).decode()
    if text.count("[") + text.count("{") > _DEEPEST_PART:
        raise ValueError
    return decode_json(text)


def raw_json(written: object) -> msgspec.Raw:
    """A part of a document that a codec wrote.

    Raises:
        ValueError: It is nested so deeply that the whole document may be nested too deeply.
    """
    import msgspec

    made = msgspec.json.encode(written)
    if made.count(b"[") + made.count(b"{") > _DEEPEST_PART:
        raise ValueError
    return msgspec.Raw(made)
