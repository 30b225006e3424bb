"""What the configurations of step operators have in common."""

from __future__ import annotations

import os
from typing import Any

import attrs

from stackkit.errors import ConfigurationError, Problem


def positive(instance: object, field: attrs.Attribute[Any], value: float | None) -> None:
    """A validator of limits.

    Raises:
        ConfigurationError: One is not above 0.
    """
    if value is not None and not value > 0:
        raise ConfigurationError(Problem(f"{value} is not above 0", where=f"{type(instance).__name__}.{field.name}"))


def path_problem(instance: object, field: attrs.Attribute[Any], value: str) -> None:
    """A validator of paths.

    Raises:
        ConfigurationError: One is empty, or holds a zero byte.
    """
    if not value or "\0" in value:
        where = f"{type(instance).__name__}.{field.name}"
        raise ConfigurationError(Problem(f"{value!r} is no path", where=where, remedy="give the path of a folder or a file"))


def user_folder() -> str:
    """Where environments are kept by default."""
    import platformdirs

    return str(platformdirs.user_cache_path("stackkit", appauthor=False) / "steps")


def absolute(path: str) -> str:
    """A path that does not depend on the current folder, so that a saved configuration does not either."""
    return os.path.abspath(os.path.expanduser(path)) if path else path  # noqa: PTH100, PTH111 - it may be no path, which is told later
