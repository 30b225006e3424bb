"""Timing several sides of a comparison by turns, so that what else the machine does falls on all of them."""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable, Iterable, Mapping
from statistics import median
from typing import TypeAlias

import attrs

Side: TypeAlias = Callable[[], object]
Clock: TypeAlias = Callable[[], float]
Row: TypeAlias = tuple[str, ...]

SHORTEST_TURN = 0.01  # seconds; shorter ones would measure the clock


@attrs.frozen
class Timings:
    """What each side took, round by round.

    Args:
        rounds: Seconds for one call, by the names of the sides; the turns of one round stand at the same place.
    """

    rounds: Mapping[str, tuple[float, ...]]

    def median(self, side: str) -> float:
        """Seconds for one call."""
        return median(self.rounds[side])

    def ratio(self, side: str, baseline: str) -> float:
        """How many times as long as the baseline a side takes: the median over the rounds, each compared in itself."""
        return median(ours / theirs for ours, theirs in zip(self.rounds[side], self.rounds[baseline], strict=True))

    def table(self, baseline: str) -> tuple[Row, Iterable[Row]]:
        """The header and rows of a table that compares every side with one of them."""
        header = ("", "median", f"ratio to {baseline}")
        return header, [(side, duration(self.median(side)), f"{self.ratio(side, baseline):.2f}") for side in self.rounds]


def take_turns(
    sides: Mapping[str, Side], *, rounds: int = 15, shortest: float = SHORTEST_TURN, clock: Clock = time.perf_counter
) -> Timings:
    """Time several sides, one turn of each in every round, in an order that changes.

    Garbage is collected before each turn and, as in any program, when Python decides to during it.

    Args:
        sides: What to call, by its name. Each is called before it is timed.
        rounds: How many turns each side has.
        shortest: Seconds that a turn lasts at least: a fast side is called many times in it.
        clock: `time.process_time` where nothing is waited for: what other processes take does not count then.
    """
    calls = {name: _calls(side, shortest, clock) for name, side in sides.items()}
    taken: dict[str, list[float]] = {name: [] for name in sides}
    order = list(sides)
    shuffle = random.Random(7).shuffle  # noqa: S311 - the order is no secret
    gc.collect()
    gc.freeze()
    for _ in range(rounds):
        shuffle(order)
        for name in order:
            gc.collect()
            taken[name].append(_seconds(sides[name], calls[name], clock))
    gc.unfreeze()
    return Timings({name: tuple(times) for name, times in taken.items()})


def _calls(side: Side, shortest: float, clock: Clock) -> int:
    """How often to call a side for a turn to be long enough."""
    side()
    calls = 1
    while (seconds := _seconds(side, calls, clock) * calls) < shortest:
        calls = max(calls * 2, round(calls * shortest / max(seconds, 1e-9)))
    return calls


def _seconds(side: Side, calls: int, clock: Clock) -> float:
    turns = range(calls)
    begun = clock()
    for _ in turns:
        side()
    return (clock() - begun) / calls


def duration(seconds: float) -> str:
    """Seconds with a unit in which they are legible.

    >>> duration(0.0000021)
    '2.10 µs'
    """
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}" if seconds / size >= 100 else f"{seconds / size:.2f} {unit}"  # noqa: PLR2004
    return f"{seconds / 1e-9:.0f} ns"
