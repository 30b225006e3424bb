"""Shapes of enumerations and literals: what is one of some constants; and of what a configuration refers to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum, Flag
from functools import reduce
from typing import Final

from hypothesis import strategies as st

from stackkit import Reference, Secret
from stackkit.serialization.codecs.builtin_values import kind_of
from stackkit.testing.strategies.shape import Shape, sampled
from stackkit.testing.strategies.texts import component_names, secret_references, slugs

secrets: Final = secret_references.map(Secret)
"""Secrets, by reference."""

references: Final = st.builds(Reference, slugs, component_names)
"""Other components, most of which are in no stack."""


def constants_shape(constants: Sequence[object]) -> Shape:
    """The shape of one of some constants.

    Args:
        constants: The values of a Literal, or the members of an enumeration.
    """
    written = [(value.value if isinstance(value, Enum) else value) for value in constants]
    kinds = frozenset(map(kind_of, written))
    return Shape(sampled(constants), kinds, lambda right: sampled(_others(right, written)))


def _others(right: object, written: Sequence[object]) -> Iterable[object]:
    """Builtins of the same kinds that are none of the constants."""
    known = {(type(value), value) for value in written}
    near: list[object] = [0, -1, 2, 10**6, "", "none of them"]
    if isinstance(right, str):
        near += [right.upper(), right.lower(), right.title(), f"{right} ", right[:-1]]
    elif type(right) is int:
        near += [right + 1, -right]
    kinds = {type(value) for value in written}
    return [value for value in near if type(value) in kinds and (type(value), value) not in known]


def flag_shape(cls: type[Flag]) -> Shape:
    """The shape of flags that can be combined.

    Args:
        cls: Their class.
    """
    members = list(cls)
    combined = st.lists(st.sampled_from(members), max_size=3).map(lambda chosen: reduce(cls.__or__, chosen, cls(0)))
    return Shape(combined if members else st.just(cls(0)), frozenset({"int", "$int"}))


def secret_shape(values: st.SearchStrategy[Secret]) -> Shape:
    """The shape of secrets: a document holds a reference, and never a value.

    Args:
        values: The secrets.
    """
    wrong: list[object] = [{"$secret": "no_dot"}, {"$secret": ""}, {"$secret": "a b.c"}, {"$secret": 5}, {"$secret": None}]
    return Shape(values, frozenset({"$secret"}), lambda _: sampled(wrong), holds_secret=True)


def reference_shape(values: st.SearchStrategy[Reference]) -> Shape:
    """The shape of references to other components of a stack.

    Args:
        values: The references.
    """
    wrong: list[object] = [
        {"$component": "alerter"},
        {"$component": "alerter/"},
        {"$component": "/name"},
        {"$component": "No Slug/name"},
        {"$component": 5},
    ]
    return Shape(values, frozenset({"$component"}), lambda _: sampled(wrong))
