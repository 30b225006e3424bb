"""A tree of files in a table."""

from __future__ import annotations

import posixpath
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any, final

import attrs

from stackkit import FileStat, Problem
from stackkit.errors import (
    ArtifactError,
    ArtifactExistsError,
    ArtifactIsADirectoryError,
    ArtifactNotADirectoryError,
    ArtifactNotFoundError,
)

# A folder has no content. Paths of one folder have it as `above`, so that it is listed without looking at what is below.
TABLE = "CREATE TABLE IF NOT EXISTS entry (path TEXT PRIMARY KEY, above TEXT, content BLOB, modified TEXT NOT NULL)"
INDEX = "CREATE INDEX IF NOT EXISTS entry_above ON entry (above)"
PUT = """
INSERT INTO entry VALUES (:path, :above, :content, :modified)
ON CONFLICT (path) DO UPDATE SET content = :content, modified = :modified
"""
TREE = "(path = :top OR (path > :top || '/' AND path < :top || '0'))"  # '0' comes after '/'
MOVE = f"""
UPDATE entry SET
    above = CASE path WHEN :top THEN :above ELSE :target || substr(above, :length) END,
    path = :target || substr(path, :length)
WHERE {TREE}
"""  # noqa: S608 - made of constants


@final
@attrs.frozen
class Tree:
    """Files and folders, as one transaction sees them. Paths are relative to the root, which is the empty path."""

    connection: sqlite3.Connection

    def make(self) -> None:
        """Make the table, with the root in it."""
        self.connection.execute(TABLE)
        self.connection.execute(INDEX)
        if not self.exists(""):
            self._put("", None)

    # What is there

    def exists(self, path: str) -> bool:
        return self._row(path) is not None

    def isdir(self, path: str) -> bool:
        row = self._row(path)
        return row is not None and row[0] is None

    def isfile(self, path: str) -> bool:
        return self.exists(path) and not self.isdir(path)

    def stat(self, path: str) -> FileStat:
        size, modified = self._found(path)
        return FileStat(size=size or 0, modified=datetime.fromisoformat(modified), is_dir=size is None)

    def read(self, path: str) -> bytes:
        self.require_file(path)
        (content,) = self._one("SELECT content FROM entry WHERE path = :path", path=path)
        return bytes(content)

    def listdir(self, path: str) -> list[str]:
        self.require_folder(path)
        rows = self._all("SELECT path FROM entry WHERE above = :path ORDER BY path", path=path)
        return [posixpath.basename(inner) for (inner,) in rows]

    def walk(self, top: str) -> list[tuple[str, list[str], list[str]]]:
        names = self.listdir(top)
        folders = [name for name in names if self.isdir(posixpath.join(top, name))]
        steps = [(top, folders, [name for name in names if name not in folders])]
        return [*steps, *(step for name in folders for step in self.walk(posixpath.join(top, name)))]

    def glob(self, pattern: str) -> list[str]:
        paths = [path for (path,) in self._all("SELECT path FROM entry WHERE path != '' ORDER BY path")]
        return [path for path in paths if matches(path.split("/"), pattern.split("/"))]

    # What must be there

    def require_file(self, path: str) -> None:
        size, _ = self._found(path)
        if size is None:
            raise ArtifactIsADirectoryError(Problem("is a folder", where=path))

    def require_folder(self, path: str) -> None:
        size, _ = self._found(path)
        if size is not None:
            raise ArtifactNotADirectoryError(Problem("is a file", where=path))

    def require_room(self, path: str, *, overwrite: bool) -> None:
        """That a file can be put: over one at most, and not below one."""
        if self.isdir(path):
            raise ArtifactIsADirectoryError(Problem("is a folder", where=path))
        if not overwrite and self.exists(path):
            raise ArtifactExistsError(Problem("is there already", where=path, remedy="choose another name"))
        self._require_name(path)
        for folder in above(path):
            if self.isfile(folder):
                raise ArtifactNotADirectoryError(Problem(f"{folder} is a file", where=path))

    # Changes

    def write(self, path: str, content: bytes, *, overwrite: bool) -> None:
        self.require_room(path, overwrite=overwrite)
        self.makedirs(posixpath.dirname(path))
        self._put(path, content)

    def mkdir(self, path: str) -> None:
        if self.exists(path):
            raise ArtifactExistsError(Problem("is there already", where=path))
        self.require_room(path, overwrite=False)
        self.require_folder(posixpath.dirname(path))
        self._put(path, None)

    def makedirs(self, path: str) -> None:
        if self.isdir(path):
            return
        self.require_room(path, overwrite=False)
        for folder in (*above(path), path):
            if not self.exists(folder):
                self._put(folder, None)

    def move(self, source: str, target: str, *, overwrite: bool) -> None:
        self._found(source)
        is_dir = self.isdir(source)
        if self.exists(target) and (is_dir or self.isdir(target) or not overwrite):
            raise ArtifactExistsError(Problem("is there already", where=target))
        if source == target:
            return
        if is_dir and source in above(target):
            raise ArtifactError(Problem("cannot be moved into itself", where=source))
        self.require_room(target, overwrite=True)
        self.makedirs(posixpath.dirname(target))
        self.remove_tree(target)
        values = {"top": source, "target": target, "above": posixpath.dirname(target), "length": len(source) + 1}
        self.connection.execute(MOVE, values)

    def remove_tree(self, path: str) -> None:
        self.connection.execute(f"DELETE FROM entry WHERE {TREE}", {"top": path})  # noqa: S608 - made of constants

    # How it is asked

    def _put(self, path: str, content: bytes | None) -> None:
        self._require_name(path)
        folder = posixpath.dirname(path) if path else None
        values = {"path": path, "above": folder, "content": content, "modified": datetime.now(UTC).isoformat()}
        self.connection.execute(PUT, values)

    def _found(self, path: str) -> tuple[int | None, str]:
        row = self._row(path)
        if row is None:
            raise ArtifactNotFoundError(Problem("there is no such file or folder", where=shown(path)))
        return row

    def _row(self, path: str) -> tuple[int | None, str] | None:
        """The size, which a folder has not, and the time of the last change."""
        if not is_text(path):
            return None
        rows = self._all("SELECT length(content), modified FROM entry WHERE path = :path", path=path)
        return rows[0] if rows else None

    def _require_name(self, path: str) -> None:
        if not is_text(path):
            raise ArtifactError(Problem("is no text that UTF-8 has", where=shown(path), remedy="choose another name"))

    def _one(self, query: str, **values: str) -> tuple[Any, ...]:
        (row,) = self._all(query, **values)
        return row

    def _all(self, query: str, **values: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query, values).fetchall()


def above(path: str) -> list[str]:
    """The folders above a path, from the root; the root has none."""
    folder = posixpath.dirname(path)
    return [*above(folder), folder] if path else []


def matches(names: Sequence[str], pattern: Sequence[str]) -> bool:
    """Whether the names of a path match those of a pattern; `**` stands for any number of folders, or everything below."""
    if not names or not pattern:
        return not names and not pattern
    if pattern[0] != "**":
        return fnmatchcase(names[0], pattern[0]) and matches(names[1:], pattern[1:])
    return len(pattern) == 1 or any(matches(names[skipped:], pattern[1:]) for skipped in range(len(names)))


def is_text(path: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in path)


def shown(path: str) -> str:
    return path if path.isprintable() else ascii(path)
