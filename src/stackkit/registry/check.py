"""Everything that is wrong with a flavor, at once."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from stackkit.core.component import StackComponent, type_of
from stackkit.core.component_type import ComponentType
from stackkit.core.constants import a
from stackkit.core.definition import place
from stackkit.errors import FlavorDefinitionError, Problem
from stackkit.registry.annotations import annotation_problems
from stackkit.registry.resolve import resolve
from stackkit.registry.source import source_lines


def check(flavor: object, *, kind: ComponentType[Any] | None = None) -> list[Problem]:
    """What is wrong with a class that is meant to be a flavor.

    Args:
        flavor: The class.
        kind: The component type it is meant to be of; its own by default.

    Returns:
        Every problem, with file and line where the source is at hand; none for a right flavor.

    >>> from stackkit.core.secret import Secret
    >>> [problem.what for problem in check(Secret)]
    ['is not a stack component']
    """
    if not isinstance(flavor, type):
        where = str(getattr(flavor, "__name__", "it"))
        return [Problem(f"is {a(flavor)}, not a class", where=where, remedy="name the class of a flavor")]
    cls: type[object] = flavor
    lines = source_lines(cls)
    return [lines.locate(problem) for problem in _problems(cls, kind)]


def _problems(flavor: type[object], kind: ComponentType[Any] | None) -> Iterator[Problem]:
    if not issubclass(flavor, StackComponent):
        yield Problem("is not a stack component", where=place(flavor), remedy="inherit a base such as BaseArtifactStore")
        return
    yield from _form_problems(flavor)
    yield from _type_problems(flavor, kind)
    yield from _field_problems(flavor)
    yield from annotation_problems(flavor)


def _form_problems(flavor: type[StackComponent]) -> Iterator[Problem]:
    if inspect.isabstract(flavor) or not hasattr(flavor, "FLAVOR"):
        yield Problem("is a base for flavors, not a flavor", where=place(flavor), remedy="name a class that inherits it")
    elif not isinstance(getattr(flavor, "TYPE", None), ComponentType):
        yield Problem("has no component type", where=place(flavor), remedy="inherit a base such as BaseArtifactStore")


def _type_problems(flavor: type[StackComponent], kind: ComponentType[Any] | None) -> Iterator[Problem]:
    own: object = getattr(flavor, "TYPE", None)
    if isinstance(own, ComponentType) and kind is not None and type_of(flavor) != kind:
        own = type_of(flavor)
        remedy = f"register it with: stackkit {own.option} flavor register"
        yield Problem(f"is of the type {own.title}, not {kind.title}", where=place(flavor), remedy=remedy)


def _field_problems(flavor: type[StackComponent]) -> Iterable[Problem]:
    from stackkit.serialization.converter import unsupported_fields  # cattrs costs 30 ms, and a listing checks nothing

    try:
        return unsupported_fields(flavor)
    except Exception as error:  # noqa: BLE001 - configure_converter is the author's own, and may raise anything
        text = (str(error).splitlines() or [""])[0]
        what = f"raises {type(error).__name__}{': ' if text else ''}{text}"
        return [Problem(what, where=place(flavor, "configure_converter"), remedy="mend it: every document needs it")]


def load_flavor(path: str, root: Path | None, *, kind: ComponentType[Any] | None = None) -> type[StackComponent]:
    """Import a flavor and check it.

    Args:
        path: `module.Class`.
        root: A folder whose modules can be named too.
        kind: The component type it is meant to be of.

    Raises:
        ImportPathError: There is no such class.
        FlavorDefinitionError: It is not right; everything that is wrong is named, with file and line.
    """
    try:
        found = resolve(path, root)
    except FlavorDefinitionError as error:
        raise _completed(error, kind) from None
    problems = check(found, kind=kind)
    if problems or not (isinstance(found, type) and issubclass(found, StackComponent)):
        raise _refusal(problems, found if isinstance(found, type) else None)
    return found


def _completed(error: FlavorDefinitionError, kind: ComponentType[Any] | None) -> FlavorDefinitionError:
    """The error for a class that was refused where it is defined, with all that is wrong besides."""
    flavor = error.flavor_class
    if flavor is None or not issubclass(flavor, StackComponent):
        return error
    named = {problem.where for problem in error.problems}
    with _module_at_hand(flavor, error.__traceback__):
        lines = source_lines(flavor)
        further = [p for p in [*_field_problems(flavor), *annotation_problems(flavor)] if p.where not in named]
        if place(flavor, "__init__") in named:  # each field that this constructor does not take is no further mistake
            further = [problem for problem in further if problem.where != flavor.__qualname__]
    known = [problem for problem in further if lines.later.isdisjoint(re.findall(r"\w+", problem.what))]
    return _refusal(map(lines.locate, [*error.problems, *_type_problems(flavor, kind), *known]), flavor)


@contextmanager
def _module_at_hand(cls: type, raised: TracebackType | None) -> Generator[None]:
    """The module of a refused class was thrown away; annotations and files are looked up in it.

    It ends where the class was refused. What it would have defined later is not missing.
    """
    name = cls.__module__
    while raised is not None and raised.tb_frame.f_globals.get("__name__") != name:
        raised = raised.tb_next
    if raised is None or name in sys.modules:
        yield
        return
    sys.modules[name] = ModuleType(name)
    vars(sys.modules[name]).update(raised.tb_frame.f_globals)
    try:
        yield
    finally:
        del sys.modules[name]


def _refusal(problems: Iterable[Problem], flavor: type | None) -> FlavorDefinitionError:
    error = FlavorDefinitionError(*dict.fromkeys(problems))
    error.flavor_class = flavor
    return error
