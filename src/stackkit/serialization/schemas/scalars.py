"""JSON Schema of what consists of nothing else: numbers, text, constants, and what is written in a form of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from stackkit.core.component_type import SLUG
from stackkit.core.secret import REFERENCE
from stackkit.errors import DocumentError
from stackkit.serialization.codecs.builtin_values import INT_DIGITS, NATIVE_INTS
from stackkit.serialization.codecs.codec import Codec
from stackkit.serialization.codecs.constants import ConstantCodec, FlagCodec
from stackkit.serialization.codecs.references import REFERENCE_TAG, SECRET_TAG, ReferenceCodec, SecretCodec
from stackkit.serialization.codecs.scalars import (
    FLOAT_TAG,
    INT_TAG,
    NON_FINITE,
    BoolCodec,
    FloatCodec,
    IntCodec,
    NoneCodec,
    StrCodec,
)
from stackkit.serialization.codecs.text_forms import TextCodec
from stackkit.serialization.schemas.rules import Bound, Rules, anchored, limited

Schema: TypeAlias = dict[str, object]
Define: TypeAlias = Callable[[str, Schema], Schema]

_LISTED_BITS: Final = 10
_LARGE: Final = 2**64
"""On the other side of any bound that is told than all smaller numbers."""


def scalar_schema(codec: Codec, rules: Rules, define: Define) -> Schema | None:
    """The schema of what consists of nothing else.

    Args:
        codec: The codec of a type.
        rules: What validators ask of its values.
        define: Puts a schema among the definitions, and gives the reference to it.

    Returns:
        The schema; None where the codec is that of a container, a class, a union, or a user's own.
    """
    if isinstance(codec, NoneCodec):
        return {"type": "null"}
    if isinstance(codec, BoolCodec):
        return {"type": "boolean"}
    if isinstance(codec, IntCodec):
        return _int(rules.bounds(), define)
    if isinstance(codec, FloatCodec):
        return _float(rules.bounds(), define)
    if isinstance(codec, StrCodec):
        return _str(rules)
    if isinstance(codec, TextCodec):
        return _text(codec)
    if isinstance(codec, ConstantCodec):
        written = [value for _, value in codec.members]
        return {"const": written[0]} if len(written) == 1 else {"enum": written}
    if isinstance(codec, FlagCodec):
        return _flags(codec, define)
    if isinstance(codec, SecretCodec):
        text: Schema = {"type": "string", "pattern": anchored(REFERENCE.pattern)}
        return define(SECRET_TAG, _tagged(SECRET_TAG, text, "a secret, by its name and key"))
    if isinstance(codec, ReferenceCodec):
        text = {"type": "string", "pattern": anchored(f"{SLUG.pattern}/[\\s\\S]+")}
        return define(REFERENCE_TAG, _tagged(REFERENCE_TAG, text, "another component, as type/name"))
    return None


def _tagged(tag: str, content: Schema, about: str) -> Schema:
    return {
        "description": about,
        "type": "object",
        "properties": {tag: content},
        "required": [tag],
        "additionalProperties": False,
    }


def _int(bounds: Sequence[Bound], define: Define) -> Schema:
    number = limited({"type": "integer"}, bounds)
    signs = "".join(sign for sign, large in (("+", _LARGE), ("-", -_LARGE)) if _allows(bounds, large))
    return {"anyOf": [number, _large_int(signs, define)]} if signs else number


def _large_int(signs: str, define: Define) -> Schema:
    """Whole numbers of more than 64 bits: those above zero, those below, or both."""
    above, below = _above(str(NATIVE_INTS[-1])), f"-{_above(str(-NATIVE_INTS[0]))}"
    pattern = {"+": above, "-": below, "+-": f"{above}|{below}"}[signs]
    text: Schema = {"type": "string", "pattern": anchored(pattern)}
    name = INT_TAG if signs == "+-" else f"{INT_TAG}{signs}"
    return define(name, _tagged(INT_TAG, text, "a whole number of more than 64 bits, as text"))


def _above(limit: str) -> str:
    """A regular expression for the whole numbers that are greater than one."""
    longer = f"[1-9][0-9]{{{len(limit)},{INT_DIGITS - 1}}}"
    rests = [f"{limit[:at]}[{int(d) + 1}-9][0-9]{{{len(limit) - at - 1}}}" for at, d in enumerate(limit) if d != "9"]
    return f"(?:{'|'.join([longer, *rests])})"


def _float(bounds: Sequence[Bound], define: Define) -> Schema:
    number = limited({"type": "number"}, bounds)
    special = [text for text, value in NON_FINITE.items() if _allows(bounds, value)]
    if not special:
        return number
    name = FLOAT_TAG if len(special) == len(NON_FINITE) else f"{FLOAT_TAG}.{'.'.join(special)}"
    return {"anyOf": [number, define(name, _tagged(FLOAT_TAG, {"enum": [*special]}, "a float that is no number"))]}


def _allows(bounds: Sequence[Bound], number: float) -> bool:
    return all(bound.allows(number, bound.number) for bound in bounds)


def _str(rules: Rules) -> Schema:
    patterns = rules.patterns()
    one = {"pattern": patterns[0]} if len(patterns) == 1 else {}
    many = {"allOf": [{"pattern": pattern} for pattern in patterns]} if len(patterns) > 1 else {}
    return {"type": "string", **one, **many, **rules.lengths("minLength", "maxLength")}


def _text(codec: TextCodec) -> Schema:
    form = codec.form
    return {
        "description": form.expected,
        "type": "string",
        **({"pattern": anchored(form.pattern)} if form.pattern else {}),
        **({"format": form.format} if form.format else {}),
        **({"contentEncoding": "base64"} if form.cls is bytes else {}),
    }


def _flags(codec: FlagCodec, define: Define) -> Schema:
    """Whole numbers that are combinations of bits."""
    about: Schema = {"description": codec.expected}
    every = 0
    for member in codec.cls:
        every |= member.value
    number: Schema = {"type": "integer", "minimum": 0}
    if every not in NATIVE_INTS or _is_flag(codec, 2 << every.bit_length()):  # it keeps bits that have no names
        return {**about, "anyOf": [number, _large_int("+", define)]}
    if every.bit_count() <= _LISTED_BITS:
        return {**about, "enum": [number for number in _combinations(every) if _is_flag(codec, number)]}
    return {**about, **number, "maximum": every}


def _is_flag(codec: FlagCodec, number: int) -> bool:
    try:
        return codec.load(number) is not None
    except DocumentError:
        return False


def _combinations(every: int) -> list[int]:
    """All numbers that have no other bits than these."""
    found, left = [0], every
    while left:
        found.append(left)
        left = (left - 1) & every
    return sorted(found)
