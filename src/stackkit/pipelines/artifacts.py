"""Artifacts: what steps give, kept in an artifact store under the digest of its content."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import IO, Final, cast
from uuid import uuid4

import attrs
from typing_extensions import Buffer, override

from stackkit.components.artifact_store import ArtifactStore
from stackkit.core.runs import ArtifactRecord
from stackkit.errors import ArtifactCorruptError, ArtifactExistsError, Problem
from stackkit.pipelines.materializers import materializer

FOLDER: Final = "artifacts"
CHUNK: Final = 1 << 20
"""How many bytes are read at once."""


@attrs.frozen
class Written:
    """The content of an artifact that was written.

    Args:
        uri: Its path in the artifact store.
        digest: The SHA-256 of its content, in hexadecimal digits.
        size: How many bytes there are.
    """

    uri: str
    digest: str
    size: int


class _Hashing(io.BufferedIOBase):
    """A file that is written, and hashed on the way."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()
        self.size = 0

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, data: Buffer, /) -> int:
        view = memoryview(data).cast("B")
        self._file.write(view)
        self.digest.update(view)
        self.size += len(view)
        return len(view)

    @override
    def tell(self) -> int:
        return self.size


def write_artifact(store: ArtifactStore, value: object, tp: object, name: str) -> Written:
    """Keep a value; one of the same content is kept once.

    Args:
        store: Where.
        value: The value.
        tp: The annotation of the step's output.
        name: The materializer that writes it.

    Raises:
        NotSerializableError: The value is not of that type.
        ArtifactError: The store fails.
    """
    new = f"{FOLDER}/new/{uuid4().hex}"
    with store.open(new, "wb") as file:
        hashing = _Hashing(file)
        materializer(name).save(value, cast("IO[bytes]", hashing), tp)
    digest = hashing.digest.hexdigest()
    uri = f"{FOLDER}/{digest[:2]}/{digest}"
    try:
        store.makedirs(f"{FOLDER}/{digest[:2]}")
        store.rename(new, uri)
    except ArtifactExistsError:
        store.remove(new)
    return Written(uri, digest, hashing.size)


def read_artifact(store: ArtifactStore, record: ArtifactRecord, tp: object, folder: Path) -> object:
    """A value that was kept.

    Args:
        store: Where.
        record: What is known of it.
        tp: The annotation of the parameter that takes it.
        folder: A folder for what has to be a file.

    Raises:
        ArtifactCorruptError: What is there is not what was written.
        ArtifactNotFoundError: It is gone.
        DocumentError: It is not of that type.
    """
    check_artifact(store, record)
    with store.open(record.uri, "rb") as file:
        return materializer(record.materializer).load(file, tp, folder)


def check_artifact(store: ArtifactStore, record: ArtifactRecord) -> None:
    """See whether an artifact is as it was written.

    Raises:
        ArtifactCorruptError: It is not.
        ArtifactNotFoundError: It is gone.
    """
    digest = hashlib.sha256()
    with store.open(record.uri, "rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    if digest.hexdigest() != record.digest:
        what = f"the artifact {record.name} of the step {record.step} is not what was written"
        raise ArtifactCorruptError(Problem(what, where=record.uri, remedy="run its step again, without the cache"))
