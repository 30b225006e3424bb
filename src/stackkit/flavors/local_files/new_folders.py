"""Folders that become visible with what is in them, or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from stackkit.flavors.local_files.temporary import lock, remove_aside, temporary_name

_TAKEN: Final = frozenset({errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR})


def make_folder(parent: int, name: str, files: Mapping[str, bytes]) -> bool:
    """Make a folder with files in it. Of several who make the same one at once, one does.

    Args:
        parent: The descriptor of the folder to make it in.
        name: Its name there.
        files: The content of each file, by name; at least one.

    Returns:
        Whether it was made; False where there is something of that name.

    Raises:
        OSError: As the operating system says; nothing is left then.
    """
    descriptor, temporary = _begin(parent)
    try:
        for file, content in files.items():
            _write(descriptor, file, content)
        os.rename(temporary, name, src_dir_fd=parent, dst_dir_fd=parent)
    except BaseException as error:
        with suppress(OSError):  # whatever stays is hidden, and cleared away later
            remove_aside(parent, temporary)
        if isinstance(error, OSError) and error.errno in _TAKEN:
            return False
        raise
    finally:
        os.close(descriptor)
    return True


def _begin(parent: int) -> tuple[int, str]:
    """A hidden folder, locked for as long as its descriptor is open."""
    while True:
        name = temporary_name()
        os.mkdir(name, dir_fd=parent)
        with suppress(FileNotFoundError):  # it was cleared away before it was locked
            descriptor = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
            lock(descriptor)
            with suppress(FileNotFoundError):
                if os.path.samestat(os.stat(name, dir_fd=parent, follow_symlinks=False), os.fstat(descriptor)):
                    return descriptor, name
            os.close(descriptor)


def _write(folder: int, name: str, content: bytes) -> None:
    descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666, dir_fd=folder)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
