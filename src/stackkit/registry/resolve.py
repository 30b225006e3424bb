"""Import by path: the only place that does, for what people name: flavors, and pipelines."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Final

from stackkit.core.names import closest
from stackkit.errors import FlavorDefinitionError, ImportPathError, Problem, StackkitError

_roots: Final[list[str]] = []
"""The folders that were made importable, the last one asked for first; all of them are at the end of `sys.path`."""


def resolve(path: str, root: Path | None = None, kind: type = type) -> object:
    """What an import path names.

    Args:
        path: `package.module.Class` or `package.module:Class`.
        root: A folder whose modules can be named too; installed packages come first.
        kind: What is looked for, a class or the instances of one; of these, similar names are suggested.

    Raises:
        ImportPathError: There is no such module or attribute, or importing fails; the message says why and suggests.
        FlavorDefinitionError: A class of the module is refused where it is defined.

    >>> resolve("stackkit.core.secret:Secret").__name__
    'Secret'
    """
    if root is not None:
        make_importable(root)
    module_name, attributes = _split(path, root, _what(kind))
    module = _imported(module_name, path, root)
    _refuse_another_root(module, path, root)
    found: object = module
    for attribute in attributes:
        found = _attribute(found, attribute, path, module_name, kind)
    return found


def _what(kind: type) -> str:
    return "class" if kind is type else kind.__name__.lower()


def make_importable(root: Path) -> None:
    """Let modules of a folder be imported, after everything that is installed and before those of other such folders.

    Args:
        root: The folder.
    """
    folder = str(root.absolute())
    if folder in _roots or folder not in sys.path:
        others = [other for other in _roots if other != folder and other in sys.path]  # what was taken off stays off
        _roots[:] = [folder, *others]
        sys.path[:] = [*(entry for entry in sys.path if entry not in _roots), *_roots]
    importlib.invalidate_caches()


def _refuse_another_root(module: ModuleType, path: str, root: Path | None) -> None:
    """Python has one module of a name: one that another folder brought is not this folder's."""
    brought = [folder for folder in _roots if _is_in(folder, module)]
    if brought and (root is None or str(root.absolute()) not in brought):
        what = f"{module.__name__} is imported already, from {brought[0]}"
        raise ImportPathError(Problem(what, where=path, remedy="rename one of the two, or use a process for each workspace"))


def _is_in(folder: str, module: ModuleType) -> bool:
    """Whether a module is the one that its name means in a folder."""
    file, place = getattr(module, "__file__", None), Path(folder, *module.__name__.split("."))
    if not isinstance(file, str):  # a package in several folders, or none at all
        return False
    found = Path(file)
    return found.parent == place or (found.parent == place.parent and found.name.partition(".")[0] == place.name)


def _split(path: str, root: Path | None, what: str) -> tuple[str, list[str]]:
    """The name of the module, and the names inside of it."""
    module, colon, attributes = path.partition(":")
    parts = module.split(".") + (attributes.split(".") if colon else [])
    if not all(part.isidentifier() for part in parts):
        raise ImportPathError(Problem("is no import path", where=path, remedy=_as_import_path(module, attributes, what)))
    if colon:
        return module, attributes.split(".")
    if len(parts) == 1:
        remedy = f"write {path}{_member(what)}" if path in _module_names(root) else f"write {_example(what)}"
        raise ImportPathError(Problem(f"names no {what} of a module", where=path, remedy=remedy))
    for length in range(len(parts) - 1, 0, -1):
        name = ".".join(parts[:length])
        if _exists(name):
            return name, parts[length:]
    return ".".join(parts[:-1]), parts[-1:]


def _member(what: str) -> str:
    return ".<Class>" if what == "class" else f":<{what}>"


def _example(what: str) -> str:
    return "module.Class" if what == "class" else f"module:{what}"


def _as_import_path(file: str, attributes: str, what: str) -> str:
    """How to write what looks like the path of a file."""
    name = file.removesuffix(".py").removeprefix("./").replace("/", ".")
    if all(part.isidentifier() for part in name.split(".")):
        return f"write {name}:{attributes if attributes.isidentifier() else _member(what)[1:]}"
    return f"write {_example(what)}"


def _exists(name: str) -> bool:
    """Whether there is such a module: its parents are imported, itself is not."""
    try:
        return name in sys.modules or importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False
    except (Exception, SystemExit):  # noqa: BLE001 - a parent package may raise anything; importing it below says what
        return False


