"""`stackkit demo` runs the main job for real."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path
from shutil import which

import pytest

from stackkit.cli.demo import local_flavors
from stackkit.cli.demo.guide import Guide


@pytest.fixture
def short_folder() -> Generator[Path]:
    """A folder for temporary files: pytest's are too deep for the names of sockets."""
    with tempfile.TemporaryDirectory(prefix="demo-") as name:
        yield Path(name)


def test_the_demo_goes_through_the_main_job_and_leaves_nothing_behind(
    short_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(short_folder))
    monkeypatch.setenv("HOME", str(short_folder))
    done = subprocess.run(
        [sys.executable, "-m", "stackkit", "demo"], cwd=short_folder, capture_output=True, text=True, check=False, timeout=300
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
        "28 rows, each with the temperature that was known at its time",
        "rate 0.5: loss 0.000",
        "rentals at 20 degrees: 80.0",
        "model deployer here is down",
        "training drawn to training.svg",
        "11 steps, 0 from cache",
        "iris: 97% right at rate 1.0, at http://127.0.0.1:",
        'this iris is a "virginica"',
        "11 steps, 8 from cache",
        "$ kill -9 ",
        "third  training  training  killed",
        "of 9 steps are done already",
        "run third completed: 9 steps",
        "model deployer models is down",
    ):
        assert said in done.stdout
    assert ("the same digest: True" in done.stdout) == (which("docker-registry") is not None)
    assert "hunter2" not in done.stdout + done.stderr
    assert list(short_folder.iterdir()) == []


def test_without_its_extras_the_demo_says_what_it_leaves_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(local_flavors, "NEEDED", {"features": ("polars",), "serving": ("a_module_that_nobody_has",)})
    local_flavors.show_local_flavors(Guide(tmp_path))
    assert "pip install 'stackkit[serving]' brings what they need" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []
