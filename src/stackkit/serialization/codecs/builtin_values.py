"""What documents are made of in every format: None, bool, int, float, str, list, and dict with str keys."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Final

from stackkit.core.narrow import is_dict, is_list
from stackkit.errors import NotSerializableError, Problem

NATIVE_INTS: Final = range(-(2**63), 2**63)
"""What every format carries as a number."""
INT_DIGITS: Final = 4300
"""Python's own limit for whole numbers in text; a document with a longer one is refused."""
MAX_DEPTH: Final = 100
"""How deeply documents may be nested. Configurations are nested a few levels; the rest of Python's stack is the caller's."""

SHOWN = 40
"""How many characters of a text a message shows."""


def kind_of(value: object) -> str:
    """The kind of a value: `null`, `bool`, `int`, `float`, `str`, `list`, `dict`, or `$…` for an object with that one key.

    >>> kind_of(None), kind_of({"$secret": "database.password"}), kind_of({"$$price": 5})
    ('null', '$secret', 'dict')
    """
    if value is None:
        return "null"
    if is_dict(value):
        only = next(iter(value)) if len(value) == 1 else ""
        return only if isinstance(only, str) and only.startswith("$") and not only.startswith("$$") else "dict"
    return type(value).__name__


def tagged(value: object, tag: str) -> object:
    """The content of an object whose only key is `tag`, or None."""
    return value[tag] if is_dict(value) and len(value) == 1 and tag in value else None


def is_unicode(text: str) -> bool:
    """Whether a text can be written as UTF-8: it holds no lone surrogates."""
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


def shown(text: str) -> str:
    r"""The beginning of a text for a message, whatever is in it.

    >>> print(shown("1\n2"), shown("a" * 99))
    1\n2 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…
    """
    start = text[:SHOWN]
    return (start if start.isprintable() else ascii(start)[1:-1]) + ("…" if len(text) > SHOWN else "")


def check_builtins(value: object) -> None:
    """Refuse what some format cannot carry, or would carry as something else.

    Args:
        value: What is to be written.

    Raises:
        NotSerializableError: Something in it is no builtin, or a number or text that not every format has; all are named.
    """
    try:
        if _is_carried(value, MAX_DEPTH):
            return
        problems = list(_not_carried(value, "", 0))
    except RecursionError:
        problems = [Problem("is nested too deeply")]
    raise NotSerializableError(*problems)


def _is_carried(value: object, depth: int) -> bool:
    if value is None or value is True or value is False:
        return True
    if type(value) is str:
        return is_unicode(value)
    if type(value) is int:
        return value in NATIVE_INTS
    if type(value) is float:
        return math.isfinite(value)
    if depth <= 0:
        return False
    if is_list(value) and type(value) is list:
        return all(_is_carried(element, depth - 1) for element in value)
    if is_dict(value) and type(value) is dict:
        return all(type(k) is str and is_unicode(k) and _is_carried(v, depth - 1) for k, v in value.items())
    return False


def _not_carried(value: object, where: str, depth: int) -> Iterator[Problem]:
    if depth >= MAX_DEPTH and isinstance(value, (list, dict)):
        yield Problem(f"is nested more than {MAX_DEPTH} levels deep", where=where)
    elif is_list(value) and type(value) is list:
        for index, element in enumerate(value):
            yield from _not_carried(element, f"{where}[{index}]", depth + 1)
    elif is_dict(value) and type(value) is dict:
        for key, element in value.items():
            if type(key) is not str or not is_unicode(key):
                yield Problem(f"has a key that is no text but a {type(key).__name__}", where=where)
            else:
                yield from _not_carried(element, f"{where}.{key}" if where else key, depth + 1)
    elif not _is_carried(value, 1):
        yield Problem(_why_not(value), where=where)


def _why_not(value: object) -> str:
    if type(value) is str:
        return "holds a lone surrogate, which is no text"
    if type(value) is int:
        return "is a whole number of more than 64 bits"
    if type(value) is float:
        return f"is {value}, which is no number"
    return f"is a {type(value).__name__}, which no document holds"


def ordered(values: list[object]) -> list[object]:
    """Different builtins in an order that depends on nothing but themselves: text and numbers by value, others by their JSON.

    >>> ordered([10, 9, 10]), ordered([{"b": 1}, {"a": 1}])
    ([9, 10], [{'a': 1}, {'b': 1}])
    """
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) == len(values):
        return [*sorted(set(texts))]
    numbers = [value for value in values if type(value) is int or type(value) is float]
    if len(numbers) == len(values):
        return [*sorted(set(numbers))]
    by_text = {json.dumps(value, sort_keys=True): value for value in values}
    return [by_text[text] for text in sorted(by_text)]
