"""Pipelines as pictures: their steps as a graph, in Mermaid's language or as SVG."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Final

import attrs

from stackkit.cli.render import visible
from stackkit.core.deployment import RETURNED, PipelineDeployment
from stackkit.core.runs import StepStatus

COLOURS: Final[Mapping[StepStatus, tuple[str, str]]] = {
    "completed": ("#c8e6c9", "#2e7d32"),
    "cached": ("#bbdefb", "#1565c0"),
    "running": ("#fff9c4", "#f9a825"),
    "failed": ("#ffcdd2", "#c62828"),
    "killed": ("#e0e0e0", "#616161"),
}
"""What steps are filled and framed with, by how they stand."""

_PLAIN: Final = ("#ffffff", "#555555")
_STYLE: Final = (
    "text{font:13px system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;text-anchor:middle}"
    ".edge{fill:none;stroke:#777}"
)
_ARROW: Final = (
    '<marker id="arrow" markerWidth="8" markerHeight="8" refX="8" refY="4" orient="auto">'
    '<path d="M0 0 8 4 0 8Z" fill="#777"/></marker>'
)
_HIGH, _GAP, _BETWEEN, _MARGIN = 36, 24, 56, 16
_LETTER: Final = 7.2  # about as wide as a letter of 13 pixels is
_NARROWEST: Final = 64.0


@attrs.frozen
class Edge:
    """An arrow from one step to another.

    Args:
        source: The step that is done before.
        target: The step that waits.
        outputs: What it takes; empty where it only waits.
    """

    source: str
    target: str
    outputs: tuple[str, ...]

    @property
    def label(self) -> str:
        """What it takes, where that has names of its own."""
        return ", ".join(output for output in self.outputs if output != RETURNED)


def edges(deployment: PipelineDeployment) -> Iterator[Edge]:
    """The arrows of a pipeline, in the order of its steps, one between two steps."""
    position = {step.name: number for number, step in enumerate(deployment.steps)}
    for step in deployment.steps:
        taken: dict[str, dict[str, None]] = {name: {} for name in sorted(step.upstream, key=position.__getitem__)}
        for source in (source for given in step.inputs for source in given.sources):
            taken[source.step][source.output] = None
        for name, outputs in taken.items():
            yield Edge(name, step.name, tuple(outputs))


def mermaid(deployment: PipelineDeployment, statuses: Mapping[str, StepStatus]) -> str:
    """A pipeline in the language of Mermaid, which code forges and notebooks draw.

    Args:
        deployment: The pipeline.
        statuses: How its steps stand; those without one are not coloured.

    >>> from stackkit.core.deployment import StepSpec
    >>> print(mermaid(PipelineDeployment(name="tiny", steps=(StepSpec(name="load", source="data:load"),)), {}), end="")
    flowchart TD
        step0["load"]
    """
    numbers = {step.name: f"step{number}" for number, step in enumerate(deployment.steps)}
    lines = ["flowchart TD"]
    for name, node in numbers.items():
        status = f":::{statuses[name]}" if name in statuses else ""
        lines.append(f'    {node}["{_quoted(name)}"]{status}')
    for edge in edges(deployment):
        arrow = "-->" if edge.outputs else "-.->"
        label = f'|"{_quoted(edge.label)}"|' if edge.label else ""
        lines.append(f"    {numbers[edge.source]} {arrow}{label} {numbers[edge.target]}")
    for status, (fill, stroke) in COLOURS.items():
        if status in statuses.values():
            lines.append(f"    classDef {status} fill:{fill},stroke:{stroke},color:#111")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A text inside of Mermaid's quotes."""
    return visible(text).replace("&", "&amp;").replace("#", "#35;").replace('"', "#quot;").replace("<", "#lt;")


@attrs.frozen
class _Box:
    x: float
    y: float
    width: float

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


def svg(deployment: PipelineDeployment, statuses: Mapping[str, StepStatus]) -> str:
    """A pipeline as the text of an SVG file: each step in the row below those that it waits for.

    Args:
        deployment: The pipeline.
        statuses: How its steps stand; those without one are not coloured.
    """
    boxes = _boxes(deployment)
    width = max(box.x + box.width for box in boxes.values()) + _MARGIN
    height = max(box.y for box in boxes.values()) + _HIGH + _MARGIN
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
        f"<title>{escape(visible(deployment.name))}</title>",
        f"<style>{_STYLE}</style>",
        f"<defs>{_ARROW}</defs>",
        *(_line(edge, boxes) for edge in edges(deployment)),
        *(_drawn(name, box, statuses.get(name)) for name, box in boxes.items()),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _boxes(deployment: PipelineDeployment) -> dict[str, _Box]:
    """Where the steps are: in rows, each in the middle."""
    rows: list[list[str]] = []
    row_of: dict[str, int] = {}
    for step in deployment.steps:
        row_of[step.name] = 1 + max((row_of[name] for name in step.upstream), default=-1)
        rows += [[]] * (row_of[step.name] + 1 - len(rows))
        rows[row_of[step.name]] = [*rows[row_of[step.name]], step.name]
    widths = {name: max(_NARROWEST, len(visible(name)) * _LETTER + 20) for name in row_of}
    wide = [sum(widths[name] for name in row) + _GAP * (len(row) - 1) for row in rows]
    boxes: dict[str, _Box] = {}
    for number, row in enumerate(rows):
        x = _MARGIN + (max(wide) - wide[number]) / 2
        for name in row:
            boxes[name] = _Box(x, _MARGIN + number * (_HIGH + _BETWEEN), widths[name])
            x += widths[name] + _GAP
    return {step.name: boxes[step.name] for step in deployment.steps}


def _line(edge: Edge, boxes: Mapping[str, _Box]) -> str:
    start, end = boxes[edge.source], boxes[edge.target]
    top, bottom = start.y + _HIGH, end.y
    half = (top + bottom) / 2
    path = (
        f"M{start.middle:.1f} {top:.1f}C{start.middle:.1f} {half:.1f} {end.middle:.1f} {half:.1f} {end.middle:.1f} {bottom:.1f}"
    )
    dashes = "" if edge.outputs else ' stroke-dasharray="4 3"'
    title = f"<title>{escape(visible(edge.label))}</title>" if edge.label else ""
    return f'<path class="edge" d="{path}"{dashes} marker-end="url(#arrow)">{title}</path>'


def _drawn(name: str, box: _Box, status: StepStatus | None) -> str:
    fill, stroke = _PLAIN if status is None else COLOURS[status]
    place = f'x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{_HIGH}"'
    shape = f'<rect {place} rx="6" fill="{fill}" stroke="{stroke}"/>'
    text = f'<text x="{box.middle:.1f}" y="{box.y + _HIGH / 2 + 4.5:.1f}">{escape(visible(name))}</text>'
    title = "" if status is None else f"<title>{status}</title>"
    return f"<g>{title}{shape}{text}</g>"
