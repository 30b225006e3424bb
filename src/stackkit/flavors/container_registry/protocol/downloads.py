"""Pulling: manifests, and blobs that are checked while they arrive, going on where a connection broke off."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, Final, final
from urllib.parse import quote

from stackkit.errors import ImageNotFoundError, ImageTransferError, InvalidImageError, Problem
from stackkit.flavors.container_registry.images.layout import DEEPEST, MOST_MANIFESTS
from stackkit.flavors.container_registry.images.layout_writing import LayoutWriter
from stackkit.flavors.container_registry.images.manifests import ACCEPTED, Descriptor, Manifest, read_manifest
from stackkit.flavors.container_registry.protocol.answers import Answer, Interrupted
from stackkit.flavors.container_registry.protocol.connection import Connection
from stackkit.flavors.container_registry.protocol.digests import Hash, agrees, digest_of, is_digest, matches, new_hash
from stackkit.flavors.container_registry.protocol.parallel import in_parallel
from stackkit.flavors.container_registry.reference import Reference

_OK: Final = 200
_PARTIAL: Final = 206
_NOT_FOUND: Final = 404


@final
class Puller:
    """Asks for one image.

    Args:
        connection: The registry.
        reference: What the image is called.
    """

    def __init__(self, connection: Connection, reference: Reference) -> None:
        self._connection = connection
        self._reference = reference

    def digest(self) -> str:
        """The digest of the image's manifest, as the registry says.

        Raises:
            ImageNotFoundError: There is no such image.
            ImageError: The registry refuses, or cannot be reached.
        """
        answer = self._ask("HEAD", self._reference.version)
        said = answer.headers.get("docker-content-digest", "")
        if not said:  # they need not say it
            return self._manifest(self._reference.version, self._reference.digest, "").digest
        if not is_digest(said) or (self._reference.digest and said != self._reference.digest):
            raise ImageTransferError(Problem("the registry answers with another digest", where=str(self._reference)))
        return said

    def pull(self, target: Path) -> Manifest:
        """Write the image to a new layout, whole or not at all.

        Args:
            target: The folder of the layout; it must not exist.

        Returns:
            The image's manifest.

        Raises:
            ImageExistsError: There is something at the target.
            ImageNotFoundError: There is no such image.
            InvalidImageError: What the registry gives is not what its digest says.
            ImageError: The registry refuses, or cannot be reached; or the target cannot be written.
        """
        root = self._manifest(self._reference.version, self._reference.digest, "")
        manifests: dict[str, Manifest] = {}
        self._collect(root, manifests, depth=0)
        wanted = {blob.digest: blob for manifest in manifests.values() for blob in manifest.blobs if not blob.is_elsewhere}
        with LayoutWriter(target) as writer:
            writer.check_room(sum(blob.size for blob in wanted.values()))
            in_parallel(lambda blob: self._blob(blob, writer), wanted.values(), on_failure=self._connection.stop)
            for manifest in manifests.values():
                with writer.blob(manifest.digest) as file:
                    file.write(manifest.data)
            writer.finish(root, self._reference.tag)
        return root

    def _collect(self, manifest: Manifest, found: dict[str, Manifest], *, depth: int) -> None:
        """Add a manifest, and all that it lists, each once."""
        if depth > DEEPEST or len(found) >= MOST_MANIFESTS:
            raise InvalidImageError(Problem("has too many manifests", where=str(self._reference)))
        found[manifest.digest] = manifest
        for entry in manifest.manifests:
            if entry.digest not in found:
                self._collect(self._manifest(entry.digest, entry.digest, entry.media_type), found, depth=depth + 1)

    def _manifest(self, version: str, digest: str, media_type: str) -> Manifest:
        answer = self._ask("GET", version)
        where = str(self._reference)
        made = digest or answer.headers.get("docker-content-digest", "")
        if not is_digest(made):
            made = digest_of(answer.body)
        if not matches(made, answer.body):
            raise InvalidImageError(Problem("is not what its digest says", where=f"{where}: {made}", remedy="ask who runs it"))
        kind = media_type or answer.headers.get("content-type", "").partition(";")[0].strip()
        return read_manifest(answer.body, made, "" if kind == "application/json" else kind, where)

    def _ask(self, method: str, version: str) -> Answer:
        url = self._connection.url(f"{self._reference.path}/manifests/{quote(version, safe=':')}")
        answer = self._connection.call(method, url, headers={"Accept": ACCEPTED})
        if answer.status == _NOT_FOUND:
            remedy = "push it first, or name another"
            raise ImageNotFoundError(Problem("is not in the registry", where=str(self._reference), remedy=remedy))
        if answer.status != _OK:
            raise answer.refusal(str(self._reference), self._connection.secrets)
        return answer

    def _blob(self, blob: Descriptor, writer: LayoutWriter) -> None:
        url = self._connection.url(f"{self._reference.path}/blobs/{blob.digest}")
        with writer.blob(blob.digest) as file:
            received = _Received(blob, file)
            failures = farthest = 0
            while True:
                try:
                    self._receive(url, received)
                except Interrupted as interrupted:
                    failures = 1 if received.size > farthest else failures + 1
                    farthest = max(farthest, received.size)
                    self._connection.wait(failures, interrupted)
                else:
                    break
            received.check()

    def _receive(self, url: str, received: _Received) -> None:
        """Read what is missing of a blob."""
        headers = {"Range": f"bytes={received.size}-"} if received.size else {}
        with self._connection.opened("GET", url, headers=headers) as response:
            if response.status_code == _OK:
                received.restart()
            elif response.status_code != _PARTIAL or not received.size:
                body = next(response.iter_raw(), b"")
                answer = Answer(response.status_code, dict(response.headers), body, url)
                error = answer.refusal(received.digest, self._connection.secrets)
                if answer.is_passing and isinstance(error, ImageTransferError):
                    raise Interrupted(error)
                raise error
            for piece in response.iter_raw():
                self._connection.check_going()
                received.write(piece)


@final
class _Received:
    """A blob that is checked while it arrives, and takes no more than its size."""

    def __init__(self, blob: Descriptor, file: BinaryIO) -> None:
        self.digest = blob.digest
        self.size = 0
        self._wanted = blob.size
        self._file = file
        self._hash: Hash = new_hash(blob.digest)

    @property
    def is_whole(self) -> bool:
        """Whether all has arrived."""
        return self.size == self._wanted

    def restart(self) -> None:
        """Forget what has arrived: the registry begins from the beginning."""
        self.size = 0
        self._file.seek(0)
        self._file.truncate()
        self._hash = new_hash(self.digest)

    def write(self, data: bytes) -> None:
        """Take in what has arrived.

        Raises:
            InvalidImageError: It is more than there should be.
        """
        self.size += len(data)
        if self.size > self._wanted:
            raise self._wrong()
        self._hash.update(data)
        self._file.write(data)

    def check(self) -> None:
        """Refuse what is not what was asked for.

        Raises:
            InvalidImageError: It is not what its digest says.
        """
        if not self.is_whole or not agrees(self.digest, self._hash):
            raise self._wrong()

    def _wrong(self) -> InvalidImageError:
        return InvalidImageError(Problem("the registry gives something else", where=self.digest, remedy="ask who runs it"))
