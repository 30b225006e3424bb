"""Trees of files: how laws write, read and empty them, and the names and paths that they do it with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Generic, TypeAlias, TypeVar

import pytest
from hypothesis import strategies as st

from stackkit import ArtifactStore, BaseArtifactStore, StrPath
from stackkit.testing.contracts.component import ComponentContract

S = TypeVar("S", bound=BaseArtifactStore)

Call: TypeAlias = Callable[[ArtifactStore, StrPath], object]

ODD: Final = (
    " ", "a b", " a", "a ", "...", "a.", ".a", "-a", "~", "~root", "$HOME", "%20", "%2F", "a\\b", "'", '"', "a\nb", "é",
    "e\u0301", "日本語", "\U0001f600", "*", "[a]", "a?", "a:b", "file:", "a|b", "#", "a&b=c", "con", "\x7f", "\u202e", "\ufeff",
)  # fmt: skip
"""Names that are hard on those who quote, split, trim, decode or expand them."""

names: Final = st.sampled_from(ODD) | st.text(
    st.characters(exclude_characters="/\0", codec="utf-8"), min_size=1, max_size=20
).filter(lambda name: name not in (".", ".."))
"""Names of any characters that UTF-8 has."""

CALLS: Final[Mapping[str, Call]] = {
    "open r": lambda store, path: store.open(path),
    "open rb": lambda store, path: store.open(path, "rb"),
    "open w": lambda store, path: store.open(path, "w"),
    "open x": lambda store, path: store.open(path, "x"),
    "open a": lambda store, path: store.open(path, "a"),
    "copyfile from": lambda store, path: store.copyfile(path, "new"),
    "copyfile to": lambda store, path: store.copyfile("file", path, overwrite=True),
    "exists": lambda store, path: store.exists(path),
    "glob": lambda store, path: store.glob(path),
    "isdir": lambda store, path: store.isdir(path),
    "listdir": lambda store, path: store.listdir(path),
    "makedirs": lambda store, path: store.makedirs(path),
    "mkdir": lambda store, path: store.mkdir(path),
    "remove": lambda store, path: store.remove(path),
    "rename from": lambda store, path: store.rename(path, "new"),
    "rename to": lambda store, path: store.rename("file", path, overwrite=True),
    "rmtree": lambda store, path: store.rmtree(path),
    "stat": lambda store, path: store.stat(path),
    "walk": lambda store, path: list(store.walk(path)),
}
"""Every method, and every one of its paths. There is a file called `file`."""


class StoreLaws(ComponentContract[S], Generic[S]):
    """What the laws of artifact stores need: a store that is empty."""

    @pytest.fixture
    def names(self) -> st.SearchStrategy[str]:
        """Names that the store keeps as they are: all of them, by default. A store that reserves some leaves these out."""
        return names


def write(store: ArtifactStore, path: str, content: bytes = b"content") -> None:
    """Put a file.

    Args:
        store: Where to.
        path: Which file.
        content: What is in it.
    """
    with store.open(path, "wb") as file:
        file.write(content)


def read(store: ArtifactStore, path: str) -> bytes:
    """The content of a file.

    Args:
        store: Where from.
        path: Which file.
    """
    with store.open(path, "rb") as file:
        return file.read()


def everything(store: ArtifactStore) -> list[str]:
    """The paths of all folders and files, sorted.

    Args:
        store: The store.
    """
    return store.glob("**")


def empty(store: ArtifactStore) -> None:
    """Remove everything; an example begins with it where the one before has used the same store.

    Args:
        store: The store.
    """
    for name in store.listdir(""):
        (store.rmtree if store.isdir(name) else store.remove)(name)
