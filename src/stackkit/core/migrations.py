"""The steps that lead from older forms of a flavor's configuration to its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from stackkit.core.narrow import is_mapping
from stackkit.errors import Problem

Migration: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]
"""Makes a configuration of one version out of one of the version before; both are builtins, as documents hold them."""


def migration_problems(cls: type, place: str) -> Iterator[Problem]:
    """Steps that are missing between version 1 and a flavor's own, or lead beyond it.

    Args:
        cls: The class of a flavor.
        place: What messages call it.
    """
    version: object = getattr(cls, "VERSION", 1)
    steps: object = getattr(cls, "MIGRATIONS", {})
    where = f"{place}.MIGRATIONS"
    if type(version) is not int or version < 1:
        return  # which is told as such
    if not is_mapping(steps):
        remedy = "write MIGRATIONS: ClassVar[Mapping[int, Migration]] = {1: ...}"
        yield Problem(f"is a {type(steps).__name__}, not a mapping of versions to functions", where=where, remedy=remedy)
        return
    for step in range(1, version):
        if step not in steps:
            what = f"has no migration from version {step} to {step + 1}, and VERSION is {version}"
            yield Problem(what, where=where, remedy=f"add {step}: a function that makes the newer configuration of the older")
    for begun, migrate in steps.items():
        if type(begun) is not int or not 1 <= begun < version:
            what = f"has a migration from version {begun!r}, which is none before VERSION, {version}"
            yield Problem(what, where=where, remedy="raise VERSION, or take it out")
        elif not callable(migrate):
            what = f"has no function for the step from version {begun}, but a {type(migrate).__name__}"
            yield Problem(what, where=where, remedy="give a function of the older configuration")
