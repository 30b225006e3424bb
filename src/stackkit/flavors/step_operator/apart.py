"""Coroutines in threads of their own, for callers that know nothing of them."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, wait
from contextlib import suppress
from typing import Any, TypeVar

from stackkit.core.attention import BEAT

T = TypeVar("T")


def run_apart(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine to its end, in another thread: the caller's may have an event loop that runs already.

    It has the caller's context variables. When the caller is interrupted, it is cancelled and waited for.

    Args:
        work: What gives the coroutine.
    """
    loop, result = asyncio.new_event_loop(), Future[T]()
    task = loop.create_task(work(), context=contextvars.copy_context())

    def run() -> None:
        try:
            result.set_result(loop.run_until_complete(task))
        except BaseException as error:  # noqa: BLE001 - the caller gets it
            result.set_exception(error)
        finally:
            loop.close()

    thread = threading.Thread(target=run, name="step operator")
    thread.start()
    try:
        while not wait([result], BEAT).done:
            pass
        return result.result()
    except BaseException:
        if not result.done():
            with suppress(RuntimeError):  # it ended in the meantime
                loop.call_soon_threadsafe(task.cancel)
        raise
    finally:
        thread.join()
