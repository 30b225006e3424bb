"""Ctrl-C in the middle of something: a block ends by it, or the test fails."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Sequence

import pytest

from stackkit.testing.interrupts import interrupted, whichever_thread_takes_it


@whichever_thread_takes_it
def test_a_block_that_looks_up_now_and_then_ends(blocked: Sequence[signal.Signals]) -> None:
    begun = threading.Event()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    with interrupted(begun.is_set, 30, blocked):
        begun.set()
        for _ in range(6_000):
            time.sleep(0.01)
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before


def test_a_block_that_looks_up_too_late_is_told() -> None:
    with pytest.raises(pytest.fail.Exception, match="by itself"), interrupted(lambda: False, 0.5, (signal.SIGINT,)):
        threading.Event().wait(2)


def test_a_block_that_ends_before_is_not_interrupted() -> None:
    with pytest.raises(pytest.fail.Exception, match="by itself"), interrupted(lambda: False, 30):
        pass
    time.sleep(0.05)
    assert "Ctrl-C" not in {thread.name for thread in threading.enumerate()}
