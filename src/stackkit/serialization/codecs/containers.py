"""Codecs of lists, tuples, sets and mappings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from typing_extensions import override

from stackkit.core.narrow import is_dict, is_list, is_mapping, is_row, is_set
from stackkit.errors import DocumentError, NotSerializableError, Problem, StackkitError
from stackkit.serialization.codecs.builtin_values import is_unicode, ordered, shown
from stackkit.serialization.codecs.codec import Codec, located


def _each(act: Iterable[tuple[Callable[[object], object], object]]) -> tuple[list[object], list[Problem]]:
    """Load or dump values one by one, and gather the problems of all."""
    done: list[object] = []
    problems: list[Problem] = []
    for index, (call, value) in enumerate(act):
        try:
            done.append(call(value))
        except StackkitError as error:
            problems.extend(located(error, f"[{index}]"))
    return done, problems


def _load_unseen(codec: Codec, value: object) -> object:
    """Load a value that may be a secret in the wrong place."""
    try:
        return codec.load(value)
    except StackkitError:
        if isinstance(value, (list, dict)):
            raise
    raise DocumentError(Problem(f"expected {codec.expected}, got {type(value).__name__}"))


class RowCodec(Codec):
    """Lists, and tuples of any length, of values of one type."""

    kinds: frozenset[str] = frozenset({"list"})

    def __init__(self, make: Callable[[Iterable[object]], object], item: Codec) -> None:
        self.make = make
        self.item = item
        self.expected: str = f"list of {item.expected}"
        self.values: str = f"{'tuple' if make is tuple else 'list'} of {item.values or item.expected}"
        self.hashable: bool = make is tuple and item.hashable

    @override
    def load(self, value: object, _: object = None) -> object:
        if not is_list(value):
            raise self.wrong(value)
        load = self.item.load
        done, problems = _each((load, element) for element in value)
        if problems:
            raise DocumentError(*problems)
        return self.make(done)

    @override
    def dump(self, value: object) -> object:
        if not self.accepts(value) or not is_row(value):
            raise self.unwritable(value)
        dump = self.item.dump
        done, problems = _each((dump, element) for element in value)
        if problems:
            raise NotSerializableError(*problems)
        return done

    @override
    def accepts(self, value: object) -> bool:
        return isinstance(value, tuple if self.make is tuple else list)

    @override
    def parts(self) -> Iterable[Codec]:
        return (self.item,)


class TupleCodec(Codec):
    """Tuples of a fixed length, each place with a type of its own."""

    kinds: frozenset[str] = frozenset({"list"})

    def __init__(self, items: Sequence[Codec]) -> None:
        self.items: tuple[Codec, ...] = tuple(items)
        self.expected: str = f"list of {len(self.items)} values"
        self.values: str = f"tuple of {len(self.items)}"
        self.hashable: bool = all(item.hashable for item in self.items)

    @override
    def load(self, value: object, _: object = None) -> tuple[object, ...]:
        if not is_list(value):
            raise self.wrong(value)
        if len(value) != len(self.items):
            raise DocumentError(Problem(f"expected {len(self.items)} values, got {len(value)}"))
        loads = [partial(_load_unseen, item) if self.sensitive else item.load for item in self.items]
        done, problems = _each(zip(loads, value, strict=True))
        if problems:
            raise DocumentError(*problems)
        return tuple(done)

    @override
    def dump(self, value: object) -> object:
        if not self.accepts(value) or not is_row(value):
            raise self.unwritable(value)
        if len(value) != len(self.items):
            raise NotSerializableError(Problem(f"expected {len(self.items)} values, got {len(value)}"))
        done, problems = _each((item.dump, element) for item, element in zip(self.items, value, strict=True))
        if problems:
            raise NotSerializableError(*problems)
        return done

    @override
    def accepts(self, value: object) -> bool:
        return isinstance(value, tuple)

    @override
    def parts(self) -> Iterable[Codec]:
        return self.items


class SetCodec(Codec):
    """Sets, written as sorted lists without repetitions.

    Args:
        make: What is loaded: `set` or `frozenset`.
        item: The codec of the elements.
        is_any_set: Whether any Set is written, not those that `make` makes alone.
    """

    kinds: frozenset[str] = frozenset({"list"})

    def __init__(self, make: Callable[[Iterable[object]], object], item: Codec, *, is_any_set: bool = False) -> None:
        self.make = make
        self.item = item
        self.is_any_set = is_any_set
        self.expected: str = f"list of different {item.expected}"
        self.values: str = f"{'frozenset' if make is frozenset else 'set'} of {item.values or item.expected}"
        self.hashable: bool = make is frozenset and item.hashable

    @override
    def problems(self) -> Iterable[Problem]:
        if not self.item.hashable:
            name = self.item.values or self.item.expected
            yield Problem(f"{name} cannot be in a set, as it has no hash", remedy="use a list, or elements that do not change")

    @override
    def load(self, value: object, _: object = None) -> object:
        if not is_list(value):
            raise self.wrong(value)
        load = self.item.load
        done, problems = _each((load, element) for element in value)
        if problems:
            raise DocumentError(*problems)
        try:
            made = self.make(done)
        except TypeError as error:
            raise DocumentError(Problem(f"holds what no set can: {error}")) from error
        if not is_set(made) or len(made) != len(done):
            raise DocumentError(Problem("lists a value twice"))
        return made

    @override
    def dump(self, value: object) -> object:
        if not self.accepts(value) or not is_set(value):
            raise self.unwritable(value)
        dump = self.item.dump
        done, problems = _each((dump, element) for element in value)
        if problems:
            raise NotSerializableError(*(Problem(p.what, where="(element)", remedy=p.remedy) for p in problems))
        return ordered(done)

    @override
    def accepts(self, value: object) -> bool:
        return is_set(value) if self.is_any_set else isinstance(value, frozenset if self.make is frozenset else set)

    @override
    def parts(self) -> Iterable[Codec]:
        return (self.item,)


class MappingCodec(Codec):
    """Mappings from text. A key that begins with `$` is written with another `$` before it: `$…` marks what is special.

    Args:
        item: The codec of the values.
        is_any_mapping: Whether any Mapping is written, not dicts alone; a dict is loaded.
    """

    kinds: frozenset[str] = frozenset({"dict"})
    hashable = False

    def __init__(self, item: Codec, *, is_any_mapping: bool = False) -> None:
        self.item = item
        self.is_any_mapping = is_any_mapping
        self.expected: str = f"mapping to {item.expected}"
        self.values: str = f"{'mapping' if is_any_mapping else 'dict'} to {item.values or item.expected}"

    @override
    def load(self, value: object, _: object = None) -> object:
        if not is_dict(value):
            raise self.wrong(value)
        done: dict[str, object] = {}
        problems: list[Problem] = []
        for key, element in value.items():
            if type(key) is not str or not is_unicode(key):
                problems.append(self._bad_key(key))
                continue
            if key.startswith("$") and not key.startswith("$$"):
                problems.append(Problem(f"the key {shown(key)} begins with $", remedy="write another $ before it"))
                continue
            try:
                done[key.removeprefix("$")] = self.item.load(element)
            except StackkitError as error:
                problems.extend(located(error, shown(key)))
        if problems:
            raise DocumentError(*problems)
        return done

    @override
    def dump(self, value: object) -> object:
        if not self.accepts(value) or not is_mapping(value):
            raise self.unwritable(value)
        done: dict[str, object] = {}
        problems: list[Problem] = []
        for key, element in value.items():
            if type(key) is not str or not is_unicode(key):
                problems.append(self._bad_key(key))
                continue
            try:
                done[f"${key}" if key.startswith("$") else key] = self.item.dump(element)
            except StackkitError as error:
                problems.extend(located(error, shown(key)))
        if problems:
            raise NotSerializableError(*problems)
        return dict(sorted(done.items()))

    def _bad_key(self, key: object) -> Problem:
        return Problem("a key holds a lone surrogate" if type(key) is str else f"expected str keys, got {self.describe(key)}")

    @override
    def accepts(self, value: object) -> bool:
        return is_mapping(value) if self.is_any_mapping else is_dict(value)

    @override
    def parts(self) -> Iterable[Codec]:
        return (self.item,)
