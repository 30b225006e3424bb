"""Artifacts: what steps give, kept in an artifact store under the digest of its content."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import IO

from stackkit.components.artifact_store import ArtifactStore
from stackkit.core.runs import ArtifactRecord
from stackkit.errors import ArtifactCorruptError, DocumentError, NotSerializableError, Problem, StackkitError
from stackkit.pipelines.artifacts.content import CHUNK, CheckingReader, Written, as_file, content_writer
from stackkit.pipelines.artifacts.materializers import Materializer, materializer


def write_artifact(store: ArtifactStore, value: object, tp: object, name: str) -> Written:
    """Keep a value; one of the same content is kept once.

    Args:
        store: Where.
        value: The value.
        tp: The annotation of the step's output.
        name: The materializer that writes it.

    Raises:
        NotSerializableError: The materializer cannot write it.
        ArtifactError: The store fails.
    """
    with content_writer(store) as content:
        try:
            materializer(name).save(value, as_file(content), tp)
        except (StackkitError, OSError):
            raise
        except Exception as error:
            what = f"{name} cannot write this {type(value).__name__}: {error}"
            raise NotSerializableError(Problem(what, remedy="name another materializer")) from error
        return content.commit()


def read_artifact(store: ArtifactStore, record: ArtifactRecord, tp: object, folder: Path) -> object:
    """A value that was kept; its content is checked on the way.

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
    reader = materializer(record.materializer)
    with store.open(record.uri, "rb") as file:
        if record.size <= CHUNK:
            content = file.read()
            _require(hashlib.sha256(content).hexdigest(), record)
            return _loaded(reader, io.BytesIO(content), tp, folder, record)
        if reader.CHECK_FIRST:
            _require(CheckingReader(file).digest(), record)
            file.seek(0)
            return _loaded(reader, file, tp, folder, record)
        return _checked_meanwhile(reader, CheckingReader(file), tp, folder, record)


def check_artifact(store: ArtifactStore, record: ArtifactRecord) -> None:
    """See whether an artifact is as it was written.

    Raises:
        ArtifactCorruptError: It is not.
        ArtifactNotFoundError: It is gone.
    """
    with store.open(record.uri, "rb") as file:
        _require(CheckingReader(file).digest(), record)


def _checked_meanwhile(
    reader: Materializer[object], content: CheckingReader, tp: object, folder: Path, record: ArtifactRecord
) -> object:
    try:
        value = _loaded(reader, as_file(content), tp, folder, record)
    except Exception:
        _require(content.digest(), record)  # what is broken cannot be read: say so
        raise
    _require(content.digest(), record)
    return value


def _loaded(reader: Materializer[object], file: IO[bytes], tp: object, folder: Path, record: ArtifactRecord) -> object:
    try:
        return reader.load(file, tp, folder)
    except (StackkitError, OSError):
        raise
    except Exception as error:
        what = f"{record.materializer} cannot read it: {error}"
        raise DocumentError(Problem(what, where=f"{record.step}.{record.name}")) from error


def _require(digest: str, record: ArtifactRecord) -> None:
    if digest != record.digest:
        what = f"the artifact {record.name} of the step {record.step} is not what was written"
        raise ArtifactCorruptError(Problem(what, where=record.uri, remedy="run its step again, without the cache"))
