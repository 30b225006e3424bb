"""From older forms of a flavor's configuration to its present one, step by step."""

from __future__ import annotations

from collections.abc import Mapping

from stackkit.core.component import StackComponent, type_of
from stackkit.core.narrow import is_dict, is_list
from stackkit.errors import DocumentError, Problem, StackkitError
from stackkit.serialization.codecs.builtin_values import shown
from stackkit.serialization.mistakes import said

KEPT = ("name", "uuid")
"""What says which component it is: no migration changes it."""


def migrated(flavor: type[StackComponent], version: int, config: Mapping[object, object]) -> dict[object, object]:
    """A configuration in the form that a flavor's class has now.

    Each step is given a copy of its own, so that nothing else changes whatever it does with it.

    Args:
        flavor: The flavor's class.
        version: The form that the configuration has, at most the class's own.
        config: The configuration, as builtins; it stays as it is.

    Raises:
        DocumentError: A step failed, or did not make a configuration; the flavor, the step and the component are named.
    """
    found = dict(config)
    for step in range(version, flavor.VERSION):
        found = _stepped(flavor, step, found)
    return found


def _stepped(flavor: type[StackComponent], step: int, config: Mapping[object, object]) -> dict[object, object]:
    try:
        made: object = flavor.MIGRATIONS[step]({_text(key): _copied(value) for key, value in config.items()})
        _check(made, config)
    except Exception as error:  # a migration is the author's own, and may raise anything
        raise DocumentError(*(_told(flavor, step, config, problem) for problem in _said(error))) from error
    return dict(made) if is_dict(made) else {}


def _text(key: object) -> str:
    if not isinstance(key, str):
        raise DocumentError(Problem(f"a key is no text but a {type(key).__name__}"))
    return key


def _copied(value: object) -> object:
    if is_dict(value):
        return {key: _copied(element) for key, element in value.items()}
    return [_copied(element) for element in value] if is_list(value) else value


def _check(made: object, config: Mapping[object, object]) -> None:
    if not is_dict(made):
        raise DocumentError(Problem(f"it made a {type(made).__name__}, no configuration", remedy="return a dict"))
    changed = [field for field in KEPT if made.get(field) != config.get(field)]
    if changed:
        raise DocumentError(Problem(f"it changed the {' and the '.join(changed)}", remedy="leave them as they are"))


def _said(error: Exception) -> tuple[Problem, ...]:
    if isinstance(error, StackkitError):
        return error.problems
    return tuple(Problem(f"{type(error).__name__}: {problem.what}") for problem in said(error))


def _told(flavor: type[StackComponent], step: int, config: Mapping[object, object], problem: Problem) -> Problem:
    name = config.get("name")
    whose = f" of {shown(name)}" if isinstance(name, str) else ""
    about = f"{type_of(flavor).title} {flavor.FLAVOR}: the migration{whose} from version {step} to {step + 1} failed"
    place = f"config.{problem.where}" if problem.where else "config"
    return Problem(f"{about}: {problem.what}", where=place, remedy=problem.remedy or f"mend {flavor.__qualname__}.MIGRATIONS")
