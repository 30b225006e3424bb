from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stackkit.cli.plotting.lines import segments

heights = st.floats(0, 240)
gaps_and_heights = st.lists(st.none() | heights, max_size=60)


def at(values: list[float | None], width: float) -> list[tuple[float, float] | None]:
    return [None if value is None else (number * width, value) for number, value in enumerate(values)]


@given(values=gaps_and_heights)
def test_of_few_points_all_are_shown_and_gaps_stay_gaps(values: list[float | None]) -> None:
    places = at(values, 1.0)
    shown = list(segments(places))
    assert [place for segment in shown for place in segment] == [place for place in places if place is not None]
    ends = zip(places, [*places, None][1:], strict=True)
    assert len(shown) == sum(one is not None and other is None for one, other in ends)


@given(values=st.lists(heights, min_size=1, max_size=300))
def test_of_many_points_in_a_column_the_first_last_lowest_and_highest_are_shown(values: list[float]) -> None:
    [shown] = segments(at([*values], 0.001))
    assert len(shown) <= 4
    assert (shown[0][1], shown[-1][1]) == (values[0], values[-1])
    assert {min(values), max(values)} <= {y for _, y in shown}
    assert shown == sorted(shown, key=lambda place: place[0])


def test_a_million_points_are_a_few_thousand() -> None:
    places = ((number / 1_000_000 * 700, float(number * 7919 % 240)) for number in range(1_000_000))
    [shown] = segments(places)
    assert 700 <= len(shown) <= 4 * 700
