"""Pipelines as pictures: their steps as a graph, in Mermaid's language or as SVG."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import Final

import attrs

from stackkit.cli.pipelines.layered_layout import HIGH, Box, Point, layout
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


def svg(deployment: PipelineDeployment, statuses: Mapping[str, StepStatus]) -> str:
    """A pipeline as the text of an SVG file: each step in the row below those that it waits for.

    Args:
        deployment: The pipeline.
        statuses: How its steps stand; those without one are not coloured.
    """
    widths = {step.name: max(_NARROWEST, len(visible(step.name)) * _LETTER + 20) for step in deployment.steps}
    drawn = [*edges(deployment)]
    upstream: dict[str, list[str]] = {step.name: [] for step in deployment.steps}
    for edge in drawn:
        upstream[edge.target].append(edge.source)
    found = layout(upstream, widths)
    size = f'width="{found.width:.0f}" height="{found.height:.0f}" viewBox="0 0 {found.width:.0f} {found.height:.0f}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
        f"<title>{escape(visible(deployment.name))}</title>",
        f"<style>{_STYLE}</style>",
        f"<defs>{_ARROW}</defs>",
        *(_line(edge, found.lines[edge.source, edge.target]) for edge in drawn),
        *(_box(name, box, statuses.get(name)) for name, box in found.boxes.items()),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _line(edge: Edge, points: Sequence[Point]) -> str:
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x, y), (to_x, to_y) in pairwise(points):
        half = (y + to_y) / 2
        straight = f"V{to_y:.1f}"
        path += straight if x == to_x else f"C{x:.1f} {half:.1f} {to_x:.1f} {half:.1f} {to_x:.1f} {to_y:.1f}"
    dashes = "" if edge.outputs else ' stroke-dasharray="4 3"'
    title = f"<title>{escape(visible(edge.label))}</title>" if edge.label else ""
    return f'<path class="edge" d="{path}"{dashes} marker-end="url(#arrow)">{title}</path>'


def _box(name: str, box: Box, status: StepStatus | None) -> str:
    fill, stroke = _PLAIN if status is None else COLOURS[status]
    place = f'x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{HIGH:.0f}"'
    shape = f'<rect {place} rx="6" fill="{fill}" stroke="{stroke}"/>'
    text = f'<text x="{box.middle:.1f}" y="{box.y + HIGH / 2 + 4.5:.1f}">{escape(visible(name))}</text>'
    title = "" if status is None else f"<title>{status}</title>"
    return f"<g>{title}{shape}{text}</g>"
