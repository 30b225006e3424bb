"""An artifact store beside a model of one: after any calls, both answer the same and hold the same."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Literal, cast

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from stackkit.components.artifact_store import ArtifactStore
from stackkit.errors import (
    ArtifactError,
    ArtifactExistsError,
    ArtifactIsADirectoryError,
    ArtifactNotADirectoryError,
    ArtifactNotFoundError,
)

Change = Literal["w", "x", "a"]

names = st.sampled_from(("a", "b", ".c", "d e", "é*"))
paths = st.lists(names, max_size=3).map("/".join)
contents = st.binary(max_size=20)
pattern_names = st.sampled_from(("*", "**", "?", "a", "[ab]", "[!a]", ".*", "* *", "é[*]"))
patterns = st.lists(pattern_names, min_size=1, max_size=4).map("/".join)


class TreeModel:
    """What an artifact store is, in the simplest words: content by path; folders have none."""

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
        return sorted(name for folder, name in map(split, self._below()) if folder == path)

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
        self._require(split(path)[0])
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
        folders = [name for name in found if self.isdir(join(path, name))]
        steps = [(path, folders, [name for name in found if name not in folders])]
        return [*steps, *(step for name in folders for step in self.walk(join(path, name)))]

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


def split(path: str) -> tuple[str, str]:
    """The folder and the name."""
    folder, _, name = path.rpartition("/")
    return folder, name


def join(folder: str, name: str) -> str:
    """The path of a name in a folder."""
    return f"{folder}/{name}" if folder else name


def above(path: str) -> list[str]:
    """The folders above a path, from the root; the root has none."""
    return [path[:end] for end in (0, *(match.start() for match in re.finditer("/", path)))] if path else []


def expression(pattern: str) -> str:
    """A regular expression for the paths that match a pattern."""
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


class ArtifactStoreMachine(RuleBasedStateMachine):
    """Makes calls at random; a subclass says how to make a new, empty store."""

    store: ArtifactStore

    def new_store(self) -> ArtifactStore:
        raise NotImplementedError

    @initialize()
    def begin(self) -> None:
        self.store = self.new_store()
        self.model = TreeModel()

    def same(self, real: Callable[[], object], modelled: Callable[[], object]) -> None:
        """Both give the same, or refuse for the same reason."""
        assert outcome(real) == outcome(modelled)

    @rule(path=paths, mode=st.sampled_from(("w", "x", "a")), content=contents, binary=st.booleans())
    def write(self, path: str, mode: Change, content: bytes, binary: bool) -> None:
        def real() -> None:
            if binary:
                with self.store.open(path, cast("Literal['wb', 'xb', 'ab']", f"{mode}b")) as file:
                    file.write(content)
            else:
                with self.store.open(path, mode) as text:
                    text.write(content.decode("latin-1"))

        written = content if binary else content.decode("latin-1").encode()
        self.same(real, lambda: self.model.write(path, mode, written))

    @rule(path=paths, content=contents)
    def write_and_fail(self, path: str, content: bytes) -> None:
        assume(self.model.isdir(split(path)[0]) and not self.model.isdir(path))
        with suppress(ZeroDivisionError), self.store.open(path, "wb") as file:
            file.write(content)
            assert not 1 // 0

    @rule(path=paths)
    def read(self, path: str) -> None:
        def real() -> bytes:
            with self.store.open(path, "rb") as file:
                return file.read()

        self.same(real, lambda: self.model.read(path))

    @rule(old=paths, new=paths, overwrite=st.booleans())
    def copyfile(self, old: str, new: str, overwrite: bool) -> None:
        self.same(
            lambda: self.store.copyfile(old, new, overwrite=overwrite),
            lambda: self.model.copyfile(old, new, overwrite),
        )

    @rule(old=paths, new=paths, overwrite=st.booleans())
    def rename(self, old: str, new: str, overwrite: bool) -> None:
        assume(old != new)
        self.same(
            lambda: self.store.rename(old, new, overwrite=overwrite),
            lambda: self.model.rename(old, new, overwrite),
        )

    @rule(path=paths)
    def exists_and_isdir(self, path: str) -> None:
        assert self.store.exists(path) == self.model.exists(path)
        assert self.store.isdir(path) == self.model.isdir(path)

    @rule(pattern=patterns)
    def glob(self, pattern: str) -> None:
        assert self.store.glob(pattern) == self.model.glob(pattern)

    @rule(path=paths)
    def listdir(self, path: str) -> None:
        self.same(lambda: self.store.listdir(path), lambda: self.model.listdir(path))

    @rule(path=paths)
    def makedirs(self, path: str) -> None:
        self.same(lambda: self.store.makedirs(path), lambda: self.model.makedirs(path))

    @rule(path=paths)
    def mkdir(self, path: str) -> None:
        self.same(lambda: self.store.mkdir(path), lambda: self.model.mkdir(path))

    @rule(path=paths)
    def remove(self, path: str) -> None:
        self.same(lambda: self.store.remove(path), lambda: self.model.remove(path))

    @rule(path=paths)
    def rmtree(self, path: str) -> None:
        self.same(lambda: self.store.rmtree(path), lambda: self.model.rmtree(path))

    @rule(path=paths)
    def stat(self, path: str) -> None:
        def real() -> tuple[int, bool]:
            told = self.store.stat(path)
            return told.size, told.is_dir

        self.same(real, lambda: self.model.stat(path))

    @rule(path=paths)
    def walk(self, path: str) -> None:
        self.same(lambda: list(self.store.walk(path)), lambda: self.model.walk(path))

    @invariant()
    def holds_what_the_model_holds(self) -> None:
        found: dict[str, bytes | None] = {}
        for top, _, files in self.store.walk():
            found[top] = None
            for path in (join(top, name) for name in files):
                with self.store.open(path, "rb") as file:
                    found[path] = file.read()
        assert found == self.model.nodes


def outcome(call: Callable[[], object]) -> object:
    """What a call gives, or the class of its refusal."""
    try:
        return call()
    except ArtifactError as error:
        return type(error)
