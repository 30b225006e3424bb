"""A model of an artifact store: what one is, in the simplest words."""

from __future__ import annotations

import posixpath
import re
from typing import Literal, TypeAlias

from stackkit.errors import (
    ArtifactError,
    ArtifactExistsError,
    ArtifactIsADirectoryError,
    ArtifactNotADirectoryError,
    ArtifactNotFoundError,
)

Change: TypeAlias = Literal["w", "x", "a"]


class TreeModel:
    """What an artifact store is, in the simplest words: content by path; folders have none.

    Its methods are those of an artifact store, and refuse what one refuses; `write` stands for `open` with its modes.
    """

    def __init__(self) -> None:
        self.nodes: dict[str, bytes | None] = {"": None}

    def exists(self, path: str) -> bool:
        return path in self.nodes

    def isdir(self, path: str) -> bool:
        return self.exists(path) and self.nodes[path] is None

    def isfile(self, path: str) -> bool:
        return self.exists(path) and not self.isdir(path)

    def read(self, path: str) -> bytes:
        self._require(path)
        content = self.nodes[path]
        if content is None:
            raise ArtifactIsADirectoryError
        return content

    def write(self, path: str, mode: Change, content: bytes) -> None:
        if self.isdir(path):
            raise ArtifactIsADirectoryError
        if mode == "x" and self.exists(path):
            raise ArtifactExistsError
        self._make_above(path)
        self.nodes[path] = (self.nodes.get(path) or b"") + content if mode == "a" else content

    def copyfile(self, source: str, target: str, overwrite: bool) -> None:
        content = self.read(source)
        if self.exists(target) and not overwrite:
            raise ArtifactExistsError
        self.write(target, "w", content)

    def listdir(self, path: str) -> list[str]:
        self._require_folder(path)
        return sorted(name for folder, name in map(posixpath.split, self._below()) if folder == path)

    def makedirs(self, path: str) -> None:
        if self.isfile(path):
            raise ArtifactExistsError
        self._make_above(path)
        self.nodes[path] = None

    def mkdir(self, path: str) -> None:
        if self.exists(path):
            raise ArtifactExistsError
        if any(map(self.isfile, above(path))):
            raise ArtifactNotADirectoryError
        self._require(posixpath.dirname(path))
        self.nodes[path] = None

    def remove(self, path: str) -> None:
        self.read(path)
        del self.nodes[path]

    def rename(self, source: str, target: str, overwrite: bool) -> None:
        if not source:
            raise ArtifactError
        self._require(source)
        if self.exists(target) and (self.isdir(target) or self.isdir(source) or not overwrite):
            raise ArtifactExistsError
        if self.isdir(source) and source in above(target):
            raise ArtifactError
        self._make_above(target)
        moved = {target + path[len(source) :]: self.nodes.pop(path) for path in self._tree(source)}
        self.nodes |= moved

    def rmtree(self, path: str) -> None:
        if not path:
            raise ArtifactError
        self._require_folder(path)
        for inner in self._tree(path):
            del self.nodes[inner]

    def stat(self, path: str) -> tuple[int, bool]:
        self._require(path)
        return len(self.nodes[path] or b""), self.isdir(path)

    def walk(self, path: str) -> list[tuple[str, list[str], list[str]]]:
        found = self.listdir(path)
        folders = [name for name in found if self.isdir(posixpath.join(path, name))]
        steps = [(path, folders, [name for name in found if name not in folders])]
        return [*steps, *(step for name in folders for step in self.walk(posixpath.join(path, name)))]

    def glob(self, pattern: str) -> list[str]:
        matching = re.compile(expression(pattern))
        return sorted(filter(matching.fullmatch, self._below()))

    def _below(self) -> list[str]:
        return [path for path in self.nodes if path]

    def _tree(self, top: str) -> list[str]:
        return [path for path in self.nodes if f"{path}/".startswith(f"{top}/")]

    def _require(self, path: str) -> None:
        if not self.exists(path):
            raise ArtifactNotFoundError

    def _require_folder(self, path: str) -> None:
        self._require(path)
        if not self.isdir(path):
            raise ArtifactNotADirectoryError

    def _make_above(self, path: str) -> None:
        if any(map(self.isfile, above(path))):
            raise ArtifactNotADirectoryError
        self.nodes |= dict.fromkeys(above(path))


def above(path: str) -> list[str]:
    """The folders above a path, from the root; the root has none.

    Args:
        path: Relative to the root.

    >>> above("a/b/c")
    ['', 'a', 'a/b']
    """
    return [*above(posixpath.dirname(path)), posixpath.dirname(path)] if path else []


def expression(pattern: str) -> str:
    """A regular expression for the paths that match a pattern.

    Args:
        pattern: As `glob` takes it.
    """
    *folders, last = pattern.split("/")
    before = "".join("([^/]+/)*" if name == "**" else f"{_name_expression(name)}/" for name in folders)
    return before + ("(?s:.+)" if last == "**" else _name_expression(last))


def _name_expression(name: str) -> str:
    return "".join(map(_part_expression, re.split(r"(\[[^]]+\]|\*+|\?)", name)))


def _part_expression(part: str) -> str:
    if part == "?":
        return "[^/]"
    if part.startswith("*"):
        return "[^/]*"
    return part.replace("[!", "[^/") if part.startswith("[") else re.escape(part)
