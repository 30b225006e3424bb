"""A codec: how the values of one type are written as builtins, and read from them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from functools import cached_property

from stackkit.errors import DocumentError, NotSerializableError, Problem, StackkitError
from stackkit.serialization.codecs.builtin_values import shown

LARGE = 128
"""From how many bits on a wrong number is not shown."""


class Codec(ABC):
    """Writes and reads the values of one type; its methods are the hooks that a flavor's converter holds.

    Attributes:
        expected: What messages say a document should hold: `int`, `list of str`.
        values: What messages call the values themselves, where that is something else: `bytes`.
        kinds: The builtins that values are written as, as `kind_of` calls them; `any` where that cannot be told.
        secret: Whether the values are secrets.
        hashable: Whether the values can be elements of a set.
    """

    expected: str
    values: str = ""
    kinds: frozenset[str]
    secret: bool = False
    hashable: bool = True

    @abstractmethod
    def load(self, value: object, _: object = None) -> object:
        """The value that builtins stand for.

        Raises:
            DocumentError: They stand for none; every mistake is named with its path.
        """

    @abstractmethod
    def dump(self, value: object) -> object:
        """The builtins that a value is written as.

        Raises:
            NotSerializableError: The value is not of this codec's type.
        """

    @abstractmethod
    def accepts(self, value: object) -> bool:
        """Whether a value is of this codec's type, seen from outside: elements are not looked at."""

    def parts(self) -> Iterable[Codec]:
        """The codecs of what values consist of."""
        return ()

    def problems(self) -> Iterable[Problem]:
        """Why values of this type could not be written and read back; about its parts, they say themselves."""
        return ()

    @cached_property
    def sensitive(self) -> bool:
        """Whether a value is, or should hold, a secret; messages then do not show what stands there instead."""
        return any(codec.secret for codec in reachable(self))

    def wrong(self, value: object) -> DocumentError:
        """The error for builtins that are not of this type."""
        return DocumentError(Problem(f"expected {self.expected}, got {self.describe(value)}"))

    def unwritable(self, value: object) -> NotSerializableError:
        """The error for a value that is not of this type."""
        return NotSerializableError(Problem(f"expected {self.values or self.expected}, got {self.describe(value)}"))

    def describe(self, value: object) -> str:
        """A value in a message: its type and the beginning of it, or its type alone where a secret belongs."""
        if value is None:
            return "null"
        kind = type(value).__name__
        if self.sensitive or not isinstance(value, (str, int, float)):
            return kind
        if isinstance(value, str):
            return f'{kind} "{shown(value)}"'
        return f"{kind} {value}" if isinstance(value, float) or value.bit_length() < LARGE else kind


def reachable(codec: Codec) -> Iterator[Codec]:
    """A codec and all that its values consist of, at any depth, each of them once."""
    seen: set[int] = set()
    waiting = [codec]
    while waiting:
        found = waiting.pop()
        if id(found) not in seen:
            seen.add(id(found))
            yield found
            waiting.extend(found.parts())


def located(error: StackkitError, place: str) -> Iterator[Problem]:
    """The problems of an inner value, seen from the value around it.

    Args:
        error: What the inner value raised.
        place: Where it stands: a field's name, or `[3]`.
    """
    return (problem.under(place) for problem in error.problems)
