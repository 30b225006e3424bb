"""Builtins from the text of command-line options, by the type of their field."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from stackkit.core.narrow import is_dict, is_list
from stackkit.core.secret import REFERENCE
from stackkit.errors import DocumentError, Problem, StackkitError
from stackkit.serialization.builtin_values import NATIVE_INTS
from stackkit.serialization.choices import UnionCodec
from stackkit.serialization.codec import Codec
from stackkit.serialization.containers import MappingCodec, RowCodec, SetCodec
from stackkit.serialization.references import REFERENCE_TAG, SECRET_TAG
from stackkit.serialization.scalars import FLOAT_TAG, INT_TAG
from stackkit.serialization.yaml_format import decode_yaml

_PLACEHOLDER: Final = re.compile(r"\$\{(.*)\}", re.DOTALL)
_INT: Final = re.compile(r"[-+]?[0-9]{1,4300}")
_SPECIAL_FLOATS: Final = {"nan": "nan", "inf": "inf", "+inf": "inf", "-inf": "-inf"}


def builtins_from_text(codec: Codec, texts: Sequence[str]) -> object:
    """The builtins that the texts of an option stand for; what does not parse stays text, for the codec to refuse.

    A text means what the field's type says. Lists take an option that is repeated, or one JSON array; mappings take
    `key=value`, repeated, or one JSON object; a secret takes `${name.key}`.

    Args:
        codec: The codec of the field.
        texts: The text of each occurrence of the option, at least one.

    Raises:
        DocumentError: A plain text is given for a secret, a reference to a secret for another field, or a single value
            is given twice.

    >>> from stackkit.serialization.kinds import SCALARS
    >>> builtins_from_text(SCALARS[int], ["7"]), builtins_from_text(SCALARS[str], ["7"])
    (7, '7')
    """
    item = _item_of(codec)
    if isinstance(item, MappingCodec):
        return _mapping(item, texts)
    if item is not None and not (len(texts) == 1 and "null" in codec.kinds and texts[0] == "null"):
        return _list(item, texts)
    if len(texts) > 1:
        raise DocumentError(Problem("is given more than once", remedy="give it once"))
    return _single(codec, texts[0])


def _item_of(codec: Codec) -> Codec | None:
    """The codec of the elements, where an option may be repeated; a mapping stands for itself."""
    for candidate in (codec, *(codec.parts() if isinstance(codec, UnionCodec) else ())):
        if isinstance(candidate, MappingCodec):
            return candidate
        if isinstance(candidate, RowCodec | SetCodec):
            return candidate.item
    return None


def _list(item: Codec, texts: Sequence[str]) -> object:
    if len(texts) == 1 and texts[0].lstrip().startswith("["):
        found = _parsed(texts[0])
        if is_list(found):
            return found
    return [_single(item, text) for text in texts]


def _mapping(codec: MappingCodec, texts: Sequence[str]) -> object:
    if len(texts) == 1 and texts[0].lstrip().startswith("{"):
        found = _parsed(texts[0])
        if is_dict(found):
            return found
    pairs = [text.partition("=") for text in texts]
    if not all(separator for _, separator, _ in pairs):
        return texts[0]
    return {f"${key}" if key.startswith("$") else key: _single(codec.item, value) for key, _, value in pairs}


def _parsed(text: str) -> object:
    try:
        return decode_yaml(text)
    except StackkitError:
        return text


def _single(codec: Codec, text: str) -> object:
    placeholder = _PLACEHOLDER.fullmatch(text)
    if SECRET_TAG in codec.kinds:
        return _secret(codec, text, placeholder)
    if placeholder and REFERENCE.fullmatch(placeholder[1]):
        raise DocumentError(Problem("is no secret field: the text would stay as it is", remedy="give it a value"))
    for kind, read in _READERS:
        if kind in codec.kinds:
            found = read(text)
            if found is not _NOT_THIS:
                return found
    if codec.kinds & {"dict", "list", "any"} and "str" not in codec.kinds:
        return _parsed(text)
    return text


def _secret(codec: Codec, text: str, placeholder: re.Match[str] | None) -> object:
    if placeholder and REFERENCE.fullmatch(placeholder[1]):
        return {SECRET_TAG: placeholder[1]}
    if text == "null" and "null" in codec.kinds:
        return None
    raise DocumentError(
        Problem(
            "is a secret, and is not given as text",
            remedy="store it with `stackkit secrets-manager secret register NAME KEY` and write '${NAME.KEY}'",
        )
    )


_NOT_THIS: Final = object()


def _null(text: str) -> object:
    return None if text == "null" else _NOT_THIS


def _bool(text: str) -> object:
    return {"true": True, "false": False}.get(text.lower(), _NOT_THIS)


def _int(text: str) -> object:
    if not _INT.fullmatch(text):
        return _NOT_THIS
    value = int(text)
    return value if value in NATIVE_INTS else {INT_TAG: str(value)}


def _float(text: str) -> object:
    if text.lower() in _SPECIAL_FLOATS:
        return {FLOAT_TAG: _SPECIAL_FLOATS[text.lower()]}
    try:
        return float(text) if re.fullmatch(r"[-+0-9.eE]+", text) else _NOT_THIS
    except ValueError:
        return _NOT_THIS


def _reference(text: str) -> object:
    return {REFERENCE_TAG: text} if "/" in text else _NOT_THIS


_READERS: Final[tuple[tuple[str, Callable[[str], object]], ...]] = (
    ("null", _null),
    ("bool", _bool),
    ("int", _int),
    ("float", _float),
    (REFERENCE_TAG, _reference),
)
