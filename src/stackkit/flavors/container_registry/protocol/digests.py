"""Digests: what names a blob and says whether it is the right one."""

from __future__ import annotations

import hashlib
import re
from typing import Final, Protocol

_FORM = re.compile(r"(?P<algorithm>[a-z0-9]+):(?P<hex>[0-9a-f]+)")
_LENGTHS: Final = {"sha256": 64, "sha512": 128}


class Hash(Protocol):
    """A hash that is being computed."""

    def update(self, data: bytes | memoryview, /) -> None:
        """Take in more."""
        ...

    def hexdigest(self) -> str:
        """The hash of all that was taken in."""
        ...


def is_digest(text: str) -> bool:
    """Whether a text is a digest that can be checked: SHA-256 or SHA-512, in lower case.

    >>> is_digest("sha256:" + "0" * 64), is_digest("sha256:0"), is_digest("md5:" + "0" * 32)
    (True, False, False)
    """
    found = _FORM.fullmatch(text)
    return found is not None and _LENGTHS.get(found["algorithm"]) == len(found["hex"])


def new_hash(digest: str) -> Hash:
    """A hash of the kind that a digest names.

    Args:
        digest: A digest that `is_digest`.
    """
    return hashlib.sha512() if digest.startswith("sha512:") else hashlib.sha256()


def agrees(digest: str, made: Hash) -> bool:
    """Whether what was hashed is what the digest names."""
    return digest.partition(":")[2] == made.hexdigest()


def digest_of(data: bytes) -> str:
    """The SHA-256 digest of some bytes.

    >>> digest_of(b"")
    'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
    """
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def matches(digest: str, data: bytes) -> bool:
    """Whether some bytes are what a digest names."""
    made = new_hash(digest)
    made.update(data)
    return agrees(digest, made)


def blob_path(digest: str) -> str:
    """Where a layout keeps a blob.

    Args:
        digest: A digest that `is_digest`; so the path leads nowhere else.
    """
    algorithm, _, hexadecimal = digest.partition(":")
    return f"blobs/{algorithm}/{hexadecimal}"
