"""Ctrl-C, in the middle of something."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Final

import pytest

whichever_thread_takes_it: Final = pytest.mark.parametrize(
    "blocked", [(), (signal.SIGINT,)], ids=["taken by the main thread", "taken by another thread"]
)
"""The signals that the main thread does not take: another one of the process does, which wakes nobody who waits."""


@contextmanager
def interrupted(happened: Callable[[], bool], within: float, blocked: Sequence[signal.Signals] = ()) -> Generator[None]:
    """Interrupt this process, as Ctrl-C does, while the block runs, which has to end by that.

    Args:
        happened: Whether it is time.
        within: Seconds, after which it is time in any case; and those in which the block has to end then.
        blocked: The signals that this thread does not take; what is waited for is broken off all the same.
    """
    if threading.current_thread() is not threading.main_thread():
        pytest.skip("Ctrl-C is for the main thread")
    over, sent = threading.Event(), [time.monotonic()]

    def interrupt() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, blocked)
        while not happened() and time.monotonic() < sent[0] + within:
            if over.wait(0.005):
                return
        sent[0] = time.monotonic()
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt, name="Ctrl-C")
    before = signal.pthread_sigmask(signal.SIG_BLOCK, blocked)
    is_interrupted = False
    try:
        thread.start()
        yield
    except KeyboardInterrupt:
        is_interrupted = True
    finally:
        over.set()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        thread.join()
    if not is_interrupted or time.monotonic() > sent[0] + within:
        pytest.fail("it ended by itself, and not by Ctrl-C")
