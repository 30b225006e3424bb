"""Locks between processes, which the operating system takes back when their holder dies."""

from __future__ import annotations

import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from stackkit.errors import LifecycleError, Problem

_PAUSE: Final = 0.02
"""How often a lock is tried, in seconds; the operating system has no way to wait for one for a while."""


@contextmanager
def locked(file: Path, deadline: float) -> Generator[None]:
    """Hold a lock that one thread of one process has at a time.

    Args:
        file: A file that is for nothing else, in a folder that exists; made where it is missing.
        deadline: Until when to wait, on the monotonic clock.

    Raises:
        LifecycleError: Another held it until then.
        FileNotFoundError: The folder is gone.
    """
    descriptor = _taken(file, deadline)
    try:
        yield
    finally:
        os.close(descriptor)


def _taken(file: Path, deadline: float) -> int:
    while True:
        descriptor = _open(file)
        try:
            while not _try(descriptor):
                _wait_until(deadline, file)
            if _is_there(file, descriptor):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # whoever had it has removed the file: another one is the lock now


def _wait_until(deadline: float, file: Path) -> None:
    if time.monotonic() >= deadline:
        what = "is being started or stopped by another process"
        raise LifecycleError(Problem(what, where=str(file.parent), remedy="try again"))
    time.sleep(_PAUSE)


def _open(file: Path) -> int:
    return os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _try(descriptor: int) -> bool:
    import fcntl  # POSIX only; the flavor can be listed and configured elsewhere

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_there(file: Path, descriptor: int) -> bool:
    try:
        found, held = file.stat(), os.fstat(descriptor)
    except FileNotFoundError:
        return False
    return (found.st_dev, found.st_ino) == (held.st_dev, held.st_ino)


def is_locked(file: Path) -> bool:
    """Whether somebody holds a lock now.

    Args:
        file: The lock's file.
    """
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return False
    try:
        return not _try(descriptor)
    finally:
        os.close(descriptor)


def hold_for_life(file: Path) -> None:
    """Take a lock and keep it until this process ends. Its file then has the process's identifier.

    Args:
        file: The lock's file; waited for, since others take it for a moment to see whether it is held.
    """
    import fcntl

    descriptor = _open(file)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    os.truncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)
