"""An artifact store that notices when a file is not what was written: a custom flavor, as `stackkit demo` shows it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from functools import cached_property
from types import TracebackType
from typing import IO, Any, ClassVar, Literal, Protocol, final

from attrs import field
from typing_extensions import Buffer, override

from stackkit import BaseArtifactStore, FileStat, OpenMode, Problem, StackkitError, StrPath
from stackkit.flavors.artifact_store.local import LocalArtifactStore

CHECKSUMS = ".checksums"


class ChecksumError(StackkitError, OSError):
    """A file is not what was written."""


@final
class CheckedStore(BaseArtifactStore):
    """A folder whose files are checked against their checksums when they are read."""

    FLAVOR: ClassVar[str] = "checked"
    SUPPORTED_SCHEMES: ClassVar[frozenset[str]] = frozenset({"checked://"})

    algorithm: Literal["sha256", "blake2b"] = field(default="sha256", metadata={"help": "how checksums are computed"})

    @cached_property
    def _files(self) -> LocalArtifactStore:
        return LocalArtifactStore(name=self.name, path=self.path.removeprefix("checked://"))

    @override
    def open(self, path: StrPath, mode: OpenMode = "r") -> IO[Any]:
        name = self.relative(path)
        if mode in ("r", "rb"):
            self._verify(name)
            return self._files.open(name, mode)
        digest = self._digest(name) if mode[0] == "a" and self._files.exists(name) else hashlib.new(self.algorithm)
        binary: Literal["wb", "xb", "ab"] = "xb" if mode[0] == "x" else "ab" if mode[0] == "a" else "wb"
        file = HashingFile(self._files.open(name, binary), digest, lambda checksum: self._keep(name, checksum))
        return BinaryWriter(file) if mode.endswith("b") else TextWriter(file)

    def _digest(self, name: str) -> Digest:
        digest: Digest = hashlib.new(self.algorithm)
        with self._files.open(name, "rb") as file:
            while chunk := file.read(2**20):
                digest.update(chunk)
        return digest

    def _keep(self, name: str, checksum: str) -> None:
        with self._files.open(f"{CHECKSUMS}/{name}", "w") as file:
            file.write(checksum)

    def _verify(self, name: str) -> None:
        if not self._files.exists(f"{CHECKSUMS}/{name}"):
            return
        with self._files.open(f"{CHECKSUMS}/{name}", "r") as file:
            expected = file.read()
        if self._digest(name).hexdigest() != expected:
            raise ChecksumError(Problem("is not what was written", where=name, remedy="restore it, or write it again"))

    def _also(self, act: Callable[[str], None], name: str) -> None:
        """Do to a checksum what was done to its file."""
        if self._files.exists(f"{CHECKSUMS}/{name}"):
            act(f"{CHECKSUMS}/{name}")

    @override
    def copyfile(self, source: StrPath, target: StrPath, *, overwrite: bool = False) -> None:
        old, new = self.relative(source), self.relative(target)
        self._verify(old)
        self._files.copyfile(old, new, overwrite=overwrite)
        self._also(lambda sums: self._files.copyfile(sums, f"{CHECKSUMS}/{new}", overwrite=True), old)

    @override
    def rename(self, source: StrPath, target: StrPath, *, overwrite: bool = False) -> None:
        old, new = self.relative(source), self.relative(target)
        self._files.rename(old, new, overwrite=overwrite)
        self._also(lambda sums: self._files.rename(sums, f"{CHECKSUMS}/{new}", overwrite=overwrite), old)

    @override
    def remove(self, path: StrPath) -> None:
        self._files.remove(self.relative(path))
        self._also(self._files.remove, self.relative(path))

    @override
    def rmtree(self, path: StrPath) -> None:
        self._files.rmtree(self.relative(path))
        self._also(self._files.rmtree, self.relative(path))

    @override
    def exists(self, path: StrPath) -> bool:
        return self._files.exists(self.relative(path))

    @override
    def isdir(self, path: StrPath) -> bool:
        return self._files.isdir(self.relative(path))

    @override
    def listdir(self, path: StrPath) -> list[str]:
        return [name for name in self._files.listdir(self.relative(path)) if name != CHECKSUMS]

    @override
    def glob(self, pattern: StrPath) -> list[str]:
        return [path for path in self._files.glob(self.relative(pattern)) if path.split("/")[0] != CHECKSUMS]

    @override
    def walk(self, top: StrPath = "") -> Iterator[tuple[str, list[str], list[str]]]:
        for folder, folders, files in self._files.walk(self.relative(top)):
            if folder.split("/")[0] != CHECKSUMS:
                yield folder, [name for name in folders if name != CHECKSUMS], files

    @override
    def makedirs(self, path: StrPath) -> None:
        self._files.makedirs(self.relative(path))

    @override
    def mkdir(self, path: StrPath) -> None:
        self._files.mkdir(self.relative(path))

    @override
    def stat(self, path: StrPath) -> FileStat:
        return self._files.stat(self.relative(path))

    @property
    @override
    def is_provisioned(self) -> bool:
        return self._files.is_provisioned

    @override
    def provision(self) -> None:
        self._files.provision()


class Digest(Protocol):
    """A checksum in the making, as hashlib gives it."""

    def update(self, data: Buffer, /) -> None:
        """Take more data in."""
        ...

    def hexdigest(self) -> str:
        """The checksum so far."""
        ...


class HashingFile(io.RawIOBase):
    """Writes to a file, and keeps the checksum of what was written once the file is there."""

    def __init__(self, file: IO[bytes], digest: Digest, keep: Callable[[str], None]) -> None:
        super().__init__()
        self._file, self._digest, self._keep = file, digest, keep
        self.failure: BaseException | None = None

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, data: Buffer, /) -> int:
        self._digest.update(data)
        return self._file.write(data)

    @override
    def close(self) -> None:
        if self.closed:
            return
        super().close()
        if self.failure is not None:
            self._file.__exit__(type(self.failure), self.failure, None)  # discards what was written
        else:
            self._file.close()
            self._keep(self._digest.hexdigest())


class BinaryWriter(io.BufferedWriter):
    """Bytes to a `HashingFile`, discarded when the `with` block raises."""

    def __init__(self, file: HashingFile) -> None:
        super().__init__(file)
        self.file = file

    @override
    def __exit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        self.file.failure = exc_val
        self.close()


class TextWriter(io.TextIOWrapper):
    """Text to a `HashingFile`, discarded when the `with` block raises."""

    def __init__(self, file: HashingFile) -> None:
        super().__init__(BinaryWriter(file), encoding="utf-8", newline="")
        self.file = file

    @override
    def __exit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        self.file.failure = exc_val
        self.close()
