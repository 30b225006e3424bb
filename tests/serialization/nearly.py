"""Strategies: builtins that are nearly a document's, and JSON as other writers write it, right or nearly so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from hypothesis import strategies as st
from tests.serialization.hostile import Builtins, builtins

from stackkit.core.narrow import is_dict, is_list

ODD: Final[list[object]] = [
    None, True, False, 0, 1, -1, 1.0, 0.0, -0.0, 0.5, 2**53, 2**53 + 1, 2**63, -(2**63) - 1, 10**30, 1e300, float("nan"),
    float("inf"), "", "1", "null", "a", "\ud800", '"', "\\", '\\"', "é\x00\u2028\U0001f600", [], [[]], {}, {"a": 1}, {"$a": 1},
    {"$$a": 1}, {"$int": "9223372036854775808"}, {"$int": "1"}, {"$float": "nan"}, {"$float": "-inf"}, {"$float": "1"},
    {"$secret": "database.password"}, {"$secret": "plain"}, {"$component": "alerter/chat"}, {"$component": "chat"},
    "12345678-1234-1234-1234-123456789ABC", "12345678123412341234123456789abc", "{12345678123412341234123456789abc}",
    "\\u00312345678123412341234123456789abc", "12345678-1234-1234-1234-123456789ab\\u0063",
    "2020-02-30", "2020-02-29", "2020-01-01T00:00:00Z", "2020-01-01T00:00:00+00:00", "2020-01-01T00:00:00.5",
    "2020-01-01 00:00:00", "2020-01-01T00:00:00.000000", "2020-01-01T24:00:00", "20200101T000000", "2020-W01-1T00:00:00",
    "2020-01-01T00:00:00+00:00:00.000001", "2020-01-01T00:00:00+05:30", "2020-01-01T00:00:00-00:00", "00:00:00", "P0DT0S",
    "1E+5", "AA==", "AB==", "AA", b"a", (1,), {1}, {1: 2},
]  # fmt: skip
"""What one type takes for right, and another for wrong."""


def places(value: object, path: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    """The paths of a value and of all in it."""
    yield path
    if is_dict(value):
        for key, element in value.items():
            yield from places(element, (*path, key))
    elif is_list(value):
        for index, element in enumerate(value):
            yield from places(element, (*path, index))


def changed(value: object, path: tuple[object, ...], new: object) -> object:
    """A value with another one at a path."""
    if not path:
        return new
    here, rest = path[0], path[1:]
    if is_dict(value):
        return {key: changed(element, rest, new) if key == here else element for key, element in value.items()}
    assert is_list(value)
    return [changed(element, rest, new) if index == here else element for index, element in enumerate(value)]


def at(value: object, path: tuple[object, ...]) -> object:
    """What is at a path."""
    for place in path:
        value = value[place] if is_dict(value) else value[int(str(place))] if is_list(value) else None
    return value


@st.composite
def nearly(draw: st.DrawFn, document: object) -> object:
    """Builtins in which one or two values are others, or keys or elements are missing, more or repeated."""
    for _ in range(draw(st.integers(1, 2))):
        path = draw(st.sampled_from([*places(document)]))
        document = changed(document, path, draw(_other(at(document, path))))
    return document


def _other(value: object) -> Builtins:
    others: list[object] = list(ODD)
    if is_dict(value):
        others += [{k: v for k, v in value.items() if k != key} for key in value]
        others += [{**value, key: None} for key in ("x", "$x", "\udc00")]
        others += [dict(reversed(value.items())), {**value, **dict.fromkeys(list(value)[:1], 5)}]
    elif is_list(value):
        others += [value[:-1], value[1:], [*value, *value[:1]], [*value, None], tuple(value), value * 2]
    elif isinstance(value, str):
        others += [value.upper(), value + "Z", value + " ", value.replace("-", ""), value[:-1], [value], _Text(value)]
    elif isinstance(value, (int, float)):
        others += [str(value), bool(value), value + 1, -value]
    return st.sampled_from(others) | builtins


class _Text(str):
    """A text of a class of its own."""

    __slots__ = ()


@st.composite
def as_json(draw: st.DrawFn, value: object) -> bytes:
    """A document as JSON: with spaces, escapes, numbers in other forms, keys in another order, and keys that are repeated."""
    style = draw(st.sampled_from(["compact", "spaced", "escaped", "repeated", "repeated", "numbers"]))
    if style in ("repeated", "numbers"):
        return _encoded(_free(draw, value, style))
    separators = (",", ":") if style == "compact" else (" ,\n", "\t: ")
    return _encoded(json.dumps(value, separators=separators, ensure_ascii=style == "escaped", default=repr))


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _free(draw: st.DrawFn, value: object, style: str) -> str:
    if is_dict(value):
        pairs = [(str(key), element) for key, element in value.items()]
        if pairs and style == "repeated" and draw(st.booleans()):
            key, element = draw(st.sampled_from(pairs))
            pairs.insert(draw(st.integers(0, len(pairs))), (key, draw(st.sampled_from([element, element, None, "a", 5]))))
        return "{" + ",".join(f"{_text(draw, key)}:{_free(draw, element, style)}" for key, element in pairs) + "}"
    if is_list(value):
        return "[" + ",".join(_free(draw, element, style) for element in value) + "]"
    if isinstance(value, str):
        return _text(draw, value)
    if type(value) is int and style == "numbers" and draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from([f"{value}.0", f"{value}e0", f"-{value}", f"0{value}"]))
    return json.dumps(value, default=repr)


def _text(draw: st.DrawFn, text: str) -> str:
    forms = [json.dumps(text), json.dumps(text, ensure_ascii=False)]
    if text:
        forms.append(f'"\\u{ord(text[0]):04x}{json.dumps(text[1:])[1:]}' if ord(text[0]) < 2**16 else forms[0])
        forms.append(forms[0].replace("/", "\\/"))
    return draw(st.sampled_from(forms))
