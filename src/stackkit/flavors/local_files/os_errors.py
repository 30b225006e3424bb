"""What is said of a file that is an artifact, in place of the operating system's errors."""

from __future__ import annotations

import errno
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from stackkit.errors import (
    ArtifactError,
    ArtifactExistsError,
    ArtifactIsADirectoryError,
    ArtifactNotADirectoryError,
    ArtifactNotFoundError,
    Problem,
)

UNNAMEABLE: Final = errno.EILSEQ
"""The number of an `OSError` about a name that no artifact can have."""

_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP, UNNAMEABLE})
_REMEDIES = {
    errno.EACCES: "check who may read and write it",
    errno.EPERM: "check who may read and write it",
    errno.EROFS: "the file system is read-only",
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.EXDEV: "copy it instead",
}


def absent(path: str) -> ArtifactNotFoundError:
    """There is nothing at a path."""
    return ArtifactNotFoundError(Problem("there is no such file or folder", where=path))


def taken(path: str, remedy: str) -> ArtifactExistsError:
    """There is something at a path that should be free."""
    return ArtifactExistsError(Problem("exists already", where=path, remedy=remedy))


def is_folder(path: str) -> ArtifactIsADirectoryError:
    """There is a folder at a path that should be a file's."""
    return ArtifactIsADirectoryError(Problem("is a folder, not a file", where=path))


def is_no_folder(path: str) -> ArtifactNotADirectoryError:
    """There is something else at a path that should be a folder's."""
    return ArtifactNotADirectoryError(Problem("is not a folder, or lies below a file", where=path))


def is_special(path: str) -> ArtifactError:
    """There is a pipe, a socket or a device at a path."""
    return ArtifactError(Problem("is neither a file nor a folder", where=path, remedy="artifacts are files; take it away"))


@contextmanager
def artifact_errors(path: str, *, creating: bool) -> Generator[None, None, None]:
    """Turn the operating system's errors into the store's, and let the store's pass.

    Args:
        path: What the errors are about.
        creating: Whether something is to be made there. If not, a name that nothing can have is a name that nothing has.

    Raises:
        ArtifactError: For every `OSError`, which is its cause.
    """
    try:
        yield
    except ArtifactError:
        raise
    except OSError as error:
        raise _translated(error, path, creating) from error


def _translated(error: OSError, path: str, creating: bool) -> ArtifactError:
    number = error.errno
    if not creating and number in _ABSENT:
        return absent(path)
    if number == errno.ENOENT:
        return ArtifactNotFoundError(Problem("the folder above is not there", where=path, remedy="make it with makedirs"))
    if number == errno.ENOTDIR:
        return is_no_folder(path)
    if number == errno.EISDIR:
        return is_folder(path)
    if number in (errno.EEXIST, errno.ENOTEMPTY):
        return taken(path, "choose another name")
    what = error.strerror or str(error) or type(error).__name__
    return ArtifactError(Problem(what[0].lower() + what[1:], where=path, remedy=_REMEDIES.get(number or 0, "")))
