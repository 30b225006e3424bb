"""The points of a line that can be seen: of many in one column of pixels, the first, lowest, highest and last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

Place: TypeAlias = tuple[float, float]


def segments(places: Iterable[Place | None]) -> Iterator[list[Place]]:
    """The parts of a line between its gaps, each with only as many points as make a difference.

    Args:
        places: Where the points are, in pixels, from left to right; None is a gap.

    >>> list(segments([(0.0, 1.0), None, (1.2, 5.0), (1.3, 9.0), (1.4, 1.0), (1.5, 4.0), (1.6, 3.0), (2.0, 3.0)]))
    [[(0.0, 1.0)], [(1.2, 5.0), (1.3, 9.0), (1.4, 1.0), (1.6, 3.0), (2.0, 3.0)]]
    """
    segment: list[Place] = []
    column: list[Place] = []
    for place in places:
        if column and (place is None or int(place[0]) != int(column[0][0])):
            segment += _seen(column)
            column = []
        if place is not None:
            column.append(place)
        elif segment:
            yield segment
            segment = []
    segment += _seen(column)
    if segment:
        yield segment


def _seen(column: list[Place]) -> list[Place]:
    if len(column) <= 4:  # noqa: PLR2004 - the four of the docstring
        return column
    heights = [y for _, y in column]
    kept = {0, heights.index(min(heights)), heights.index(max(heights)), len(column) - 1}
    return [column[number] for number in sorted(kept)]
