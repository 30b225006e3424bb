"""Patterns match what a regular expression of the same meaning matches, and look no further than they must."""

from __future__ import annotations

import posixpath
import re

from hypothesis import given
from hypothesis import strategies as st

from stackkit.flavors.local_files.globbing import Listing, Tree, literal_prefix, matches
from stackkit.testing.contracts.artifact_store.model import above, expression

names = st.sampled_from(("a", "b", "ab", ".a", "a.b", "*", "[a]", "é", "a b", "**", "\n", "a\n"))
pattern_names = st.sampled_from(
    ("**", "*", "?", "a", "ab", "*b", "a*", "[ab]", "[!a]", "[!ab]*", ".*", "[*]", "?[ab]", "*.*", "***", "a**b", "[a]", "??")
)
files = st.sets(st.lists(names, min_size=1, max_size=4).map("/".join), max_size=12)
patterns = st.lists(pattern_names, min_size=1, max_size=5).map("/".join)


def tree_of(paths: set[str], asked: list[str] | None = None) -> Tree:
    """A tree with these files, but for those that others are below of."""
    folders = {folder for path in paths for folder in above(path)} | {""}

    def look(folder: str) -> Listing:
        if asked is not None:
            asked.append(folder)
        if folder not in folders:
            return Listing()
        inner = sorted(posixpath.basename(path) for path in (folders | paths) - {""} if posixpath.dirname(path) == folder)
        is_folder = [f"{folder}/{name}" in folders if folder else name in folders for name in inner]
        return Listing(
            tuple(name for name, yes in zip(inner, is_folder, strict=True) if yes),
            tuple(name for name, yes in zip(inner, is_folder, strict=True) if not yes),
        )

    return Tree(look, lambda path: path in folders | paths)


@given(paths=files, pattern=patterns)
def test_a_pattern_matches_what_its_expression_matches(paths: set[str], pattern: str) -> None:
    everything = paths | {folder for path in paths for folder in above(path) if folder}
    matching = re.compile(expression(pattern))
    assert matches(tree_of(paths), pattern) == {path for path in everything if matching.fullmatch(path)}


def test_no_folder_is_listed_that_cannot_matter() -> None:
    asked: list[str] = []
    tree = tree_of({"a/b/c/file", "a/x/c/file", "other/b/c/file"}, asked)
    assert matches(tree, "a/*/c/file") == {"a/b/c/file", "a/x/c/file"}
    assert asked == ["a"]
    assert matches(tree, "a/b/c") == {"a/b/c"}
    assert asked == ["a"]


def test_stars_side_by_side_look_into_each_folder_once() -> None:
    asked: list[str] = []
    assert matches(tree_of({"a/b/c/file"}, asked), "**/**/**/file") == {"a/b/c/file"}
    assert asked == ["", "a", "a/b", "a/b/c"]


def test_folders_that_are_links_are_entered_by_name_and_not_by_two_stars() -> None:
    def look(_: str) -> Listing:
        return Listing(("loop",), ("file",), frozenset({"loop"}))

    tree = Tree(look, lambda _: True)
    assert matches(tree, "**") == {"loop", "file"}
    assert matches(tree, "*/*") == {"loop/loop", "loop/file"}
    assert matches(tree, "**/loop/file") == {"loop/file"}


def test_the_folders_that_a_pattern_names_outright_come_before_its_first_star() -> None:
    assert literal_prefix("a/b/*.txt") == "a/b"
    assert literal_prefix("*/a") == ""
    assert literal_prefix("a/b") == "a/b"
    assert literal_prefix("a/[b]/c") == "a"
