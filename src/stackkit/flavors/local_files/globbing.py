"""Which paths of a tree match a pattern."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from fnmatch import translate
from itertools import takewhile

import attrs

_MAGIC = re.compile(r"[*?\[]")


@attrs.frozen
class Listing:
    """What is in a folder.

    Args:
        folders: The names of the folders in it, sorted.
        files: The names of the files in it, sorted.
        links: Those of the folders that are links, which `**` and `walk` do not enter.
    """

    folders: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    links: frozenset[str] = frozenset()

    @property
    def names(self) -> tuple[str, ...]:
        """All names, sorted."""
        return tuple(sorted(self.folders + self.files))

    @property
    def inner(self) -> tuple[str, ...]:
        """The folders that are no links, sorted."""
        return tuple(name for name in self.folders if name not in self.links)


@attrs.frozen
class Tree:
    """The two questions that matching a pattern asks of a store.

    Args:
        list: What is in a folder; nothing, where there is no folder.
        exists: Whether there is a file or folder.
    """

    list: Callable[[str], Listing]
    exists: Callable[[str], bool]


def literal_prefix(pattern: str) -> str:
    """The folders that a pattern names outright.

    >>> literal_prefix("data/2024/*/x.csv")
    'data/2024'
    """
    return "/".join(takewhile(lambda name: not _MAGIC.search(name), pattern.split("/")))


def join(folder: str, name: str) -> str:
    """The path of a name in a folder, where the root is the empty path."""
    return f"{folder}/{name}" if folder else name


def below(tree: Tree, top: str) -> Iterator[tuple[str, Listing]]:
    """Each folder from `top` down, that one first, in the order of their names; links are not entered."""
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        listing = tree.list(folder)
        yield folder, listing
        waiting += [join(folder, name) for name in reversed(listing.inner)]


def matches(tree: Tree, pattern: str) -> set[str]:
    """The paths that match a pattern.

    Args:
        tree: Where to look.
        pattern: Names joined by `/`; in a name, `*` stands for any characters, `?` for one, `[abc]` and `[!abc]` for one of
            these or none of these. The name `**` stands for any number of folders, and at the end for everything below. A
            leading dot is a character like any other.
    """
    names = pattern.split("/")
    *folders, last = [name for name, after in zip(names, [*names[1:], ""], strict=True) if not name == after == "**"]
    found = {""}
    for name in folders:
        found = set(_folders(tree, found, name))
    return set(_entries(tree, found, last))


def _folders(tree: Tree, tops: Iterable[str], name: str) -> Iterator[str]:
    for top in tops:
        if name == "**":
            yield from (folder for folder, _ in below(tree, top))
        elif _MAGIC.search(name):
            yield from _matching(top, tree.list(top).folders, name)
        elif tree.exists(join(top, name)):
            yield join(top, name)


def _entries(tree: Tree, tops: Iterable[str], name: str) -> Iterator[str]:
    for top in tops:
        if name == "**":
            for folder, listing in below(tree, top):
                yield from (join(folder, inner) for inner in listing.names)
        elif _MAGIC.search(name):
            yield from _matching(top, tree.list(top).names, name)
        elif tree.exists(join(top, name)):
            yield join(top, name)


def _matching(folder: str, names: Iterable[str], pattern: str) -> Iterator[str]:
    match = re.compile(translate(pattern)).match
    return (join(folder, name) for name in names if match(name))
