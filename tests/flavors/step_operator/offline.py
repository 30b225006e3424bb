"""An index of packages that needs no network: what is installed here, as wheels."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement

_OF_AN_INSTALLER: Final = frozenset({"INSTALLER", "REQUESTED", "direct_url.json", "RECORD"})


def packages_of_the_kit(folder: Path) -> dict[str, str]:
    """Write the packages that the kit needs to a folder.

    Args:
        folder: An empty folder.

    Returns:
        The environment variables that make uv and pip take packages from there, and from nowhere else.
    """
    for name in _needed("stackkit"):
        _write(metadata.distribution(name), folder)
    configuration = folder / "uv.toml"
    configuration.write_text(
        f"no-index = true\nfind-links = ['{folder}']\ncache-dir = '{folder / 'cache'}'\n", encoding="utf-8"
    )
    return {
        "UV_CONFIG_FILE": str(configuration),
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(folder),
        "PIP_CONFIG_FILE": "/dev/null",
    }


def _needed(name: str) -> set[str]:
    """The packages that a package needs, and those that they need."""
    found: set[str] = set()
    waiting = [*_requirements(name)]
    while waiting:
        other = waiting.pop()
        if other not in found:
            found.add(other)
            waiting += _requirements(other)
    return found


def _requirements(name: str) -> Iterator[str]:
    for text in metadata.requires(name) or ():
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield requirement.name.lower().replace("_", "-")


def _write(known: metadata.Distribution, folder: Path) -> None:
    files = {
        str(file): Path(str(file.locate())).read_bytes()
        for file in known.files or ()
        if ".." not in file.parts and file.suffix != ".pyc" and file.name not in _OF_AN_INSTALLER
    }
    about = next(name.partition("/")[0] for name in files if name.endswith(".dist-info/METADATA"))
    files[f"{about}/RECORD"] = "".join(f"{name},,\n" for name in [*files, f"{about}/RECORD"]).encode()
    tag = next(
        line.partition(":")[2].strip() for line in (known.read_text("WHEEL") or "").splitlines() if line.startswith("Tag")
    )
    with zipfile.ZipFile(folder / f"{about.removesuffix('.dist-info')}-{tag}.whl", "w") as wheel:
        for name, content in files.items():
            wheel.writestr(name, content)
