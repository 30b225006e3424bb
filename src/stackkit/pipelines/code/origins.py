"""Where modules come from: a folder of somebody's project, or a package that was installed."""

from __future__ import annotations

import importlib.util
import json
import sys
import sysconfig
from importlib import metadata
from pathlib import Path
from typing import Final

from stackkit.core.narrow import is_dict

_KIT: Final = "stackkit"
_INSTALLED: Final = frozenset({"site-packages", "dist-packages"})


def folder_of(module: str) -> str | None:
    """The folder that a module is imported from here; None for one that is installed, is the kit's, or has none.

    Args:
        module: Its name.
    """
    found = _place(module)
    return None if found is None or _is_kit(module) or _is_installed(found) else str(found)


def requirement_of(module: str) -> str | None:
    """What to install to have a module, as it is here; None for one that is not installed, or is the kit's.

    Args:
        module: Its name.
    """
    found = _place(module)
    if found is None or _is_kit(module) or not _is_installed(found):
        return None
    names = metadata.packages_distributions().get(module.partition(".")[0], [])
    return next(map(_requirement, names), None)


def _is_kit(module: str) -> bool:
    return module.partition(".")[0] == _KIT


def _place(module: str) -> Path | None:
    file = getattr(sys.modules.get(module), "__file__", None) or _found(module)
    if not isinstance(file, str):
        return None
    depth = module.count(".") + (Path(file).stem == "__init__")
    return Path(file).resolve().parents[depth]


def _found(module: str) -> str | None:
    """The file of a module that is not imported yet."""
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return None
    return spec.origin if spec is not None and spec.has_location else None


def _is_installed(folder: Path) -> bool:
    known = {Path(path).resolve() for path in sysconfig.get_paths().values()}
    return folder in known or folder.name in _INSTALLED


def _requirement(name: str) -> str:
    """A distribution as pip takes it: from where it was installed, where that is told."""
    known = metadata.distribution(name)
    origin: object = json.loads(known.read_text("direct_url.json") or "null")
    url = origin.get("url") if is_dict(origin) else None
    return f"{name} @ {url}" if isinstance(url, str) else f"{name}=={known.version}"
