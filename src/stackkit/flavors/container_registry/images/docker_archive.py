"""Images in archives that `docker save` wrote: a configuration, and layers that are not compressed."""

from __future__ import annotations

import io
import json
import re
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import PurePosixPath
from typing import IO, BinaryIO, Final

import attrs

from stackkit.core.narrow import is_list
from stackkit.errors import ImageTransferError, InvalidImageError, Problem
from stackkit.flavors.container_registry.images.gzip_writing import gzipped
from stackkit.flavors.container_registry.images.image_files import FilePart, ImageFiles, read_small
from stackkit.flavors.container_registry.images.manifests import OCI_CONFIG, OCI_LAYER, OCI_MANIFEST, Descriptor, read_manifest
from stackkit.flavors.container_registry.images.source import Blob, SourceImage
from stackkit.flavors.container_registry.protocol.digests import agrees, digest_of, is_digest, new_hash
from stackkit.flavors.container_registry.protocol.json_reading import JsonObject, objects, read_json, read_object

MANIFEST: Final = "manifest.json"

_HASH = re.compile(r"[0-9a-f]{64}")
_PIECE: Final = 2**20
_GZIP: Final = 31  # zlib's number for a stream with a gzip header


@attrs.frozen
class _Layer:
    """A layer of the archive: the file that it is, and the digest of its content before compression."""

    file: str
    digest: str


def is_docker_archive(files: ImageFiles) -> bool:
    """Whether files are what `docker save` writes."""
    return files.size(MANIFEST) is not None


def read_docker_archive(files: ImageFiles, names: Iterable[str], stack: ExitStack) -> SourceImage:
    """The image of an archive, its layers compressed into hidden files.

    Args:
        files: The archive's files.
        names: What the image may be called there, where the archive has several.
        stack: What gives the hidden files back.

    Raises:
        InvalidImageError: The archive is damaged, or has several images and none of these names.
    """
    listed = read_json(read_small(files, MANIFEST), f"{files.where}: {MANIFEST}")
    entry = _chosen(objects(listed if is_list(listed) else [listed], MANIFEST), list(names), files.where)
    config = _read_config(files, entry.text("Config"))
    layers = _layers(entry, read_object(config, f"{files.where}: {entry.text('Config')}"), files)
    unique = {layer.digest: layer for layer in layers}
    try:
        made = {digest: _compressed(files, stack, layer) for digest, layer in unique.items()}
    except OSError as error:
        what = f"its layers cannot be compressed: {error.strerror}"
        raise ImageTransferError(Problem(what, where=files.where, remedy=f"make room in {tempfile.gettempdir()}")) from error
    blobs = {blob.descriptor.digest: blob for blob in made.values()}
    first = Descriptor(OCI_CONFIG, digest_of(config), len(config))
    blobs[first.digest] = Blob(first, partial(io.BytesIO, config))
    described = [_described(first), *(_described(made[layer.digest].descriptor) for layer in layers)]
    manifest = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": described[0], "layers": described[1:]}
    data = json.dumps(manifest, separators=(",", ":")).encode()
    return SourceImage((read_manifest(data, digest_of(data), OCI_MANIFEST, files.where),), blobs)


def _chosen(entries: list[JsonObject], names: list[str], where: str) -> JsonObject:
    if len(entries) == 1:
        return entries[0]
    for name in names:
        found = [entry for entry in entries if name in entry.texts("RepoTags")]
        if len(found) == 1:
            return found[0]
    known = ", ".join(sorted({tag for entry in entries for tag in entry.texts("RepoTags")})) or "none with a name"
    what = f"has {len(entries)} images, none of them called {names[0]}"
    raise InvalidImageError(Problem(what, where=where, remedy=f"push one under its name there: {known}"))


def _read_config(files: ImageFiles, name: str) -> bytes:
    data = read_small(files, name)
    stem = PurePosixPath(name).name.removesuffix(".json")
    if _HASH.fullmatch(stem) and digest_of(data) != f"sha256:{stem}":
        raise InvalidImageError(Problem("is not what its name says", where=f"{files.where}: {name}", remedy="save it again"))
    return data


def _layers(entry: JsonObject, config: JsonObject, files: ImageFiles) -> list[_Layer]:
    names, digests = entry.texts("Layers"), config.child("rootfs").texts("diff_ids")
    if len(names) != len(digests):
        what = f"has {len(names)} layers, and its configuration names {len(digests)}"
        raise InvalidImageError(Problem(what, where=files.where, remedy="save it again"))
    problems = list(_problems(names, digests, files))
    if problems:
        raise InvalidImageError(*problems)
    return [_Layer(name, digest) for name, digest in zip(names, digests, strict=True)]


def _problems(names: list[str], digests: list[str], files: ImageFiles) -> Iterator[Problem]:
    for name in names:
        if files.size(name) is None:
            yield Problem("is missing", where=f"{files.where}: {name}", remedy="save it again")
    for number, digest in enumerate(digests):
        if not is_digest(digest):
            yield Problem("is no digest", where=f"{files.where}: rootfs.diff_ids[{number}]")


def _compressed(files: ImageFiles, stack: ExitStack, layer: _Layer) -> Blob:
    """A layer as registries take it; one that is compressed already is left as it is."""
    spool = stack.enter_context(tempfile.TemporaryFile(prefix="stackkit-layer-"))  # noqa: SIM115 - the stack closes it
    plain, packed = new_hash(layer.digest), new_hash("sha256:")
    where = f"{files.where}: {layer.file}"
    with files.open(layer.file) as opened:
        was_packed = opened.read(2) == b"\x1f\x8b"
        opened.seek(0)
        pieces = _unpacking(opened, spool, where) if was_packed else _packing(opened, spool)
        for content, written in pieces:
            plain.update(content)
            packed.update(written)
    if not agrees(layer.digest, plain):
        raise InvalidImageError(Problem("is not what its digest says", where=where, remedy="save it again"))
    spool.flush()
    size = spool.tell()
    descriptor = Descriptor(OCI_LAYER, f"sha256:{packed.hexdigest()}", size)
    return Blob(descriptor, lambda: io.BufferedReader(FilePart(spool.fileno(), 0, size), 2**18))


def _packing(opened: BinaryIO, spool: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Compress a layer; for each piece, what it was and what it became."""
    for content, written in gzipped(opened):
        spool.write(written)
        yield content, written


def _unpacking(opened: BinaryIO, spool: IO[bytes], where: str) -> Iterator[tuple[bytes, bytes]]:
    """Copy a compressed layer; for each piece, what is in it and what it is. One piece may hold much: it comes in parts."""
    unpacker = zlib.decompressobj(wbits=_GZIP)
    try:
        while data := opened.read(_PIECE):
            spool.write(data)
            yield b"", data
            while data:
                yield unpacker.decompress(data, _PIECE), b""
                data = unpacker.unconsumed_tail
                if unpacker.eof:
                    data = unpacker.unused_data
                    unpacker = zlib.decompressobj(wbits=_GZIP) if data else unpacker
    except zlib.error as error:
        raise InvalidImageError(Problem("is damaged", where=where, remedy="save it again")) from error


def _described(descriptor: Descriptor) -> dict[str, object]:
    return {"mediaType": descriptor.media_type, "digest": descriptor.digest, "size": descriptor.size}
