"""Everything that is wrong with a flavor, at once."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

from stackkit.core.component import StackComponent, type_of
from stackkit.core.component_type import ComponentType
from stackkit.errors import FlavorDefinitionError, Problem
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
    >>> print(*check(Secret))
    Secret: is not a stack component; inherit a base such as BaseArtifactStore
    """
    if not isinstance(flavor, type):
        name = f"a {type(flavor).__name__}"
        return [Problem(f"is not a class but {name}", where=str(getattr(flavor, "__name__", "it")), remedy="name a class")]
    lines = source_lines(flavor)
    return [lines.locate(problem) for problem in _problems(flavor, kind)]


def _problems(flavor: type, kind: ComponentType[Any] | None) -> list[Problem]:
    name = flavor.__qualname__
    if not issubclass(flavor, StackComponent):
        return [Problem("is not a stack component", where=name, remedy="inherit a base such as BaseArtifactStore")]
    own: object = getattr(flavor, "TYPE", None)
    problems: list[Problem] = []
    if isinstance(own, ComponentType) and kind is not None and type_of(flavor) != kind:
        remedy = f"register it with: stackkit {type_of(flavor).option} flavor register"
        problems.append(Problem(f"is a flavor of {type_of(flavor).title}, not of {kind.title}", where=name, remedy=remedy))
    if inspect.isabstract(flavor) or not hasattr(flavor, "FLAVOR"):
        problems.append(Problem("is a base for flavors, not a flavor", where=name, remedy="name a class that inherits it"))
    from stackkit.serialization.converter import unsupported_fields  # cattrs costs 30 ms, and a listing checks nothing

    return [*problems, *unsupported_fields(flavor)]


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
        cls = error.flavor_class
        if cls is None:
            raise
        lines = source_lines(cls)
        rest = check(cls, kind=kind) if issubclass(cls, StackComponent) and hasattr(cls, "__attrs_attrs__") else []
        named = {problem.where for problem in error.problems}
        more = [p for p in rest if p.where not in named and "is a base" not in p.what]
        raise _refusal(*map(lines.locate, error.problems), *more) from None
    problems = check(found, kind=kind)
    if problems or not (isinstance(found, type) and issubclass(found, StackComponent)):
        raise _refusal(*problems)
    return found


def _refusal(*problems: Problem) -> FlavorDefinitionError:
    return FlavorDefinitionError(*dict.fromkeys(problems))
