"""What installed packages bring: their entry points, read straight from their metadata.

`importlib.metadata` does the same in 45 to 55 ms, most of it for importing an email parser, and every command pays it; to list
the folders and read the one small file took 1 to 2 ms with 45 packages installed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import attrs

COMPONENT_TYPES_GROUP: Final = "stackkit.component_types"
FLAVORS_GROUP: Final = "stackkit.flavors"


@attrs.frozen
class EntryPoint:
    """A name that an installed package gives to something of its own.

    Args:
        group: What kind of thing it is.
        name: The name.
        path: Its import path, `module:Class`.
        distribution: The package.
    """

    group: str
    name: str
    path: str
    distribution: str


def entry_points(folders: Iterable[str] | None = None) -> list[EntryPoint]:
    """The entry points of stackkit's groups in all installed packages, in the order in which Python finds packages.

    Args:
        folders: Where packages are installed; `sys.path` by default.
    """
    found: list[EntryPoint] = []
    seen: set[str] = set()
    for folder in dict.fromkeys(sys.path if folders is None else folders):
        for distribution, text in _metadata(folder or "."):
            if distribution not in seen:
                seen.add(distribution)
                found.extend(_parsed(text, distribution))
    return found


def _metadata(folder: str) -> Iterator[tuple[str, str]]:
    """The packages of a folder, with the text of their entry points."""
    try:
        with os.scandir(folder) as entries:
            packages = sorted((e.name, e.path) for e in entries if e.name.endswith((".dist-info", ".egg-info")))
    except OSError:
        return
    for name, path in packages:
        try:
            text = Path(path, "entry_points.txt").read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        yield name.partition("-")[0].replace("_", "-").lower(), text


def _parsed(text: str, distribution: str) -> Iterator[EntryPoint]:
    group = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            group = line.strip("[] ")
        elif group in (COMPONENT_TYPES_GROUP, FLAVORS_GROUP) and "=" in line and not line.startswith(("#", ";")):
            name, _, path = line.partition("=")
            yield EntryPoint(group, name.strip(), path.partition("[")[0].strip(), distribution)
