"""Tables and JSON; no text drives the terminal."""

from __future__ import annotations

import json
from contextlib import redirect_stdout
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackkit.cli.render import as_json, cell, say, show_fields, show_rows, visible

TEXTS = st.text(st.characters(exclude_categories=[]))
"""Any text, control characters and lone surrogates included."""


@given(TEXTS)
def test_a_visible_text_is_printable_and_a_printable_text_stays(text: str) -> None:
    assert visible(text).isprintable()
    if text.isprintable():
        assert visible(text) == text


@given(TEXTS)
def test_what_is_kept_stays_and_the_rest_is_visible(text: str) -> None:
    kept = visible(text, keep="\n\t")
    assert kept.count("\n") == text.count("\n")
    assert all(character.isprintable() or character in "\n\t" for character in kept)


@given(
    st.recursive(
        TEXTS | st.integers() | st.booleans() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner)
    )
)
def test_json_means_the_value_and_shows_every_character(value: object) -> None:
    text = as_json(value)
    assert json.loads(text) == value
    assert all(character.isprintable() or character == "\n" for character in text)


def test_json_keeps_letters_of_all_scripts() -> None:
    assert as_json("日本 é") == '"日本 é"'


@given(st.lists(TEXTS, min_size=1, max_size=4).flatmap(lambda row: st.lists(st.just(row), min_size=1, max_size=3)))
def test_a_table_has_a_line_for_each_row(rows: list[list[str]]) -> None:
    with redirect_stdout(StringIO()) as printed:
        show_rows([{f"column_{n}": text for n, text in enumerate(row)} for row in rows], "table", empty="none")
    lines = printed.getvalue().removesuffix("\n").split("\n")
    assert len(lines) == len(rows) + 1
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "-"), (True, "yes"), (False, "no"), (7, "7"), (0.5, "0.5"), ("", ""), ("text", "text"), (["a", "é"], '["a", "é"]')],
)
def test_cells_are_for_people(value: object, shown: str) -> None:
    assert cell(value) == shown


def test_columns_are_aligned_by_what_a_terminal_shows(capsys: pytest.CaptureFixture[str]) -> None:
    show_rows([{"name": "日本", "n": 1}, {"name": "abcd", "n": 2}, {"name": "e\u0301", "n": 3}], "table", empty="")
    assert capsys.readouterr().out.splitlines() == ["NAME  N", "日本  1", "abcd  2", "e\u0301     3"]


def test_fields_are_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    show_fields({"name": "prod", "active_stack": None}, "table")
    assert capsys.readouterr().out == "name          prod\nactive stack  -\n"


def test_nothing_is_told_beside_the_output(capsys: pytest.CaptureFixture[str]) -> None:
    show_rows([], "table", empty="none \x1b[31m")
    assert capsys.readouterr() == ("", "none \\x1b[31m\n")
    show_rows([], "json", empty="none")
    assert capsys.readouterr() == ("[]\n", "")


def test_a_line_for_people_is_visible(capsys: pytest.CaptureFixture[str]) -> None:
    say("a\x07\nb")
    assert capsys.readouterr().out == "a\\x07\\nb\n"
