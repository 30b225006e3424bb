"""What is in a layout, for comparing what was pushed with what was pulled."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path
from typing import Any

from stackkit.testing.images import layer_of, write_layout


def write_some_layout(folder: Path, content: bytes = b"weights", *, tag: str = "") -> str:
    """Write a layout of an image of two layers; another content makes another image.

    Returns:
        The digest of its manifest.
    """
    return write_layout(folder, layer_of({"etc/system": b"base"}), layer_of({"model.bin": content}), tag=tag)


def random_bytes(seed: int, size: int) -> bytes:
    """Bytes that do not compress, the same for the same seed."""
    return random.Random(seed).randbytes(size)  # noqa: S311 - data of tests


def contents(layout: Path) -> dict[str, bytes]:
    """The blobs of a layout by their digests; each has been found to be what its name says."""
    found = {f"sha256:{file.name}": file.read_bytes() for file in (layout / "blobs" / "sha256").iterdir()}
    for digest, data in found.items():
        assert digest == f"sha256:{hashlib.sha256(data).hexdigest()}", "a blob is not what its name says"
    return found


def root_digest(layout: Path) -> str:
    """The digest of the one image that a layout has."""
    assert json.loads((layout / "oci-layout").read_bytes()) == {"imageLayoutVersion": "1.0.0"}
    index: Any = json.loads((layout / "index.json").read_bytes())
    (entry,) = index["manifests"]
    digest, data = str(entry["digest"]), contents(layout)[entry["digest"]]
    assert entry["size"] == len(data)
    assert json.loads(data)["mediaType"] == entry["mediaType"]
    return digest


def largest_blob(layout: Path) -> Path:
    """The file of the largest blob."""
    return max((layout / "blobs" / "sha256").iterdir(), key=lambda file: file.stat().st_size)
