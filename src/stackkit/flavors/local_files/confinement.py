"""Paths that cannot lead out of a folder, whatever links are made while they are followed.

A path is followed name by name, each opened in the folder before it by descriptor and never through a link. Where a
link is met, the names it stands for are looked up and the way starts again from the root, so that a link only ever
changes which names inside the root are asked for.
"""

from __future__ import annotations

import errno
import os
import posixpath
import stat
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import attrs

from stackkit.errors import PathOutsideStoreError, Problem
from stackkit.flavors.local_files.os_errors import UNNAMEABLE, absent, is_folder, is_no_folder, is_special
from stackkit.flavors.local_files.temporary import PREFIX, is_reserved

_MOST_LINKS = 40
_LONGEST_PATH = 4095
_DEEPEST = 256  # folders made by a store; removing them recurses
_ROOT = os.O_DIRECTORY | os.O_CLOEXEC | getattr(os, "O_PATH", os.O_RDONLY)
_FOLDER = _ROOT | os.O_NOFOLLOW


@attrs.frozen
class Place:
    """A name in a folder that is held open, and what is there.

    Args:
        folder: The descriptor of the folder; good for operations relative to it, not for listing it.
        name: The name in that folder; `.` for the root.
        names: The way there from the root, free of links but for the last.
        path: The path that was asked for, for messages.
        status: What is there, or None.
    """

    folder: int
    name: str
    names: tuple[str, ...]
    path: str
    status: os.stat_result | None

    @property
    def is_link(self) -> bool:
        """Whether it is a link; only where links are not followed."""
        return self.status is not None and stat.S_ISLNK(self.status.st_mode)

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return self.status is not None and stat.S_ISDIR(self.status.st_mode)

    @property
    def is_file(self) -> bool:
        """Whether it is a regular file."""
        return self.status is not None and stat.S_ISREG(self.status.st_mode)

    def require_file(self) -> None:
        """Refuse everything but a regular file.

        Raises:
            ArtifactNotFoundError: There is nothing.
            ArtifactIsADirectoryError: It is a folder.
            ArtifactError: It is something special.
        """
        if self.status is None:
            raise absent(self.path)
        if self.is_folder:
            raise is_folder(self.path)
        if not self.is_file:
            raise is_special(self.path)

    def require_folder(self) -> None:
        """Refuse everything but a folder.

        Raises:
            ArtifactNotFoundError: There is nothing.
            ArtifactNotADirectoryError: It is something else.
        """
        if self.status is None:
            raise absent(self.path)
        if not self.is_folder:
            raise is_no_folder(self.path)


@contextmanager
def locate(
    root: str, path: str, *, follow: bool = True, creating: bool = False, parents: bool = False
) -> Generator[Place, None, None]:
    """Hold open the folder that a path leads to.

    Args:
        root: The folder that is not left.
        path: Names from there, without `.` and `..`; empty for the root itself.
        follow: Whether a link at the very end is followed.
        creating: Whether the root is made.
        parents: Whether folders on the way are made.

    Returns:
        The place, until the block ends.

    Raises:
        PathOutsideStoreError: A link leads out.
        OSError: As the operating system says.
    """
    names = _names(root, path)
    for _ in range(_MOST_LINKS):
        _check_names(names, creating)
        folder, depth = _descend(_open_root(root, creating), names[:-1], parents)
        try:
            at_link = depth < len(names) - 1
            if not at_link:
                name = names[-1] if names else "."
                status = _status(folder, name)
                at_link = follow and status is not None and stat.S_ISLNK(status.st_mode)
                if not at_link:
                    yield Place(folder, name, names, path or root, status)
                    return
        finally:
            os.close(folder)
        names = (*_resolved(root, names[: depth + 1]), *names[depth + 1 :])
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))


def real_names(root: str, *parts: str) -> tuple[str, ...] | None:
    """The names that a path stands for once its links are followed, or None where it leads out.

    Args:
        root: The folder that is not left.
        parts: The path from there, to be joined; an absolute part replaces those before it, as the text of a link does.
    """
    base = posixpath.realpath(root)
    path = posixpath.realpath(posixpath.join(base, *parts))
    if path == base:
        return ()
    prefix = base.rstrip("/") + "/"
    return tuple(path.removeprefix(prefix).split("/")) if path.startswith(prefix) else None


def _names(root: str, path: str) -> tuple[str, ...]:
    try:
        length = len(os.fsencode(f"{root}/{path}"))
    except UnicodeEncodeError as error:
        raise OSError(UNNAMEABLE, "cannot be encoded as a file name") from error
    if length > _LONGEST_PATH:
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
    return tuple(path.split("/")) if path else ()


def _check_names(names: tuple[str, ...], creating: bool) -> None:
    if any(map(is_reserved, names)):
        raise OSError(UNNAMEABLE, f"names that begin with {PREFIX} are kept for unfinished files")
    if creating and len(names) > _DEEPEST:
        raise OSError(errno.ENAMETOOLONG, f"lies more than {_DEEPEST} folders deep")


def _open_root(root: str, make: bool) -> int:
    try:
        return os.open(root, _ROOT)
    except FileNotFoundError:
        if not make:
            raise
        Path(root).mkdir(parents=True, exist_ok=True)
        return os.open(root, _ROOT)


def _descend(folder: int, names: tuple[str, ...], make: bool) -> tuple[int, int]:
    """Go down until a link is met: the folder where that is, which takes the place of the given one, and how deep."""
    try:
        for depth, name in enumerate(names):
            inner = _open_folder(folder, name, make)
            if inner is None:
                return folder, depth
            os.close(folder)
            folder = inner
    except BaseException:
        os.close(folder)
        raise
    return folder, len(names)


def _open_folder(folder: int, name: str, make: bool) -> int | None:
    """The descriptor of a folder, or None for a link."""
    try:
        return os.open(name, _FOLDER, dir_fd=folder)
    except FileNotFoundError:
        if not make:
            raise
        with suppress(FileExistsError):  # somebody else was faster
            os.mkdir(name, dir_fd=folder)
        return _open_folder(folder, name, make=False)
    except OSError as error:
        if error.errno not in (errno.ENOTDIR, errno.ELOOP):
            raise
        status = _status(folder, name)
        if status is None or not stat.S_ISLNK(status.st_mode):
            raise
        return None


def _status(folder: int, name: str) -> os.stat_result | None:
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def _resolved(root: str, names: tuple[str, ...]) -> tuple[str, ...]:
    path = "/".join(names)
    found = real_names(root, *names)
    if found is None:
        raise PathOutsideStoreError(Problem("is a link that leads out", where=path, remedy=f"stay inside {root}"))
    return found
