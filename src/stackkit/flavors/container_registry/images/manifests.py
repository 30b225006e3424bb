"""Manifests and indexes: what an image consists of."""

from __future__ import annotations

from typing import Final

import attrs

from stackkit.errors import InvalidImageError, Problem
from stackkit.flavors.container_registry.protocol.digests import is_digest
from stackkit.flavors.container_registry.protocol.json_reading import LARGEST_JSON, JsonObject, read_object

OCI_MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX: Final = "application/vnd.oci.image.index.v1+json"
OCI_CONFIG: Final = "application/vnd.oci.image.config.v1+json"
OCI_LAYER: Final = "application/vnd.oci.image.layer.v1.tar+gzip"
DOCKER_MANIFEST: Final = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_INDEX: Final = "application/vnd.docker.distribution.manifest.list.v2+json"
MANIFESTS: Final = frozenset({OCI_MANIFEST, DOCKER_MANIFEST})
INDEXES: Final = frozenset({OCI_INDEX, DOCKER_INDEX})
ACCEPTED: Final = f"{OCI_MANIFEST}, {OCI_INDEX}, {DOCKER_MANIFEST}, {DOCKER_INDEX}"
"""What a registry is asked for."""

REF_NAME: Final = "org.opencontainers.image.ref.name"
"""The annotation that names an image of a layout."""

BASE_NAME: Final = "org.opencontainers.image.base.name"
"""The annotation that names the image that another was made from."""


@attrs.frozen
class Descriptor:
    """A blob or manifest by what identifies it.

    Args:
        media_type: What it is.
        digest: The digest of its content.
        size: How many bytes it has.
        name: The name that an index gives it; empty for none.
        has_platform: Whether an index says which platform it is for.
        is_elsewhere: Whether registries need not have it: a layer that may not be distributed.
    """

    media_type: str
    digest: str
    size: int
    name: str = ""
    has_platform: bool = False
    is_elsewhere: bool = False


@attrs.frozen
class Manifest:
    """A manifest, of an image for one platform, or an index of several.

    Args:
        media_type: What it is.
        digest: The digest of its content.
        data: Its content, byte for byte.
        manifests: For an index, the manifests that it lists.
        blobs: For an image, its configuration and layers.
        base: The name of the image that it was made from; empty where it does not say.
    """

    media_type: str
    digest: str
    data: bytes = attrs.field(repr=False)
    manifests: tuple[Descriptor, ...] = ()
    blobs: tuple[Descriptor, ...] = ()
    base: str = ""

    @property
    def descriptor(self) -> Descriptor:
        """What identifies it."""
        return Descriptor(self.media_type, self.digest, len(self.data))


def read_manifest(data: bytes, digest: str, media_type: str, where: str) -> Manifest:
    """A manifest or an index from its content.

    Args:
        data: The content, which has been found to agree with the digest.
        digest: Its digest.
        media_type: What it is said to be; empty where nobody says.
        where: What messages call it.

    Raises:
        InvalidImageError: It is none, or says that it is something else.
    """
    read = read_object(data, where)
    own = read.text("mediaType", "")
    kind = media_type or own or (OCI_INDEX if "manifests" in read.values else OCI_MANIFEST)
    if own and own != kind:
        raise InvalidImageError(Problem(f"says that it is {own}, and was given as {kind}", where=where))
    if kind not in MANIFESTS | INDEXES:
        remedy = "give an OCI or Docker image; those of schema version 1 are too old"
        raise InvalidImageError(Problem(f"is {kind}, which is no image", where=where, remedy=remedy))
    if read.values.get("schemaVersion") != 2:  # noqa: PLR2004 - the number of the format
        raise InvalidImageError(Problem("has no schemaVersion 2", where=where))
    base = read.child("annotations").text(BASE_NAME, "")
    if kind in INDEXES:
        return Manifest(kind, digest, data, manifests=tuple(map(_manifest_of_index, read.children("manifests"))), base=base)
    if "manifests" in read.values:  # readers that go by the other key would see another image
        raise InvalidImageError(Problem("is a manifest, and lists manifests", where=where))
    blobs = (read_descriptor(read.child("config")), *map(read_descriptor, read.children("layers")))
    return Manifest(kind, digest, data, blobs=blobs, base=base)


def _manifest_of_index(read: JsonObject) -> Descriptor:
    found = read_descriptor(read)
    if found.size > LARGEST_JSON:
        raise InvalidImageError(Problem(f"is larger than {LARGEST_JSON // 2**20} MiB", where=read.where))
    return found


def read_descriptor(read: JsonObject) -> Descriptor:
    """A descriptor.

    Raises:
        InvalidImageError: It is none, or its digest cannot be checked.
    """
    digest, media_type = read.text("digest"), read.text("mediaType", "")
    if not is_digest(digest):
        raise InvalidImageError(Problem("is no SHA-256 or SHA-512 digest", where=f"{read.where}.digest"))
    return Descriptor(
        media_type,
        digest,
        read.whole_number("size"),
        name=read.child("annotations").text(REF_NAME, ""),
        has_platform="platform" in read.values,
        is_elsewhere="nondistributable" in media_type or ".foreign." in media_type,
    )
