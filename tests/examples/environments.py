"""Virtual environments with stackkit and packages of third parties, installed for real."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*command: str | Path, cwd: Path, **variables: str) -> str:
    """What a command prints that has to succeed; it has no variables of stackkit's or pytest's but those that are given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("STACKKIT", "PYTEST"))}
    done = subprocess.run(command, cwd=cwd, env=kept | variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def programs_with(package: Path, temporary: pytest.TempPathFactory, worker: str) -> Path:
    """The folder of the programs of an environment, made once for all processes that run tests.

    Args:
        package: The folder of the package that is installed beside stackkit.
        temporary: Where it is made.
        worker: Which process this is.
    """
    shared = temporary.getbasetemp()
    folder = (shared if worker == "master" else shared.parent) / f"environment-of-{package.name}"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            _make(folder, package)
            (folder / "made").touch()
    return folder / "bin"


def _make(folder: Path, package: Path) -> None:
    """A virtual environment with stackkit and the package installed; their libraries are those of this one."""
    venv.create(folder, with_pip=False, symlinks=True)
    site = sysconfig.get_path("purelib", vars={"base": str(folder)})
    line = f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n"
    Path(site, "libraries.pth").write_text(line, encoding="utf-8")
    offline = ("--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check", "--quiet")
    python = folder / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", *offline, ROOT, package, cwd=folder)
