"""The guide of the demo runs what it shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from stackkit.cli.demo.guide import DemoError, Guide

FLOW = """
import threading
from stackkit.pipelines import pipeline, step

@step
def begin() -> int:
    return 1

@step
def wait(number: int) -> None:
    threading.Event().wait()

@pipeline
def waiting() -> None:
    wait(begin())
"""


def test_a_step_that_goes_otherwise_than_meant_ends_the_demo(tmp_path: Path) -> None:
    guide = Guide(tmp_path)
    with pytest.raises(DemoError, match="ended with"):
        guide.run("stackkit stack nonsense")
    with pytest.raises(DemoError, match="ended with 0"):
        guide.run("stackkit --version", refused=True)
    with pytest.raises(DemoError, match="a program failed"):
        guide.python("raise SystemExit('no')")


def test_what_ends_before_it_is_killed_ends_the_demo(tmp_path: Path) -> None:
    with pytest.raises(DemoError, match="ended with 0 before it could be killed: stackkit"):
        Guide(tmp_path).run_and_kill("stackkit --version", after="never said")


def test_what_is_killed_is_shown_until_then(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    guide = Guide(tmp_path)
    guide.run("stackkit init")
    (tmp_path / "flow.py").write_text(FLOW, encoding="utf-8")
    guide.run_and_kill("stackkit run flow:waiting --name first", after="begin  completed")
    shown = capsys.readouterr().out
    assert "[1/2] begin  completed" in shown
    assert shown.splitlines()[-1].startswith("   $ kill -9 ")
    assert "killed" in guide.run("stackkit runs list")
