"""JSON, without what its grammar lets through: repeated keys, numbers out of bounds, any depth."""

from __future__ import annotations

import json
import math
import sys
from collections import Counter
from typing import Final, NoReturn

from stackkit.core.narrow import is_dict, is_list
from stackkit.errors import DocumentError, Problem
from stackkit.serialization.codecs.builtin_values import INT_DIGITS, MAX_DEPTH, shown

_UNREAD: Final = object()


def encode_json(value: object) -> bytes:
    """JSON from builtins, without spaces, keys in their order.

    >>> encode_json({"region": "no", "retries": 3})
    b'{"region":"no","retries":3}'
    """
    import msgspec  # a document is written: only now

    return msgspec.json.encode(value)


def decode_json(text: str) -> object:
    """Builtins from JSON.

    Args:
        text: One document.

    Raises:
        DocumentError: It is not JSON, repeats a key, holds a number that is out of bounds, or is nested too deeply.
    """
    try:
        found = _natively(text)
        if found is _UNREAD:
            found = json.loads(text, object_pairs_hook=_refuse_repeated, parse_constant=_refuse_constant, parse_float=_finite)
    except json.JSONDecodeError as error:
        problem = Problem(f"is not JSON: {error.msg}", where=f"line {error.lineno}, column {error.colno}")
    except ValueError as error:
        problem = (
            error.problems[0]
            if isinstance(error, DocumentError)
            else Problem(f"holds a number of more than {INT_DIGITS} digits")  # which is all that int() refuses
        )
    except RecursionError:
        problem = Problem(f"is nested more than {MAX_DEPTH} levels deep")
    else:
        if text.count("[") + text.count("{") <= MAX_DEPTH or _depth(found) <= MAX_DEPTH:
            return found
        problem = Problem(f"is nested more than {MAX_DEPTH} levels deep")
    raise DocumentError(problem)  # here, where the document is not dragged along


def _natively(text: str) -> object:
    """What msgspec reads, four times as fast, where that is sure to be all that there is.

    It is not imported for this: one document takes less time. Of repeated keys it takes the last, so commas are counted;
    those that are written as something else, it does not see.
    """
    if "msgspec" not in sys.modules or "\\" in text:
        return _UNREAD
    import msgspec

    try:
        found: object = msgspec.json.decode(text)
        written = msgspec.json.encode(found)
    except (msgspec.MsgspecError, ValueError, RecursionError):  # what is wrong is told elsewhere
        return _UNREAD
    return found if text.count(",") == written.count(b",") else _UNREAD


def _refuse_repeated(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        counted = Counter(key for key, _ in pairs)
        raise DocumentError(Problem(f"the key {shown(counted.most_common(1)[0][0])} is given twice"))
    return made


def _refuse_constant(text: str) -> NoReturn:
    tag = {"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}[text]
    raise DocumentError(Problem(f"{text} is no JSON", remedy=f'write {{"$float": "{tag}"}}'))


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise DocumentError(Problem("holds a number that is too large for a float"))
    return number


def _depth(value: object) -> int:
    """How deeply lists and objects are nested; looks at one level after the other, so that depth costs no stack."""
    depth = 0
    level = [value] if is_list(value) or is_dict(value) else []
    while level:
        depth += 1
        inside = (element for found in level for element in (found.values() if is_dict(found) else found))
        level = [element for element in inside if is_list(element) or is_dict(element)]
    return depth
