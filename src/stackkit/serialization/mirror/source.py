"""Source code of functions that are made for a class: written line by line, with the values that it uses, then compiled."""

from __future__ import annotations

import keyword
import unicodedata
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, Final, TypeAlias, cast

DEEPEST: Final = 8
"""How deeply values may be nested."""
MOST: Final = 1_000
"""How many values code is written for at most: classes that hold each other several times over need many."""

Function: TypeAlias = Callable[[Any], Any]
"""Makes a component of a document, or the other way round; None where the codecs have to look at it."""

Write: TypeAlias = Callable[[str], str]
"""Given the variable that holds a value, writes the lines that make another of it, and gives the expression of that."""


class UnmirroredError(Exception):
    """A class for which no code is made, such as one that refers to itself; its codecs do all the work."""


class Source:
    """A function's source while it is written.

    >>> source = Source()
    >>> with source.block("if value is None:"):
    ...     source.line("return 0")
    >>> source.line(f"return value + {source.constant(5)}")
    >>> made = source.function("value")
    >>> made(2), made(None)
    (7, 0)
    """

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._indent = 1
        self._values: dict[str, object] = {}
        self._variables = 0
        self._parts = 0

    def enter(self, depth: int) -> None:
        """Begin with a value that stands inside of so many others.

        Raises:
            UnmirroredError: It is nested too deeply, or one too many.
        """
        self._parts += 1
        if depth > DEEPEST or self._parts > MOST:
            raise UnmirroredError

    def line(self, text: str) -> None:
        """Write a line."""
        self._lines.append(" " * self._indent + text)

    def leave_if(self, condition: str) -> None:
        """Write that the codecs have to look at a document or component of which a condition holds."""
        self.line(f"if {condition}: return None")

    @contextmanager
    def block(self, header: str) -> Generator[None]:
        """Write a header; what is written inside of the context stands below it."""
        self.line(header)
        self._indent += 1
        yield
        self._indent -= 1

    def fresh(self) -> str:
        """The name of a new variable."""
        self._variables += 1
        return f"v{self._variables}"

    def variable(self, expression: str) -> str:
        """A new variable that holds the value of an expression."""
        name = self.fresh()
        self.line(f"{name} = {expression}")
        return name

    def constant(self, value: object) -> str:
        """The name under which the function finds a value."""
        found = next((name for name, known in self._values.items() if known is value), f"k{len(self._values)}")
        self._values[found] = value
        return found

    def items(self, write: Write, values: str) -> str:
        """A list of what is made of each value: a comprehension, or a loop where it takes more than an expression."""
        item = self.fresh()
        lines, found = self._captured(write, item)
        if not lines:
            return f"[{found} for {item} in {values}]"
        made = self.variable("[]")
        with self.block(f"for {item} in {values}:"):
            self._lines += lines
            self.line(f"{made}.append({found})")
        return made

    def entries(self, write: Write, values: str) -> str:
        """A dict with the keys of another and what is made of its values."""
        key, item = self.fresh(), self.fresh()
        lines, found = self._captured(write, item)
        if not lines:
            return f"{{{key}: {found} for {key}, {item} in {values}.items()}}"
        made = self.variable("{}")
        with self.block(f"for {key}, {item} in {values}.items():"):
            self._lines += lines
            self.line(f"{made}[{key}] = {found}")
        return made

    def unless(self, condition: str, otherwise: str, write: Write, value: str) -> str:
        """What is made of a value, but another value where a condition holds.

        Args:
            condition: When the value is not looked at: `v1 is None`.
            otherwise: The expression of the value then.
            write: Makes the value of the other one.
            value: The variable that holds the other one.
        """
        lines, found = self._captured(write, value)
        if not lines:
            return f"({otherwise} if {condition} else {found})"
        made = self.fresh()
        with self.block(f"if {condition}:"):
            self.line(f"{made} = {otherwise}")
        with self.block("else:"):
            self._lines += lines
            self.line(f"{made} = {found}")
        return made

    def _captured(self, write: Write, value: str) -> tuple[list[str], str]:
        """The lines that would be written one level further in, and the expression that they lead to."""
        before = len(self._lines)
        self._indent += 1
        found = write(value)
        self._indent -= 1
        lines = self._lines[before:]
        del self._lines[before:]
        return lines, found

    def function(self, parameter: str) -> Function:
        """Compile what was written.

        Args:
            parameter: The function's parameter, as its source names it.
        """
        text = "\n".join([f"def made({parameter}):", *self._lines])
        names = dict(self._values)
        exec(compile(text, "<stackkit mirror>", "exec"), names)  # noqa: S102 - we wrote it, and checked the names in it
        made: Any = names["made"]
        return cast("Function", made)


def checked_name(name: str) -> str:
    """A name that can stand in source.

    Raises:
        UnmirroredError: It is no plain identifier, or would stand for another.
    """
    if not name.isidentifier() or keyword.iskeyword(name) or unicodedata.normalize("NFKC", name) != name:
        raise UnmirroredError
    return name
