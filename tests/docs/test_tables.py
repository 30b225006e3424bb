from __future__ import annotations

import pytest
from tests.docs.tables import TABLES, place


@pytest.mark.parametrize(("page", "name"), TABLES)
def test_a_table_says_what_the_code_says(page: str, name: str) -> None:
    shown = place(page, name)[1][0].splitlines()
    assert shown == list(TABLES[page, name]()), "write it anew: python -m tests.docs.tables"
