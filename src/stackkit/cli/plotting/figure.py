"""A figure of lines as SVG: a panel for each metric, a colour for each run, one legend for all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

import attrs

from stackkit.cli.plotting.lines import segments
from stackkit.cli.plotting.scales import LARGEST, SMALLEST, Scale

COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#8c6d1f")
"""Told apart by those who see colours otherwise too."""

_DASHES: Final = ("", "7 3", "2 3", "9 3 2 3")
_WIDTH: Final = 820
_LEFT, _RIGHT, _TOP, _BOTTOM = 76, 24, 34, 46  # around what is plotted in a panel
_PLOT: Final = 240  # how high that is
_PANEL: Final = _TOP + _PLOT + _BOTTOM
_MARGIN: Final = 14
_ROW: Final = 20
_LETTER: Final = 6.6  # about as wide as a letter of 12 pixels is
_LONGEST: Final = 48
_STYLE: Final = (
    "text{font:12px system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;fill:#333}"
    ".title{font-size:14px;font-weight:600;fill:#111}.note{fill:#777}"
    ".grid{stroke:#e4e4e4}.frame{stroke:#999;fill:none}.line{fill:none;stroke-width:1.6;stroke-linejoin:round}"
)


@attrs.frozen
class Series:
    """A line, or none where no point of it can be shown.

    Args:
        label: What it is called in the legend; those of one name, in several panels, look alike.
        x: Where its points are, ascending.
        y: Their values; what is no finite number is a gap.
    """

    label: str
    x: Sequence[float]
    y: Sequence[float]


@attrs.frozen
class Panel:
    """A part of a figure, with axes of its own.

    Args:
        title: What is plotted.
        x_title: What it is plotted over.
        series: The lines.
        log: Whether the values are on a logarithmic scale, where those that are not positive are gaps.
    """

    title: str
    x_title: str
    series: Sequence[Series]
    log: bool = False


def svg(panels: Sequence[Panel]) -> str:
    """A figure as the text of an SVG file.

    Args:
        panels: What is in it, from top to bottom.
    """
    labels = list(dict.fromkeys(series.label for panel in panels for series in panel.series))
    legend, below = _legend(labels)
    height = below + len(panels) * _PANEL
    size = f'viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
        f"<title>{_text(', '.join(panel.title for panel in panels))}</title>",
        f"<style>{_STYLE}</style>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        *legend,
        *(line for number, panel in enumerate(panels) for line in _panel(panel, below + number * _PANEL, labels)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _legend(labels: Sequence[str]) -> tuple[list[str], int]:
    """The lines of the legend, and where it ends."""
    lines: list[str] = []
    x, y = float(_LEFT), float(_MARGIN)
    for label in labels:
        shown = _short(label)
        width = 34 + _LETTER * len(shown) + 18
        if x > _LEFT and x + width > _WIDTH - _RIGHT:
            x, y = float(_LEFT), y + _ROW
        lines.append(f'<path class="line" d="M{x:g} {y:g}h26" {_look(labels, label)}/>')
        lines.append(f'<text x="{x + 34:g}" y="{y + 4:g}">{_text(shown)}<title>{_text(label)}</title></text>')
        x += width
    return lines, round(y) + _ROW // 2 if labels else 0


def _look(labels: Sequence[str], label: str) -> str:
    number = labels.index(label)
    dash = _DASHES[number // len(COLOURS) % len(_DASHES)]
    return f'stroke="{COLOURS[number % len(COLOURS)]}"' + (f' stroke-dasharray="{dash}"' if dash else "")


def _panel(panel: Panel, top: int, labels: Sequence[str]) -> Iterator[str]:
    shown = [(float(x), y) for series in panel.series for x, y in zip(series.x, series.y, strict=True) if _fits(y, panel.log)]
    across = Scale.around(x for x, _ in shown)
    up = Scale.around((y for _, y in shown), log=panel.log).wider()
    yield f'<g transform="translate({_LEFT} {top + _TOP})">'
    yield f'<text class="title" y="-12">{_text(_short(panel.title))}<title>{_text(panel.title)}</title></text>'
    yield from _axes(across, up)
    yield f'<text x="{_across() / 2:g}" y="{_PLOT + 38}" text-anchor="middle">{_text(panel.x_title)}</text>'
    note = _note(panel, len(shown))
    if note:
        yield f'<text class="note" x="{_across()}" y="-12" text-anchor="end">{note}</text>'
    for series in panel.series:
        yield from _line(series, across, up, _look(labels, series.label))
    yield "</g>"


def _across() -> int:
    return _WIDTH - _LEFT - _RIGHT


def _fits(value: float, log: bool) -> bool:
    return (SMALLEST if log else -LARGEST) <= value <= LARGEST


def _note(panel: Panel, shown: int) -> str:
    """What a reader should know who sees less than there is."""
    left = sum(len(series.y) for series in panel.series) - shown
    if not left:
        return ""
    why = "no positive number" if panel.log else "no finite number"
    return f"{left:,} point{'' if left == 1 else 's'} left out: {why}"


def _axes(across: Scale, up: Scale) -> Iterator[str]:
    for value, text in up.ticks():
        y = _PLOT * (1 - up.place(value))
        yield f'<path class="grid" d="M0 {y:.1f}H{_across()}"/>'
        yield f'<text x="-8" y="{y + 4:.1f}" text-anchor="end">{text}</text>'
    for value, text in across.ticks():
        x = _across() * across.place(value)
        yield f'<path class="grid" d="M{x:.1f} 0V{_PLOT}"/>'
        yield f'<text x="{x:.1f}" y="{_PLOT + 18}" text-anchor="middle">{text}</text>'
    yield f'<path class="frame" d="M0 0V{_PLOT}H{_across()}"/>'


def _line(series: Series, across: Scale, up: Scale, look: str) -> Iterator[str]:
    places = (
        (_across() * across.place(x), _PLOT * (1 - up.place(y))) if _fits(y, up.log) else None
        for x, y in zip(series.x, series.y, strict=True)
    )
    title = f"<title>{_text(series.label)}</title>"
    for segment in segments(places):
        if len(segment) == 1:
            [(x, y)] = segment
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="none" {look}>{title}</circle>'
        else:
            points = " ".join(f"{x:.1f},{y:.1f}" for x, y in segment)
            yield f'<polyline class="line" points="{points}" {look}>{title}</polyline>'


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _text(text: str) -> str:
    """A text for SVG, in which it is nothing but text."""
    return escape("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text))
