"""The flavor."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Any, ClassVar, final

import attrs
from attrs.validators import ge, le, matches_re
from typing_extensions import override

from stackkit import BaseArtifactStore, FileStat, OpenMode, Problem, StrPath, memory_file
from stackkit.components.artifact_store import check_scheme
from stackkit.errors import ArtifactError
from stackkit_sqlite_store.tree import Tree

SCHEME = "sqlite://"


def absolute(path: str) -> str:
    """`sqlite://name.db` is a file of the current folder."""
    file = path.removeprefix(SCHEME)
    return path if file in (path, "") else SCHEME + os.path.abspath(os.path.expanduser(file))  # noqa: PTH100, PTH111


@final
class SqliteArtifactStore(BaseArtifactStore):
    """Artifacts in one SQLite file: sqlite:///folder/artifacts.db.

    Every change is one transaction, a folder that is moved with a million files too. The file can be copied, sent and
    opened with any tool for SQLite. An artifact is in memory while it is read or written.
    """

    FLAVOR: ClassVar[str] = "sqlite"
    SUPPORTED_SCHEMES: ClassVar[frozenset[str]] = frozenset({SCHEME})

    path: str = attrs.field(
        converter=absolute,
        validator=[check_scheme, matches_re(r"sqlite:///[^\0]*[^/\0]")],
        metadata={"help": "the SQLite file: sqlite:///folder/artifacts.db"},
    )
    timeout: float = attrs.field(
        default=10.0, validator=[ge(0), le(3600)], metadata={"help": "how long to wait for others who write, in seconds"}
    )

    # The file is made when the stack comes up, or by the first change. It stays when the stack goes down, with what is in it.

    @property
    @override
    def is_provisioned(self) -> bool:
        return self._file.is_file()

    @override
    def provision(self) -> None:
        with self._changing():
            pass

    # The methods that every artifact store defines

    @override
    def open(self, path: StrPath, mode: OpenMode = "r") -> IO[Any]:
        path = self.relative(path)
        overwrite = mode not in ("x", "xb")
        with self._reading() as tree:
            if mode in ("r", "rb"):
                return memory_file(path, mode, tree.read(path))
            tree.require_room(path, overwrite=overwrite)
            old = tree.read(path) if mode in ("a", "ab") and tree.exists(path) else b""
        return memory_file(path, mode, old, partial(self._publish, path, overwrite=overwrite))

    @override
    def copyfile(self, source: StrPath, target: StrPath, *, overwrite: bool = False) -> None:
        source, target = self.relative(source), self.relative(target)
        with self._changing() as tree:
            tree.write(target, tree.read(source), overwrite=overwrite)

    @override
    def exists(self, path: StrPath) -> bool:
        path = self.relative(path)
        with self._reading() as tree:
            return tree.exists(path)

    @override
    def glob(self, pattern: StrPath) -> list[str]:
        pattern = self.relative(pattern)
        with self._reading() as tree:
            return tree.glob(pattern)

    @override
    def isdir(self, path: StrPath) -> bool:
        path = self.relative(path)
        with self._reading() as tree:
            return tree.isdir(path)

    @override
    def listdir(self, path: StrPath) -> list[str]:
        path = self.relative(path)
        with self._reading() as tree:
            return tree.listdir(path)

    @override
    def makedirs(self, path: StrPath) -> None:
        path = self.relative(path)
        with self._changing() as tree:
            tree.makedirs(path)

    @override
    def mkdir(self, path: StrPath) -> None:
        path = self.relative(path)
        with self._changing() as tree:
            tree.mkdir(path)

    @override
    def remove(self, path: StrPath) -> None:
        path = self.relative(path)
        with self._changing() as tree:
            tree.require_file(path)
            tree.remove_tree(path)

    @override
    def rename(self, source: StrPath, target: StrPath, *, overwrite: bool = False) -> None:
        source, target = self.relative(source), self.relative(target)
        with self._changing() as tree:
            if not source:
                raise ArtifactError(Problem("is the root", where=self.path))
            tree.move(source, target, overwrite=overwrite)

    @override
    def rmtree(self, path: StrPath) -> None:
        path = self.relative(path)
        with self._changing() as tree:
            if not path:
                raise ArtifactError(Problem("is the root", where=self.path))
            tree.require_folder(path)
            tree.remove_tree(path)

    @override
    def stat(self, path: StrPath) -> FileStat:
        path = self.relative(path)
        with self._reading() as tree:
            return tree.stat(path)

    @override
    def walk(self, top: StrPath = "") -> Iterator[tuple[str, list[str], list[str]]]:
        top = self.relative(top)
        with self._reading() as tree:
            return iter(tree.walk(top))

    # How they do it

    @property
    def _file(self) -> Path:
        return Path(self.path.removeprefix(SCHEME))

    def _publish(self, path: str, content: bytes, *, overwrite: bool) -> None:
        with self._changing() as tree:
            tree.write(path, content, overwrite=overwrite)

    @contextmanager
    def _reading(self) -> Generator[Tree]:
        """The tree of one moment; an empty one where nothing was made yet."""
        with self._errors():
            made = self._file.exists() and self._file.stat().st_size
            with self._transaction("BEGIN", str(self._file) if made else ":memory:") as tree:
                if not made:
                    tree.make()
                yield tree

    @contextmanager
    def _changing(self) -> Generator[Tree]:
        """The tree, to be changed by one at a time: all of it, or nothing where the block raises."""
        with self._errors():
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._transaction("BEGIN IMMEDIATE", str(self._file)) as tree:
                tree.make()
                yield tree

    @contextmanager
    def _transaction(self, begin: str, file: str) -> Generator[Tree]:
        with closing(sqlite3.connect(file, timeout=self.timeout, isolation_level=None)) as connection:
            connection.execute(begin)
            yield Tree(connection)
            connection.execute("COMMIT")  # what is closed before is rolled back

    @contextmanager
    def _errors(self) -> Generator[None]:
        try:
            yield
        except ArtifactError:
            raise
        except (OSError, sqlite3.Error) as error:
            raise ArtifactError(Problem(f"cannot be used: {error}", where=self.path)) from error
