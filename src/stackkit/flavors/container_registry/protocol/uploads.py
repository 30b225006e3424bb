"""Pushing: each blob once, in pieces, going on where a connection broke off; then the manifests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import BinaryIO, Final, final
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

import attrs

from stackkit.errors import ImageAccessError, ImageTransferError, InvalidImageError, Problem
from stackkit.flavors.container_registry.images.manifests import Manifest
from stackkit.flavors.container_registry.images.source import Blob, SourceImage
from stackkit.flavors.container_registry.protocol.answers import Answer, Interrupted
from stackkit.flavors.container_registry.protocol.connection import Connection
from stackkit.flavors.container_registry.protocol.digests import Hash, agrees, new_hash
from stackkit.flavors.container_registry.protocol.parallel import in_parallel
from stackkit.flavors.container_registry.reference import Reference

_PIECE: Final = 2**18
_MOST_DIGITS: Final = 18
_CREATED: Final = 201
_ACCEPTED: Final = 202
_NO_CONTENT: Final = 204
_OK: Final = 200
_UNSETTLED: Final = frozenset({"BLOB_UNKNOWN", "DIGEST_INVALID", "MANIFEST_BLOB_UNKNOWN"})
"""What registries say of blobs that they have just taken, until all of their parts know; or while another push links them."""

_LOST: Final = frozenset({404, 416})
"""What a registry answers when it knows nothing of an upload, or something else than we do."""


@attrs.define
class _Upload:
    """An upload under way.

    Args:
        url: Where its next piece goes.
        sent: How many bytes the registry has.
        piece: How many bytes the next piece has at least, as the registry wants.
    """

    url: str
    sent: int = 0
    piece: int = 0


@final
class Pusher:
    """Pushes one image.

    Args:
        connection: The registry.
        reference: What the image is to be called.
        chunk: How many bytes a request carries at most; 0 for all that there are.
        mounts: The repositories of the registry that are known to have a blob, by digest.
    """

    def __init__(self, connection: Connection, reference: Reference, chunk: int, mounts: Mapping[str, str]) -> None:
        self._connection = connection
        self._reference = reference
        self._chunk = chunk
        self._mounts = mounts

    def push(self, image: SourceImage) -> None:
        """Push an image: its blobs, then its manifests, the one that has the name at last.

        Raises:
            InvalidImageError: A blob is not what its digest says.
            ImageError: The registry refuses something, or cannot be reached.
        """
        in_parallel(self._push_blob, image.blobs.values(), on_failure=self._connection.stop)
        for manifest in image.manifests[:-1]:
            self._push_manifest(manifest, manifest.digest)
        self._push_manifest(image.root, self._reference.tag or image.root.digest)

    def _url(self, rest: str) -> str:
        return self._connection.url(f"{self._reference.path}/{rest}")

    def _push_manifest(self, manifest: Manifest, version: str) -> None:
        url = self._url(f"manifests/{quote(version, safe=':')}")
        answer = self._connection.repeated(lambda: self._put(manifest, url))
        if answer.status not in (_CREATED, _OK, _ACCEPTED):
            raise self._refused(answer, str(self._reference))
        self._check_digest(answer, manifest.digest)

    def _put(self, manifest: Manifest, url: str) -> Answer:
        answer = self._connection.call_once("PUT", url, headers={"Content-Type": manifest.media_type}, content=manifest.data)
        if answer.code in _UNSETTLED:
            error = self._refused(answer, str(self._reference))
            raise Interrupted(error) if isinstance(error, ImageTransferError) else error
        return answer

    def _check_digest(self, answer: Answer, digest: str) -> None:
        said = answer.headers.get("docker-content-digest", digest)
        if said != digest and said.partition(":")[0] == digest.partition(":")[0]:
            what = f"the registry took it for {said}"
            raise ImageTransferError(Problem(what, where=digest, remedy="ask who runs it"))

    def _push_blob(self, blob: Blob) -> None:
        digest = blob.descriptor.digest
        if self._connection.call("HEAD", self._url(f"blobs/{digest}")).status == _OK:
            return
        upload = self._begun(digest, self._mounts.get(digest))
        if upload is not None:
            with blob.open() as opened:
                self._transfer(blob, opened, upload)

    def _begun(self, digest: str, repository: str | None) -> _Upload | None:
        """Begin an upload; None where the registry had the blob in another repository, and has it here now."""
        asked = [("mount", digest), *([("from", repository)] if repository else [])]
        plain = self._url("blobs/uploads/")
        try:
            answer = self._connection.call("POST", f"{plain}?{urlencode(asked, safe=':/')}")
        except ImageAccessError:
            if not repository:
                raise
            answer = self._connection.call("POST", plain)  # who may not read there may still write here
        if answer.status == _CREATED:
            return None
        if answer.status != _ACCEPTED:
            answer = self._connection.call("POST", plain)
        if answer.status != _ACCEPTED or "location" not in answer.headers:
            raise self._refused(answer, str(self._reference))
        return _Upload(self._next(answer), piece=_number(answer.headers.get("oci-chunk-min-length", "")) or 0)

    def _next(self, answer: Answer) -> str:
        return self._connection.follow(answer.url, answer.headers["location"])

    def _transfer(self, blob: Blob, opened: BinaryIO, upload: _Upload) -> None:
        """Send a blob, and go on where the registry says it stopped."""
        checked = _Checked(blob, opened)
        farthest = failures = 0
        while True:
            try:
                self._send_rest(checked, upload)
            except Interrupted as interrupted:
                failures = 1 if upload.sent > farthest else failures + 1
                farthest = max(farthest, upload.sent)
                self._connection.wait(failures, interrupted)
            else:
                return
            resumed = self._resumed(checked, upload)
            if resumed is None:
                return
            upload = resumed

    def _send_rest(self, checked: _Checked, upload: _Upload) -> None:
        size = checked.size
        most = max(self._chunk, upload.piece) if self._chunk else size
        while size - upload.sent > most:
            end = upload.sent + most
            headers = {"Content-Range": f"{upload.sent}-{end - 1}"}
            answer = self._send(checked, "PATCH", upload.url, (upload.sent, end), headers)
            if answer.status not in (_ACCEPTED, _NO_CONTENT, _CREATED) or "location" not in answer.headers:
                raise self._refused_upload(answer, checked)
            upload.sent, upload.url = end, self._next(answer)
        headers = {"Content-Range": f"{upload.sent}-{size - 1}"} if 0 < upload.sent < size else {}
        url = _with_digest(upload.url, checked.digest)
        answer = self._send(checked, "PUT", url, (upload.sent, size), headers)
        if answer.status not in (_CREATED, _NO_CONTENT, _ACCEPTED):
            raise self._refused_upload(answer, checked)
        self._check_digest(answer, checked.digest)

    def _send(self, checked: _Checked, method: str, url: str, span: tuple[int, int], headers: Mapping[str, str]) -> Answer:
        start, end = span
        sent = {"Content-Type": "application/octet-stream", "Content-Length": str(end - start), **headers}
        return self._connection.call_once(method, url, headers=sent, content=lambda: checked.pieces(start, end))

    def _resumed(self, checked: _Checked, upload: _Upload) -> _Upload | None:
        """Where to go on after an interruption; None where the registry has the blob after all."""
        if self._connection.call("HEAD", self._url(f"blobs/{checked.digest}")).status == _OK:
            return None
        answer = self._connection.call("GET", upload.url)
        last = _number(answer.headers.get("range", "").partition("-")[2])
        if answer.status == _NO_CONTENT and last is not None:
            has = last + 1 if last else 0  # some say 0-0 of nothing
            if has <= checked.hashed:
                url = self._next(answer) if "location" in answer.headers else upload.url
                return _Upload(url, has, upload.piece)
        return self._begun(checked.digest, None)

    def _refused_upload(self, answer: Answer, checked: _Checked) -> Exception:
        error = self._refused(answer, checked.digest)
        return Interrupted(error) if answer.status in _LOST and isinstance(error, ImageTransferError) else error

    def _refused(self, answer: Answer, what: str) -> Exception:
        return answer.refusal(what, self._connection.secrets)


@final
class _Checked:
    """A blob that is checked while it is read: the last piece is given only if all of it is what its digest says."""

    def __init__(self, blob: Blob, opened: BinaryIO) -> None:
        self.digest = blob.descriptor.digest
        self.size = blob.descriptor.size
        self._opened = opened
        self._hash: Hash = new_hash(self.digest)
        self.hashed = 0

    def pieces(self, start: int, end: int) -> Iterator[bytes]:
        """A part of the blob.

        Raises:
            InvalidImageError: The blob is not what its digest says.
        """
        self._opened.seek(start)
        while start < end:
            data = self._opened.read(min(_PIECE, end - start))
            if not data:
                raise self._wrong()
            self._take(start, data)
            start += len(data)
            if start == self.size and not agrees(self.digest, self._hash):
                raise self._wrong()
            yield data
        if self.size == 0 and not agrees(self.digest, self._hash):
            raise self._wrong()

    def _take(self, start: int, data: bytes) -> None:
        """Hash what was not hashed before; a part that is sent again is not."""
        fresh = memoryview(data)[max(self.hashed - start, 0) :]
        self._hash.update(fresh)
        self.hashed += len(fresh)

    def _wrong(self) -> InvalidImageError:
        return InvalidImageError(Problem("is not what its digest says", where=self.digest, remedy="write the image anew"))


def _with_digest(url: str, digest: str) -> str:
    parts = urlsplit(url)
    query = f"{parts.query}&" if parts.query else ""
    return urlunsplit(parts._replace(query=f"{query}digest={quote(digest, safe=':')}"))


def _number(text: str) -> int | None:
    """A whole number of a header, as far as it can be the size of anything."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None
