"""`stackkit` as a program of its own: in a pipe, and at a terminal."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

STACKKIT = str(Path(sys.executable).parent / "stackkit")
PATIENCE = 120.0
"""How long to wait for what should come, in seconds."""


def environment(**more: str) -> dict[str, str]:
    """The environment of a program: this one's, without what a person set for stackkit."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("STACKKIT_", "_STACKKIT"))} | more


def run(
    *arguments: str, folder: Path, stdin: str = "", env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run stackkit with pipes, and wait for its end."""
    return subprocess.run(
        [STACKKIT, *arguments],
        cwd=folder,
        input=stdin,
        env=environment(**(env or {})),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def in_shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which `stackkit` is ours."""
    path = f"{Path(STACKKIT).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", line],  # noqa: S607 - wherever bash is
        cwd=folder,
        env=environment(PATH=path),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@contextmanager
def interruptible() -> Generator[None]:
    """Programs that start here can be interrupted, also where these tests run in the background and cannot."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


AT_TERMINAL = """
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Makes the terminal that is standard input the one from which Ctrl-C comes, and becomes another program."""


class Terminal:
    """A program at a terminal, with somebody who reads and types."""

    def __init__(self, *arguments: str, folder: Path) -> None:
        self.shown = ""
        self._terminal, other_end = pty.openpty()
        command = [sys.executable, "-c", AT_TERMINAL, STACKKIT, *arguments]
        with interruptible():
            self._process = subprocess.Popen(
                command, cwd=folder, env=environment(TERM="xterm"), stdin=other_end, stdout=other_end, stderr=other_end
            )
        os.close(other_end)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._terminal)

    def wait_for(self, text: str) -> None:
        """Read until a text is shown."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.shown:
            if not self._read(deadline - time.monotonic()):
                raise AssertionError(f"{text!r} was not shown, but {self.shown!r}")

    def enter(self, text: str) -> None:
        """Type a text; `\\n` is the return key, `\\x04` Ctrl-D."""
        os.write(self._terminal, text.encode())

    def interrupt(self) -> None:
        """Press Ctrl-C once the program sleeps, which it does when it reads: before that Python only takes note of it."""
        deadline = time.monotonic() + PATIENCE
        stat = Path(f"/proc/{self._process.pid}/stat")
        while stat.read_text().rpartition(")")[2].split()[0] != "S":
            assert time.monotonic() < deadline, "it is busy"
            time.sleep(0.001)
        self.enter("\x03")

    def answer(self, question: str, text: str) -> None:
        """Wait for a question and answer it."""
        self.wait_for(question)
        self.enter(f"{text}\n")

    def status(self) -> int:
        """Read what is left, and give the exit status."""
        deadline = time.monotonic() + PATIENCE
        while self._read(deadline - time.monotonic()):
            pass
        assert time.monotonic() < deadline, f"it goes on: {self.shown!r}"
        return self._process.wait()

    def _read(self, seconds: float) -> bool:
        """Read once; whether there was something."""
        ready, _, _ = select.select([self._terminal], (), (), max(seconds, 0))
        try:
            data = os.read(self._terminal, 65536) if ready else b""
        except OSError:  # the program has ended
            return False
        self.shown += data.decode()
        return bool(data)


@contextmanager
def started(*arguments: str, folder: Path) -> Generator[subprocess.Popen[str]]:
    """A program that goes on while the block runs."""
    pipe = subprocess.PIPE
    with interruptible():
        process = subprocess.Popen(
            [STACKKIT, *arguments], cwd=folder, env=environment(), stdin=pipe, stdout=pipe, stderr=pipe, text=True
        )
    with process:
        try:
            yield process
        finally:
            process.kill()
