"""Unfinished files, and how they take their places."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import stat
import sys
from contextlib import suppress
from typing import Literal, TypeAlias

import attrs

from stackkit.flavors.local_files.confinement import Place
from stackkit.flavors.local_files.os_errors import is_special, taken
from stackkit.flavors.local_files.renaming import move_to_free_name
from stackkit.flavors.local_files.temporary import make_temporary

Change: TypeAlias = Literal["w", "x", "a"]

_CHUNK = 1 << 20


@attrs.define(eq=False)
class Draft:
    """An unfinished file beside the one it will be.

    Args:
        folder: A descriptor of the folder that both are in, closed when the draft is finished.
        name: The name it will have.
        path: Its path in the store.
        is_new: Whether there must be no file of that name.
        descriptor: The open file, which is not closed with the draft.
        temporary: The name that it has.
    """

    folder: int
    name: str
    path: str
    is_new: bool
    descriptor: int
    temporary: str
    is_finished: bool = attrs.field(default=False, init=False)
    _owner: int = attrs.field(factory=os.getpid, init=False)

    @classmethod
    def begin(cls, place: Place, *, is_new: bool) -> Draft:
        """Make an empty draft.

        Args:
            place: Where it will be.
            is_new: Whether nothing may be there by then.
        """
        folder = os.dup(place.folder)
        try:
            descriptor, temporary = make_temporary(folder)
        except BaseException:
            os.close(folder)
            raise
        return cls(folder, place.name, place.path, is_new, descriptor, temporary)

    @property
    def is_inherited(self) -> bool:
        """Whether another process began it, of which this one is a fork."""
        return self._owner != os.getpid()

    def take_over(self, status: os.stat_result, *, content: bool) -> None:
        """Begin with the permissions, and maybe the content, of the file that will be replaced.

        Args:
            status: What is known of that file.
            content: Whether its content is copied, to be appended to.

        Raises:
            PermissionError: That file cannot be written to.
        """
        if not os.access(self.name, os.W_OK, dir_fd=self.folder):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        os.fchmod(self.descriptor, stat.S_IMODE(status.st_mode))
        if content:
            source = open_regular(self.folder, self.name, self.path)
            try:
                copy_content(source, self.descriptor)
            finally:
                os.close(source)
            fcntl.fcntl(self.descriptor, fcntl.F_SETFL, os.O_APPEND)

    def publish(self) -> None:
        """Give the file its name, over the one that has it.

        Raises:
            ArtifactExistsError: The file must be new, and there is one by now.
            OSError: As the operating system says.
        """
        os.close(os.dup(self.descriptor))  # network file systems tell only at a close that a write failed
        if not self.is_new:
            os.replace(self.temporary, self.name, src_dir_fd=self.folder, dst_dir_fd=self.folder)
        else:
            try:
                move_to_free_name(self.folder, self.temporary, self.folder, self.name)
            except FileExistsError as error:
                raise taken(self.path, "somebody else was faster") from error
        self._finish()

    def discard(self) -> None:
        """Remove the file, unless it is another process's. Can be repeated without harm."""
        if not self.is_finished:
            if not self.is_inherited:
                with suppress(OSError):  # its folder may be gone; whatever stays is hidden, and cleared away later
                    os.unlink(self.temporary, dir_fd=self.folder)
            self._finish()

    def _finish(self) -> None:
        self.is_finished = True
        os.close(self.folder)


def open_regular(folder: int, name: str, path: str) -> int:
    """Open a regular file for reading, and nothing that came to have its name meanwhile: no link, and no pipe to wait for.

    Args:
        folder: The descriptor of the folder it is in.
        name: Its name there.
        path: Its path in the store.

    Raises:
        ArtifactError: It is no regular file.
        OSError: As the operating system says.
    """
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise is_special(path)
    return descriptor


def copy_content(source: int, target: int) -> None:
    """Copy from one open file to another, in the kernel where it can, and never all at once.

    Args:
        source: A descriptor, read from where it is to its end.
        target: A descriptor, written to where it is.
    """
    if sys.platform == "linux":
        with suppress(OSError):  # what the kernel does not copy is copied below, or fails there with its reason
            while os.copy_file_range(source, target, _CHUNK << 6):
                pass
    with open(source, "rb", closefd=False) as reader, open(target, "wb", closefd=False) as writer:
        shutil.copyfileobj(reader, writer, _CHUNK)
