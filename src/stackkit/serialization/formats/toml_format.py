"""TOML: read by the standard library, written here.

TOML has no null: it is written as `{"$none" = true}`, in this format alone. What is marked in this way, as secrets and
references are too, stays on one line, where other writers would make a table of it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Final

from stackkit.core.narrow import is_dict, is_list
from stackkit.errors import DocumentError, NotSerializableError, Problem
from stackkit.serialization.codecs.builtin_values import INT_DIGITS, MAX_DEPTH, kind_of, shown

NONE_TAG: Final = "$none"
"""Marks null. An object of that one key is written with another `$` after it."""

_TAGGED: Final = re.compile(r"\$none\$*")
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPED: Final = re.compile(r'[\x00-\x1f"\\\x7f]')
_ESCAPES: Final = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_QUOTED: Final = re.compile(r"\"\"\"(?:[^\\]|\\.)*?\"\"\"|'''.*?'''|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'|#[^\n]*", re.DOTALL)
_LONG_KEY: Final = re.compile(rf"(?:[A-Za-z0-9_\"-]+[ \t]*\.[ \t]*){{{MAX_DEPTH}}}")
_LARGEST_INT: Final = 10**INT_DIGITS
_LONGEST: Final = 100
"""How much of a parser's message is shown; it may name a key of any length."""


def encode_toml(value: object) -> str:
    """TOML from builtins: a table for each object, tagged and mixed ones on one line.

    Args:
        value: A dict with str keys.

    Raises:
        NotSerializableError: It is none: a document of this format is a table.

    >>> print(encode_toml({"region": None, "retries": 3, "limits": {"cpu": 2.5}}), end="")
    region = {"$none" = true}
    retries = 3
    <BLANKLINE>
    [limits]
    cpu = 2.5
    """
    if not is_dict(value):
        raise NotSerializableError(Problem("a TOML document is a table, and this is none", remedy="use another format"))
    return "\n".join(_table(value, ())).removeprefix("\n") + "\n" * bool(value)


def _table(table: Mapping[object, object], path: tuple[str, ...]) -> Iterator[str]:
    """The lines of a table: first what stands in a line, then the tables in it."""
    inner: list[tuple[str, object]] = []
    for name, value in _escaped(table):
        if _is_table(value) or _is_list_of_tables(value):
            inner.append((name, value))
        else:
            yield f"{_key(name)} = {_inline(value)}"
    for name, value in inner:
        place = (*path, _key(name))
        for found in value if is_list(value) else [value]:
            if is_dict(found):
                yield f"\n[[{'.'.join(place)}]]" if is_list(value) else f"\n[{'.'.join(place)}]"
                yield from _table(found, place)


def _is_table(value: object) -> bool:
    return is_dict(value) and not _is_tagged(value)


def _is_list_of_tables(value: object) -> bool:
    return is_list(value) and bool(value) and all(map(_is_table, value))


def _is_tagged(value: object) -> bool:
    return kind_of(value).startswith("$")


def _inline(value: object) -> str:
    """A value on one line."""
    if value is None:
        return f'{{"{NONE_TAG}" = true}}'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _quoted(value)
    if is_list(value):
        return f"[{', '.join(map(_inline, value))}]"
    if is_dict(value):
        return f"{{{', '.join(f'{_key(name)} = {_inline(element)}' for name, element in _escaped(value))}}}"
    return repr(value)


def _escaped(value: Mapping[object, object]) -> Iterator[tuple[str, object]]:
    """The pairs of an object; one that looks like our null is changed so that it does not."""
    for name, element in value.items():
        hidden = len(value) == 1 and _TAGGED.fullmatch(str(name))
        yield f"{name}$" if hidden else str(name), element


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _quoted(name)


def _quoted(text: str) -> str:
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(found: re.Match[str]) -> str:
    return _ESCAPES.get(found[0]) or f"\\u{ord(found[0]):04x}"


def decode_toml(text: str) -> object:
    r"""Builtins from TOML.

    Args:
        text: One document.

    Raises:
        DocumentError: It is not TOML, or more than other formats can say: dates and times that are not quoted, numbers
            out of bounds, any depth.

    >>> decode_toml('retries = 3\nregion = {"$none" = true}')
    {'retries': 3, 'region': None}
    """
    import tomllib

    if text.count(".") >= MAX_DEPTH and _LONG_KEY.search(_QUOTED.sub('""', text)):  # tomllib takes quadratic time for these
        raise DocumentError(_too_deep())
    try:
        return _carried(tomllib.loads(text, parse_float=_finite), "", MAX_DEPTH)
    except tomllib.TOMLDecodeError as error:
        problem = _not_toml(error)
    except RecursionError:
        problem = _too_deep()
    except ValueError as error:
        problem = error.problems[0] if isinstance(error, DocumentError) else _impossible(error)
    raise DocumentError(problem)  # here, where the document is not dragged along


def _carried(value: object, where: str, depth: int) -> object:
    """What a value stands for, made new where null is in it."""
    if isinstance(value, datetime | date | time):
        raise DocumentError(Problem("dates and times are written as text", where=where, remedy="quote it"))
    if isinstance(value, int) and not -_LARGEST_INT < value < _LARGEST_INT:
        raise DocumentError(_too_long(where))
    if is_dict(value) and value.keys() == {NONE_TAG}:
        if value[NONE_TAG] is not True:
            raise DocumentError(Problem(f"is no null: {NONE_TAG} is not true", where=where))
        return None
    if depth <= 0 and (is_list(value) or is_dict(value)):
        raise DocumentError(_too_deep())
    if is_list(value):
        return [_carried(element, f"{where}[{index}]", depth - 1) for index, element in enumerate(value)]
    if not is_dict(value):
        return value
    return {_unescaped(name, value): _carried(element, _under(where, name), depth - 1) for name, element in value.items()}


def _unescaped(name: object, value: Mapping[object, object]) -> object:
    hidden = len(value) == 1 and _TAGGED.fullmatch(str(name))
    return str(name).removesuffix("$") if hidden else name


def _under(where: str, name: object) -> str:
    return f"{where}.{shown(str(name))}" if where else shown(str(name))


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number) and "inf" not in text:
        raise DocumentError(Problem("holds a number that is too large for a float"))
    return number


def _not_toml(error: ValueError) -> Problem:
    """What the parser says, which shows keys and single characters of the document, and no value."""
    what, _, place = str(error).rpartition(" (at ")
    return Problem(f"is not TOML: {what[:_LONGEST]}", where=place.removesuffix(")"))


def _impossible(error: ValueError) -> Problem:
    """What only `int()` and the calendar refuse."""
    if "digits" in str(error):
        return _too_long("")
    return Problem("holds a date or time that there is not", remedy="dates and times are written as text: quote them")


def _too_long(where: str) -> Problem:
    return Problem(f"holds a number of more than {INT_DIGITS} digits", where=where)


def _too_deep() -> Problem:
    return Problem(f"is nested more than {MAX_DEPTH} levels deep")
