"""Whether one type certainly cannot stand for another, as far as that can be told while a program runs."""

from __future__ import annotations

import enum
from collections import OrderedDict, abc, defaultdict, deque
from collections.abc import Sequence
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Never, NoReturn, Union, get_args, get_origin

from typing_extensions import get_protocol_members, is_protocol, is_typeddict

_READ_ONLY: Final[tuple[object, ...]] = (
    frozenset,
    abc.Sequence,
    abc.Set,
    abc.Collection,
    abc.Reversible,
    abc.Iterable,
    abc.Iterator,
)
"""What holds one type, and only gives it."""

_WRITABLE: Final[tuple[object, ...]] = (list, set, deque, abc.MutableSequence, abc.MutableSet)
"""What holds one type, and takes it too."""

_MAPPINGS: Final[tuple[object, ...]] = (dict, defaultdict, OrderedDict, abc.MutableMapping, abc.Mapping)

_PROMOTED: Final[dict[object, tuple[type, ...]]] = {float: (int,), complex: (int, float), bytes: (bytearray, memoryview)}
"""What type checkers let, or used to let, stand for a type without inheriting it."""

_EMPTY: Final[tuple[object, ...]] = (Never, NoReturn)


def is_no_subtype(own: object, wanted: object) -> bool:
    """Whether a type certainly has values that another has not.

    It is false where that cannot be told: of type variables, what a protocol's methods take, generic classes of somebody's own.

    Args:
        own: A resolved annotation.
        wanted: Another.

    >>> is_no_subtype(bool, int), is_no_subtype(str, int | None), is_no_subtype(list[str], list[object])
    (False, True, True)
    """
    own, wanted = _plain(own), _plain(wanted)
    if own == wanted or wanted is object or Any in (own, wanted) or any(own is none for none in _EMPTY):
        return False
    if get_origin(own) is Literal:
        values: list[object] = [*get_args(own)]
        return any(_is_no_value(value, wanted) for value in values)
    if _is_union(own):
        return any(is_no_subtype(part, wanted) for part in get_args(own))
    if _is_union(wanted):
        return all(is_no_subtype(own, part) for part in get_args(wanted))
    if get_origin(wanted) is Literal:
        return _is_no_choice(own)
    ours, theirs = _class_of(own), _class_of(wanted)
    if ours is None or theirs in (None, abc.Hashable) or issubclass(ours, _PROMOTED.get(theirs, ())):
        return False
    if is_protocol(theirs):
        return any(callable(vars(theirs).get(name)) and not hasattr(ours, name) for name in get_protocol_members(theirs))
    return not issubclass(ours, theirs) or _holds_others(own, wanted)


def _plain(tp: object) -> object:
    """A type without what only others read in it."""
    while get_origin(tp) is Annotated:
        tp = get_args(tp)[0]
    return NoneType if tp is None else tp


def _is_union(tp: object) -> bool:
    return get_origin(tp) in (Union, UnionType)


def _is_no_value(value: object, wanted: object) -> bool:
    """Whether a value that a literal names is certainly not of a type."""
    if _is_union(wanted):
        return all(_is_no_value(value, part) for part in get_args(wanted))
    if get_origin(wanted) is Literal:
        return all(type(other) is not type(value) or other != value for other in get_args(wanted))
    return is_no_subtype(type(value), wanted)


def _is_no_choice(own: object) -> bool:
    """Whether a type has more values than literals can name."""
    ours = _class_of(own)
    return ours is not None and not issubclass(ours, bool | enum.Enum | NoneType)


def _class_of(tp: object) -> type | None:
    """The class that a type's values are instances of; None where `issubclass` would not answer as a type checker does."""
    origin: object = get_origin(tp) or tp
    if not isinstance(origin, type) or is_typeddict(origin) or origin.__module__ == "typing":
        return None
    return origin


def _holds_others(own: object, wanted: object) -> bool:
    """Whether one container certainly holds what another does not; the first one's class inherits the other's."""
    ours, theirs = get_args(own), get_args(wanted)
    mine, their = get_origin(own), get_origin(wanted)
    if not ours or not theirs:
        return False
    if mine is tuple:
        return _is_no_tuple(ours, theirs) if their is tuple else their in _READ_ONLY and _any_foreign(_items(ours), theirs[0])
    if mine in _MAPPINGS and their in _MAPPINGS:
        written = is_no_subtype if their is abc.Mapping else _differ
        return _differ(ours[0], theirs[0]) or written(ours[1], theirs[1])
    if mine in _WRITABLE and their in _WRITABLE:
        return _differ(ours[0], theirs[0])
    if mine is type or (mine in (*_WRITABLE, *_READ_ONLY) and their in _READ_ONLY):
        return is_no_subtype(ours[0], theirs[0])
    return False


def _items(args: Sequence[object]) -> Sequence[object]:
    return [arg for arg in args if arg is not Ellipsis]


def _any_foreign(items: Sequence[object], wanted: object) -> bool:
    return any(is_no_subtype(item, wanted) for item in items)


def _is_no_tuple(ours: Sequence[object], theirs: Sequence[object]) -> bool:
    if Ellipsis in theirs:
        return _any_foreign(_items(ours), theirs[0])
    if Ellipsis in ours or len(ours) != len(theirs):
        return len(ours) != len(theirs) and Ellipsis not in ours
    return any(map(is_no_subtype, ours, theirs))


def _differ(own: object, wanted: object) -> bool:
    return is_no_subtype(own, wanted) or is_no_subtype(wanted, own)
