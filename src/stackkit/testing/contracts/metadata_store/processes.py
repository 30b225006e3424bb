"""Processes that record at the same time, and are killed."""

from __future__ import annotations

import os
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import IO, Final

import attrs
import pytest

needs_fork: Final = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


@attrs.frozen
class Child:
    """A process that runs.

    Args:
        pid: Its number.
        said: What it writes with what its work is given.
    """

    pid: int
    said: IO[str]

    def kill(self) -> None:
        """End it at once, in the middle of whatever it does."""
        os.kill(self.pid, signal.SIGKILL)


@contextmanager
def child(work: Callable[[Callable[[str], None]], None]) -> Generator[Child]:
    """Do something in a forked process, while the block runs and until it is done.

    Args:
        work: What it does; it is given a function that writes a line, which the parent reads.

    Yields:
        The process.

    Raises:
        AssertionError: The work raised something; its traceback is in the message.
    """
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other threads of this process do not matter to the work
        pid = os.fork()
    if pid == 0:
        os._exit(_worked(work, writing))
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as said:
        try:
            yield Child(pid, said)
        except BaseException:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            raise
        rest = said.read()
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert status in (0, -signal.SIGKILL), f"a process that recorded has failed\n{rest}"


def _worked(work: Callable[[Callable[[str], None]], None], writing: int) -> int:
    def say(line: str) -> None:
        os.write(writing, f"{line}\n".encode())

    try:
        work(say)
    except BaseException:  # noqa: BLE001 - the parent tells of it
        say(traceback.format_exc())
        return 1
    finally:
        sys.stdout.flush()
    return 0
