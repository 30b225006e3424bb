"""Records of runs in one SQLite file of this machine."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, final

import attrs
from typing_extensions import override

from stackkit.errors import ConfigurationError, Problem
from stackkit.flavors.local_files.project import kept_in_project
from stackkit.flavors.metadata_store.sql import SqlMetadataStore
from stackkit.flavors.metadata_store.sqlite_database import SqliteDatabase


def _default_file() -> str:
    return str(kept_in_project("metadata.db"))


def _absolute(path: str) -> str:
    # Path.resolve would follow symbolic links, and Path.expanduser raises for a user that is not there
    return os.path.abspath(os.path.expanduser(path)) if path else path  # noqa: PTH100, PTH111


@lru_cache
def _database_at(path: str) -> SqliteDatabase:
    return SqliteDatabase(Path(path))  # which keeps nothing but the path, in a form that takes time to make


@final
class SqliteMetadataStore(SqlMetadataStore):
    """Records of runs in one SQLite file, with nothing to install.

    Any number of processes and threads of this machine may use the file at once. What a call recorded that has returned
    survives the death of any process; a power cut may lose the newest records, but never a part of one.

    Args:
        path: The file; by default `.stackkit/metadata.db` in the project. It is made when something is first recorded. A
            relative path is made absolute and `~` is expanded. It must be on a disk of this machine.

    Raises:
        ConfigurationError: It is no path.

    >>> import tempfile
    >>> store = SqliteMetadataStore(name="records", path=f"{tempfile.mkdtemp()}/metadata.db")
    >>> store.get_runs()
    []
    """

    FLAVOR: ClassVar[str] = "sqlite"

    path: str = attrs.field(
        factory=_default_file, converter=_absolute, metadata={"help": "the SQLite file that the records are kept in"}
    )

    def __attrs_post_init__(self) -> None:
        if not self.path or "\0" in self.path:
            raise ConfigurationError(Problem(f"{self.path!r} is no path", where="path", remedy="give the path of a file"))

    @property
    @override
    def _database(self) -> SqliteDatabase:
        return _database_at(self.path)

    @property
    @override
    def is_provisioned(self) -> bool:
        """Whether the file is there. A first run can be recorded without: that makes it."""
        return Path(self.path).is_file()

    @override
    def provision(self) -> None:
        """Make the file.

        Raises:
            StoreError: It cannot be made.
        """
        self._database.make()

    @override
    def deprovision(self) -> None:
        """Nothing: what was recorded stays. To be rid of it, delete the file and those beside it that begin with its name."""
