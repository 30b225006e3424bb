"""Pipelines as pictures: that every step and every arrow is there, whatever they are called."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from stackkit.cli.pipelines.graph import COLOURS, mermaid, svg
from stackkit.core.deployment import OutputRef, PipelineDeployment, StepInput, StepOutput, StepSpec
from stackkit.core.runs import StepStatus

SVG = "{http://www.w3.org/2000/svg}"
NAMES = st.lists(st.text(min_size=1, max_size=8), min_size=3, max_size=3, unique=True)


def deployment(load: str = "load", train: str = "train", check: str = "check") -> PipelineDeployment:
    """Three steps: train takes two outputs of load, and check waits for train alone."""
    outputs = (StepOutput(name="x", materializer="json"), StepOutput(name="y", materializer="json"))
    inputs = tuple(StepInput(name=n, sources=(OutputRef(step=load, output=n),)) for n in ("x", "y"))
    steps = (
        StepSpec(name=load, source="flow:load", outputs=outputs),
        StepSpec(name=train, source="flow:train", inputs=inputs),
        StepSpec(name=check, source="flow:check", after=(train,)),
    )
    return PipelineDeployment(name=f"all <of> {load}", steps=steps)


def test_mermaid_has_steps_arrows_labels_and_colours() -> None:
    assert mermaid(deployment(), {"load": "cached", "train": "failed"}).splitlines() == [
        "flowchart TD",
        '    step0["load"]:::cached',
        '    step1["train"]:::failed',
        '    step2["check"]',
        '    step0 -->|"x, y"| step1',
        "    step1 -.-> step2",
        "    classDef cached fill:#bbdefb,stroke:#1565c0,color:#111",
        "    classDef failed fill:#ffcdd2,stroke:#c62828,color:#111",
    ]


@given(NAMES)
def test_no_name_breaks_out_of_its_quotes_in_mermaid(names: list[str]) -> None:
    lines = mermaid(deployment(*names), {}).splitlines()
    assert len(lines) == 6
    assert all(re.fullmatch(r'    step\d\["[^"<\\]*(\\[^"<]*)*"\]', line) for line in lines[1:4])


@given(NAMES)
def test_no_name_breaks_the_svg(names: list[str]) -> None:
    root = ET.fromstring(svg(deployment(*names), {}))  # noqa: S314 - our own
    assert len([*root.iter(f"{SVG}text")]) == 3


def test_svg_has_a_coloured_box_for_each_step_and_a_line_for_each_arrow() -> None:
    statuses: dict[str, StepStatus] = {"load": "completed", "train": "running"}
    root = ET.fromstring(svg(deployment(), statuses))  # noqa: S314 - our own
    found = {(group.findtext(f"{SVG}text"), group.findtext(f"{SVG}title")): group for group in root.iter(f"{SVG}g")}
    assert [*found] == [("load", "completed"), ("train", "running"), ("check", None)]
    fills = [rect.get("fill") for rect in root.iter(f"{SVG}rect")]
    assert fills == [COLOURS["completed"][0], COLOURS["running"][0], "#ffffff"]
    lines = [path for path in root.iter(f"{SVG}path") if path.get("class") == "edge"]
    assert [(line.findtext(f"{SVG}title"), line.get("stroke-dasharray")) for line in lines] == [("x, y", None), (None, "4 3")]
    assert root.findtext(f"{SVG}title") == "all <of> load"