def _imported(name: str, path: str, root: Path | None) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(f"{error.name}.")):
            remedy = _similar_module(error.name, root)
            raise ImportPathError(Problem(f"there is no module {error.name}", where=path, remedy=remedy)) from None
        raise ImportPathError(_failure(error, name, path)) from error
    except FlavorDefinitionError:
        raise
    except StackkitError as error:
        first = _failure(error, name, path)
        problems = (
            Problem(f"{name} cannot be imported: {p}", where=path, file=first.file, line=first.line) for p in error.problems
        )
        raise ImportPathError(*problems) from error
    except (Exception, SystemExit) as error:  # a module may raise anything while it is imported
        raise ImportPathError(_failure(error, name, path)) from error


def _failure(error: BaseException, name: str, path: str) -> Problem:
    if isinstance(error, SyntaxError):
        return Problem(f"{name} cannot be imported: {error.msg}", where=path, file=error.filename, line=error.lineno)
    place = _raised_at(error)
    file, line = (place.filename, place.lineno) if place else (None, None)
    if isinstance(error, ModuleNotFoundError) and error.name:
        what = f"{name} needs {error.name}, which is not installed"
        return Problem(what, where=path, remedy=f"install {error.name.partition('.')[0]}", file=file, line=line)
    text = (str(error).splitlines() or [""])[0][:200]
    what = f"{name} cannot be imported: {type(error).__name__}{': ' if text else ''}{text}"
    return Problem(what, where=path, file=file, line=line)


def _raised_at(error: BaseException) -> traceback.FrameSummary | None:
    """Where an error came from: the last line of the author's own, or the last at all where only libraries were at work."""
    import sysconfig  # something went wrong: only now

    paths = sysconfig.get_paths()
    libraries = (paths["stdlib"], paths["purelib"], paths["platlib"], str(Path(__file__).parents[1]), "<frozen")
    importing = (__file__, importlib.__file__)
    frames = [f for f in reversed(traceback.extract_tb(error.__traceback__)) if f.filename not in importing]
    own = next((f for f in frames if not f.filename.startswith(libraries)), None)
    return own or next((f for f in frames if not f.filename.startswith("<frozen")), None)


def _attribute(holder: object, name: str, path: str, module_name: str, kind: type) -> object:
    try:
        return getattr(holder, name)
    except AttributeError:
        where = module_name if isinstance(holder, ModuleType) else getattr(holder, "__qualname__", path)
        raise ImportPathError(
            Problem(f"{where} has no {name}", where=path, remedy=_similar_member(name, holder, kind))
        ) from None
    except Exception as error:  # a module may compute its attributes, and a class too
        raise ImportPathError(_failure(error, f"{module_name}.{name}", path)) from error


def _module_names(root: Path | None) -> set[str]:
    return {module.name for module in pkgutil.iter_modules([str(root)] if root else None)}


def _similar_module(name: str, root: Path | None) -> str:
    parent, _, last = name.rpartition(".")
    if parent and last == "py":
        return f"write {parent}, without .py"
    if parent:
        candidates: Iterable[str] = (m.name for m in pkgutil.iter_modules(getattr(sys.modules.get(parent), "__path__", [])))
        return _close(last, candidates, f"{parent}.") or "look which modules it has"
    found = (_close(last, _module_names(root), "") if root else "") or _close(last, _module_names(None), "")
    return found or (f"put {name}.py into {root}, or install it" if root else "install it")


def _similar_member(name: str, holder: object, kind: type) -> str:
    members: dict[str, object] = getattr(holder, "__dict__", {})
    fitting = sorted(key for key, value in members.items() if isinstance(value, kind) and not key.startswith("_"))
    here = getattr(holder, "__name__", None)
    own = [key for key in fitting if kind is not type or getattr(members[key], "__module__", "") == here]
    return _close(name, fitting, "") or (f"it has {', '.join(own)}" if own else f"it defines no {_what(kind)}")


def _close(name: str, names: Iterable[str], prefix: str) -> str:
    folded = {candidate.casefold(): candidate for candidate in sorted(names)}
    close = closest(name.casefold(), folded)
    return f"did you mean {prefix}{folded[close]}?" if close else ""
