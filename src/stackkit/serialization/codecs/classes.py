"""Codecs of attrs classes and dataclasses: flavors' configurations, and the classes nested in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from typing_extensions import override

from stackkit.core.narrow import is_dict
from stackkit.errors import DocumentError, NotSerializableError, Problem, StackkitError, UnsupportedTypeError
from stackkit.serialization.codecs.codec import Codec, located
from stackkit.serialization.codecs.constants import ConstantCodec
from stackkit.serialization.fields import ConfigField, config_fields, constructor_problems
from stackkit.serialization.mistakes import said, unknown_keys


class ClassCodec(Codec):
    """Instances of a class with fields, written as an object with a key for each public field.

    Args:
        cls: An attrs class or a dataclass.
        codec_of: Gives the codec of a field's type; asked at first use, so that classes may refer to themselves.
    """

    kinds: frozenset[str] = frozenset({"dict"})

    def __init__(self, cls: type, codec_of: Callable[[object], Codec]) -> None:
        self.cls = cls
        self.expected: str = cls.__qualname__
        self.hashable: bool = cls.__hash__ is not None  # pyright: ignore[reportUnnecessaryComparison] # None where it has no hash
        self._codec_of = codec_of

    @cached_property
    def fields(self) -> Mapping[str, ConfigField]:
        """The fields that documents hold, by name."""
        return {field.name: field for field in config_fields(self.cls)}

    @cached_property
    def required(self) -> frozenset[str]:
        """The names of the fields without a default."""
        return frozenset(name for name, field in self.fields.items() if field.required)

    @cached_property
    def _has_checks(self) -> bool:
        return any(field.convert or field.validate for field in self.fields.values())

    @cached_property
    def codecs(self) -> Mapping[str, Codec]:
        """The codec of each field.

        Raises:
            UnsupportedTypeError: Fields cannot be serialized; every one is named.
        """
        problems = list(self.problems())
        if problems:
            raise UnsupportedTypeError(*problems)
        return self._supported[0]

    @cached_property
    def marks(self) -> Mapping[str, ConstantCodec]:
        """The fields that hold one of some constants: what may tell the classes of a union apart."""
        return {name: codec for name, codec in self._supported[0].items() if isinstance(codec, ConstantCodec)}

    @cached_property
    def _supported(self) -> tuple[Mapping[str, Codec], list[Problem]]:
        codecs: dict[str, Codec] = {}
        problems: list[Problem] = []
        for name, field in self.fields.items():
            if field.problem is not None:
                problems.append(field.problem)
                continue
            try:
                codecs[name] = self._codec_of(field.type)
            except StackkitError as error:
                problems.extend(located(error, f"{self.expected}.{name}"))
        return codecs, problems

    @override
    def parts(self) -> Iterable[Codec]:
        return self._supported[0].values()

    @override
    def problems(self) -> Iterator[Problem]:
        codecs, problems = self._supported
        yield from problems
        yield from constructor_problems(self.cls, [*self.fields.values()])
        for name, codec in codecs.items():
            yield from (problem.under(f"{self.expected}.{name}") for problem in _inner_problems(codec))

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
        except Exception as error:  # validators and hooks of the class may raise anything: it is a mistake of the document
            raise DocumentError(*(self._refused(loaded) or said(error))) from error

    def _load_fields(self, value: Mapping[object, object]) -> tuple[dict[str, object], list[Problem]]:
        loaded: dict[str, object] = {}
        problems: list[Problem] = []
        for name, codec in self.codecs.items():
            if name not in value:
                if self.fields[name].required:
                    problems.append(Problem("is missing", where=name, remedy=f"expected {codec.expected}"))
                continue
            try:
                loaded[name] = codec.load(value[name])
            except StackkitError as error:
                problems.extend(located(error, name))
        if not value.keys() <= self.fields.keys():
            problems[:0] = unknown_keys(value, self.fields, f"{self.expected} has no such field")
        return loaded, problems

    def _refused(self, loaded: Mapping[str, object]) -> list[Problem]:
        """What the fields' own converters and validators say of values that are of the right types, all of them."""
        partial = _empty(self.cls) if self._has_checks else None
        if partial is None:
            return []
        problems: list[Problem] = []
        checked: list[str] = []
        for name, element in loaded.items():
            convert = self.fields[name].convert
            try:
                object.__setattr__(partial, name, convert(partial, element) if convert else element)
                checked.append(name)
            except Exception as error:  # noqa: BLE001 - it is the user's code
                problems.extend(_in_field(error, name))
        for name in checked:
            validate = self.fields[name].validate
            try:
                if validate:
                    validate(partial, getattr(partial, name))
            except Exception as error:  # noqa: BLE001 - it is the user's code
                problems.extend(_in_field(error, name))
        return problems

    def fits(self, value: Mapping[object, object]) -> bool:
        """Whether an object has the keys of this class, and the constants that mark it."""
        return self.required <= value.keys() <= self.fields.keys() and self.is_marked(value)

    def is_marked(self, value: Mapping[object, object]) -> bool:
        """Whether no constant that an object has is another than this class's."""
        return all(codec.holds(value[name]) for name, codec in self.marks.items() if name in value)

    def differs_from(self, other: ClassCodec) -> bool:
        """Whether no complete object can be of both classes, as their fields and constants say."""
        for name, codec in self.marks.items():
            if name in other.marks and codec.members.keys().isdisjoint(other.marks[name].members.keys()):
                return True
        return not (self.required <= other.fields.keys() and other.required <= self.fields.keys())


def _inner_problems(codec: Codec) -> Iterator[Problem]:
    """The problems of a field's codec, but not those of the classes in it, which are their own."""
    if not isinstance(codec, ClassCodec):
        yield from codec.problems()
        for part in codec.parts():
            yield from _inner_problems(part)


def _empty(cls: type[object]) -> object:
    """An instance without any field, for validators that look at their neighbours; None where there can be none."""
    try:
        return object.__new__(cls)
    except TypeError:
        return None


def _in_field(error: Exception, name: str) -> Iterator[Problem]:
    """What a validator raised; nothing where it looked at another field, which is missing or wrong itself."""
    if isinstance(error, StackkitError) and any(problem.where for problem in error.problems):
        yield from error.problems
    elif not isinstance(error, AttributeError):
        yield from (problem.under(name) for problem in said(error))
