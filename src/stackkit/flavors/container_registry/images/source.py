"""An image on disk, whatever form it has there: a layout in a folder or an archive, or what `docker save` wrote."""

from __future__ import annotations

import gzip
import os
import shutil
import tempfile
import zlib
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from io import FileIO
from pathlib import Path
from typing import BinaryIO, Final

import attrs

from stackkit.errors import InvalidImageError, Problem
from stackkit.flavors.container_registry.images.image_files import FolderFiles, ImageFiles, TarFiles
from stackkit.flavors.container_registry.images.manifests import Descriptor, Manifest

_GZIP: Final = b"\x1f\x8b"


@attrs.frozen
class Blob:
    """A blob that can be read.

    Args:
        descriptor: What identifies it.
        open: Opens it, from its beginning, as often as it is called.
    """

    descriptor: Descriptor
    open: Callable[[], BinaryIO]


@attrs.frozen
class SourceImage:
    """An image that is ready to be pushed.

    Args:
        manifests: Its manifests, each after those that it lists; the last one is the image's.
        blobs: Its blobs by digest.
    """

    manifests: tuple[Manifest, ...]
    blobs: Mapping[str, Blob]

    @property
    def root(self) -> Manifest:
        """The manifest that the image's name is to stand for."""
        return self.manifests[-1]


@contextmanager
def opened_files(source: Path) -> Generator[ImageFiles]:
    """The files of an image; one that is compressed with gzip is unpacked into a hidden file first.

    Args:
        source: A folder, or an archive.

    Raises:
        InvalidImageError: It is neither, or cannot be read.
    """
    if os.path.isdir(source):  # noqa: PTH112 - Path.is_dir raises for a name that is too long
        yield FolderFiles(source)
        return
    with ExitStack() as stack:
        files = TarFiles(_open_archive(source, stack), str(source))
        stack.callback(files.close)
        yield files


def _open_archive(source: Path, stack: ExitStack) -> FileIO:
    where = str(source)
    if not os.path.isfile(source):  # noqa: PTH113 - the same
        what = "is neither a file nor a folder" if os.path.exists(source) else "is not there"  # noqa: PTH110 - the same
        raise InvalidImageError(Problem(what, where=where, remedy="give an OCI layout, or an archive that docker save wrote"))
    try:
        opened = stack.enter_context(FileIO(source))
        compressed = opened.read(2) == _GZIP
        opened.seek(0)
        return stack.enter_context(_unpacked(source)) if compressed else opened
    except (OSError, EOFError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is cut off or damaged"
        raise InvalidImageError(Problem(f"cannot be read: {reason}", where=where)) from error


def _unpacked(source: Path) -> FileIO:
    descriptor, name = tempfile.mkstemp(prefix="stackkit-image-")
    os.unlink(name)  # noqa: PTH108 - nothing is left behind, whatever happens
    unpacked = FileIO(descriptor, "r+")
    try:
        _unpack(source, unpacked)
        unpacked.seek(0)
    except BaseException:
        unpacked.close()
        raise
    return unpacked


def _unpack(source: Path, unpacked: FileIO) -> None:
    most = shutil.disk_usage(tempfile.gettempdir()).free // 2
    with gzip.open(source) as packed:
        while piece := packed.read(2**20):
            if unpacked.tell() + len(piece) > most:
                what = f"unpacks to more than half of what is free in {tempfile.gettempdir()}"
                raise InvalidImageError(Problem(what, where=str(source), remedy="make room, or unpack it yourself"))
            unpacked.write(piece)
