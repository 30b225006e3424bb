"""What is called no subtype is none to a type checker either, and nearly all that is none is called so."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any, Union

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackkit.registry.subtypes import is_no_subtype

TYPES = """
object, Any, None, bool, int, float, complex, str, bytes, bytearray, Path, PurePath, UUID, datetime, date, Colour, Shade
int | None, str | None, int | str, str | Path, float | None, bool | int | None
Literal["a"], Literal["a", "b"], Literal[1], Literal[True, False], Literal["a", None], Literal[Colour.RED, Colour.BLUE]
list[int], list[bool], list[Any], set[str], frozenset[str], deque[int], list[list[int]], list[int] | None
Sequence[int], Sequence[object], Iterable[str], Iterable[int], Iterator[int], Collection[str], AbstractSet[str]
dict[str, int], dict[str, object], dict[int, str], Mapping[str, int], Mapping[str, object], MutableMapping[str, int]
tuple[int, str], tuple[int, ...], tuple[str, ...], tuple[int], tuple[object, ...], tuple[()]
type[int], type[bool], type[str], Annotated[int, "seconds"], Own, OwnChild, OwnGeneric[int], OwnGeneric[str], Table
HasName, HasOpen, Opens, Callable[[int], str], Callable[..., Any], IO[str], IO[bytes], TextIO, T, UserName, str | HasOpen
Generator[int, None, None], PathLike[str], str | PathLike[str], Hashable, Sized, Never
"""

PRELUDE = """
from collections import deque
from collections.abc import (
    Callable, Collection, Generator, Hashable, Iterable, Iterator, Mapping, MutableMapping, Sequence, Set as AbstractSet, Sized
)
from datetime import date, datetime
from enum import Enum
from os import PathLike
from pathlib import Path, PurePath
from typing import IO, Annotated, Any, Generic, Literal, Never, NewType, Protocol, TextIO, TypedDict, TypeVar
from uuid import UUID

T = TypeVar("T")
UserName = NewType("UserName", str)
Colour = Enum("Colour", ["RED", "BLUE"])

class Shade(Enum):
    DARK = 1

class Own: ...
class OwnChild(Own): ...
class OwnGeneric(Generic[T]):
    value: T

class Table(TypedDict):
    rows: int

class HasName(Protocol):
    @property
    def name(self) -> str: ...

class HasOpen(Protocol):
    def open(self, path: str) -> object: ...

class Opens:
    def open(self, path: str) -> object:
        return path
"""


def names() -> list[str]:
    """The types, as source code writes them."""
    found: list[str] = []
    for part in TYPES.replace("\n", ", ").split(", "):
        if found and found[-1].count("[") > found[-1].count("]"):
            found[-1] += f", {part}"
        elif part:
            found.append(part)
    return found


def resolved() -> dict[str, object]:
    namespace: dict[str, object] = {}
    exec(PRELUDE, namespace)  # noqa: S102 - our own text
    return {name: eval(name, namespace) for name in names()}  # noqa: S307 - the same


TYPES_BY_NAME = resolved()
UNTOLD = {"IO[str]", "IO[bytes]", "TextIO", "T", "UserName", "Table", "HasName", "Hashable"}
"""Types of which nothing is said: `issubclass` does not know them, or knows them otherwise than type checkers."""

some_type = st.sampled_from(list(TYPES_BY_NAME.values()))


@pytest.mark.skipif(importlib.util.find_spec("mypy") is None, reason='mypy is not installed: pip install -e ".[dev]"')
def test_a_type_checker_agrees_about_every_pair(tmp_path: Path) -> None:
    pairs = list(product(TYPES_BY_NAME, repeat=2))
    lines = [f"def f{number}(it: {own}) -> {wanted}: return it" for number, (own, wanted) in enumerate(pairs)]
    (tmp_path / "pairs.py").write_text(f"{PRELUDE}\n" + "\n".join(lines), "utf-8")
    refused = refused_lines(tmp_path)
    first = PRELUDE.count("\n") + 2
    wrong = {pair for number, pair in enumerate(pairs, first) if number in refused}
    told = {(own, wanted) for own, wanted in pairs if is_no_subtype(TYPES_BY_NAME[own], TYPES_BY_NAME[wanted])}
    assert told - wrong == set()
    comparable = {pair for pair in wrong if not UNTOLD & set(pair)}
    assert len(comparable - told) < 0.02 * len(comparable)


def refused_lines(folder: Path) -> set[int]:
    """The lines of a module that mypy refuses."""
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(folder), "-O", "json", "pairs.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1, done.stdout + done.stderr
    return {report["line"] for report in reports if report["code"] == "return-value"}


@given(own=some_type)
def test_a_type_stands_for_itself_and_for_anything(own: object) -> None:
    assert not is_no_subtype(own, own)
    assert not is_no_subtype(own, object)


@given(own=some_type, wanted=some_type, other=some_type)
def test_what_stands_for_a_type_stands_for_a_choice_that_includes_it(own: object, wanted: object, other: object) -> None:
    choice: Any = Union
    either: object = choice[wanted, other]
    assert is_no_subtype(own, either) <= (is_no_subtype(own, wanted) and is_no_subtype(own, other))
