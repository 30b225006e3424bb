"""The report of a benchmark: text, tables and goals, printed as they come and kept as Markdown."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Goal(NamedTuple):
    """A figure that should not be exceeded, and what was found."""

    what: str
    at_most: float
    found: float

    def row(self) -> tuple[str, str, str, str]:
        """The goal as a row of a table."""
        found = round(self.found, 2)
        return (
            self.what,
            f"{self.at_most:g}",
            f"{found:.2f}",
            "reached" if found <= self.at_most else f"missed by {self._excess()}",
        )

    def _excess(self) -> str:
        return f"{self.found / self.at_most - 1:.0%}" if self.at_most else f"{self.found:g}"


class Report:
    """Collects what a benchmark has to say, and prints it at once."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._goals: list[Goal] = []

    def text(self, text: str) -> None:
        """Add a paragraph, in Markdown."""
        self._add(text.strip())

    def table(self, title: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Add a table: its first column is text, all others are figures.

        Args:
            title: What is measured, in which unit, and what the baseline is.
            header: The names of the columns.
            rows: As many cells each as the header has.
        """
        lines = [tuple(header), *map(tuple, rows)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        rule = ("-" * widths[0], *(f"{'-' * (width - 1)}:" for width in widths[1:]))
        shown = [_line(cells, widths) for cells in (lines[0], rule, *lines[1:])]
        self._add("\n".join((f"### {title}", "", *shown)))

    def goal(self, what: str, *, at_most: float, found: float) -> None:
        """Add a figure to the table of goals, which ends the report.

        Args:
            what: What is measured, beside what.
            at_most: The goal.
            found: What was measured.
        """
        self._goals.append(Goal(what, at_most, found))

    def finish(self) -> str:
        """The whole report, with the table of goals at its end."""
        if self._goals:
            self.table("Goals", ("", "at most", "found", "verdict"), (goal.row() for goal in self._goals))
        return "\n\n".join(self._parts)

    def _add(self, part: str) -> None:
        self._parts.append(part)
        print(part, end="\n\n")
        sys.stdout.flush()


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    return f"| {first[0]:<{first[1]}} | {' | '.join(f'{cell:>{width}}' for cell, width in others)} |"
