"""Everything that the README and the documentation show is tried, as a reader would."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.docs.pages import Reader, blocks

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@each_page
def test_its_examples_do_what_it_says(page: Path, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    Reader(page, tmp_path / "work").read()


@each_page
def test_it_has_no_code_that_nobody_tries(page: Path) -> None:
    unchecked = [f"{page.name}:{b.line}" for b in blocks(page.read_text(encoding="utf-8")) if not b.is_checked]
    assert unchecked == []
