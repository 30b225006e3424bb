"""Where a workspace is: in the project, found upwards from the current folder, or else one per user."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import uuid4

from stackkit.errors import Problem, WorkspaceError

FOLDER: Final = ".stackkit"
DATABASE: Final = "workspace.db"
VARIABLE: Final = "STACKKIT_WORKSPACE"
"""The environment variable that names the project's folder."""
STORE_VARIABLE: Final = "STACKKIT_STORE_URL"
"""The environment variable that names the store which several machines share."""
PLACE: Final = "place"
"""The file in `.stackkit` that tells this checkout of a project from others."""


def absolute(root: Path) -> Path:
    """A folder as it is seen from anywhere; `~` is expanded.

    Raises:
        WorkspaceError: There is no such user, or no current folder.
    """
    try:
        return root.expanduser().absolute()
    except (OSError, RuntimeError, ValueError) as error:
        reason = str(error).rstrip(".")
        raise WorkspaceError(Problem(f"is no folder: {reason}", where=str(root), remedy="name one that exists")) from error


def is_workspace(root: Path) -> bool:
    """Whether a folder is the root of a workspace."""
    try:
        return (root / FOLDER).is_dir()
    except (OSError, ValueError):  # not for us to see, or no path at all
        return False


def user_root() -> Path:
    """The folder of the workspace that a user has without a project."""
    import platformdirs  # only where no project is found

    return Path(platformdirs.user_data_dir("stackkit", appauthor=False)) / "workspace"


def find_root(start: Path | None = None) -> Path:
    """The root of the workspace in use: the nearest folder upwards that holds `.stackkit`, or the user's.

    Args:
        start: Where to begin; the current folder by default.

    Raises:
        WorkspaceError: The current folder is gone.
    """
    try:
        here = (start or Path.cwd()).resolve()
    except OSError as error:
        where = str(start or "the current folder")
        raise WorkspaceError(Problem("does not exist", where=where, remedy="change to one that does")) from error
    return next(filter(is_workspace, (here, *here.parents)), None) or user_root()


def make(root: Path) -> bool:
    """Make the folder of a workspace.

    Args:
        root: The project's folder.

    Returns:
        Whether it is new.

    Raises:
        WorkspaceError: It cannot be made there.
    """
    folder = root / FOLDER
    new = not is_workspace(root)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _keep_out_of_git(folder)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        problem = Problem(f"no workspace can be made: {reason}", where=str(folder), remedy="choose another folder")
        raise WorkspaceError(problem) from error
    return new


def place(root: Path) -> str:
    """What tells this checkout of a project from all others, on any machine; made up when it is first asked for.

    Args:
        root: The project's folder.

    Raises:
        WorkspaceError: It cannot be kept there.
    """
    file = root / FOLDER / PLACE
    draft = file.with_name(f"{PLACE}.{uuid4()}")
    try:
        if not file.exists():
            make(root)
            draft.write_text(uuid4().hex, encoding="ascii")
            with suppress(FileExistsError):  # somebody else was faster
                file.hardlink_to(draft)
            draft.unlink()
        return file.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        problem = Problem(f"cannot be made or read: {reason}", where=str(file), remedy="let this user read and write it")
        raise WorkspaceError(problem) from error


def _keep_out_of_git(folder: Path) -> None:
    ignore = folder / ".gitignore"
    if not ignore.exists():
        draft = folder / f".gitignore.{os.getpid()}.{threading.get_ident()}"
        draft.write_text("*\n", encoding="utf-8")
        draft.replace(ignore)  # whole, or not at all
