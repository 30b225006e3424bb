"""Names that are not known: the one that was meant is found as the standard library finds it, and sooner."""

from __future__ import annotations

import difflib

from hypothesis import example, given
from hypothesis import strategies as st

from stackkit.core.names import closest, listed, suggestion

NAMES = st.text("abcde_", min_size=1, max_size=8) | st.text(min_size=1, max_size=5)


@given(name=NAMES, names=st.lists(NAMES, max_size=8))
@example(name="ab", names=["ba", "ab"])
@example(name="retires", names=["retries", "retires_", "tries"])
def test_the_closest_is_the_one_that_the_standard_library_finds(name: str, names: list[str]) -> None:
    assert closest(name, names) == next(iter(difflib.get_close_matches(name, names, 1)), None)


def test_where_nothing_is_similar_all_or_something_else_is_told() -> None:
    assert suggestion("x", ["b", "a"]) == "there are a, b"
    assert suggestion("x", []) == "there are none"
    assert suggestion("x", ["a"], "look") == "look"
    assert suggestion("prdo", ["prod"], "look") == "did you mean prod?"


@given(names=st.lists(NAMES.filter(lambda name: "," not in name), max_size=40))
def test_few_names_are_listed(names: list[str]) -> None:
    assert listed(names).count(",") < 12
