# What stackkit uses of PyYAML, which comes without types.

from collections.abc import Iterator
from re import Pattern
from typing import ClassVar

class Mark:
    line: int
    column: int

class YAMLError(Exception): ...

class Event:
    start_mark: Mark

class NodeEvent(Event):
    anchor: str | None

class AliasEvent(NodeEvent): ...

class ScalarEvent(NodeEvent):
    tag: str | None
    implicit: tuple[bool, bool]
    value: str

class SequenceStartEvent(NodeEvent):
    tag: str | None

class SequenceEndEvent(Event): ...

class MappingStartEvent(NodeEvent):
    tag: str | None

class MappingEndEvent(Event): ...
class StreamEndEvent(Event): ...
class SafeLoader: ...
class CSafeLoader(SafeLoader): ...

class SafeDumper:
    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, Pattern[str]]]]]
    def ignore_aliases(self, data: object) -> bool: ...
    @classmethod
    def add_implicit_resolver(cls, tag: str, regexp: Pattern[str], first: list[str]) -> None: ...

class CSafeDumper(SafeDumper): ...

def parse(stream: str | bytes, Loader: type[SafeLoader] = ...) -> Iterator[Event]: ...  # noqa: N803 - its own name
def dump(
    data: object,
    stream: None = None,
    Dumper: type[SafeDumper] = ...,  # noqa: N803 - its own name
    *,
    sort_keys: bool = ...,
    allow_unicode: bool = ...,
    default_flow_style: bool = ...,
    width: int = ...,
) -> str: ...
