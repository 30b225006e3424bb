"""Giving files and folders another name."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Final

from stackkit.errors import ArtifactError, Problem
from stackkit.flavors.local_files.confinement import Place, locate, real_names
from stackkit.flavors.local_files.os_errors import absent, artifact_errors, is_special, taken
from stackkit.flavors.local_files.scanning import exists, find
from stackkit.flavors.local_files.temporary import temporary_name

_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


def rename(root: str, source: str, target: str, *, overwrite: bool) -> None:
    """Rename a file, a folder or a link, at once.

    Of folders: the kernel refuses a file, or a folder with something in it, that came to have the target's name after it was
    found free; an empty folder it replaces, so that nothing is lost even then.

    Args:
        root: The folder that is not left.
        source: Its path from there.
        target: Its new path from there; folders above are made.
        overwrite: Whether a file at the target is replaced.

    Raises:
        ArtifactError: As the base of artifact stores says.
    """
    _require_artifact(root, source)
    with artifact_errors(source, creating=False), locate(root, source, follow=False) as moved:
        _require_room(root, target, overwrite=overwrite and not moved.is_folder)
        if moved.is_folder and _leads_into(root, moved, target):
            raise ArtifactError(Problem("cannot be moved into itself", where=source, remedy="choose a target outside of it"))
        with artifact_errors(target, creating=True), locate(root, target, follow=False, creating=True, parents=True) as place:
            if moved.is_link:
                _require_same_aim(root, moved, place)
            if moved.is_folder:
                os.rename(moved.name, place.name, src_dir_fd=moved.folder, dst_dir_fd=place.folder)
            elif overwrite:
                _replace(moved, place)
            else:
                move_to_free_name(moved.folder, moved.name, place.folder, place.name)


def _require_artifact(root: str, path: str) -> None:
    status = find(root, path)
    if status is None:
        raise absent(path)
    if not exists(root, path):
        raise is_special(path)


def _require_room(root: str, path: str, *, overwrite: bool) -> None:
    status = find(root, path)
    if status is None:
        return
    if stat.S_ISDIR(status.st_mode) or not overwrite:
        raise taken(path, "choose another name, or set overwrite where a file replaces a file")
    if not stat.S_ISREG(status.st_mode):
        raise is_special(path)


def _leads_into(root: str, folder: Place, target: str) -> bool:
    names = real_names(root, target)
    return names is not None and names[: len(folder.names)] == folder.names


def _require_same_aim(root: str, link: Place, target: Place) -> None:
    """A link's text is read from the folder that it is in: in another it may lead elsewhere, or out."""
    text = os.readlink(link.name, dir_fd=link.folder)
    if real_names(root, *target.names[:-1], text) != real_names(root, *link.names):
        raise ArtifactError(
            Problem("is a link that would lead elsewhere there", where=link.path, remedy="move what it leads to")
        )


def _replace(source: Place, target: Place) -> None:
    if source.names == target.names:
        return
    name = source.name
    if source.status and target.status and os.path.samestat(source.status, target.status):
        # Between two names of one file, POSIX lets `rename` do nothing; from a third name it takes the second.
        name = temporary_name()
        os.rename(source.name, name, src_dir_fd=source.folder, dst_dir_fd=source.folder)
    os.replace(name, target.name, src_dir_fd=source.folder, dst_dir_fd=target.folder)
    if name != source.name:
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=source.folder)


def move_to_free_name(source_folder: int, source: str, target_folder: int, target: str) -> None:
    """Rename a file to a name that nothing has; of several who try, one succeeds.

    Who dies in the middle leaves the file under both names, whole under each.

    Args:
        source_folder: The descriptor of the folder it is in.
        source: Its name there.
        target_folder: The descriptor of the folder it goes to.
        target: Its name there.

    Raises:
        FileExistsError: Something has that name.
    """
    try:
        os.link(source, target, src_dir_fd=source_folder, dst_dir_fd=target_folder, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # Where links cannot be made, an empty file claims the name; others may see that for a moment.
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, dir_fd=target_folder))
        with _removed_on_failure(target_folder, target):
            os.replace(source, target, src_dir_fd=source_folder, dst_dir_fd=target_folder)
        return
    with _removed_on_failure(target_folder, target):
        moved = os.stat(target, dir_fd=target_folder, follow_symlinks=False)
        left = os.stat(source, dir_fd=source_folder, follow_symlinks=False)
        if os.path.samestat(moved, left):  # else somebody wrote a new file there meanwhile, which stays
            os.unlink(source, dir_fd=source_folder)


@contextmanager
def _removed_on_failure(folder: int, name: str) -> Generator[None, None, None]:
    try:
        yield
    except OSError:
        with suppress(OSError):
            os.unlink(name, dir_fd=folder)
        raise
