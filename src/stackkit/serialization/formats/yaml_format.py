"""YAML, as much of it as JSON knows: no tags, no aliases, no repeated keys, and `no` is a word.

PyYAML's parser is used for its events alone; values are built here, so that a document can make nothing but builtins.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from stackkit.errors import DocumentError, Problem
from stackkit.serialization.codecs.builtin_values import INT_DIGITS, MAX_DEPTH, shown

if TYPE_CHECKING:
    import yaml

_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?")
_OF_OTHERS = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|[yYnN]")
"""What other readers take for numbers and truth values; here it is text, and quoted when it is written."""
_CONSTANTS: Final[dict[str, object]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
    ".nan": math.nan, ".NaN": math.nan, ".NAN": math.nan,
    ".inf": math.inf, ".Inf": math.inf, ".INF": math.inf,
    "+.inf": math.inf, "+.Inf": math.inf, "+.INF": math.inf,
    "-.inf": -math.inf, "-.Inf": -math.inf, "-.INF": -math.inf,
}  # fmt: skip


def decode_yaml(text: str) -> object:
    r"""Builtins from YAML.

    Args:
        text: One document.

    Raises:
        DocumentError: It is not YAML, or more than JSON can say: tags, aliases, repeated keys, keys that are not text,
            several documents.

    >>> decode_yaml("retries: 3\nregion: no")
    {'retries': 3, 'region': 'no'}
    """
    import yaml

    try:
        return _Builder(yaml.parse(text, Loader=yaml.CSafeLoader)).document()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be parsed"
        problem = Problem(f"is not YAML: {what}", where=f"line {mark.line + 1}, column {mark.column + 1}" if mark else "")
    raise DocumentError(problem)


class _Builder:
    """Builds builtins from the parser's events."""

    def __init__(self, events: Iterator[yaml.Event]) -> None:
        self._events = events

    def document(self) -> object:
        import yaml

        next(self._events)
        if isinstance(next(self._events), yaml.StreamEndEvent):
            raise DocumentError(Problem("is empty"))
        value = self._value(next(self._events), 0)
        next(self._events)
        if not isinstance(next(self._events), yaml.StreamEndEvent):
            raise DocumentError(Problem("holds more than one document"))
        return value

    def _value(self, event: yaml.Event, depth: int) -> object:
        import yaml

        if isinstance(event, yaml.AliasEvent):
            raise _refused(event, "aliases are not allowed", "quote a text that begins with *, or write the value again")
        if not isinstance(event, yaml.ScalarEvent | yaml.SequenceStartEvent | yaml.MappingStartEvent):
            raise _refused(event, "a value is expected here")
        if event.tag is not None:
            raise _refused(event, "tags are not allowed", "quote a text that begins with !")
        if isinstance(event, yaml.ScalarEvent):
            return _plain(event) if event.implicit[0] else event.value
        if depth >= MAX_DEPTH:
            raise _refused(event, f"is nested more than {MAX_DEPTH} levels deep")
        return list(self._items(depth)) if isinstance(event, yaml.SequenceStartEvent) else self._mapping(depth)

    def _items(self, depth: int) -> Iterator[object]:
        import yaml

        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            yield self._value(event, depth + 1)

    def _mapping(self, depth: int) -> dict[str, object]:
        import yaml

        made: dict[str, object] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._value(event, depth + 1)
            if not isinstance(key, str):
                raise _refused(event, f"a key is no text but a {type(key).__name__}", "quote it")
            if key in made:
                raise _refused(event, f"the key {shown(key)} is given twice")
            made[key] = self._value(next(self._events), depth + 1)
        return made


def _plain(event: yaml.ScalarEvent) -> object:
    """What an unquoted word means, by the core schema of YAML 1.2."""
    text = event.value
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INT.fullmatch(text):
        number = _int(text)
        if number is None:
            raise _refused(event, f"is a number of more than {INT_DIGITS} digits")
        return number
    if not _FLOAT.fullmatch(text):
        return text
    if math.isinf(found := float(text)):
        raise _refused(event, "is too large for a float")
    return found


def _int(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None


def _refused(event: yaml.Event, what: str, remedy: str = "") -> DocumentError:
    """An error that tells the place, and not what stands there: it might be a secret that was not quoted."""
    mark = event.start_mark
    return DocumentError(Problem(what, where=f"line {mark.line + 1}, column {mark.column + 1}", remedy=remedy))


def encode_yaml(value: object) -> str:
    """YAML from builtins: block style, keys in their order, text quoted wherever a reader might take it for something else.

    Args:
        value: None, bool, int, float, str, list and dict with str keys.

    >>> print(encode_yaml({"region": "no", "retries": 3}), end="")
    region: 'no'
    retries: 3
    """
    import yaml

    return str(yaml.dump(value, Dumper=_dumper(), sort_keys=False, allow_unicode=True, default_flow_style=False, width=_WIDTH))


_WIDTH: Final = 2**31 - 1
"""Lines are never folded."""
_DUMPERS: Final[list[type[yaml.SafeDumper]]] = []


def _dumper() -> type[yaml.SafeDumper]:
    """PyYAML's safe dumper, taught which unquoted words other readers take for numbers, and to write no aliases."""
    if not _DUMPERS:
        import yaml

        class Dumper(yaml.CSafeDumper):
            @override
            def ignore_aliases(self, data: object) -> bool:
                return True

        first: list[str] = [*"-+.0123456789yYnN"]
        for tag, pattern in (("float", _FLOAT), ("int", _INT), ("bool", _OF_OTHERS)):
            Dumper.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"(?:{pattern.pattern})$"), first)
        _DUMPERS.append(Dumper)
    return _DUMPERS[0]
