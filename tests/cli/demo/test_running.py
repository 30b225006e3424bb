"""The third part of the demo says what it leaves out."""

from __future__ import annotations

from pathlib import Path

import pytest

from stackkit.cli.demo import running
from stackkit.cli.demo.guide import Guide


def test_without_its_extra_the_pipeline_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(running, "NEEDED", ("a_module_that_nobody_has",))
    running.show_pipeline(Guide(tmp_path))
    assert "pip install 'stackkit[serving]' brings what its model is served with" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []
