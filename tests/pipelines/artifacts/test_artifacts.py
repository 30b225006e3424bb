"""Artifacts: named by their content, checked when they are read, there whole or not at all."""

from __future__ import annotations

import hashlib
import io
import os
import signal
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from uuid import uuid4

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from stackkit.core.runs import ArtifactRecord
from stackkit.errors import ArtifactCorruptError, ArtifactNotFoundError, DocumentError, NotSerializableError
from stackkit.flavors.artifact_store.local import LocalArtifactStore
from stackkit.pipelines.artifacts.artifacts import check_artifact, read_artifact, write_artifact
from stackkit.pipelines.artifacts.content import CHUNK, CheckingReader, ContentWriter, Written
from stackkit.pipelines.artifacts.materializers import Materializer


class Broken(Materializer[str]):
    """One that fails half way."""

    @override
    def save(self, value: str, file: IO[bytes], tp: object) -> None:
        file.write(b"x" * (2 * CHUNK))
        raise ValueError(value)

    @override
    def load(self, file: IO[bytes], tp: object, folder: Path) -> str:
        raise ValueError(len(file.read()))


BROKEN = f"{__name__}:Broken"


def record(written: Written, materializer: str) -> ArtifactRecord:
    return ArtifactRecord(
        id=uuid4(),
        name="output",
        uri=written.uri,
        digest=written.digest,
        size=written.size,
        materializer=materializer,
        run_id=uuid4(),
        step="train",
        created=datetime.now(UTC),
    )


def files(store: LocalArtifactStore) -> list[str]:
    return [path for path in store.glob("**") if not store.isdir(path)]


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 5])
def test_content_is_kept_under_its_digest_and_read_back(store: LocalArtifactStore, tmp_path: Path, size: int) -> None:
    value = os.urandom(size)
    written = write_artifact(store, value, bytes, "bytes")
    digest = hashlib.sha256(value).hexdigest()
    assert written == Written(f"artifacts/{digest[:2]}/{digest}", digest, size)
    assert files(store) == [written.uri]
    assert read_artifact(store, record(written, "bytes"), bytes, tmp_path) == value


@given(st.lists(st.tuples(st.binary(max_size=50), st.integers(1, 100_000)), max_size=20))
def test_content_written_in_any_pieces_is_the_same(pieces: list[tuple[bytes, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = LocalArtifactStore(name="files", path=folder)
        writer, whole = ContentWriter(store), b""
        for piece, times in pieces:
            data = bytearray(piece * times)
            writer.write(data)
            whole += data
            data[:] = b"?" * len(data)  # its owner may change it
        written = writer.commit()
        assert (written.digest, written.size) == (hashlib.sha256(whole).hexdigest(), len(whole))
        with store.open(written.uri, "rb") as file:
            assert file.read() == whole


@given(st.binary(max_size=5000), st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 3000)), max_size=8))
def test_a_file_is_hashed_whatever_is_read_of_it(content: bytes, reads: list[tuple[int, int]]) -> None:
    reader = CheckingReader(io.BytesIO(content))
    for start, size in reads:
        reader.seek(start)
        assert reader.read(size) == content[start : start + size]
        assert reader.tell() == start + len(content[start : start + size])
    assert reader.digest() == hashlib.sha256(content).hexdigest()


def test_a_file_that_is_read_from_the_beginning_to_the_end_is_read_once() -> None:
    class Counting(io.BytesIO):
        count = 0

        @override
        def read(self, size: int | None = -1, /) -> bytes:
            data = super().read(size)
            self.count += len(data)
            return data

    file = Counting(os.urandom(5 * CHUNK))
    reader = CheckingReader(file)
    while reader.read(CHUNK // 2):
        pass
    reader.digest()
    assert file.count == 5 * CHUNK


def test_equal_values_are_one_artifact(store: LocalArtifactStore) -> None:
    first = write_artifact(store, {"a": {3, 1}}, dict[str, set[int]], "json")
    assert write_artifact(store, {"a": {1, 3}}, dict[str, set[int]], "json") == first
    assert files(store) == [first.uri]


@pytest.mark.parametrize("size", [10, 4 * CHUNK])
def test_content_that_was_changed_is_refused_and_made_good_by_writing_it_again(
    store: LocalArtifactStore, tmp_path: Path, size: int
) -> None:
    value = np.arange(size, dtype=np.uint8)
    written = write_artifact(store, value, np.ndarray, "numpy")
    found = record(written, "numpy")
    path = Path(store.path, written.uri)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(ArtifactCorruptError, match="the artifact output of the step train is not what was written"):
        read_artifact(store, found, np.ndarray, tmp_path)
    with pytest.raises(ArtifactCorruptError, match="is not what was written; run its step again, without the cache"):
        check_artifact(store, found)
    assert write_artifact(store, value, np.ndarray, "numpy") == written
    check_artifact(store, found)
    assert np.array_equal(read_artifact(store, found, np.ndarray, tmp_path), value)  # type: ignore[arg-type] # it is one  # ty: ignore[invalid-argument-type]


@pytest.mark.parametrize("kept", [0, 100, 2 * CHUNK])
def test_content_that_was_cut_off_is_refused_whatever_reads_it(store: LocalArtifactStore, tmp_path: Path, kept: int) -> None:
    value = tmp_path / "data.bin"
    value.write_bytes(os.urandom(3 * CHUNK))
    written = write_artifact(store, value, Path, "path")
    os.truncate(Path(store.path, written.uri), kept)
    with pytest.raises(ArtifactCorruptError):
        read_artifact(store, record(written, "path"), Path, tmp_path / "scratch")


@pytest.mark.parametrize("copied", [0, CHUNK + 5, 3 * CHUNK], ids=["nothing", "a part", "all"])
def test_a_large_file_is_copied_and_checked_however_much_of_it_the_kernel_copies(
    store: LocalArtifactStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, copied: int
) -> None:
    left = [copied]

    def copy_some(source: int, target: int, count: int, offset: int) -> int:
        done = os.write(target, os.pread(source, min(count, left[0], CHUNK), offset))
        left[0] -= done
        if not done:
            raise OSError("it does no more")
        return done

    value = tmp_path / "value"
    value.write_bytes(os.urandom(3 * CHUNK))
    written = write_artifact(store, value, Path, "path")
    monkeypatch.setattr(os, "copy_file_range", copy_some, raising=False)
    found = read_artifact(store, record(written, "path"), Path, tmp_path)
    assert isinstance(found, Path)
    assert found.read_bytes() == value.read_bytes()
    with Path(store.path, written.uri).open("r+b") as file:
        os.pwrite(file.fileno(), bytes([os.pread(file.fileno(), 1, 2 * CHUNK)[0] ^ 1]), 2 * CHUNK)
    left[0] = copied
    with pytest.raises(ArtifactCorruptError):
        read_artifact(store, record(written, "path"), Path, tmp_path)


def test_what_could_do_harm_is_checked_before_it_is_read(store: LocalArtifactStore, tmp_path: Path) -> None:
    written = write_artifact(store, b"x" * (2 * CHUNK), object, "cloudpickle")
    planted = write_artifact(store, Planted(tmp_path / "harm"), object, "cloudpickle")
    path = Path(store.path, written.uri)
    path.write_bytes(Path(store.path, planted.uri).read_bytes().ljust(written.size, b"."))
    with pytest.raises(ArtifactCorruptError):
        read_artifact(store, record(written, "cloudpickle"), object, tmp_path)
    assert not (tmp_path / "harm").exists()
    read_artifact(store, record(planted, "cloudpickle"), object, tmp_path)
    assert (tmp_path / "harm").exists()


@attrs.frozen
class Planted:
    """What writes a file when it is unpickled."""

    path: Path

    @override
    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.path,))


