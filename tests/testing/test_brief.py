"""Large contents are compared by what they are known by."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stackkit.testing.brief import brief

CONTENTS = st.binary(max_size=400) | st.text(st.characters(), max_size=400)


@given(one=CONTENTS, other=CONTENTS)
def test_contents_are_equal_where_they_are_so_in_brief(one: bytes | str, other: bytes | str) -> None:
    assert (brief(one) == brief(other)) == (one == other)


@given(content=CONTENTS, times=st.integers(1, 1000))
def test_what_is_shown_is_short(content: bytes | str, times: int) -> None:
    assert len(brief(content * times)) <= 200
