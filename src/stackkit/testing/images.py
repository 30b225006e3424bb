"""Container images made up for tests: OCI layouts, archives of them, and archives as `docker save` writes them."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

OCI_INDEX: Final = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
OCI_CONFIG: Final = "application/vnd.oci.image.config.v1+json"
OCI_LAYER: Final = "application/vnd.oci.image.layer.v1.tar+gzip"

Described = dict[str, object]
"""A descriptor, as indexes and manifests hold it."""


def layer_of(files: Mapping[str, bytes]) -> bytes:
    """A layer with some files, as a tar archive that is not compressed; the same files give the same bytes.

    Args:
        files: Their contents by name.
    """
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return written.getvalue()


def write_layout(folder: Path, *layers: bytes, tag: str = "", annotations: Mapping[str, str] | None = None) -> str:
    """Write an OCI layout of one image.

    Args:
        folder: The layout's folder; it is made.
        layers: The layers, not compressed.
        tag: What the layout calls the image; empty for no name.
        annotations: Annotations of its manifest.

    Returns:
        The digest of the image's manifest.
    """
    described = add_image(folder, *layers, annotations=annotations)
    finish_layout(folder, named(described, tag) if tag else described)
    return str(described["digest"])


def write_layout_of_platforms(folder: Path, images: Mapping[str, Sequence[bytes]]) -> str:
    """Write an OCI layout of one image for several platforms.

    Args:
        folder: The layout's folder; it is made.
        images: The layers for each platform, such as `linux/amd64`.

    Returns:
        The digest of the image's index.
    """
    listed: list[Described] = []
    for platform, layers in images.items():
        system, _, architecture = platform.partition("/")
        described = add_image(folder, *layers, platform=platform)
        listed.append({**described, "platform": {"os": system, "architecture": architecture}})
    index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": listed}
    described = add_blob(folder, _json(index), OCI_INDEX)
    finish_layout(folder, described)
    return str(described["digest"])


def add_image(
    folder: Path, *layers: bytes, platform: str = "linux/amd64", annotations: Mapping[str, str] | None = None
) -> Described:
    """Write the blobs and the manifest of an image into a layout.

    Args:
        folder: The layout's folder.
        layers: The layers, not compressed.
        platform: What the image is for.
        annotations: Annotations of its manifest.

    Returns:
        What the layout's index has to list.
    """
    packed = [add_blob(folder, gzip.compress(layer, mtime=0), OCI_LAYER) for layer in layers]
    config = add_blob(folder, _config(layers, platform), OCI_CONFIG)
    manifest: Described = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config, "layers": packed}
    if annotations:
        manifest["annotations"] = dict(annotations)
    return add_blob(folder, _json(manifest), OCI_MANIFEST)


def add_blob(folder: Path, data: bytes, media_type: str) -> Described:
    """Write a blob into a layout, and describe it."""
    name = hashlib.sha256(data).hexdigest()
    file = folder / "blobs" / "sha256" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return {"mediaType": media_type, "digest": f"sha256:{name}", "size": len(data)}


def named(described: Described, tag: str) -> Described:
    """A descriptor with the name that a layout gives it."""
    return {**described, "annotations": {"org.opencontainers.image.ref.name": tag}}


def finish_layout(folder: Path, *listed: Described) -> None:
    """Write what makes a folder of blobs a layout.

    Args:
        folder: The layout's folder.
        listed: What its index lists.
    """
    (folder / "oci-layout").write_bytes(_json({"imageLayoutVersion": "1.0.0"}))
    (folder / "index.json").write_bytes(_json({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": listed}))


def write_archive(file: Path, folder: Path) -> None:
    """Write an archive of a layout, or of whatever a folder holds.

    Args:
        file: The archive.
        folder: What it is of.
    """
    with tarfile.open(file, "w") as archive:
        for path in sorted(folder.rglob("*")):
            archive.add(path, str(path.relative_to(folder)), recursive=False)


def write_docker_archive(file: Path, images: Mapping[str, Sequence[bytes]]) -> None:
    """Write an archive as `docker save` writes it.

    Args:
        file: The archive.
        images: The layers of each image, by its name and tag, not compressed.
    """
    members: dict[str, bytes] = {}
    listed: list[Described] = []
    for name, layers in images.items():
        config = _config(layers, "linux/amd64")
        place = f"{hashlib.sha256(config).hexdigest()}.json"
        files = [f"{hashlib.sha256(layer).hexdigest()}/layer.tar" for layer in layers]
        members |= {place: config, **dict(zip(files, layers, strict=True))}
        listed.append({"Config": place, "RepoTags": [name], "Layers": files})
    file.write_bytes(layer_of({**members, "manifest.json": _json(listed)}))


def _config(layers: Sequence[bytes], platform: str) -> bytes:
    system, _, architecture = platform.partition("/")
    digests = [f"sha256:{hashlib.sha256(layer).hexdigest()}" for layer in layers]
    return _json({"architecture": architecture, "os": system, "config": {}, "rootfs": {"type": "layers", "diff_ids": digests}})


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
