"""The guide of the demo runs what it shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from stackkit.cli.demo.guide import DemoError, Guide


def test_a_step_that_goes_otherwise_than_meant_ends_the_demo(tmp_path: Path) -> None:
    guide = Guide(tmp_path)
    with pytest.raises(DemoError, match="ended with"):
        guide.run("stackkit stack nonsense")
    with pytest.raises(DemoError, match="ended with 0"):
        guide.run("stackkit --version", refused=True)
    with pytest.raises(DemoError, match="a program failed"):
        guide.python("raise SystemExit('no')")
