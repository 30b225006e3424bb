"""Import by path: the only place that does. It happens when somebody registers a class, and when such a class is used."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import pkgutil
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

from stackkit.errors import FlavorDefinitionError, ImportPathError, Problem, StackkitError


def resolve(path: str, root: Path | None = None) -> object:
    """What an import path names.

    Args:
        path: `package.module.Class` or `package.module:Class`.
        root: A folder whose modules can be named too; installed packages come first.

    Raises:
        ImportPathError: There is no such module or attribute, or importing fails; the message says why and suggests.
        FlavorDefinitionError: A class of the module is refused where it is defined.

    >>> resolve("stackkit.core.secret:Secret").__name__
    'Secret'
    """
    if root is not None:
        make_importable(root)
    module_name, attributes = _split(path, root)
    found: object = _imported(module_name, path, root)
    for attribute in attributes:
        if not hasattr(found, attribute):
            where = module_name if isinstance(found, ModuleType) else path
            raise ImportPathError(Problem(f"{where} has no {attribute}", where=path, remedy=_similar_class(attribute, found)))
        found = getattr(found, attribute)
    return found


def make_importable(root: Path) -> None:
    """Let modules of a folder be imported, after everything that is installed.

    Args:
        root: The folder.
    """
    if str(root) not in sys.path:
        sys.path.append(str(root))
    importlib.invalidate_caches()


def _split(path: str, root: Path | None) -> tuple[str, list[str]]:
    module, colon, attributes = path.partition(":")
    parts = module.split(".") + (attributes.split(".") if colon else [])
    if not all(part.isidentifier() for part in parts):
        raise ImportPathError(Problem("is no import path", where=path, remedy="write module.Class"))
    if colon:
        return module, attributes.split(".")
    if len(parts) == 1:
        names = _module_names(root)
        remedy = f"write {path}.<Class>" if path in names else "write module.Class"
        raise ImportPathError(Problem("names no class of a module", where=path, remedy=remedy))
    for length in range(len(parts) - 1, 0, -1):
        name = ".".join(parts[:length])
        if _exists(name):
            return name, parts[length:]
    return ".".join(parts[:-1]), parts[-1:]


def _exists(name: str) -> bool:
    """Whether there is such a module: its parents are imported, itself is not."""
    try:
        return name in sys.modules or importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False
    except Exception:  # noqa: BLE001 - a parent package may raise anything; importing it below says what
        return True


def _imported(name: str, path: str, root: Path | None) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(f"{error.name}.")):
            raise ImportPathError(
                Problem(f"there is no module {error.name}", where=path, remedy=_similar_module(error.name, root))
            ) from None
        raise ImportPathError(
            Problem(f"{name} needs {error.name}, which is not installed", where=path, remedy=f"install {error.name}")
        ) from error
    except FlavorDefinitionError:
        raise
    except StackkitError as error:
        raise ImportPathError(*(Problem(f"{name} cannot be imported: {p}", where=path) for p in error.problems)) from error
    except (Exception, SystemExit) as error:  # a module may raise anything while it is imported
        raise ImportPathError(_failure(error, name, path)) from error


def _failure(error: BaseException, name: str, path: str) -> Problem:
    if isinstance(error, SyntaxError):
        return Problem(f"{name} cannot be imported: {error.msg}", where=path, file=error.filename, line=error.lineno)
    frames = traceback.extract_tb(error.__traceback__)
    last = next((frame for frame in reversed(frames) if "importlib" not in frame.filename), None)
    text = (str(error).splitlines() or [""])[0][:200]
    what = f"{name} cannot be imported: {type(error).__name__}{': ' if text else ''}{text}"
    return Problem(what, where=path, file=last.filename if last else None, line=last.lineno if last else None)


def _module_names(root: Path | None) -> set[str]:
    return {module.name for module in pkgutil.iter_modules([str(root)] if root else None)}


def _similar_module(name: str, root: Path | None) -> str:
    parent, _, last = name.rpartition(".")
    if parent:
        candidates: Iterable[str] = (m.name for m in pkgutil.iter_modules(getattr(sys.modules.get(parent), "__path__", None)))
    else:
        candidates = _module_names(root)
    close = difflib.get_close_matches(last, sorted(candidates), 1)
    if close:
        return f"did you mean {parent}{'.' if parent else ''}{close[0]}?"
    return f"put {name}.py into {root}, or install it" if root else "install it"


def _similar_class(name: str, holder: object) -> str:
    classes = sorted(key for key, value in vars(holder).items() if isinstance(value, type) and not key.startswith("_"))
    close = difflib.get_close_matches(name, classes, 1)
    if close:
        return f"did you mean {close[0]}?"
    own = [key for key in classes if getattr(vars(holder)[key], "__module__", "") == getattr(holder, "__name__", None)]
    return f"it has {', '.join(own)}" if own else "it defines no class"
