"""Environments are there whole or not at all."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stackkit.flavors.step_operator.children import Children
from stackkit.flavors.step_operator.environments import CannotBeMadeError, Environments, find_uv
from stackkit.testing.commands import small_wheel

FAKE = """#!/bin/sh
echo "$1" >> {folder}/asked
test "$1" = pip && exec sh {folder}/install
for place; do :; done
mkdir -p "$place/bin"; touch "$place/bin/python"
"""


@pytest.fixture
def make(tmp_path: Path) -> Callable[[str], Path]:
    """Makes an environment by a program that stands for uv, and installs nothing but by a script of the test."""
    (tmp_path / "uv").write_text(FAKE.format(folder=tmp_path), encoding="utf-8")
    (tmp_path / "uv").chmod(0o700)
    (tmp_path / "install").write_text("", encoding="utf-8")
    (tmp_path / "environments").mkdir()
    found = Environments(tmp_path / "environments", str(tmp_path / "uv"), Children())
    return lambda requirement: found.ready([requirement], tmp_path, dict(os.environ))


def asked(folder: Path) -> list[str]:
    return (folder / "asked").read_text("utf-8").split()


def test_one_is_made_once_for_all_who_ask_at_once(make: Callable[[str], Path], tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as threads:
        places = set(threads.map(make, ["one", "one", "other", "one"]))
    assert len(places) == 2
    assert asked(tmp_path).count("venv") == 2
    assert make("one") in places


def test_one_that_could_not_be_made_is_made_the_next_time(make: Callable[[str], Path], tmp_path: Path) -> None:
    (tmp_path / "install").write_text("exit 1", encoding="utf-8")
    with pytest.raises(CannotBeMadeError):
        make("one")
    assert [path for path in (tmp_path / "environments").iterdir() if path.suffix != ".lock"] == []
    (tmp_path / "install").write_text("", encoding="utf-8")
    assert (make("one") / "bin/python").exists()


KILLED = """
import os, sys
from pathlib import Path
from stackkit.flavors.step_operator.children import Children
from stackkit.flavors.step_operator.environments import Environments
folder = Path(sys.argv[1])
Environments(folder / "environments", str(folder / "uv"), Children()).ready(["one"], folder, dict(os.environ))
"""


def test_one_whose_maker_was_killed_is_made_anew(make: Callable[[str], Path], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "installing")
    (tmp_path / "install").write_text(f"echo begun > {tmp_path}/installing; exec sleep 60", encoding="utf-8")
    with subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)]) as process:
        assert (tmp_path / "installing").read_text("utf-8") == "begun\n"
        process.kill()
    (tmp_path / "install").write_text("", encoding="utf-8")
    place = make("one")
    left = [path for path in (tmp_path / "environments").iterdir() if path.is_dir() and not path.is_symlink()]
    assert left == [place], "what the killed one has left is cleared away"


def test_one_whose_python_is_gone_is_made_anew(make: Callable[[str], Path], tmp_path: Path) -> None:
    first = make("one")
    (first / "bin/python").unlink()
    assert make("one") != first
    assert asked(tmp_path).count("venv") == 2


def test_a_file_with_another_content_is_another_requirement(make: Callable[[str], Path], tmp_path: Path) -> None:
    requirement = small_wheel(tmp_path, "small")
    first = make(requirement)
    assert make(requirement) == first
    (tmp_path / "small-1.0-py3-none-any.whl").write_bytes(b"another")
    assert make(requirement) != first


@pytest.mark.once
def test_where_there_is_no_uv_python_has_its_own_way(
    offline: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Environments(tmp_path, None, Children())
    place = found.ready([small_wheel(tmp_path, "small")], tmp_path, dict(os.environ) | offline)
    program = "import small; print(small.ANSWER)"
    assert subprocess.run([place / "bin/python", "-c", program], capture_output=True, check=True).stdout == b"42\n"
    uv = shutil.which("uv", path=str(Path(sys.executable).parent))
    assert find_uv() == uv
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert find_uv() is None


def test_nothing_begins_after_the_end(tmp_path: Path) -> None:
    children = Children()
    ended: list[int] = []
    command = ["sh", "-c", f"echo begun > {tmp_path}/begun; sleep 60"]
    os.mkfifo(tmp_path / "begun")
    thread = threading.Thread(target=lambda: ended.append(children.run(command, cwd=tmp_path, variables=os.environ)))
    thread.start()
    assert (tmp_path / "begun").read_text("utf-8") == "begun\n"
    children.end()
    thread.join()
    assert ended == [-9] == [children.run(["true"], cwd=tmp_path, variables=os.environ)]