def test_content_that_is_gone_is_told(store: LocalArtifactStore, tmp_path: Path) -> None:
    written = write_artifact(store, "text", str, "text")
    store.remove(written.uri)
    with pytest.raises(ArtifactNotFoundError):
        read_artifact(store, record(written, "text"), str, tmp_path)


def test_nothing_is_left_of_what_could_not_be_written(store: LocalArtifactStore) -> None:
    with pytest.raises(NotSerializableError, match="cannot write this str: half"):
        write_artifact(store, "half", str, BROKEN)
    assert not store.exists("artifacts") or files(store) == []


def test_an_error_of_a_library_is_told_as_one_of_the_kit(store: LocalArtifactStore, tmp_path: Path) -> None:
    with pytest.raises(NotSerializableError, match=r"numpy cannot write this ndarray: Object arrays") as refused:
        write_artifact(store, np.array([object()]), np.ndarray, "numpy")
    assert isinstance(refused.value.__cause__, ValueError)
    written = write_artifact(store, "text", str, "text")
    with pytest.raises(DocumentError, match=r"train.output: .*Broken cannot read it: 4"):
        read_artifact(store, record(written, BROKEN), str, tmp_path)


WRITING = """
import sys
from pathlib import Path
from stackkit.flavors.artifact_store.local import LocalArtifactStore
from stackkit.pipelines.artifacts.artifacts import write_artifact
store = LocalArtifactStore(name="files", path=sys.argv[1])
print("begun", flush=True)
number = 0
while True:
    number += 1
    print(write_artifact(store, number.to_bytes(4, "big") * (1 << 20), bytes, "bytes").digest, flush=True)
"""


def test_what_a_killed_process_leaves_does_no_harm(store: LocalArtifactStore) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITING, store.path], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        told = [child.stdout.readline().strip() for _ in range(4)][1:]
        child.send_signal(signal.SIGKILL)
        told += child.stdout.read().split()
    for path in files(store):
        if not path.startswith("artifacts/new/"):
            with store.open(path, "rb") as file:
                assert path.endswith(hashlib.sha256(file.read()).hexdigest())
    assert all(store.exists(f"artifacts/{digest[:2]}/{digest}") for digest in told if len(digest) == 64)
    again = write_artifact(store, (1).to_bytes(4, "big") * (1 << 20), bytes, "bytes")
    assert again.digest == told[0]


STREAMING = """
import resource, sys
from pathlib import Path
from tempfile import TemporaryDirectory
from stackkit.flavors.artifact_store.local import LocalArtifactStore
from stackkit.pipelines.artifacts.artifacts import read_artifact, write_artifact
from tests.pipelines.artifacts.test_artifacts import record
store = LocalArtifactStore(name="files", path=sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = record(write_artifact(store, Path(sys.argv[2]), Path, "path"), "path")
path = read_artifact(store, found, Path, Path(sys.argv[1]) / "scratch")
assert path.stat().st_size == Path(sys.argv[2]).stat().st_size
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_large_file_passes_in_constant_memory(store: LocalArtifactStore, tmp_path: Path) -> None:
    large = tmp_path / "large.bin"
    with large.open("wb") as file:
        file.truncate(256 << 20)
    done = subprocess.run(
        [sys.executable, "-c", STREAMING, store.path, str(large)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) < 64 << 10, "in KiB"
