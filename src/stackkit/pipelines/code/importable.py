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
    name = getattr(function, "__qualname__", "")
    module: str = getattr(function, "__module__", None) or ""
    if not name:
        what = f"is a {type(function).__name__}, and no function"
        problems.append(Problem(what, remedy="write a function with def, at the top of a module"))
    elif "<lambda>" in name:
        problems.append(Problem("is a lambda", remedy="write a function with def, at the top of a module"))
    elif "<locals>" in name:
        what = "is defined inside of a function, where no other process finds it"
        problems.append(Problem(what, remedy="move it to the top of its module"))
    elif module == "__main__":
        module = main_name()
        if not module:
            what = "is defined in the program itself, where no other process finds it"
            problems.append(Problem(what, remedy="move it into a module that can be imported"))
    named = bool(name) and not {"<lambda>", "<locals>"}.intersection(name.split("."))
    if named and module in sys.modules and not _leads_to(sys.modules[module], name, function):
        what = f"{module} has something else by the name of {name}"
        problems.append(Problem(what, remedy="give each function a name of its own, and keep it"))
    return f"{module}:{name}"


def _leads_to(module: ModuleType, name: str, function: Callable[..., object]) -> bool:
    """Whether a name of a module is a function, or what was made of it."""
    found: object = module
    for part in name.split("."):
        found = getattr(found, part, None)
    while found is not None and found is not function:
        found = getattr(found, "__wrapped__", None)
    return found is function


def main_name() -> str:
    """The name that other processes import the program by; empty where there is none.

    The program is known by that name from then on, or its classes would be there twice.
    """
    main = sys.modules["__main__"]
    name, file = "", getattr(main, "__file__", None)
    if main.__spec__ is not None:  # python -m
        name = main.__spec__.name
    elif isinstance(file, str) and _is_found(Path(file)):
        name = Path(file).stem
    if name and sys.modules.setdefault(name, main) is not main:
        return name if getattr(sys.modules[name], "__file__", None) == file else ""
    return name


def _is_found(file: Path) -> bool:
    """Whether a program is what is imported by its file's name."""
    name = file.stem
    if not name.isidentifier():
        return False
    known = sys.modules.get(name)
    try:
        found = getattr(known, "__file__", None) if known else getattr(importlib.util.find_spec(name), "origin", None)
    except (ImportError, ValueError):
        return False
    return isinstance(found, str) and Path(found).resolve() == file.resolve()


def function_at(source: str) -> object:
    """What an import path names, as `source_of` gives it.

    Raises:
        ImportPathError: There is no such module or name here.
    """
    module_name, _, name = source.partition(":")
    try:
        found: object = importlib.import_module(module_name)
    except ImportError as error:
        remedy = "is its folder where Python looks for modules, here too?"
        raise ImportPathError(Problem(f"{module_name} cannot be imported: {error}", where=source, remedy=remedy)) from error
    for part in name.split("."):
        if not hasattr(found, part):
            where = module_name if isinstance(found, ModuleType) else name
            raise ImportPathError(Problem(f"{where} has no {part}", where=source, remedy="was it renamed since the run began?"))
        found = getattr(found, part)
    return found
