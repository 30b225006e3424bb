"""Files that only their owner may read, written whole or not at all."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import attrs

from stackkit.errors import Problem, SecretAccessError

_OWNER = stat.S_IRUSR | stat.S_IWUSR
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


@attrs.frozen(repr=False)
class PrivateFile:
    """What is found at a path. Its repr, and so a traceback that shows local variables, hides the content.

    Args:
        content: The bytes; None when there is no file, or one with problems.
        problems: Why the file is not to be trusted.
    """

    content: bytes | None = None
    problems: tuple[Problem, ...] = ()


def look(path: Path, *, follow: bool) -> PrivateFile:
    """Read a file, unless others could read or change it.

    Args:
        path: Where it is.
        follow: Whether it may be a symbolic link; the link and what it leads to must both be the user's own.

    Returns:
        What was found.

    Raises:
        SecretAccessError: The file cannot be opened.
    """
    with _told("be read", path):
        try:
            found = path.lstat()
        except FileNotFoundError:
            return PrivateFile()
        if stat.S_ISLNK(found.st_mode) and not follow:
            return _refused(path, "is a symbolic link", "put the file itself there")
        try:
            # without O_NONBLOCK, a pipe at this place would be waited for
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except FileNotFoundError:
            return _refused(path, "is a symbolic link to nothing", "remove the link, or put back what it leads to")
        try:
            problems = tuple(_file_problems(path, found, os.fstat(descriptor)))
            return PrivateFile(problems=problems) if problems else PrivateFile(_read(descriptor))
        finally:
            os.close(descriptor)


def _refused(path: Path, what: str, remedy: str) -> PrivateFile:
    return PrivateFile(problems=(Problem(what, where=str(path), remedy=remedy),))


def _read(descriptor: int) -> bytes:
    with os.fdopen(descriptor, "rb", closefd=False) as stream:
        return stream.read()


def _file_problems(path: Path, link: os.stat_result, target: os.stat_result) -> Iterator[Problem]:
    if not stat.S_ISREG(target.st_mode):
        yield Problem("is not a file", where=str(path), remedy="name a file")
    elif not _is_own(link) or not _is_own(target):
        yield Problem("belongs to another user", where=str(path), remedy=_owner_remedy(path))
    elif target.st_mode & _OTHERS:
        yield Problem("can be read or changed by others", where=str(path), remedy=f"run: chmod 600 {shlex.quote(str(path))}")


def folder_problems(path: Path) -> Iterator[Problem]:
    """Why others could replace the files in a folder; nothing when there is no folder."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return
    except OSError as error:
        yield Problem(f"cannot be read: {_reason(error)}", where=str(path), remedy="choose another folder")
        return
    if not stat.S_ISDIR(found.st_mode):
        yield Problem("is not a folder", where=str(path), remedy="choose another path, or remove the file")
    elif not _is_own(found):
        yield Problem("belongs to another user", where=str(path), remedy=_owner_remedy(path))
    elif found.st_mode & _OTHERS_WRITE:
        yield Problem("can be changed by others", where=str(path), remedy=f"run: chmod 700 {shlex.quote(str(path))}")


def _is_own(found: os.stat_result) -> bool:
    return found.st_uid in (os.geteuid(), 0)  # what root owns, root could have changed anyway


def _owner_remedy(path: Path) -> str:
    return f"work as that user, or run: sudo chown -h {os.geteuid()} {shlex.quote(str(path))}"


def make_folder(path: Path) -> None:
    """Make a folder for its owner alone, whatever the umask; one that is there stays as it is.

    Raises:
        SecretAccessError: It cannot be made.
    """
    with _told("be made", path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            path.mkdir(stat.S_IRWXU)
        except FileExistsError:
            return
        path.chmod(stat.S_IRWXU)  # the umask may have taken some away
        _sync_folder(path.parent)


def write(path: Path, content: bytes) -> None:
    """Put a file in the place of another, whole and durable, or not at all. One writer at a time.

    Args:
        path: The file to replace, or to make.
        content: Its bytes from now on.

    Raises:
        SecretAccessError: It cannot be written.
    """
    new = path.with_name(f"{path.name}.new")
    with _told("be written", path), _removed(new):
        new.unlink(missing_ok=True)  # what a killed writer left
        _create(new, content)
        new.replace(path)
        _sync_folder(path.parent)


def create(path: Path, content: bytes) -> None:
    """Make a file unless there is one. Of several processes that try at once, one succeeds; none sees half a file.

    A process that is killed here may leave a file beside it, whose name ends in `.new`.

    Args:
        path: The file.
        content: Its bytes, if it is made.

    Raises:
        SecretAccessError: It cannot be made.
    """
    new = path.with_name(f"{path.name}.{uuid4().hex}.new")
    with _told("be made", path), _removed(new):
        _create(new, content)
        with suppress(FileExistsError):
            path.hardlink_to(new)
        _sync_folder(path.parent)


def _create(path: Path, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, _OWNER)
    with os.fdopen(descriptor, "wb") as stream:
        os.fchmod(descriptor, _OWNER)  # the umask may have taken some away
        stream.write(content)
        stream.flush()
        os.fsync(descriptor)


@contextmanager
def _removed(path: Path) -> Generator[None]:
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(path: Path) -> Generator[None]:
    """Hold a lock that one thread of one process has at a time; it goes when the process dies.

    Args:
        path: A file that is for nothing else, and stays.

    Raises:
        SecretAccessError: The file cannot be opened.
    """
    import fcntl  # POSIX only; the flavor can be listed and configured elsewhere

    with _told("be locked", path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, _OWNER)
    try:
        with _told("be locked", path):
            if stat.S_IMODE(os.fstat(descriptor).st_mode) != _OWNER:
                os.fchmod(descriptor, _OWNER)  # whoever can open the file can hold the lock
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _told(what: str, path: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        problem = Problem(
            f"cannot {what}: {_reason(error)}",
            where=str(path),
            remedy="see to its permissions and its disk, or choose another place",
        )
        raise SecretAccessError(problem) from error


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__
