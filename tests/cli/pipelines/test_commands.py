"""`stackkit pipeline graph`."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from tests.cli.command_line import CommandLine


class TestGraph:
    def test_a_pipeline_is_drawn_as_it_is_called(self, running: CommandLine) -> None:
        text = running.done("pipeline graph flow:training --rates=1 --rates=2").out
        assert text.startswith(
            'flowchart TD\n    step0["load"]\n    step1["split"]\n    step2["train"]\n    step3["train_2"]\n'
        )
        assert '    step1 -->|"train"| step3\n' in text
        assert running.done("pipeline graph flow:training --format svg").out.startswith("<svg ")

    @pytest.mark.parametrize("options", ["--to new.svg", "--to new.txt --format svg", "--to new.SVG"])
    def test_a_file_is_written_in_the_format_of_its_name(self, running: CommandLine, options: str) -> None:
        file = running.folder / options.split()[1]
        assert running.done(f"pipeline graph flow:training {options}").out == f"training drawn to {file.name}\n"
        assert ET.parse(file).getroot().tag.endswith("svg")  # noqa: S314 - our own
        running.done("pipeline graph flow:training --to new.mmd")
        assert (running.folder / "new.mmd").read_text().startswith("flowchart TD\n")

    def test_a_run_is_drawn_as_it_went(self, running: CommandLine) -> None:
        running.write("broken", "")
        running("run flow:training --name one")
        text = running.done("pipeline graph --run one").out
        for line in ('step0["load"]:::completed', 'step2["train"]:::failed', 'step3["report"]\n', "classDef failed fill:"):
            assert line in text
        assert running.done("pipeline graph flow:training --run one").out == text

    def test_mistakes(self, running: CommandLine) -> None:
        running.done("run flow:training --name one")
        assert "name a pipeline" in running.refused("pipeline graph", status=2)
        assert "leave them out" in running.refused("pipeline graph flow:training --run one --rows=1", status=2)
        assert "one is a run of the pipeline training" in running.refused("pipeline graph flow:strict --run one")
        assert running.refused("pipeline graph flow:strict --count=1") == "--share: is required; give --share=<float>"
        assert "there is no run 'two'" in running.refused("pipeline graph --run two")
        assert "nowhere/x.svg: cannot be written" in running.refused("pipeline graph flow:training --to nowhere/x.svg")
