"""A shape: the values of a type, how documents hold them, and what documents might hold by mistake."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias, TypeVar

import attrs
from hypothesis import strategies as st

from stackkit.serialization.codecs.builtin_values import kind_of

Values: TypeAlias = st.SearchStrategy[Any]
Mistakes: TypeAlias = Callable[[object], st.SearchStrategy[object]]
"""Gives builtins that stand for no value of a type, made from some that do."""

ANY: Final = "any"
T = TypeVar("T")


def no_mistakes(_: object) -> st.SearchStrategy[object]:
    """Nothing: of types that are written as their author likes, nobody else knows what is wrong."""
    return st.nothing()


@attrs.frozen
class Shape:
    """What is known of a type.

    Args:
        values: Its values.
        kinds: What documents hold for them, as `kind_of` calls it; `any` where that is not known.
        inner_mistakes: Mistakes inside of the builtins, or of the same kind as they are.
        holds_secret: Whether there may be secrets in the values.
    """

    values: Values
    kinds: frozenset[str]
    inner_mistakes: Mistakes = no_mistakes
    holds_secret: bool = False

    def can_be_mistaken(self, right: object) -> bool:
        """Whether it is known what would be wrong in the place of some builtins.

        Args:
            right: What a document holds for a value of this type.
        """
        return ANY not in self.kinds and kind_of(right) in self.kinds  # else the flavor's own hooks write it in their own way

    def mistakes(self, right: object) -> st.SearchStrategy[object]:
        """Builtins that stand for no value, made from some that do.

        Args:
            right: What a document holds for a value of this type.
        """
        return st.one_of(sampled(lookalikes(right, self.kinds)), self.inner_mistakes(right))

    def narrowed(self, accept: Callable[[Any], bool]) -> Shape:
        """The same shape, with those values alone that something accepts."""
        return attrs.evolve(self, values=self.values.filter(accept))


def lookalikes(right: object, kinds: frozenset[str]) -> list[object]:
    """Builtins of all other kinds, some of them made from the right ones.

    Args:
        right: What a document should hold.
        kinds: The kinds of builtins that are right.
    """
    made = [str(right), str(right).lower(), [right], {"value": right}, *_OF_EVERY_KIND]
    return [value for value in made if kind_of(value) not in kinds]


_OF_EVERY_KIND: Final[tuple[object, ...]] = (
    None, True, False, 0, 1, -7, 0.5, 1.0, "", "text", "true", "null", "5", "[]", [], [1], ["text"], {}, {"key": "value"},
    {"$secret": "name.key"}, {"$component": "alerter/terminal"}, {"$int": "9" * 20}, {"$float": "nan"},
)  # fmt: skip


def sampled(values: Iterable[T]) -> st.SearchStrategy[T]:
    """One of some values; nothing where there are none."""
    listed = list(values)
    return st.sampled_from(listed) if listed else st.nothing()
