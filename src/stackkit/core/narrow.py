"""Runtime type tests that tell a type checker about the elements too: they are `object`, to be looked at in turn."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from typing_extensions import TypeIs


def is_mapping(value: object) -> TypeIs[Mapping[object, object]]:
    """Whether a value is a mapping."""
    return isinstance(value, Mapping)


def is_set(value: object) -> TypeIs[AbstractSet[object]]:
    """Whether a value is a set of either kind."""
    return isinstance(value, AbstractSet)


def is_row(value: object) -> TypeIs[list[object] | tuple[object, ...]]:
    """Whether a value is a list or a tuple."""
    return isinstance(value, (list, tuple))


def is_list(value: object) -> TypeIs[list[object]]:
    """Whether a value is a list."""
    return isinstance(value, list)


def is_dict(value: object) -> TypeIs[dict[object, object]]:
    """Whether a value is a dict."""
    return isinstance(value, dict)
