"""An artifact store beside a model of one: after any calls, both answer the same and hold the same."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Literal, cast

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from stackkit import ArtifactStore
from stackkit.errors import ArtifactError
from stackkit.testing.contracts.artifact_store.model import Change, TreeModel

names: Final = st.sampled_from(("a", "b", ".c", "d e", "é*"))
paths: Final = st.lists(names, max_size=3).map("/".join)
contents: Final = st.binary(max_size=20)
pattern_names: Final = st.sampled_from(("*", "**", "?", "a", "[ab]", "[!a]", ".*", "* *", "é[*]"))
patterns: Final = st.lists(pattern_names, min_size=1, max_size=4).map("/".join)


class ArtifactStoreMachine(RuleBasedStateMachine):
    """Makes calls at random; a subclass says how to make a new, empty store."""

    store: ArtifactStore
    model: TreeModel

    def new_store(self) -> ArtifactStore:
        """An empty store that is ready for use, for each example."""
        raise NotImplementedError

    @initialize()
    def begin(self) -> None:
        self.store = self.new_store()
        self.model = TreeModel()

    def same(self, real: Callable[[], object], modelled: Callable[[], object]) -> None:
        """Both give the same, or refuse for the same reason; where the model names no reason, the store may.

        Args:
            real: A call of the store.
            modelled: The same of the model.
        """
        found, expected = outcome(real), outcome(modelled)
        if expected is ArtifactError and isinstance(found, type):
            assert issubclass(found, ArtifactError)
        else:
            assert found == expected

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
        assume(self.model.isdir(posixpath.dirname(path)) and not self.model.isdir(path))
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
            for path in (posixpath.join(top, name) for name in files):
                with self.store.open(path, "rb") as file:
                    found[path] = file.read()
        assert found == self.model.nodes


def outcome(call: Callable[[], object]) -> object:
    """What a call gives, or the class of its refusal.

    Args:
        call: A call of a store or of a model.
    """
    try:
        return call()
    except ArtifactError as error:
        return type(error)
