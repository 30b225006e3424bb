"""An artifact store that notices when a file is not what was written: a custom flavor, as `stackkit demo` shows it."""

from __future__ import annotations

import hashlib
import weakref
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import IO, Any, ClassVar, Literal, final

from attrs import field
from typing_extensions import override

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
        file: IO[Any] = self._files.open(name, mode)
        after_closing(getattr(file, "buffer", file), lambda: self._keep(name))
        return file

    def _checksum(self, name: str) -> str:
        digest = hashlib.new(self.algorithm)
        with self._files.open(name, "rb") as file:
            while chunk := file.read(2**20):
                digest.update(chunk)
        return digest.hexdigest()

    def _keep(self, name: str) -> None:
        with self._files.open(f"{CHECKSUMS}/{name}", "w") as file:
            file.write(self._checksum(name))

    def _verify(self, name: str) -> None:
        if not self._files.exists(f"{CHECKSUMS}/{name}"):
            return
        with self._files.open(f"{CHECKSUMS}/{name}", "r") as file:
            expected = file.read()
        if self._checksum(name) != expected:
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
        found = self._files.walk(self.relative(top))
        shown = ((folder, names, files) for folder, names, files in found if folder.split("/")[0] != CHECKSUMS)
        return ((folder, [name for name in names if name != CHECKSUMS], files) for folder, names, files in shown)

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


def after_closing(file: IO[bytes], call: Callable[[], None]) -> None:
    """Have something done once a file was closed and is there; a file that is discarded is never closed.

    Args:
        file: A file open for writing.
        call: What is done then.
    """
    seen = weakref.ref(file)

    def close() -> None:
        writer = seen()
        if writer is not None and not writer.closed:
            type(writer).close(writer)
            call()

    setattr(file, "close", close)  # noqa: B010 - one object is given another close, not its class
