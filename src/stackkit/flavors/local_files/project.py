"""The project that a program runs in: where flavors of this machine keep what is the project's own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from stackkit.errors import ConfigurationError, Problem

_WORKSPACE: Final = ".stackkit"
_VARIABLE: Final = "STACKKIT_WORKSPACE"


def project_folder() -> Path:
    """The project's folder: the one that is named, or the nearest one upwards that is a workspace, or else the current one.

    Raises:
        ConfigurationError: The current folder does not exist.
    """
    return _project() or _here()


def kept_in_project(name: str) -> Path:
    """Where something of this name is kept: in the project's workspace or, outside of projects, among the user's data.

    Raises:
        ConfigurationError: The current folder does not exist.
    """
    project = _project()
    if project is None:
        import platformdirs

        return platformdirs.user_data_path("stackkit", appauthor=False) / name
    return project / _WORKSPACE / name


def _project() -> Path | None:
    named = os.environ.get(_VARIABLE)
    if named:
        return Path(named)
    here = _here()
    return next((folder for folder in (here, *here.parents) if (folder / _WORKSPACE).is_dir()), None)


def _here() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError as error:
        raise ConfigurationError(Problem("the current folder does not exist", remedy="change to one that does")) from error
