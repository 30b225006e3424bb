"""The project that a program runs in: where flavors of this machine keep what is the project's own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from stackkit.errors import ConfigurationError, Problem

WORKSPACE: Final = ".stackkit"
"""The folder of a project that is the kit's."""

_VARIABLE: Final = "STACKKIT_WORKSPACE"


def project_folder() -> Path:
    """The project's folder: the nearest one upwards that is a workspace, or else the current one.

    Raises:
        ConfigurationError: The current folder does not exist.
    """
    named = os.environ.get(_VARIABLE)
    if named:
        return Path(named)
    try:
        here = Path.cwd()
    except FileNotFoundError as error:
        raise ConfigurationError(Problem("the current folder does not exist", remedy="change to one that does")) from error
    return next((folder for folder in (here, *here.parents) if (folder / WORKSPACE).is_dir()), here)
