"""Which form an image on disk has."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import ExitStack, contextmanager
from pathlib import Path

from stackkit.errors import InvalidImageError, Problem
from stackkit.flavors.container_registry.images.docker_archive import is_docker_archive, read_docker_archive
from stackkit.flavors.container_registry.images.layout import is_layout, read_layout
from stackkit.flavors.container_registry.images.source import SourceImage, opened_files


@contextmanager
def opened_image(source: Path, names: Iterable[str]) -> Generator[SourceImage]:
    """An image on disk: an OCI layout, as a folder or an archive, or an archive that `docker save` wrote.

    What newer Dockers save is both, and read as a layout.

    Args:
        source: Where it is.
        names: What it may be called there, where there are several.

    Raises:
        InvalidImageError: It is none of these, or damaged.
    """
    with ExitStack() as stack:
        files = stack.enter_context(opened_files(source))
        if is_layout(files):
            yield read_layout(files, names)
        elif is_docker_archive(files):
            yield read_docker_archive(files, names, stack)
        else:
            what = "has neither oci-layout nor manifest.json"
            remedy = "give an OCI layout, or an archive that docker save wrote"
            raise InvalidImageError(Problem(what, where=str(source), remedy=remedy))
