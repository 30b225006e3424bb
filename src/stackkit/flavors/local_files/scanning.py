"""What is in a folder that paths cannot lead out of, as far as artifacts go: files, folders, and links to either."""

from __future__ import annotations

import errno
import os
import posixpath
import stat
from contextlib import suppress

from stackkit.errors import ArtifactNotADirectoryError, ArtifactNotFoundError, PathOutsideStoreError
from stackkit.flavors.local_files.confinement import Place, locate
from stackkit.flavors.local_files.globbing import Listing, join
from stackkit.flavors.local_files.os_errors import artifact_errors
from stackkit.flavors.local_files.temporary import clear_abandoned, is_reserved

_UNMADE = os.stat_result((stat.S_IFDIR, 0, 0, 0, 0, 0, 0, 0, 0, 0))


def find(root: str, path: str) -> os.stat_result | None:
    """What a path leads to, links followed, or None.

    A root that nobody has made yet is an empty folder.

    Raises:
        PathOutsideStoreError: A link leads out.
    """
    try:
        with artifact_errors(path, creating=False), locate(root, path) as place:
            return place.status
    except ArtifactNotFoundError:
        return _UNMADE if not path and not posixpath.lexists(root) else None


def exists(root: str, path: str) -> bool:
    """Whether there is a file or folder, links followed.

    Raises:
        PathOutsideStoreError: A link leads out.
    """
    status = find(root, path)
    return status is not None and (stat.S_ISDIR(status.st_mode) or stat.S_ISREG(status.st_mode))


def exists_inside(root: str, path: str) -> bool:
    """Whether there is a file or folder, where a link that leads out is nothing."""
    try:
        return exists(root, path)
    except PathOutsideStoreError:
        return False


def list_folder(root: str, path: str) -> Listing:
    """The names in a folder; on the way, what dead makers left there is cleared away.

    Raises:
        ArtifactNotFoundError: There is no such folder.
        ArtifactNotADirectoryError: It is a file.
        PathOutsideStoreError: A link leads out.
    """
    if not path and find(root, path) is _UNMADE:
        return Listing()
    with artifact_errors(path or root, creating=False), locate(root, path) as place:
        place.require_folder()
        return _listing(root, path, place)


def list_if_folder(root: str, path: str) -> Listing:
    """The names in a folder, or nothing where there is no folder, or none any more."""
    try:
        return list_folder(root, path)
    except (ArtifactNotFoundError, ArtifactNotADirectoryError, PathOutsideStoreError):
        return Listing()


def _listing(root: str, path: str, place: Place) -> Listing:
    folders: list[str] = []
    files: list[str] = []
    links: set[str] = set()
    for name, mode in _modes(place):
        if stat.S_ISLNK(mode):
            links.add(name)
        kind = _mode_behind(root, join(path, name)) if name in links else mode
        if stat.S_ISDIR(kind):
            folders.append(name)
        elif stat.S_ISREG(kind):
            files.append(name)
    return Listing(tuple(folders), tuple(files), frozenset(links))


def _modes(place: Place) -> list[tuple[str, int]]:
    """The names in a folder, sorted, and of what kind each is."""
    descriptor = os.open(place.name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=place.folder)
    try:
        with os.scandir(descriptor) as entries:
            found = sorted((entry.name, _mode(entry)) for entry in entries)
        # A folder that is being removed loses its name first: one that still has it was read whole.
        named = os.stat(place.name, dir_fd=place.folder, follow_symlinks=False)
        if not os.path.samestat(named, os.fstat(descriptor)):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        for name, _ in found:
            if is_reserved(name):
                clear_abandoned(descriptor, name)
    finally:
        os.close(descriptor)
    return [(name, mode) for name, mode in found if not is_reserved(name)]


def _mode(entry: os.DirEntry[str]) -> int:
    """The kind of an entry, without a question to the file system where the folder itself tells it."""
    if entry.is_symlink():
        return stat.S_IFLNK
    if entry.is_dir(follow_symlinks=False):
        return stat.S_IFDIR
    return stat.S_IFREG if entry.is_file(follow_symlinks=False) else 0


def _mode_behind(root: str, path: str) -> int:
    """The kind of what a link leads to; 0 where that is nothing, or outside."""
    with suppress(PathOutsideStoreError):
        status = find(root, path)
        return status.st_mode if status else 0
    return 0
