"""Programs that are run to their end, or ended with all that they started; the standard library is all that this needs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

_LIMITED: Final = """
import os, sys
memory, parent, program = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
if sys.platform == "linux":
    import ctypes, signal
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
if os.getppid() != parent:
    sys.exit(1)
if memory:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
try:
    os.execvp(program, sys.argv[3:])
except OSError as error:
    sys.stdout.write(f"{program} cannot be run: {error.strerror}\\n")
    sys.exit(127)
"""
"""Makes a program end with its parent, and keep to its limit; done by a process of its own, for lack of a safe moment between
fork and exec in one that has threads."""


class TookTooLongError(Exception):
    """A program did not end in its time."""


class Children:
    """The programs that a process runs, one after the other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: subprocess.Popen[bytes] | None = None
        self._is_over = False

    def run(
        self,
        command: Sequence[str],
        *,
        cwd: Path,
        variables: Mapping[str, str],
        timeout: float | None = None,
        memory: int | None = None,
    ) -> int:
        """Run a program to its end; it prints where this process prints. Nothing that it started is left.

        Args:
            command: The program and its arguments.
            cwd: Where it runs.
            variables: Its environment.
            timeout: Seconds that it may take.
            memory: Bytes of address space that each process of it may have.

        Returns:
            Its status, or minus the signal that ended it.

        Raises:
            TookTooLongError: It took longer, and was ended.
        """
        limited = [sys.executable, "-I", "-S", "-c", _LIMITED, str(memory or 0), str(os.getpid()), *command]
        with self._lock:
            if self._is_over:
                return -signal.SIGKILL
            child = subprocess.Popen(  # noqa: S603 - what was ordered
                limited,
                stdin=subprocess.DEVNULL,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env=dict(variables),
                start_new_session=True,
            )
            self._running = child
        try:
            return child.wait(timeout)
        except subprocess.TimeoutExpired as error:
            raise TookTooLongError from error
        finally:
            _kill_group(child)
            child.wait()
            self._running = None

    def end(self) -> None:
        """End what runs; nothing begins after it."""
        with self._lock:
            self._is_over = True
            if self._running is not None:
                _kill_group(self._running)


def _kill_group(child: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
