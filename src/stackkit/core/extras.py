"""Libraries that only some flavors need: imported where they are used, and their absence told in one line."""

from __future__ import annotations

from types import TracebackType
from typing import final

from stackkit.errors import MissingExtraError, Problem


@final
class Extra:
    """An extra of stackkit, around the imports of what it installs.

    Leave type checkers the plain import: names are bound after the block as after any import.

    Args:
        name: The extra, as `pyproject.toml` has it.

    Raises:
        MissingExtraError: At the end of the block, when an import in it failed; the import's error is the cause.

    >>> with Extra("images"):
    ...     import no_such_library
    Traceback (most recent call last):
    stackkit.errors.MissingExtraError: no_such_library is not installed; pip install 'stackkit[images]'
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        """Nothing happens before the imports."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if isinstance(error, ImportError):
            library = (error.name or "a library").partition(".")[0]
            absent = isinstance(error, ModuleNotFoundError)
            what = f"{library} is not installed" if absent else f"{library} cannot be imported: {error.msg}"
            raise MissingExtraError(Problem(what, remedy=f"pip install 'stackkit[{self._name}]'")) from error
