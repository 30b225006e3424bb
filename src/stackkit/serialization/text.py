"""Builtins from the text of command-line options, by the type of their field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from stackkit.core.component_type import SLUG
from stackkit.core.narrow import is_dict, is_list
from stackkit.core.secret import REFERENCE
from stackkit.errors import DocumentError, Problem, StackkitError
from stackkit.serialization.codecs.builtin_values import kind_of
from stackkit.serialization.codecs.choices import UnionCodec
from stackkit.serialization.codecs.classes import ClassCodec
from stackkit.serialization.codecs.codec import Codec, located
from stackkit.serialization.codecs.constants import ConstantCodec
from stackkit.serialization.codecs.containers import MappingCodec, RowCodec, SetCodec, TupleCodec
from stackkit.serialization.codecs.references import REFERENCE_TAG, SECRET_TAG, ReferenceCodec, SecretCodec
from stackkit.serialization.codecs.scalars import FLOAT_TAG, StrCodec, is_exact_int
from stackkit.serialization.codecs.text_forms import TextCodec
from stackkit.serialization.formats.json_format import decode_json
from stackkit.serialization.formats.yaml_format import decode_yaml

_PLACEHOLDER: Final = re.compile(rf"\$\{{({REFERENCE.pattern})\}}")
_INT: Final = re.compile(r"[-+]?[0-9]{1,4300}")
_FLOAT: Final = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
_NON_FINITE: Final = {"nan": "nan", "inf": "inf", "+inf": "inf", "-inf": "-inf"}


def builtins_from_text(codec: Codec, texts: Sequence[str]) -> object:
    """The builtins that the texts of an option stand for; what does not parse stays text, for the codec to refuse.

    A text means what the field's type says. Lists take an option that is repeated, or one JSON array; mappings take
    `key=value`, repeated, or one JSON object, as classes do; a secret takes `${name.key}`, and a reference `type/name`.
    Of a union's members, the first takes the text in this order: null, bool, int, float, objects and arrays, text, and
    at last lists and mappings that it is an element of.

    Args:
        codec: The codec of the field.
        texts: The text of each occurrence of the option.

    Raises:
        DocumentError: A plain text is given for a secret, a reference to a secret for another field, no `key=value` for a
            mapping, or a single value is given more than once.

    >>> from stackkit.serialization.codecs.kinds import SCALARS
    >>> builtins_from_text(SCALARS[int], ["7"]), builtins_from_text(SCALARS[str], ["7"])
    (7, '7')
    """
    options = _options(codec)
    if len(texts) == 1:
        return _single(codec, options, texts[0])
    for option in options:
        if isinstance(option, RowCodec | SetCodec | TupleCodec | MappingCodec):
            return _elements(option, texts)
    raise DocumentError(Problem(f"is given {len(texts)} times", remedy="give it once"))


def _options(codec: Codec) -> tuple[Codec, ...]:
    return codec.options if isinstance(codec, UnionCodec) else (codec,)


def _single(codec: Codec, options: Sequence[Codec], text: str) -> object:
    for value in _readings(text):
        if any(_takes(option, value) for option in options):
            return value
    found = _structure(options, text)
    if found is not None:
        return _filled(codec, found)
    if any(_is_text(option, text) or isinstance(option, SecretCodec | ReferenceCodec) for option in options):
        return _leaf(options, text)
    for option in options:
        if isinstance(option, RowCodec | SetCodec | TupleCodec | MappingCodec):
            return _elements(option, [text])
    return _leaf(options, text)


def _readings(text: str) -> Iterator[object]:
    """What a text can stand for beside itself."""
    if text == "null":
        yield None
    if text.lower() in ("true", "false"):
        yield text.lower() == "true"
    if _INT.fullmatch(text):
        number = int(text)
        yield number
        if is_exact_int(number):
            yield float(text)
    elif _FLOAT.fullmatch(text) and abs(float(text)) < float("inf"):
        yield float(text)
    elif text.lower() in _NON_FINITE:
        yield {FLOAT_TAG: _NON_FINITE[text.lower()]}


def _takes(option: Codec, value: object) -> bool:
    return option.holds(value) if isinstance(option, ConstantCodec) else kind_of(value) in option.kinds


def _is_text(option: Codec, text: str) -> bool:
    return option.holds(text) if isinstance(option, ConstantCodec) else isinstance(option, StrCodec | TextCodec)


def _structure(options: Sequence[Codec], text: str) -> object:
    """The JSON array or object that a text is, where the type has a use for one; objects may be written as YAML too."""
    is_array = any("list" in option.kinds or "any" in option.kinds for option in options)
    is_object = any("dict" in option.kinds or "any" in option.kinds for option in options)
    start = text.lstrip()[:1]
    if not (start == "[" and is_array) and not (start == "{" and (is_object or _is_tagged(text, options))):
        return None
    try:
        return decode_json(text)
    except StackkitError as error:
        problems = error.problems
    try:
        return decode_yaml(text) if start == "{" else None
    except StackkitError:
        if any(_is_text(option, text) for option in options) or not any(isinstance(o, ClassCodec) for o in options):
            return None
    raise DocumentError(*problems)


def _is_tagged(text: str, options: Sequence[Codec]) -> bool:
    """Whether a text is the object that a document would hold: `{"$secret": "database.password"}`."""
    return any(f'"{kind}"' in text for option in options for kind in option.kinds if kind.startswith("$"))


def _elements(option: Codec, texts: Sequence[str]) -> object:
    """Each text is one element of a list, or one `key=value` of a mapping."""
    if isinstance(option, MappingCodec):
        return _pairs(option, texts)
    done: list[object] = []
    problems: list[Problem] = []
    for index, text in enumerate(texts):
        try:
            done.append(builtins_from_text(_element_codec(option, index), [text]))
        except StackkitError as error:
            problems.extend(located(error, f"[{index}]"))
    if problems:
        raise DocumentError(*problems)
    return done


def _element_codec(option: Codec, index: int) -> Codec:
    """The codec of an element; one too many, which the codec itself refuses, is read like the last."""
    if isinstance(option, RowCodec | SetCodec | MappingCodec):
        return option.item
    items = option.items if isinstance(option, TupleCodec) else ()
    return items[min(index, len(items) - 1)] if items else StrCodec()


def _pairs(option: MappingCodec, texts: Sequence[str]) -> dict[str, object]:
    done: dict[str, object] = {}
    problems: list[Problem] = []
    for text in texts:
        key, separator, value = text.partition("=")
        written = f"${key}" if key.startswith("$") else key
        if not separator:
            problems.append(Problem(f"expected key=value, got {option.describe(text)}"))
        elif written in done:
            problems.append(Problem("is given twice", where=key))
        else:
            try:
                done[written] = builtins_from_text(option.item, [value])
            except StackkitError as error:
                problems.extend(located(error, key))
    if problems:
        raise DocumentError(*problems)
    return done


def _filled(codec: Codec, value: object) -> object:
    """An array or object with the references to secrets and components in it read as they are on a command line."""
    if isinstance(value, str):
        return _leaf(_options(codec), value)
    done: list[tuple[object, object]] = []
    problems: list[Problem] = []
    pairs = enumerate(value) if is_list(value) else value.items() if is_dict(value) and kind_of(value) == "dict" else ()
    for place, element in pairs:
        inner = _inner_codec(codec, place)
        try:
            done.append((place, element if inner is None else _filled(inner, element)))
        except StackkitError as error:
            problems.extend(located(error, f"[{place}]" if is_list(value) else str(place)))
    if problems:
        raise DocumentError(*problems)
    if is_list(value):
        return [element for _, element in done]
    return dict(done) if done else value


def _inner_codec(codec: Codec, place: object) -> Codec | None:
    """The codec of what stands at an index or key, where the type has one."""
    for option in _options(codec):
        if isinstance(place, int) and isinstance(option, RowCodec | SetCodec | TupleCodec):
            return _element_codec(option, place)
        if isinstance(place, str) and isinstance(option, MappingCodec):
            return option.item
        if isinstance(place, str) and isinstance(option, ClassCodec) and place in option.codecs:
            return option.codecs[place]
    return None


def _leaf(options: Sequence[Codec], text: str) -> object:
    """A text that is no number: as it is, or a reference to a secret or component."""
    placeholder = _PLACEHOLDER.fullmatch(text)
    is_secret = any(isinstance(option, SecretCodec) for option in options)
    if placeholder:
        if is_secret:
            return {SECRET_TAG: placeholder[1]}
        raise DocumentError(Problem("refers to a secret, but the field is none", remedy="write the value itself"))
    if any(_is_text(option, text) for option in options):
        return text
    kind, separator, name = text.partition("/")
    if separator and name and SLUG.fullmatch(kind) and any(isinstance(option, ReferenceCodec) for option in options):
        return {REFERENCE_TAG: text}
    if is_secret:
        remedy = "store it with `stackkit secrets-manager secret register NAME KEY` and write '${name.key}'"
        raise DocumentError(Problem("is a secret, and is not given as text", remedy=remedy))
    return text
