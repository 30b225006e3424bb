"""The same for several blobs at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import Final, TypeVar

T = TypeVar("T")

THREADS: Final = 4
"""How many blobs are on their way at once."""


def in_parallel(work: Callable[[T], None], things: Iterable[T], *, on_failure: Callable[[], None]) -> None:
    """Do something for several things in several threads.

    Args:
        work: What is to be done.
        things: For what.
        on_failure: Called when one fails or the caller is interrupted, so that the others give up.

    Raises:
        Exception: The first failure.
    """
    with ThreadPoolExecutor(max_workers=THREADS) as pool:
        futures = [pool.submit(work, thing) for thing in things]
        try:
            done, _ = wait(futures, return_when=FIRST_EXCEPTION)
            failed = [future for future in futures if future in done and future.exception() is not None]
            if failed:
                failed[0].result()
        except BaseException:
            on_failure()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
