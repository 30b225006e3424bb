"""Where the function of a step is imported from, in this process and in others."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from stackkit.errors import ImportPathError, Problem


def source_of(function: Callable[..., object], problems: list[Problem]) -> str:
    """The import path of a function, `module:name`.

    Args:
        function: The function.
        problems: What is told here when another process could not import it.
    """
    module, name = function.__module__, getattr(function, "__qualname__", type(function).__qualname__)
    if "<lambda>" in name:
        problems.append(Problem("is a lambda", remedy="write a function with def, at the top of a module"))
    elif "<locals>" in name:
        what = "is defined inside of a function, where no other process finds it"
        problems.append(Problem(what, remedy="move it to the top of its module"))
    elif module == "__main__":
        module = _main_name()
        if not module:
            what = "is defined in the program itself, where no other process finds it"
            problems.append(Problem(what, remedy="move it into a module that can be imported"))
    return f"{module}:{name}"


def _main_name() -> str:
    """The name that other processes import the program by; empty where there is none."""
    main = sys.modules["__main__"]
    if main.__spec__ is not None:
        return (
            main.__spec__.name.removesuffix(".__main__") if not main.__spec__.name.endswith("__main__") else main.__spec__.name
        )
    file = getattr(main, "__file__", None)
    if not isinstance(file, str):
        return ""
    name = Path(file).stem
    try:
        found = importlib.util.find_spec(name) if name.isidentifier() and name not in sys.modules else None
    except (ImportError, ValueError):
        return ""
    known = getattr(sys.modules.get(name), "__file__", None) if name in sys.modules else None if found is None else found.origin
    if known is None or Path(known).resolve() != Path(file).resolve():
        return ""
    sys.modules.setdefault(name, main)  # or its classes would be there twice
    return name


def function_at(source: str) -> object:
    """What an import path names, as `source_of` gives it.

    Raises:
        ImportPathError: There is no such module or name here.
    """
    module_name, _, name = source.partition(":")
    try:
        found: object = importlib.import_module(module_name)
    except ImportError as error:
        raise ImportPathError(Problem(f"{module_name} cannot be imported: {error}", where=source)) from error
    for part in name.split("."):
        if not hasattr(found, part):
            where = module_name if isinstance(found, ModuleType) else name
            raise ImportPathError(Problem(f"{where} has no {part}", where=source, remedy="was it renamed since the run began?"))
        found = getattr(found, part)
    return found
