"""Annotations that contradict those of a base: what a type checker would say, for those who use none."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Mapping
from functools import cached_property
from inspect import Parameter, Signature
from types import SimpleNamespace
from typing import Any, Final

import attrs
from typing_extensions import get_type_hints

from stackkit.core.component import StackComponent
from stackkit.core.constants import a, is_of_type, type_name
from stackkit.core.definition import place
from stackkit.errors import Problem
from stackkit.registry.subtypes import is_no_subtype

_POSITIONAL: Final = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
_BY_NAME: Final = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)
_FACTORY: Final[type] = getattr(attrs, "Factory")  # noqa: B009 - its stub takes it for a function


@attrs.frozen
class _Annotation:
    """An annotation, and what it stands for.

    Args:
        text: How it is written.
        type: The type; `Any` where there is none, or it cannot be resolved.
    """

    text: str
    type: object

    @classmethod
    def of(cls, annotation: object, names: Mapping[str, object]) -> _Annotation:
        """An annotation as its author wrote it.

        Args:
            annotation: A type, or its source code.
            names: What the names in it stand for.
        """
        if annotation is Parameter.empty:
            return cls("", Any)
        text = annotation if isinstance(annotation, str) else type_name(annotation)
        try:
            resolved = get_type_hints(SimpleNamespace(__annotations__={"it": annotation}), {**names}, include_extras=True)
        except Exception:  # noqa: BLE001 - an annotation may be any expression, and what it names may be there for checkers only
            return cls(text, Any)
        return cls(text, resolved["it"])

    def contradicts(self, other: _Annotation) -> bool:
        """Whether it certainly has values that the other has not."""
        return is_no_subtype(self.type, other.type)


def annotation_problems(flavor: type[StackComponent]) -> Iterator[Problem]:
    """What is annotated in a way that its base rules out, or has a default of another type.

    Types that cannot be resolved or compared while a program runs are passed over.

    Args:
        flavor: A class that the guard has let pass.
    """
    for base in flavor.__mro__[1:]:
        if "__final__" in vars(base):
            yield Problem(f"inherits {place(base)}, which is final", where=place(flavor), remedy="inherit what it inherits")
    for name in dir(flavor):
        owners = [base for base in flavor.__mro__[:-1] if name in vars(base)]
        if not name.startswith("_") and len(owners) > 1:
            own = _signature(vars(owners[0])[name])
            found = (problem for base in owners[1:] for problem in _mismatches(own, _signature(vars(base)[name])))
            yield from (Problem(what, where=place(flavor, name), remedy=remedy) for what, remedy in dict(found).items())
    yield from _field_problems(flavor)


@attrs.frozen
class _Signature:
    """What a method takes and returns, its annotations resolved."""

    parameters: tuple[tuple[Parameter, _Annotation], ...]
    returned: _Annotation

    @property
    def positional(self) -> list[tuple[Parameter, _Annotation]]:
        return [pair for pair in self.parameters if pair[0].kind in _POSITIONAL]

    @property
    def by_name(self) -> dict[str, tuple[Parameter, _Annotation]]:
        return {pair[0].name: pair for pair in self.parameters if pair[0].kind in _BY_NAME}


def _signature(member: object) -> _Signature | None:
    """A member's signature as its callers see it; None for what is no method, property, class method or static method."""
    inner: object = member.fget if isinstance(member, property) else member
    inner = inner.func if isinstance(inner, cached_property) else getattr(inner, "__func__", inner)
    function = inspect.unwrap(inner) if callable(inner) else None
    if not inspect.isfunction(function):
        return None
    names: dict[str, object] = function.__globals__
    signature = inspect.signature(function)
    bound = 0 if isinstance(member, staticmethod) else 1
    parameters = [(p, _Annotation.of(p.annotation, names)) for p in [*signature.parameters.values()][bound:]]
    returned = Parameter.empty if signature.return_annotation is Signature.empty else signature.return_annotation
    return _Signature(tuple(parameters), _Annotation.of(returned, names))


def _mismatches(own: _Signature | None, base: _Signature | None) -> Iterator[tuple[str, str]]:
    """What a method contradicts its base in: what is wrong, and the remedy."""
    if own is None or base is None:
        return
    pairs = [*zip(own.positional, base.positional, strict=False)]
    keywords = {name: pair for name, pair in base.by_name.items() if pair[0].kind is Parameter.KEYWORD_ONLY}
    pairs += [(own.by_name[name], pair) for name, pair in keywords.items() if name in own.by_name]
    for (parameter, mine), (_, wanted) in pairs:
        if wanted.contradicts(mine):
            name = parameter.name
            yield f"takes {name}: {mine.text}, its base takes {wanted.text}", f"write {name}: {wanted.text}"
    if own.returned.contradicts(base.returned):
        yield f"returns {own.returned.text}, its base {base.returned.text}", f"write -> {base.returned.text}"


def _field_problems(flavor: type[StackComponent]) -> Iterator[Problem]:
    for field in attrs.fields(flavor):
        declared = [_declared(base, field.name) for base in flavor.__mro__ if field.name in inspect.get_annotations(base)]
        if not declared:
            continue
        own, where = declared[0], place(flavor, field.name)
        wanted = next((base for base in declared[1:] if own.contradicts(base)), None)
        if wanted is not None:
            yield Problem(f"is {own.text}, its base has {wanted.text}", where=where, remedy="give it another name")
        default: object = field.default
        makes_another = default is attrs.NOTHING or isinstance(default, _FACTORY) or field.converter is not None
        if not makes_another and not is_of_type(default, own.type):
            what = f"has a default that is {a(default)}, not {own.text}"
            yield Problem(what, where=where, remedy="change the one or the other")


def _declared(cls: type, name: str) -> _Annotation:
    module = sys.modules.get(cls.__module__)
    return _Annotation.of(inspect.get_annotations(cls)[name], vars(module) if module else {})
