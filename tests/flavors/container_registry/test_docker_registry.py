"""The registry that other tests use: it leaves nothing behind, and is not missing silently."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.flavors.container_registry import docker_registry
from tests.servers import programs

ROOT = Path(__file__).parents[3]


@pytest.fixture
def absent(monkeypatch: pytest.MonkeyPatch) -> str:
    """A program that is not installed."""
    monkeypatch.setitem(docker_registry.PACKAGES, "no-such-program", "no-such-package")
    return "no-such-program"


def test_where_programs_are_required_a_missing_one_fails_the_test(absent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "REQUIRED", True)
    with pytest.raises(pytest.fail.Exception, match="no-such-program is not installed: apt-get install no-such-package"):
        docker_registry.program(absent)


def test_elsewhere_the_test_is_skipped_and_says_why(absent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "REQUIRED", False)
    with pytest.raises(pytest.skip.Exception, match="no-such-program is not installed: apt-get install no-such-package"):
        docker_registry.program(absent)


def test_ci_requires_the_programs_that_it_installs() -> None:
    text = (ROOT / ".ci/run").read_text("utf-8")
    assert "export REQUIRE_TEST_PROGRAMS=1" in text
    assert all(package in text for package in docker_registry.PACKAGES.values())


def test_a_registry_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    program = (
        "import pathlib, subprocess, sys\n"
        "started = []\n"
        "class Popen(subprocess.Popen):\n"
        "    def __init__(self, *args, **kwargs):\n"
        "        super().__init__(*args, **kwargs)\n"
        "        started.append(self.pid)\n"
        "subprocess.Popen = Popen\n"
        "from tests.flavors.container_registry.docker_registry import docker_registry\n"
        "with docker_registry(pathlib.Path(sys.argv[1])):\n"
        "    print(started[0], flush=True)\n"
        "    sys.stdin.read()\n"
    )
    docker_registry.program("docker-registry")
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        watched = os.pidfd_open(int(process.stdout.readline()))
        process.send_signal(signal.SIGKILL)
    try:
        assert select.select([watched], [], [], 20)[0], "the registry is still there"
    finally:
        os.close(watched)
