"""Files that become visible whole, when they are closed, or not at all."""

from __future__ import annotations

import io
import os
import warnings
from contextlib import suppress
from types import TracebackType

from typing_extensions import Buffer, override

from stackkit.flavors.local_files.confinement import Place
from stackkit.flavors.local_files.drafts import Change, Draft, open_regular
from stackkit.flavors.local_files.os_errors import artifact_errors, taken

_BUFFER = 1 << 16


class ArtifactFile(io.FileIO):
    """A file as the operating system has it; its errors are the store's.

    Args:
        descriptor: The open file, which is closed with this object.
        mode: What it is open for, as in `builtins.open`.
        path: Its path in the store.
    """

    def __init__(self, descriptor: int, mode: str, path: str) -> None:
        super().__init__(descriptor, mode)
        self.name = path

    @override
    def readinto(self, buffer: Buffer, /) -> int:
        with artifact_errors(self.name, creating=False):
            return super().readinto(buffer) or 0

    @override
    def readall(self) -> bytes:
        with artifact_errors(self.name, creating=False):
            return super().readall()

    @override
    def write(self, buffer: Buffer, /) -> int:
        with artifact_errors(self.name, creating=True):
            return super().write(buffer)


class AtomicWriter(io.BufferedWriter):
    """A binary file that is published by `close`, and by nothing else.

    Args:
        draft: The file to write.
        mode: `w`, `x` or `a`.
    """

    def __init__(self, draft: Draft, mode: Change) -> None:
        self._draft = draft
        self._file = ArtifactFile(draft.descriptor, mode, draft.path)
        super().__init__(self._file, _BUFFER)

    @override
    def close(self) -> None:
        """Publish the file; one that cannot be published is discarded."""
        if self.closed:
            return
        try:
            if not self._draft.is_inherited:
                with artifact_errors(self._draft.path, creating=True):
                    self.flush()
                    self._draft.publish()
        finally:
            self.discard()

    def discard(self) -> None:
        """Close the file and publish nothing. Can be repeated without harm."""
        self._draft.discard()
        with suppress(OSError):
            self._file.close()  # and not this object, which would first write what is left in its buffer

    @override
    def __exit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        if exc_type is None:
            self.close()
        else:
            self.discard()

    @override
    def __del__(self) -> None:
        if not self._draft.is_finished:
            self.discard()
            warnings.warn(f"{self._draft.path} was never closed: it is discarded", ResourceWarning, stacklevel=2, source=self)


def open_reader(place: Place) -> io.BufferedReader:
    """Open a regular file for reading; nothing else is opened, not for a moment.

    Args:
        place: Where it is.

    Raises:
        ArtifactError: It is no regular file.
        OSError: As the operating system says.
    """
    place.require_file()
    descriptor = open_regular(place.folder, place.name, place.path)
    return io.BufferedReader(ArtifactFile(descriptor, "r", place.path), _BUFFER)


def open_writer(place: Place, mode: Change) -> AtomicWriter:
    """Begin a file.

    Args:
        place: Where it will be.
        mode: `w` replaces what is there, `x` refuses it, `a` begins with a copy of it.

    Raises:
        ArtifactError: There is something that cannot be replaced by a file.
        OSError: As the operating system says.
    """
    if mode == "x" and place.status is not None and not place.is_folder:
        raise taken(place.path, "choose another name")
    if place.status is not None:
        place.require_file()
    draft = Draft.begin(place, is_new=mode == "x")
    try:
        if place.status is not None:
            draft.take_over(place.status, content=mode == "a")
    except BaseException:
        draft.discard()
        os.close(draft.descriptor)
        raise
    return AtomicWriter(draft, mode)
