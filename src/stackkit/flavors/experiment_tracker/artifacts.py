"""The files of a run: copies that are whole, and never outside of the run's folder."""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO

from stackkit.errors import ArtifactError, ArtifactIsADirectoryError, PathOutsideStoreError, Problem
from stackkit.flavors.local_files.atomic import open_reader, open_writer
from stackkit.flavors.local_files.confinement import locate
from stackkit.flavors.local_files.drafts import copy_content
from stackkit.flavors.local_files.globbing import Tree, below
from stackkit.flavors.local_files.os_errors import absent, artifact_errors, is_folder, is_special
from stackkit.flavors.local_files.scanning import exists, exists_inside, find, list_if_folder


def relative(path: str) -> str:
    """A path without what says nothing; empty for the folder of all artifacts.

    Raises:
        PathOutsideStoreError: It leads elsewhere.

    >>> relative("./plots//loss.svg")
    'plots/loss.svg'
    """
    names = [name for name in path.split("/") if name not in ("", ".")]
    if path.startswith("/") or ".." in names or "\0" in path:
        raise PathOutsideStoreError(Problem("leads out of the run's artifacts", where=path, remedy="write folder/file"))
    return "/".join(names)


def keep(root: str, source: str, path: str) -> None:
    """Copy a file, or the files of a folder and below it.

    Args:
        root: The folder of the run's artifacts, made where there is none.
        source: The file or folder.
        path: What it is called among the artifacts; the source's own name when empty.

    Raises:
        ArtifactError: It cannot be copied; what cannot be an artifact is named before anything is copied.
    """
    target = relative(path or Path(source).resolve().name)
    if not os.path.isdir(source):  # noqa: PTH112 - as the user wrote it
        if not target:
            raise is_folder(path)
        _copy(root, source, target)
        return
    files = list(_files(source))
    odd = [problem for file in files for problem in _problems(os.path.join(source, file))]  # noqa: PTH118 - the same
    if odd:
        raise ArtifactError(*odd)
    for file in files:
        _copy(root, os.path.join(source, file), posixpath.join(target, file))  # noqa: PTH118 - the same


def _files(folder: str) -> Iterator[str]:
    """The paths of what is below a folder and is no folder itself, and of links to folders, which are not followed."""
    for top, folders, files in os.walk(folder, onerror=_raise):
        links = [name for name in folders if os.path.islink(os.path.join(top, name))]  # noqa: PTH114, PTH118 - text is faster
        for name in sorted([*files, *links]):
            yield os.path.relpath(os.path.join(top, name), folder)  # noqa: PTH118 - the same


def _raise(error: OSError) -> None:
    with artifact_errors(str(error.filename), creating=False):
        raise error


def _problems(file: str) -> Iterator[Problem]:
    if not os.path.isfile(file):  # noqa: PTH113 - the same
        kind = "a link to a folder" if os.path.isdir(file) else "neither a file nor a folder"  # noqa: PTH112 - the same
        yield Problem(f"is {kind}, or leads nowhere", where=file, remedy="take it away, or log what it leads to")


def _copy(root: str, source: str, path: str) -> None:
    with artifact_errors(source, creating=False):
        descriptor = os.open(source, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise is_special(source)
        with artifact_errors(path, creating=True), locate(root, path, creating=True, parents=True) as place:
            writer = open_writer(place, "w")
        with writer, artifact_errors(path, creating=True):
            copy_content(descriptor, writer.fileno())
    finally:
        os.close(descriptor)


def paths(root: str, path: str) -> list[str]:
    """The paths of all files in a folder and below it, sorted; of a file, its own.

    Args:
        root: The folder of the run's artifacts.
        path: The folder, from there; empty for all.

    Raises:
        PathOutsideStoreError: It leads elsewhere.
    """
    folder = relative(path)
    found = find(root, folder)
    if found is None:
        return []
    if not stat.S_ISDIR(found.st_mode):
        return [folder] if exists(root, folder) else []
    tree = Tree(partial(list_if_folder, root), partial(exists_inside, root))
    return sorted(posixpath.join(top, name) for top, listing in below(tree, folder) for name in listing.files)


def open_file(root: str, path: str) -> IO[bytes]:
    """A file, open for reading.

    Args:
        root: The folder of the run's artifacts.
        path: The file, from there.

    Raises:
        ArtifactNotFoundError: There is none.
        PathOutsideStoreError: It leads elsewhere.
    """
    file = relative(path)
    if not file:
        raise ArtifactIsADirectoryError(Problem("is the folder of all artifacts", where=path, remedy="name a file"))
    if not os.path.isdir(root):  # noqa: PTH112 - the same
        raise absent(file)
    with artifact_errors(file, creating=False), locate(root, file) as place:
        return open_reader(place)
