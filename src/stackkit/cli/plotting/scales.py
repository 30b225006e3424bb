"""From numbers to places: linear and logarithmic scales, and where their marks are."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Final

import attrs

LARGEST: Final = 1e300
SMALLEST: Final = 1e-300
"""What can be calculated with and stays finite, and the same in positive numbers."""

_MOST_TICKS: Final = 8
_STEPS: Final = (1.0, 2.0, 5.0, 10.0)
_PLAIN: Final = (1e-4, 1e6)
_FEW_DECADES: Final = 2


@attrs.frozen
class Scale:
    """A range of numbers on a line.

    Args:
        low: The number at its beginning.
        high: The number at its end, which is greater.
        log: Whether equal factors, and not equal differences, are equally long; both numbers are positive then.
    """

    low: float
    high: float
    log: bool = False

    @classmethod
    def around(cls, values: Iterable[float], *, log: bool = False) -> Scale:
        """A scale that all values are on.

        Args:
            values: Numbers from -`LARGEST` to `LARGEST`, on a logarithmic scale from `SMALLEST`; there may be none.
            log: Whether it is logarithmic.
        """
        found = list(values)
        low, high = (min(found), max(found)) if found else (1.0, 10.0)
        if log and math.log10(low) == math.log10(high):  # neighbours among numbers may have one logarithm
            return cls(low / 2, high * 2, log)
        if low == high:
            room = abs(low) / 20 or 0.5
            return cls(low - room, high + room)
        return cls(low, high, log)

    def wider(self) -> Scale:
        """The same with some room at both ends, unless it is logarithmic."""
        room = 0.0 if self.log else (self.high - self.low) / 32
        return Scale(self.low - room, self.high + room, self.log)

    def place(self, value: float) -> float:
        """Where a number is: 0 at the beginning, 1 at the end."""
        if self.log:
            low = math.log10(self.low)
            return (math.log10(value) - low) / (math.log10(self.high) - low)
        return (value - self.low) / (self.high - self.low)

    def ticks(self) -> list[tuple[float, str]]:
        """The numbers that are marked, each with its text.

        >>> [text for _, text in Scale(0, 0.9).ticks()], [text for _, text in Scale(1, 1e4, log=True).ticks()]
        (['0', '0.2', '0.4', '0.6', '0.8'], ['1', '10', '100', '1000', '10000'])
        """
        return list(_decades(self) if self.log else _evenly(self))


def _evenly(scale: Scale) -> Iterator[tuple[float, str]]:
    rough = (scale.high - scale.low) / (_MOST_TICKS - 1)
    power = 10.0 ** math.floor(math.log10(rough)) if rough > 0 else 0.0
    if not power or scale.low + rough == scale.low or scale.high - rough == scale.high:
        yield from ((value, text_of(value)) for value in (scale.low, scale.high))
        return
    step = power * next(factor for factor in _STEPS if power * factor >= rough or factor == _STEPS[-1])
    for count in range(math.ceil(scale.low / step), math.floor(scale.high / step) + 1):
        yield count * step, text_of(count * step, step)


def _decades(scale: Scale) -> Iterator[tuple[float, str]]:
    first, last = math.floor(math.log10(scale.low)), math.floor(math.log10(scale.high))
    factors = (1.0, 2.0, 5.0) if last - first <= _FEW_DECADES else (1.0,)
    for exponent in range(first, last + 1, max(1, (last - first) // _MOST_TICKS)):
        for factor in factors:
            value = float(f"{factor}e{exponent}")
            if scale.low <= value <= scale.high:
                yield value, text_of(value)


def text_of(value: float, step: float | None = None) -> str:
    """A number in few characters.

    Args:
        value: The number.
        step: How far it is from the next one that is shown, which must look otherwise.

    >>> text_of(0.30000000000000004, 0.1), text_of(2000000.0, 500000.0), text_of(1.5e-7), text_of(0)
    ('0.3', '2e6', '1.5e-7', '0')
    """
    largest = abs(value)
    if not value or _PLAIN[0] <= largest < _PLAIN[1]:
        digits = 6 if step is None else max(0, -math.floor(math.log10(step)))
        text = f"{value:.{digits}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    digits = 3 if step is None else max(0, math.floor(math.log10(largest)) - math.floor(math.log10(step)))
    mantissa, _, exponent = f"{value:.{digits}e}".partition("e")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{mantissa}e{int(exponent)}"
