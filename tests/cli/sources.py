"""Modules that people write, as text."""

from __future__ import annotations

from typing import Final

MODULE: Final = "my_mod.py"

STORE: Final = '''\
"""A store of our own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO, Any, ClassVar

import attrs

from stackkit import BaseArtifactStore, FileStat, OpenMode, Secret, StrPath


class MyStore(BaseArtifactStore):
    """Keeps artifacts in a bucket of our own."""

    FLAVOR: ClassVar[str] = "custom"
    SUPPORTED_SCHEMES: ClassVar[frozenset[str]] = frozenset({"custom://"})

    retries: int = attrs.field(default=3, metadata={"help": "how often to try"})
    tags: list[str] = attrs.field(factory=list[str])
    labels: dict[str, int] = attrs.field(factory=dict[str, int])
    password: Secret | None = None

    def open(self, path: StrPath, mode: OpenMode = "r") -> IO[Any]:
        raise NotImplementedError

    def copyfile(self, source: StrPath, target: StrPath, *, overwrite: bool = False) -> None: ...

    def exists(self, path: StrPath) -> bool:
        return False

    def glob(self, pattern: StrPath) -> list[str]:
        return []

    def isdir(self, path: StrPath) -> bool:
        return False

    def listdir(self, path: StrPath) -> list[str]:
        return []

    def makedirs(self, path: StrPath) -> None: ...

    def mkdir(self, path: StrPath) -> None: ...

    def remove(self, path: StrPath) -> None: ...

    def rename(self, source: StrPath, target: StrPath, *, overwrite: bool = False) -> None: ...

    def rmtree(self, path: StrPath) -> None: ...

    def stat(self, path: StrPath) -> FileStat:
        raise NotImplementedError

    def walk(self, top: StrPath = "") -> Iterator[tuple[str, list[str], list[str]]]:
        return iter(())
'''

ALERTER: Final = '''\
from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

import attrs

from stackkit import BaseAlerter, Secret


class Bell(BaseAlerter):
    """Rings; provisioned and running are files in its folder."""

    FLAVOR: ClassVar[str] = "bell"
    folder: str
    token: Secret | None = None

    def post(self, message: str) -> bool:
        return True

    def ask(self, question: str) -> bool:
        return True

    @property
    def is_provisioned(self) -> bool:
        return Path(self.folder, "provisioned").exists()

    @property
    def is_running(self) -> bool:
        if self.token is not None:
            self.token.reveal()
        return Path(self.folder, "running").exists()

    def provision(self) -> None:
        Path(self.folder, "provisioned").touch()

    def deprovision(self) -> None:
        Path(self.folder, "provisioned").unlink(missing_ok=True)

    def resume(self) -> None:
        Path(self.folder, "running").touch()

    def suspend(self) -> None:
        Path(self.folder, "running").unlink(missing_ok=True)

    def logs(self) -> Iterable[str]:
        file = Path(self.folder, "log")
        return file.read_text().splitlines() if file.exists() else []
'''


def changed(source: str, *changes: tuple[str, str]) -> str:
    """A source with some of its text replaced, each exactly once."""
    for old, new in changes:
        assert source.count(old) == 1, f"{old!r} is there {source.count(old)} times"
        source = source.replace(old, new)
    return source
