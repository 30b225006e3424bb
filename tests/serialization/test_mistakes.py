"""Mistakes are told in short lines, whatever made them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.serialization.everything import texts

from stackkit.errors import ConfigurationError, Problem
from stackkit.serialization.mistakes import said, unknown_keys


def test_the_key_that_was_meant_is_named() -> None:
    assert [str(problem) for problem in unknown_keys(["pth", "retries", "xyz", 5], ["path", "retries"], "is not known")] == [
        "pth: is not known; did you mean path?",
        "xyz: is not known; it has path, retries",
        "is not known: a key is no text but a int",
    ]


def test_where_no_key_is_known_none_is_named() -> None:
    assert str(unknown_keys(["a"], [], "is not known")[0]) == "a: is not known; it has none"


@given(st.lists(texts, max_size=60, unique=True))
def test_every_message_about_keys_is_short(keys: list[str]) -> None:
    problems = unknown_keys(keys, ["path"], "is not known")
    assert len(problems) <= 21
    assert all(str(problem).isprintable() and len(str(problem)) < 600 for problem in problems)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("a"), "a"),
        (ValueError("a", 1), "a"),
        (ValueError(), "ValueError"),
        (ValueError(""), "ValueError"),
        (ValueError(" \n a\nb"), "a"),
        (ValueError(5), "5"),
        (OSError(2, "No such file"), "[Errno 2] No such file"),
        (KeyError("a"), "a"),
        (ValueError("x" * 500), "x" * 200),
    ],
)
def test_an_error_says_one_line(error: Exception, text: str) -> None:
    (problem,) = said(error)
    assert problem.what == text


def test_an_error_of_ours_says_all_its_problems() -> None:
    problems = (Problem("a", where="b"), Problem("c", remedy="d"))
    assert said(ConfigurationError(*problems)) == problems
