"""A codec: how the values of one type are written as builtins, and read from them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator

from stackkit.core.narrow import is_dict
from stackkit.errors import DocumentError, NotSerializableError, Problem, StackkitError

SHOWN = 40
"""How many characters of a wrong value a message shows."""
LARGE = 128
"""From how many bits on a wrong number is not shown."""


class Codec(ABC):
    """Writes and reads the values of one type; its methods are the hooks that a flavor's converter holds.

    Builtins are None, bool, int, float, str, list and dict with str keys, the same for every format.

    Attributes:
        expected: What messages say was expected: `int`, `list of str`.
        kinds: The builtins that values are written as: `null`, `bool`, `int`, `float`, `str`, `list`, `dict`, or
            `$…` for an object with that one key.
        sensitive: Whether a wrong value may be a secret, and is not shown.
    """

    expected: str
    kinds: frozenset[str]
    sensitive: bool = False

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

    def wrong(self, value: object) -> DocumentError:
        """The error for builtins that are not of this type."""
        return DocumentError(Problem(f"expected {self.expected}, got {self.describe(value)}"))

    def unwritable(self, value: object) -> NotSerializableError:
        """The error for a value that is not of this type."""
        return NotSerializableError(Problem(f"expected {self.expected}, got {self.describe(value)}"))

    def describe(self, value: object) -> str:
        """A value in a message: its type and the beginning of it, or its type alone where it may be a secret."""
        if value is None:
            return "null"
        kind = type(value).__name__
        if self.sensitive or not isinstance(value, (str, int, float)):
            return kind
        if isinstance(value, str):
            text = ascii(value[:SHOWN])[1:-1] if not value.isprintable() else value[:SHOWN]
            return f'{kind} "{text}{"…" if len(value) > SHOWN else ""}"'
        return f"{kind} {value}" if isinstance(value, float) or value.bit_length() < LARGE else kind


def kind_of(value: object) -> str:
    """The kind of builtins that a value read from a document is; `$…` for an object with that one key."""
    if value is None:
        return "null"
    if is_dict(value):
        only = next(iter(value)) if len(value) == 1 else ""
        return only if isinstance(only, str) and only.startswith("$") and not only.startswith("$$") else "dict"
    return type(value).__name__


def located(error: StackkitError, place: str) -> Iterator[Problem]:
    """The problems of an inner value, seen from the value around it.

    Args:
        error: What the inner value raised.
        place: Where it stands: a field's name, or `[3]`.
    """
    return (problem.under(place) for problem in error.problems)


def tagged(value: object, tag: str) -> object:
    """The content of an object whose only key is `tag`, or None."""
    return value[tag] if is_dict(value) and len(value) == 1 and tag in value else None
