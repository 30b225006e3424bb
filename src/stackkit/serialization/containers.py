"""Codecs of lists, tuples, sets and mappings."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence

from typing_extensions import override

from stackkit.core.narrow import is_dict, is_list, is_mapping, is_row, is_set
from stackkit.errors import DocumentError, NotSerializableError, Problem, StackkitError
from stackkit.serialization.codec import Codec, located
from stackkit.serialization.scalars import is_unicode


def _each(pairs: Iterable[tuple[Codec, object]], act: str) -> tuple[list[object], list[Problem]]:
    """Load or dump values one by one, and gather the problems of all."""
    done: list[object] = []
    problems: list[Problem] = []
    for index, (codec, value) in enumerate(pairs):
        try:
            done.append(codec.load(value) if act == "load" else codec.dump(value))
        except StackkitError as error:
            problems.extend(located(error, f"[{index}]"))
    return done, problems


class RowCodec(Codec):
    """Lists, and tuples of any length, of values of one type."""

    kinds = frozenset({"list"})

    def __init__(self, make: Callable[[Iterable[object]], object], item: Codec) -> None:
        self.make = make
        self.item = item
        self.expected = f"{'tuple' if make is tuple else 'list'} of {item.expected}"
        self.sensitive = item.sensitive

    @override
    def load(self, value: object, _: object = None) -> object:
        if not is_list(value):
            raise self.wrong(value)
        done, problems = _each(((self.item, element) for element in value), "load")
        if problems:
            raise DocumentError(*problems)
        return self.make(done)

    @override
    def dump(self, value: object) -> object:
        if not self.accepts(value) or not is_row(value):
            raise self.unwritable(value)
        done, problems = _each(((self.item, element) for element in value), "dump")
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

    kinds = frozenset({"list"})

    def __init__(self, items: Sequence[Codec]) -> None:
        self.items = tuple(items)
        self.expected = f"tuple of {len(self.items)}"
        self.sensitive = any(item.sensitive for item in self.items)

    @override
    def load(self, value: object, _: object = None) -> tuple[object, ...]:
        if not is_list(value):
            raise self.wrong(value)
        if len(value) != len(self.items):
            raise DocumentError(Problem(f"expected {len(self.items)} values, got {len(value)}"))
        done, problems = _each(zip(self.items, value, strict=True), "load")
        if problems:
            raise DocumentError(*problems)
        return tuple(done)

    @override
    def dump(self, value: object) -> object:
        if not self.accepts(value) or not is_row(value):
            raise self.unwritable(value)
        if len(value) != len(self.items):
            raise NotSerializableError(Problem(f"expected {len(self.items)} values, got {len(value)}"))
        done, problems = _each(zip(self.items, value, strict=True), "dump")
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
    """Sets, written as sorted lists without repetitions."""

    kinds = frozenset({"list"})

    def __init__(self, make: Callable[[Iterable[object]], object], item: Codec) -> None:
        self.make = make
        self.item = item
        self.expected = f"list of different {item.expected}"
        self.sensitive = item.sensitive

    @override
    def load(self, value: object, _: object = None) -> object:
        if not is_list(value):
            raise self.wrong(value)
        done, problems = _each(((self.item, element) for element in value), "load")
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
        done, problems = _each(((self.item, element) for element in value), "dump")
        if problems:
            raise NotSerializableError(*(Problem(p.what, where="(element)", remedy=p.remedy) for p in problems))
        return ordered(done)

    @override
    def accepts(self, value: object) -> bool:
        return isinstance(value, frozenset if self.make is frozenset else set)

    @override
    def parts(self) -> Iterable[Codec]:
        return (self.item,)


def ordered(values: list[object]) -> list[object]:
    """Builtins in an order that depends on nothing but themselves: text and numbers by value, others by their JSON.

    >>> ordered([10, 9]), ordered([{"b": 1}, {"a": 1}])
    ([9, 10], [{'a': 1}, {'b': 1}])
    """
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) == len(values):
        return [*sorted(texts)]
    numbers = [value for value in values if type(value) is int or type(value) is float]
    if len(numbers) == len(values):
        return [*sorted(numbers)]
    return sorted(values, key=lambda value: json.dumps(value, sort_keys=True))


class MappingCodec(Codec):
    """Mappings from text. A key that begins with `$` is written with another `$` before it: `$…` marks what is special."""

    kinds = frozenset({"dict"})

    def __init__(self, item: Codec) -> None:
        self.item = item
        self.expected = f"mapping to {item.expected}"
        self.sensitive = item.sensitive

    @override
    def load(self, value: object, _: object = None) -> object:
        if not is_dict(value):
            raise self.wrong(value)
        done: dict[str, object] = {}
        problems: list[Problem] = []
        for key, element in value.items():
            if not isinstance(key, str) or not is_unicode(key) or (key.startswith("$") and not key.startswith("$$")):
                problems.append(Problem(f"the key {key!a} is not text that does not begin with a single $"))
                continue
            try:
                done[key.removeprefix("$") if key.startswith("$") else key] = self.item.load(element)
            except StackkitError as error:
                problems.extend(located(error, key))
        if problems:
            raise DocumentError(*problems)
        return done

    @override
    def dump(self, value: object) -> object:
        if not is_mapping(value):
            raise self.unwritable(value)
        done: dict[str, object] = {}
        problems: list[Problem] = []
        for key, element in value.items():
            if type(key) is not str or not is_unicode(key):
                problems.append(Problem(f"the key {key!a} is not text"))
                continue
            try:
                done[f"${key}" if key.startswith("$") else key] = self.item.dump(element)
            except StackkitError as error:
                problems.extend(located(error, key))
        if problems:
            raise NotSerializableError(*problems)
        return dict(sorted(done.items()))

    @override
    def accepts(self, value: object) -> bool:
        return is_mapping(value)

    @override
    def parts(self) -> Iterable[Codec]:
        return (self.item,)
