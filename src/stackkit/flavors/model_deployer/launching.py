"""Starting a supervisor: a process of its own session, which outlives the one that asked for it."""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import attrs

from stackkit.errors import LifecycleError, Problem
from stackkit.flavors.model_deployer.orders import Answer
from stackkit.flavors.model_deployer.specs import SupervisorSpec, dump

GRACE: Final = 5.0
"""How much longer than it was told to take a supervisor is waited for, in seconds."""
LARGEST_LOG: Final = 16 * 2**20
"""From how many bytes on a log is put aside when the server is started; the one put aside before is removed."""
_REPORT: Final = 3


def launch(spec: SupervisorSpec, log: Path) -> Answer:
    """Start a supervisor, and wait until the model answers requests.

    Args:
        spec: What it is started with; its `report` is set here.
        log: The file that it writes to.

    Returns:
        How the server stands; its supervisor has ended where there are problems.

    Raises:
        LifecycleError: The supervisor cannot be started, or did not answer in time; it is gone.
    """
    deadline = time.monotonic() + spec.timeout + GRACE
    read, write = os.pipe()
    try:
        pid = _spawned(attrs.evolve(spec, report=_REPORT), log, write)
        os.close(write)
        write = -1
        try:
            line = _line(read, deadline)
        except BaseException:  # nobody waits for it any more
            _kill(pid)
            raise
        if not line.endswith(b"\n"):
            _kill(pid)
            raise LifecycleError(Problem("its supervisor did not come up", remedy=f"look into {log}"))
        return Answer.of(line)
    finally:
        os.close(read)
        if write >= 0:
            os.close(write)


def _spawned(spec: SupervisorSpec, log: Path, report: int) -> int:
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".old"))
    command = [sys.executable, "-P", "-m", "stackkit.flavors.model_deployer.supervisor", dump(spec).decode()]
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
        (os.POSIX_SPAWN_DUP2, report, _REPORT),
    ]
    try:
        pid = os.posix_spawn(sys.executable, command, os.environ, file_actions=actions)
    except OSError as error:
        raise LifecycleError(Problem(f"no process can be started: {error.strerror}", where=sys.executable)) from error
    threading.Thread(target=_reap, args=(pid,), name=f"reaper of {pid}", daemon=True).start()
    return pid


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)  # its guards then end what it has started


def _reap(pid: int) -> None:
    """Take note of a child's end, which would stay in the process table otherwise."""
    with suppress(ChildProcessError):
        os.waitpid(pid, 0)


def _line(descriptor: int, deadline: float) -> bytes:
    """What is written into a pipe before it is closed, or what there is of it when the time is over."""
    parts: list[bytes] = []
    while select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))[0]:
        part = os.read(descriptor, 1 << 16)
        if not part:
            break
        parts.append(part)
    return b"".join(parts)
