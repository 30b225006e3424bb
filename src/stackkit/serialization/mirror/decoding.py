"""What goes between msgspec and the codecs: what it does not tell of a document, and parts that only they can read or write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from stackkit.serialization.json_format import decode_json

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


def quotes_in(document: bytes) -> int:
    """How many quotation marks a JSON document has around keys and texts.

    Raises:
        ValueError: That is not plain: it has backslashes before others, and some before quotation marks.
    """
    escaped = document.count(b'\\"')
    if escaped and b"\\\\" in document:
        raise ValueError
    return document.count(b'"') - escaped


def raw_quotes(raw: msgspec.Raw) -> int:
    """How many quotation marks a part of a JSON document has around keys and texts."""
    return quotes_in(bytes(raw))


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
