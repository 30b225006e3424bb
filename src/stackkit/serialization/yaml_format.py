"""YAML, as much of it as JSON knows: no tags, no aliases, no repeated keys, and `no` is a word.

PyYAML's parser is used for its events alone; values are built here, so that a document can make nothing but builtins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from stackkit.errors import DocumentError, Problem

if TYPE_CHECKING:
    import yaml

_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?")
_CONSTANTS: Final[dict[str, object]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
    ".nan": float("nan"), ".NaN": float("nan"), ".NAN": float("nan"),
    ".inf": float("inf"), ".Inf": float("inf"), ".INF": float("inf"),
    "-.inf": float("-inf"), "-.Inf": float("-inf"), "-.INF": float("-inf"),
}  # fmt: skip
MAX_DEPTH = 200
"""How deeply a document may be nested; configurations are nested a few levels."""
MAX_INT_DIGITS = 4300
"""Python's own limit for integers in text."""


def _plain(text: str) -> object:
    """What an unquoted word means, by the core schema of YAML 1.2."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INT.fullmatch(text) and len(text) <= MAX_INT_DIGITS:
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


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
        where = f"line {mark.line + 1}" if mark else ""
        raise DocumentError(Problem(f"is not YAML: {getattr(error, 'problem', None) or error}", where=where)) from None


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

        line = event.start_mark.line + 1
        if depth > MAX_DEPTH:
            raise DocumentError(Problem("is nested too deeply", where=f"line {line}"))
        if isinstance(event, yaml.AliasEvent):
            raise DocumentError(Problem(f"the alias *{event.anchor} is not allowed", where=f"line {line}", remedy="repeat it"))
        if not isinstance(event, yaml.ScalarEvent | yaml.SequenceStartEvent | yaml.MappingStartEvent):
            raise DocumentError(Problem("is not YAML", where=f"line {line}"))
        if event.tag is not None:
            raise DocumentError(Problem(f"the tag {event.tag} is not allowed", where=f"line {line}", remedy="leave it out"))
        if isinstance(event, yaml.ScalarEvent):
            return _plain(event.value) if event.implicit[0] else event.value
        return list(self._items(depth)) if isinstance(event, yaml.SequenceStartEvent) else self._mapping(depth)

    def _items(self, depth: int) -> Iterator[object]:
        import yaml

        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            yield self._value(event, depth + 1)

    def _mapping(self, depth: int) -> dict[str, object]:
        import yaml

        made: dict[str, object] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            where = f"line {event.start_mark.line + 1}"
            key = self._value(event, depth + 1)
            if not isinstance(key, str):
                raise DocumentError(Problem(f"the key {ascii(key)[:40]} is not text", where=where, remedy="quote it"))
            if key in made:
                raise DocumentError(Problem(f"the key {ascii(key)[:40]} is given twice", where=where))
            made[key] = self._value(next(self._events), depth + 1)
        return made


def encode_yaml(value: object) -> str:
    """YAML from builtins: block style, keys in their order, text quoted wherever a reader might take it for something else.

    Args:
        value: None, bool, int, float, str, list and dict with str keys.

    >>> print(encode_yaml({"region": "no", "retries": 3}), end="")
    region: 'no'
    retries: 3
    """
    import yaml

    return str(yaml.dump(value, Dumper=_dumper(), sort_keys=False, allow_unicode=True, default_flow_style=False, width=10**6))


_DUMPERS: list[type[yaml.SafeDumper]] = []


def _dumper() -> type[yaml.SafeDumper]:
    """PyYAML's safe dumper, taught which unquoted words YAML 1.2 takes for numbers, and to write no aliases."""
    if not _DUMPERS:
        import yaml

        class Dumper(yaml.CSafeDumper):
            @override
            def ignore_aliases(self, data: object) -> bool:
                return True

        Dumper.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(f"(?:{_FLOAT.pattern})$"), list("-+0123456789."))
        Dumper.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(f"(?:{_INT.pattern})$"), list("-+0123456789"))
        _DUMPERS.append(Dumper)
    return _DUMPERS[0]
