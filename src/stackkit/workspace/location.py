"""Where a workspace is: in the project, found upwards from the current folder, or else one per user."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from stackkit.errors import Problem, WorkspaceError

FOLDER: Final = ".stackkit"
DATABASE: Final = "workspace.db"


def user_root() -> Path:
    """The folder of the workspace that a user has without a project."""
    import platformdirs  # only where no project is found

    return Path(platformdirs.user_data_dir("stackkit", appauthor=False)) / "workspace"


def find_root(start: Path | None = None) -> Path:
    """The root of the workspace in use: the nearest folder upwards that holds `.stackkit`, or the user's.

    Args:
        start: Where to begin; the current folder by default.
    """
    try:
        here = (start or Path.cwd()).resolve()
    except OSError as error:
        raise WorkspaceError(Problem("the current folder does not exist", remedy="change to one that does")) from error
    return next((folder for folder in (here, *here.parents) if (folder / FOLDER).is_dir()), None) or user_root()


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
    new = not folder.is_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not (folder / ".gitignore").exists():
            (folder / ".gitignore").write_text("*\n", encoding="utf-8")
    except OSError as error:
        reason = error.strerror or str(error)
        raise WorkspaceError(
            Problem(f"no workspace can be made: {reason}", where=str(folder), remedy="choose another")
        ) from error
    return new
