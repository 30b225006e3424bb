"""Values as JSON, by the same strict converters as documents."""

from __future__ import annotations

from functools import cache

from stackkit.errors import StackkitError
from stackkit.serialization.codecs.codec import Codec, reachable
from stackkit.serialization.converter import FlavorConverter
from stackkit.serialization.formats.table import decode, encode


@cache
def _converter() -> FlavorConverter:
    return FlavorConverter()


def value_codec(tp: object) -> Codec:
    """What writes and reads the values of a type.

    Args:
        tp: Any annotation.

    Raises:
        UnsupportedTypeError: Its values cannot be written as JSON.
    """
    return _converter().codec(tp)


def is_writable(tp: object) -> bool:
    """Whether values of a type can be written as JSON, at any depth."""
    try:
        codec = value_codec(tp)
    except StackkitError:
        return False
    return not any(True for inner in reachable(codec) for _ in inner.problems())


def write_parameter(value: object, tp: object) -> str:
    """A value as JSON.

    Raises:
        NotSerializableError: It is not of this type, or holds a secret.
        UnsupportedTypeError: Values of this type cannot be written.
    """
    return encode(value_codec(tp).dump(value), "json").decode()


def read_parameter(text: str, tp: object) -> object:
    """The value that JSON stands for.

    Raises:
        DocumentError: It is not of this type.
        UnsupportedTypeError: Values of this type cannot be written.
    """
    return value_codec(tp).load(decode(text, "json"))
