"""Shapes of what holds other values: lists, tuples, sets, mappings, and unions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from stackkit.core.narrow import is_dict, is_list
from stackkit.serialization.codecs.builtin_values import kind_of
from stackkit.testing.strategies.constraints import Constraints
from stackkit.testing.strategies.shape import Mistakes, Shape, sampled
from stackkit.testing.strategies.texts import keys

MORE = 3
"""How many elements more than the least a container has at most, where nothing is asked."""

_LIST = frozenset({"list"})
_DICT = frozenset({"dict"})


def _sizes(asked: Constraints) -> dict[str, Any]:
    longest = asked.shortest + MORE if asked.longest is None else min(asked.longest, asked.shortest + MORE)
    return {"min_size": asked.shortest, "max_size": longest}


def empty_shape(make: type) -> Shape:
    """An empty container, where a class that holds itself would go on for ever.

    Args:
        make: Which container.
    """
    return Shape(st.builds(make), _DICT if make is dict else _LIST)


def row_shape(make: type, item: Shape, asked: Constraints) -> Shape:
    """Lists, and tuples of any length.

    Args:
        make: `list` or `tuple`.
        item: The shape of the elements.
        asked: What is asked of the whole.
    """
    values = st.lists(item.values, **_sizes(asked))
    return Shape(values if make is list else values.map(make), _LIST, _one_of_the_items(item), item.holds_secret)


def set_shape(make: type, item: Shape, asked: Constraints) -> Shape:
    """Sets, written as lists.

    Args:
        make: `set` or `frozenset`.
        item: The shape of the elements.
        asked: What is asked of the whole.
    """

    def mistakes(right: object) -> st.SearchStrategy[object]:
        if not is_list(right) or not right:
            return st.nothing()
        return st.one_of(st.just([*right, right[0]]), _one_of_the_items(item)(right))

    values = st.frozensets(item.values, **_sizes(asked))
    return Shape(values if make is frozenset else values.map(make), _LIST, mistakes, item.holds_secret)


def _one_of_the_items(item: Shape) -> Mistakes:
    def mistakes(right: object) -> st.SearchStrategy[object]:
        return _in_a_list(right, [item] * len(right)) if is_list(right) else st.nothing()

    return mistakes


def _in_a_list(right: list[object], items: Sequence[Shape]) -> st.SearchStrategy[object]:
    mistaken = [index for index in range(len(right)) if items[index].can_be_mistaken(right[index])]
    return sampled(mistaken).flatmap(
        lambda index: items[index].mistakes(right[index]).map(lambda wrong: [*right[:index], wrong, *right[index + 1 :]])
    )


def tuple_shape(items: Sequence[Shape]) -> Shape:
    """Tuples of a fixed length.

    Args:
        items: The shapes of their places.
    """

    def mistakes(right: object) -> st.SearchStrategy[object]:
        if not is_list(right) or len(right) != len(items):
            return st.nothing()
        lengths = [[*right, None], right[:-1]] if right else [[None]]
        return st.one_of(sampled(lengths), _in_a_list(right, items))

    return Shape(st.tuples(*(item.values for item in items)), _LIST, mistakes, any(item.holds_secret for item in items))


def mapping_shape(item: Shape, asked: Constraints, asked_of_keys: Sequence[Constraints]) -> Shape:
    """Mappings from text.

    Args:
        item: The shape of the values.
        asked: What is asked of the whole.
        asked_of_keys: What is asked of the keys; one of them suffices.
    """

    def mistakes(right: object) -> st.SearchStrategy[object]:
        if not is_dict(right):
            return st.nothing()
        bad_keys = [{**right, key: value} for key in ("$", "$mark") for value in list(right.values())[:1]]
        mistaken = [key for key, value in right.items() if item.can_be_mistaken(value)]
        inside = sampled(mistaken).flatmap(lambda key: _with(right, key, item.mistakes(right[key])))
        return st.one_of(sampled(bad_keys), inside)

    names = st.one_of([keys(one) for one in asked_of_keys])
    return Shape(st.dictionaries(names, item.values, **_sizes(asked)), _DICT, mistakes, item.holds_secret)


def _with(right: dict[object, object], key: object, wrong: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return wrong.map(lambda value: {**right, key: value})


def union_shape(options: Sequence[Shape]) -> Shape:
    """One of several types.

    Args:
        options: Their shapes.
    """
    kinds = frozenset[str]().union(*(option.kinds for option in options))

    def mistakes(right: object) -> st.SearchStrategy[object]:
        taking = [option for option in options if kind_of(right) in option.kinds]
        if len(taking) != 1:  # what is wrong for the one may be right for the other
            return st.nothing()
        others = frozenset[str]().union(*(option.kinds for option in options if option is not taking[0]))
        return taking[0].inner_mistakes(right).filter(lambda wrong: kind_of(wrong) not in others)

    values = st.one_of([option.values for option in options])
    return Shape(values, kinds, mistakes, any(option.holds_secret for option in options))
