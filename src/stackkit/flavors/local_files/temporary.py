"""Unfinished files and half-removed folders: hidden under reserved names, and cleared away once their makers are dead.

Who works on one holds a lock on it, which the kernel takes back when that process ends, however it ends. So a lock that
is free means that the maker is gone. Another host's locks may not be seen here, on file systems that do not share them:
what another host made is cleared only when it is a day old as well.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import re
import secrets
import shutil
import stat
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

PREFIX: Final = ".stackkit-tmp-"
"""How the names begin that no artifact may have."""

GRACE: Final = 86_400.0
"""For how many seconds what another host made is left alone after its last change."""

_NAME = re.compile(re.escape(PREFIX) + r"(?P<host>[0-9a-f]{8})-[0-9a-f]{16}")


def is_reserved(name: str) -> bool:
    """Whether a name is kept for what is unfinished, on file systems that ignore case too."""
    return name.lower().startswith(PREFIX)


def temporary_name() -> str:
    """A new reserved name, which tells the host that made it."""
    return f"{PREFIX}{_host()}-{secrets.token_hex(8)}"


@cache
def _host() -> str:
    """What all who see each other's locks have in common: the running kernel, containers included."""
    try:
        kernel = Path("/proc/sys/kernel/random/boot_id").read_bytes()
    except OSError:
        kernel = platform.node().encode()
    return hashlib.sha256(kernel).hexdigest()[:8]


def make_temporary(folder: int) -> tuple[int, str]:
    """Make a hidden file, locked for as long as its descriptor is open.

    Args:
        folder: The descriptor of the folder to make it in.

    Returns:
        The descriptor of the file, and its name.
    """
    while True:
        name = temporary_name()
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(name, flags, 0o666, dir_fd=folder)
        lock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:  # else it was cleared away before it was locked
            return descriptor, name
        os.close(descriptor)


def remove_tree(folder: int, name: str) -> None:
    """Remove a folder with all that is in it: out of sight at once, then for good. Links are removed, not followed.

    Args:
        folder: The descriptor of the folder above.
        name: Its name there.

    Raises:
        OSError: Not all could be removed; what is left has its name back, if nobody took that meanwhile.
    """
    aside = temporary_name()
    descriptor = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    try:
        lock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.rename(name, aside, src_dir_fd=folder, dst_dir_fd=folder)
        try:
            remove_aside(folder, aside)
        except BaseException:
            with suppress(OSError):
                os.rename(aside, name, src_dir_fd=folder, dst_dir_fd=folder)
            raise
    finally:
        os.close(descriptor)


def clear_abandoned(folder: int, name: str) -> None:
    """Remove what has a reserved name, if it is certain that its maker is dead.

    Args:
        folder: The descriptor of the folder that it is in.
        name: Its name there.
    """
    made_by = _NAME.fullmatch(name)
    if made_by is None:
        return
    with suppress(OSError):  # locked, gone by now, or not ours to remove: the next one to come by tries again
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
        try:
            # Shared, because network file systems give an exclusive lock only to those who may write.
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            status = os.fstat(descriptor)
            if made_by["host"] == _host() or time.time() - status.st_mtime > GRACE:
                _remove(folder, name, status)
        finally:
            os.close(descriptor)


def clear_folder(folder: int) -> None:
    """Remove what dead makers left in a folder, not in those below it.

    Args:
        folder: Its descriptor.
    """
    with suppress(OSError):  # a folder that cannot be read can still be written to
        descriptor = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=folder)
        try:
            with os.scandir(descriptor) as entries:
                names = [entry.name for entry in entries if is_reserved(entry.name)]
            for name in names:
                clear_abandoned(descriptor, name)
        finally:
            os.close(descriptor)


def lock(descriptor: int, how: int = fcntl.LOCK_EX) -> None:
    """Hold what a descriptor is open on for its maker, until it is closed.

    Args:
        descriptor: An open file or folder with a reserved name.
        how: The kind of lock.
    """
    with suppress(OSError):  # a file system without locks refuses them to `clear_abandoned` too
        fcntl.flock(descriptor, how)


def _remove(folder: int, name: str, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        remove_aside(folder, name)
    else:
        os.unlink(name, dir_fd=folder)


def remove_aside(folder: int, name: str) -> None:
    """Remove a folder that is out of sight already, with all that is in it.

    Args:
        folder: The descriptor of the folder above.
        name: Its name there.

    Raises:
        OSError: Not all could be removed.
    """
    try:
        shutil.rmtree(name, dir_fd=folder)
    except RecursionError as error:  # a store makes no such folders, but others do
        raise OSError("folders are nested too deeply in it") from error
