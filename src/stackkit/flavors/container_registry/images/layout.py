"""Images in OCI layouts: a folder, or an archive of one, with an index and blobs named by their digests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final

from stackkit.errors import InvalidImageError, Problem
from stackkit.flavors.container_registry.images.image_files import ImageFiles, read_small
from stackkit.flavors.container_registry.images.manifests import OCI_INDEX, Descriptor, Manifest, read_manifest
from stackkit.flavors.container_registry.images.source import Blob, SourceImage
from stackkit.flavors.container_registry.protocol.digests import blob_path, digest_of, matches
from stackkit.flavors.container_registry.protocol.json_reading import read_object

MARKER: Final = "oci-layout"
INDEX: Final = "index.json"
LAYOUT: Final = b'{"imageLayoutVersion":"1.0.0"}'

DEEPEST: Final = 4
"""How far indexes may be nested."""

MOST_MANIFESTS: Final = 1000
"""How many manifests an image may have."""


def is_layout(files: ImageFiles) -> bool:
    """Whether files are an OCI layout."""
    return files.size(MARKER) is not None


def read_layout(files: ImageFiles, names: Iterable[str]) -> SourceImage:
    """The image of a layout.

    Args:
        files: The layout's files.
        names: What it may be called there, where the layout has several.

    Raises:
        InvalidImageError: The layout is damaged, or has several images and none of these names; all that is missing
            is named at once.
    """
    version = read_object(read_small(files, MARKER), f"{files.where}: {MARKER}").text("imageLayoutVersion")
    if version != "1.0.0":
        raise InvalidImageError(Problem(f"is a layout of version {version}", where=files.where, remedy="give one of 1.0.0"))
    data = read_small(files, INDEX)
    top = read_manifest(data, digest_of(data), OCI_INDEX, f"{files.where}: {INDEX}")
    chosen = _chosen(top, list(names), files.where)
    root = top if chosen is None else _read(files, chosen)
    manifests: dict[str, Manifest] = {}
    _collect(files, root, manifests, depth=0)
    wanted = {blob.digest: blob for manifest in manifests.values() for blob in manifest.blobs}
    problems = list(_problems(files, wanted.values()))
    if problems:
        raise InvalidImageError(*problems)
    blobs = {
        digest: Blob(blob, partial(files.open, blob_path(digest)))
        for digest, blob in wanted.items()
        if files.size(blob_path(digest)) is not None
    }
    return SourceImage(tuple(manifests.values()), blobs)


def _chosen(top: Manifest, names: list[str], where: str) -> Descriptor | None:
    """The image that is meant; None where the layout's own index is one, of an image for several platforms."""
    if len(top.manifests) == 1:
        return top.manifests[0]
    for name in names:
        found = [entry for entry in top.manifests if entry.name == name]
        if len(found) == 1:
            return found[0]
    if top.manifests and all(entry.has_platform and not entry.name for entry in top.manifests):
        return None
    if not top.manifests:
        raise InvalidImageError(Problem("has no image", where=where))
    known = ", ".join(sorted({entry.name for entry in top.manifests if entry.name})) or "none with a name"
    remedy = f"push one by the tag that the layout gives it: {known}"
    raise InvalidImageError(
        Problem(f"has {len(top.manifests)} images, none of them called {names[0]}", where=where, remedy=remedy)
    )


def _read(files: ImageFiles, entry: Descriptor) -> Manifest:
    where = f"{files.where}: {entry.digest}"
    data = read_small(files, blob_path(entry.digest))
    if len(data) != entry.size or not matches(entry.digest, data):
        raise InvalidImageError(Problem("is not what its digest says", where=where, remedy="write the layout anew"))
    return read_manifest(data, entry.digest, entry.media_type, where)


def _collect(files: ImageFiles, manifest: Manifest, found: dict[str, Manifest], *, depth: int) -> None:
    """Add a manifest after all that it lists, each once."""
    if depth > DEEPEST:
        raise InvalidImageError(Problem(f"nests indexes more than {DEEPEST} deep", where=files.where))
    for entry in manifest.manifests:
        if entry.digest not in found:
            _collect(files, _read(files, entry), found, depth=depth + 1)
    if len(found) >= MOST_MANIFESTS:
        raise InvalidImageError(Problem(f"has more than {MOST_MANIFESTS} manifests", where=files.where))
    found[manifest.digest] = manifest


def _problems(files: ImageFiles, wanted: Iterable[Descriptor]) -> Iterator[Problem]:
    for blob in wanted:
        size = files.size(blob_path(blob.digest))
        where = f"{files.where}: {blob.digest}"
        if size is None and not blob.is_elsewhere:
            yield Problem("is missing", where=where, remedy="write the layout anew")
        elif size is not None and size != blob.size:
            yield Problem(f"has {size} bytes, and should have {blob.size}", where=where, remedy="write the layout anew")
