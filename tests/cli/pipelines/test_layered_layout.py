"""Where boxes and lines are: nothing covers anything, whatever the graph."""

from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from stackkit.cli.pipelines import layered_layout
from stackkit.cli.pipelines.layered_layout import HIGH, MARGIN, layout


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, list[str]]:
    """Some boxes, each after some of those before it."""
    count = draw(st.integers(1, 10))
    return {
        f"n{number}": [f"n{other}" for other in draw(st.sets(st.integers(0, number - 1)))] if number else []
        for number in range(count)
    }


def widths(upstream: dict[str, list[str]]) -> dict[str, float]:
    return {name: 60.0 + 7 * number for number, name in enumerate(upstream)}


@given(graphs())
def test_every_box_is_below_those_that_it_comes_after_and_covers_none(upstream: dict[str, list[str]]) -> None:
    found = layout(upstream, widths(upstream))
    assert [*found.boxes] == [*upstream]
    for name, others in upstream.items():
        assert all(found.boxes[other].y + HIGH < found.boxes[name].y for other in others)
    for one, other in combinations(found.boxes.values(), 2):
        assert one.y != other.y or one.x + one.width < other.x or other.x + other.width < one.x
    for box in found.boxes.values():
        assert MARGIN <= box.x <= box.x + box.width <= found.width - MARGIN
        assert MARGIN <= box.y <= box.y + HIGH <= found.height - MARGIN


@given(graphs())
def test_every_line_goes_down_from_box_to_box_and_through_none(upstream: dict[str, list[str]]) -> None:
    found = layout(upstream, widths(upstream))
    assert set(found.lines) == {(other, name) for name, others in upstream.items() for other in others}
    for (start, end), points in found.lines.items():
        first, last = found.boxes[start], found.boxes[end]
        assert points[0] == (first.middle, first.y + HIGH)
        assert points[-1] == (last.middle, last.y)
        assert all(above[1] < below[1] for above, below in pairwise(points))
        for x, y in points[1:-1]:
            near = [box for box in found.boxes.values() if box.y <= y <= box.y + HIGH]
            assert near
            assert all(x < box.x or box.x + box.width < x for box in near)


def test_rows_are_sorted_so_that_lines_do_not_cross_without_need() -> None:
    found = layout({"a": [], "b": [], "c": ["b"], "d": ["a"]}, dict.fromkeys("abcd", 60))
    assert (found.boxes["a"].x < found.boxes["b"].x) == (found.boxes["d"].x < found.boxes["c"].x)


def test_a_graph_with_too_many_long_lines_is_drawn_straight() -> None:
    upstream = {str(number): [str(number - 1), "0"] if number else [] for number in range(300)}
    assert sum(range(299)) > layered_layout.MOST_PASSES
    found = layout(upstream, dict.fromkeys(upstream, 60))
    assert {len(points) for points in found.lines.values()} == {2}
