"""Where the boxes of a graph are drawn, and the lines between them: in rows, each box below those that it comes after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final, TypeAlias

import attrs

HIGH: Final = 36.0
"""How high a box is, in pixels, as all measures here."""
BETWEEN: Final = 56.0
"""How much is between two rows."""
GAP: Final = 24.0
"""How much is between two boxes of a row."""
MARGIN: Final = 16.0

_SWEEPS: Final = 4
MOST_PASSES: Final = 20_000
"""Of how many rows lines may be led past boxes; a graph with more of them has no picture that anybody could read."""

Point: TypeAlias = tuple[float, float]
_Place: TypeAlias = tuple[str, str, int]
"""What is in a row: a box, its name twice, or a line that passes, from and to; and the number of the row."""


@attrs.frozen
class Box:
    """Where a box is.

    Args:
        x: The left side.
        y: The upper side.
        width: How wide it is.
    """

    x: float
    y: float
    width: float

    @property
    def middle(self) -> float:
        """Halfway from left to right."""
        return self.x + self.width / 2


@attrs.frozen
class Layout:
    """A graph, laid out.

    Args:
        boxes: Where each box is.
        lines: The points that each line goes through, from the lower side of one box to the upper side of another.
        width: How wide all of it is.
        height: How high.
    """

    boxes: Mapping[str, Box]
    lines: Mapping[tuple[str, str], Sequence[Point]]
    width: float
    height: float


def layout(upstream: Mapping[str, Iterable[str]], widths: Mapping[str, float]) -> Layout:
    """Lay a graph out.

    Args:
        upstream: For each box those that it comes after, which are before it in the mapping.
        widths: How wide the boxes are.

    >>> found = layout({"a": [], "b": ["a"], "c": ["a", "b"]}, {"a": 60, "b": 60, "c": 60})
    >>> [box.y for box in found.boxes.values()]
    [16.0, 108.0, 200.0]
    >>> len(found.lines["a", "c"])  # it goes round b
    4
    """
    row_of: dict[str, int] = {}
    for name, others in upstream.items():
        row_of[name] = 1 + max((row_of[other] for other in others), default=-1)
    chains = {(other, name): _chain(other, name, row_of) for name, others in upstream.items() for other in others}
    if sum(map(len, chains.values())) > MOST_PASSES:
        chains = {(other, name): [chain[0], chain[-1]] for (other, name), chain in chains.items()}
    rows = _rows(row_of, chains.values())
    neighbours = _neighbours(chains.values())
    for sweep in range(_SWEEPS):
        _sort(rows[:: -1 if sweep % 2 else 1], neighbours)
    places = _placed(rows, widths)
    boxes = {name: places[name, name, row_of[name]] for name in upstream}
    lines = {ends: _line([places[place] for place in chain]) for ends, chain in chains.items()}
    width = max((place.x + place.width for place in places.values()), default=0.0) + MARGIN
    return Layout(boxes, lines, width, len(rows) * (HIGH + BETWEEN) - BETWEEN + 2 * MARGIN)


def _chain(start: str, end: str, row_of: Mapping[str, int]) -> list[_Place]:
    """A line: the box that it comes from, where it passes rows, and the box that it goes to."""
    first, last = row_of[start], row_of[end]
    return [(start, start, first), *((start, end, row) for row in range(first + 1, last)), (end, end, last)]


def _rows(row_of: Mapping[str, int], chains: Iterable[Sequence[_Place]]) -> list[list[_Place]]:
    rows: list[list[_Place]] = [[] for _ in range(1 + max(row_of.values(), default=0))]
    for name, row in row_of.items():
        rows[row].append((name, name, row))
    for chain in chains:
        for place in chain[1:-1]:
            rows[place[2]].append(place)
    return rows


def _neighbours(chains: Iterable[Sequence[_Place]]) -> Mapping[_Place, list[_Place]]:
    found: dict[_Place, list[_Place]] = {}
    for above, below in (pair for chain in chains for pair in pairwise(chain)):
        found.setdefault(above, []).append(below)
        found.setdefault(below, []).append(above)
    return found


def _sort(rows: Sequence[list[_Place]], neighbours: Mapping[_Place, list[_Place]]) -> None:
    """Bring what is in each row near to its neighbours in the row before."""
    for before, row in pairwise(rows):
        old = _from_the_middle(row)
        fixed = _from_the_middle(before)
        means: dict[_Place, float] = {}
        for place in row:
            near = [fixed[other] for other in neighbours.get(place, ()) if other in fixed]
            means[place] = sum(near) / len(near) if near else old[place]
        row.sort(key=means.__getitem__)


def _from_the_middle(row: Sequence[_Place]) -> dict[_Place, float]:
    return {place: number - (len(row) - 1) / 2 for number, place in enumerate(row)}


def _placed(rows: Sequence[Sequence[_Place]], widths: Mapping[str, float]) -> dict[_Place, Box]:
    """Rows from left to right, each in the middle of the widest."""
    wide = [sum(_width(place, widths) for place in row) + GAP * (len(row) - 1) for row in rows]
    places: dict[_Place, Box] = {}
    for number, row in enumerate(rows):
        x = MARGIN + (max(wide) - wide[number]) / 2
        for place in row:
            places[place] = Box(x, MARGIN + number * (HIGH + BETWEEN), _width(place, widths))
            x += places[place].width + GAP
    return places


def _width(place: _Place, widths: Mapping[str, float]) -> float:
    return widths[place[0]] if place[0] == place[1] else 0.0


def _line(boxes: Sequence[Box]) -> list[Point]:
    points = [(boxes[0].middle, boxes[0].y + HIGH)]
    for box in boxes[1:-1]:
        points += [(box.middle, box.y), (box.middle, box.y + HIGH)]
    return [*points, (boxes[-1].middle, boxes[-1].y)]
