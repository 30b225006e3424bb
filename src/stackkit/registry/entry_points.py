"""What installed packages bring: their entry points, read straight from their metadata.

`importlib.metadata` does the same in 45 to 55 ms, most of it for importing an email parser, and every command pays it; to list
the folders and read the one small file took 1 to 2 ms with 45 packages installed.

A package gives component types under `stackkit.component_types`, by slug, as the path of the type's base class, and flavors
under `stackkit.flavors`, as `type.flavor`:

    [project.entry-points."stackkit.flavors"]
    "artifact_store.s3" = "my_package.s3:S3ArtifactStore"
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Final

import attrs

COMPONENT_TYPES_GROUP: Final = "stackkit.component_types"
FLAVORS_GROUP: Final = "stackkit.flavors"

_METADATA: Final = (".dist-info", ".egg-info")
_FILE: Final = "entry_points.txt"


@attrs.frozen
class EntryPoint:
    """A name that an installed package gives to something of its own.

    Args:
        group: What kind of thing it is.
        name: The name.
        path: Its import path, `module:Class`.
        distribution: The package, its name in lower case with `-`.
    """

    group: str
    name: str
    path: str
    distribution: str


def entry_points(folders: Iterable[str] | None = None) -> list[EntryPoint]:
    """The entry points of stackkit's groups in all installed packages, in the order in which Python finds packages.

    Of a package that is installed twice, the first is meant, as for `import`.

    Args:
        folders: Where packages are installed, as folders or zip files; `sys.path` by default.
    """
    found: list[EntryPoint] = []
    seen: set[str] = set()
    for folder in dict.fromkeys(sys.path if folders is None else folders):
        for distribution, text in _packages(folder or "."):
            if distribution not in seen:
                seen.add(distribution)
                found.extend(_parsed(text, distribution))
    return found


def _packages(folder: str) -> Iterator[tuple[str, str]]:
    """The packages of a folder, each with the text of its entry points, which is empty where it has none."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if entry.name.endswith(_METADATA))
    except NotADirectoryError:
        yield from _zipped(folder)
    except (OSError, ValueError):  # not there, not readable, or no path at all
        return
    else:
        for name in names:
            yield _distribution(name), _text(f"{folder}/{name}/{_FILE}")


def _text(file: str) -> str:
    try:
        with open(file, encoding="utf-8") as opened:  # noqa: PTH123 - a Path for each package takes as long as all else here
            return opened.read()
    except (OSError, UnicodeDecodeError):
        return ""


def _zipped(file: str) -> Iterator[tuple[str, str]]:
    """The packages of a zip file: what programs that travel as one file have on their path."""
    import zipfile  # costs some milliseconds, and few have one

    try:
        with zipfile.ZipFile(file) as archive:
            tops = dict.fromkeys(name.partition("/")[0] for name in archive.namelist())
            for name in sorted(top for top in tops if top.endswith(_METADATA)):
                member = f"{name}/{_FILE}"
                text = archive.read(member) if member in archive.NameToInfo else b""
                yield _distribution(name), text.decode("utf-8", "replace")
    except (OSError, zipfile.BadZipFile):
        return


def _distribution(folder: str) -> str:
    return re.sub(r"[-_.]+", "-", folder.rpartition(".")[0].partition("-")[0]).lower()


def _parsed(text: str, distribution: str) -> Iterator[EntryPoint]:
    if COMPONENT_TYPES_GROUP not in text and FLAVORS_GROUP not in text:
        return
    group = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            group = line.strip("[]")
        elif group in (COMPONENT_TYPES_GROUP, FLAVORS_GROUP) and "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            path = "".join(value.partition("[")[0].split())  # `module : Class [extra]` is allowed too
            yield EntryPoint(group, name.strip(), path, distribution)
