"""A conversation with a process of this machine, by its standard input, output and error."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from contextlib import suppress
from typing import IO, Final

from stackkit.core.attention import BEAT
from stackkit.flavors.step_operator.printing import Printed

_CHUNK: Final = 1 << 16
_GRACE: Final = 5.0
"""Seconds after its end in which the last of what was printed comes; what still prints then was left behind by a command."""


def exchange(process: subprocess.Popen[bytes], sent: bytes, printed: Printed) -> None:
    """Send a process what it waits for, and take what it prints until it has ended.

    Args:
        process: The process, in a session of its own. It is ended when this is interrupted.
        sent: What it waits for.
        printed: What is told of all that comes.
    """
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise AssertionError("all three are pipes")  # pragma: no cover - of our own
    try:
        with suppress(BrokenPipeError):  # it has ended already, and has said why
            process.stdin.write(sent)
            process.stdin.flush()
        _take(process.stdout, process.stderr, printed)
    finally:
        with suppress(BrokenPipeError):
            process.stdin.close()  # it ends what it runs, and itself
        _end(process)


def _take(output: IO[bytes], told: IO[bytes], printed: Printed) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        selector.register(told, selectors.EVENT_READ)
        until: float | None = None
        while selector.get_map():
            ready = selector.select(BEAT if until is None else min(BEAT, until - time.monotonic()))
            if until is not None and not ready and time.monotonic() >= until:
                break
            for key, _ in ready:
                content = os.read(key.fd, _CHUNK)
                if key.fileobj is output:
                    printed.printed(content, is_last=not content)
                else:
                    printed.told(content)
                if not content:
                    selector.unregister(key.fileobj)
                    until = time.monotonic() + _GRACE if key.fileobj is told else until


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
