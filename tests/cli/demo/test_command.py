"""`stackkit demo` runs the main job for real."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from stackkit.cli.demo.command import BREAKS, DemoError, Guide, broken_source, flavor_source


def test_the_demo_goes_through_the_main_job_and_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-m", "stackkit", "demo"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for said in (
        "checked_store.CheckedStore is right",
        "stack laptop is up",
        "1642641 bytes, sum 333328333350000",
        "data/numbers.csv: is not what was written",
        "does not define mkdir",
        "CheckedStore.SUPPORTED_SCHEMES: is a str",
        "CheckedStore.FLAVOR: is not assigned",
        "CheckedStore.exists: takes no parameter path",
        "CheckedStore.seen: object has no serialization hook",
        "equal: True",
        "nothing to do",
    ):
        assert said in done.stdout
    assert "hunter2" not in done.stdout + done.stderr
    assert list(tmp_path.iterdir()) == []


def test_each_breakage_changes_the_flavor() -> None:
    assert len({broken_source(changes) for changes in BREAKS.values()} | {flavor_source()}) == len(BREAKS) + 1


def test_a_breakage_that_no_longer_fits_the_flavor_is_an_error() -> None:
    with pytest.raises(DemoError, match="has no never there to break"):
        broken_source([("never there", "else")])


def test_a_step_that_goes_otherwise_than_meant_ends_the_demo(tmp_path: Path) -> None:
    guide = Guide(tmp_path)
    with pytest.raises(DemoError, match="ended with"):
        guide.run("stackkit stack nonsense")
    with pytest.raises(DemoError, match="ended with 0"):
        guide.run("stackkit --version", refused=True)
    with pytest.raises(DemoError, match="a program failed"):
        guide.python("raise SystemExit('no')")
