"""Writing an OCI layout whole or not at all: in a hidden folder beside it, which gets its name at the end."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, final

from stackkit.errors import ImageError, ImageExistsError, ImageTransferError, Problem
from stackkit.flavors.container_registry.images.layout import INDEX, LAYOUT, MARKER
from stackkit.flavors.container_registry.images.manifests import OCI_INDEX, REF_NAME, Manifest
from stackkit.flavors.container_registry.protocol.digests import blob_path


@final
class LayoutWriter:
    """A layout that is being written.

    Leaving the block without `finish` takes everything away. What a killed process leaves is taken away by the next one
    that writes to the same place: its lock is free then.

    Args:
        target: The layout's folder.

    Raises:
        ImageExistsError: There is something at the target, or somebody writes to it just now.
        ImageTransferError: It cannot be written.
    """

    def __init__(self, target: Path) -> None:
        if not target.name or "\0" in str(target):
            raise ImageTransferError(Problem("is no new folder", where=str(target), remedy="name one that does not exist yet"))
        self._target = target
        self._hidden = target.with_name(f".{target.name}.stackkit-pull")
        self._lock = -1

    def __enter__(self) -> Self:
        with self._failures_told():
            if os.path.lexists(self._target):
                raise self._taken("is there already")
            self._target.parent.mkdir(parents=True, exist_ok=True)
            self._lock = self._locked()
            for entry in self._hidden.iterdir():  # of one that was killed
                shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._lock >= 0:
            if os.path.lexists(self._hidden):
                shutil.rmtree(self._hidden, ignore_errors=True)
            os.close(self._lock)

    def _locked(self) -> int:
        """Make the hidden folder, and lock it."""
        while True:
            with suppress(FileExistsError):
                self._hidden.mkdir()
            try:
                descriptor = os.open(self._hidden, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            except FileNotFoundError:
                continue  # another one has just finished with it
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.path.samestat(os.fstat(descriptor), self._hidden.stat()):
                    return descriptor
            except BlockingIOError:
                os.close(descriptor)
                raise self._taken("is being written by somebody else") from None
            except FileNotFoundError:
                pass
            os.close(descriptor)

    def check_room(self, size: int) -> None:
        """Refuse what the disk has no room for, before any of it is written.

        Args:
            size: How many bytes there will be.

        Raises:
            ImageTransferError: There is no room for them.
        """
        with self._failures_told():
            free = shutil.disk_usage(self._hidden).free
        if size > free:
            what = f"has no room for an image of {size} bytes: {free} are free"
            raise ImageTransferError(Problem(what, where=str(self._target), remedy="make room, or name a folder elsewhere"))

    @contextmanager
    def blob(self, digest: str) -> Generator[BinaryIO]:
        """A new file for a blob, which is on the disk after the block.

        Args:
            digest: The blob's digest.

        Raises:
            ImageTransferError: It cannot be written.
        """
        path = self._hidden / blob_path(digest)
        with self._failures_told():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())

    def finish(self, root: Manifest, tag: str) -> None:
        """Make the layout visible.

        Args:
            root: The manifest of its image.
            tag: What the image is called; empty for no name.

        Raises:
            ImageExistsError: There is something at the target by now.
            ImageTransferError: It cannot be written.
        """
        entry: dict[str, object] = {"mediaType": root.media_type, "digest": root.digest, "size": len(root.data)}
        if tag:
            entry["annotations"] = {REF_NAME: tag}
        index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [entry]}
        with self._failures_told():
            for name, data in ((MARKER, LAYOUT), (INDEX, json.dumps(index, separators=(",", ":")).encode())):
                with (self._hidden / name).open("xb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
            for folder in (*(self._hidden / "blobs").iterdir(), self._hidden / "blobs", self._hidden):
                _sync(folder)
            if os.path.lexists(self._target):  # rename would replace an empty folder
                raise self._taken("is there already")
            self._hidden.rename(self._target)
            _sync(self._target.parent)

    @contextmanager
    def _failures_told(self) -> Generator[None]:
        try:
            yield
        except ImageError:
            raise
        except OSError as error:
            what = f"cannot be written: {error.strerror or error}"
            remedy = "name a new folder in one that can be written to"
            raise ImageTransferError(Problem(what, where=str(self._target), remedy=remedy)) from error

    def _taken(self, what: str) -> ImageExistsError:
        return ImageExistsError(Problem(what, where=str(self._target), remedy="name a folder that does not exist yet"))


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
