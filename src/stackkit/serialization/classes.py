"""Codecs of attrs classes and dataclasses: flavors' configurations, and the classes nested in them."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from typing_extensions import override

from stackkit.core.narrow import is_dict
from stackkit.errors import DocumentError, NotSerializableError, Problem, StackkitError, UnsupportedTypeError
from stackkit.serialization.codec import Codec, located
from stackkit.serialization.fields import ConfigField, config_fields


class ClassCodec(Codec):
    """Instances of a class with fields, written as an object with a key for each public field.

    Args:
        cls: An attrs class or a dataclass.
        codec_of: Gives the codec of a field's type; asked at first use, so that classes may refer to themselves.
    """

    kinds = frozenset({"dict"})

    def __init__(self, cls: type, codec_of: Callable[[object], Codec]) -> None:
        self.cls = cls
        self.expected = cls.__qualname__
        self._codec_of = codec_of

    @cached_property
    def fields(self) -> Mapping[str, ConfigField]:
        """The fields that documents hold, by name."""
        return {field.name: field for field in config_fields(self.cls)}

    @cached_property
    def codecs(self) -> Mapping[str, Codec]:
        """The codec of each field.

        Raises:
            UnsupportedTypeError: Types have no hook; every field is named.
        """
        codecs: dict[str, Codec] = {}
        problems: list[Problem] = []
        for name, field in self.fields.items():
            try:
                codecs[name] = self._codec_of(field.type)
            except StackkitError as error:
                problems.extend(located(error, f"{self.cls.__qualname__}.{name}"))
        if problems:
            raise UnsupportedTypeError(*problems)
        return codecs

    @override
    def parts(self) -> Iterable[Codec]:
        return self.codecs.values()

    @override
    def accepts(self, value: object) -> bool:
        return type(value) is self.cls

    @override
    def dump(self, value: object) -> object:
        if not self.accepts(value):
            raise self.unwritable(value)
        done: dict[str, object] = {}
        problems: list[Problem] = []
        for name, codec in self.codecs.items():
            try:
                done[name] = codec.dump(getattr(value, name))
            except StackkitError as error:
                problems.extend(located(error, name))
        if problems:
            raise NotSerializableError(*problems)
        return done

    @override
    def load(self, value: object, _: object = None) -> object:
        if not is_dict(value):
            raise self.wrong(value)
        loaded, problems = self._load_fields(value)
        if problems:
            raise DocumentError(*problems, *self._refused(loaded))
        try:
            return self.cls(**{self.fields[name].argument: element for name, element in loaded.items()})
        except (StackkitError, ValueError, TypeError, LookupError) as error:
            raise DocumentError(*(self._refused(loaded) or _said(error))) from error

    def _load_fields(self, value: Mapping[object, object]) -> tuple[dict[str, object], list[Problem]]:
        loaded: dict[str, object] = {}
        problems = [self._unknown(key) for key in value if not isinstance(key, str) or key not in self.fields]
        for name, codec in self.codecs.items():
            if name not in value:
                if self.fields[name].required:
                    problems.append(Problem("is missing", where=name, remedy=f"expected {codec.expected}"))
                continue
            try:
                loaded[name] = codec.load(value[name])
            except StackkitError as error:
                problems.extend(located(error, name))
        return loaded, problems

    def _unknown(self, key: object) -> Problem:
        text = key if isinstance(key, str) and key.isprintable() else ascii(key)
        close = difflib.get_close_matches(text, self.fields, 1)
        remedy = f"did you mean {close[0]}?" if close else f"it has {', '.join(self.fields) or 'none'}"
        return Problem(f"{self.expected} has no such field", where=text, remedy=remedy)

    def _refused(self, loaded: Mapping[str, object]) -> list[Problem]:
        """What the fields' own validators say of values that are of the right types, all of them."""
        problems: list[Problem] = []
        partial: object = object.__new__(self.cls)
        for name, element in loaded.items():
            object.__setattr__(partial, name, element)
        for name, element in loaded.items():
            try:
                self.fields[name].check(partial, element)
            except StackkitError as error:
                problems.extend(error.problems if any(p.where for p in error.problems) else located(error, name))
            except (ValueError, TypeError, LookupError) as error:
                problems.extend(problem.under(name) for problem in _said(error))
            except AttributeError:
                continue  # it looks at another field, which is missing or wrong itself
        return problems

    def fits(self, value: object) -> bool:
        """Whether an object has the keys of this class, and the constants that mark it."""
        if not is_dict(value):
            return False
        return self.required <= value.keys() <= self.fields.keys() and all(
            value[name] in (member for _, member in marks) for name, marks in self.marks.items()
        )

    @cached_property
    def marks(self) -> Mapping[str, frozenset[tuple[type, object]]]:
        """The required fields that hold one of some constants, with these: what tells unions of classes apart."""
        found = {name: getattr(self.codecs[name], "members", None) for name, field in self.fields.items() if field.required}
        return {name: frozenset(members) for name, members in found.items() if members is not None}

    def differs_from(self, other: ClassCodec) -> bool:
        """Whether no object can be of both classes, as their fields and constants say."""
        if any(marks.isdisjoint(other.marks[name]) for name, marks in self.marks.items() if name in other.marks):
            return True
        return not (self.required <= other.fields.keys() and other.required <= self.fields.keys())

    @cached_property
    def required(self) -> frozenset[str]:
        """The names of the fields without a default."""
        return frozenset(name for name, field in self.fields.items() if field.required)


def _said(error: Exception) -> tuple[Problem, ...]:
    if isinstance(error, StackkitError):
        return error.problems
    first = error.args[0] if error.args else type(error).__name__
    return (Problem(str(first).splitlines()[0][:200] if str(first) else type(error).__name__),)
