"""What is printed while a pipeline runs, by its steps and by other processes too, and where it goes."""

from __future__ import annotations

import os
import select
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, redirect_stdout, suppress
from typing import Final, TextIO

OUTPUT: Final = 1
ERRORS: Final = 2
"""The file descriptors that programs print to."""
_CHUNK: Final = 1 << 16
_MOST_AFTER: Final = 16
"""How many chunks are read after the end: more than a pipe holds."""


@contextmanager
def printed_as_errors() -> Generator[None]:
    """What is printed goes to standard error while this is open, so that standard output has nothing but the answer."""
    _flush()
    try:
        before = os.dup(OUTPUT)
        os.dup2(ERRORS, OUTPUT)
    except OSError:  # there is none of them, after `>&-`
        with redirect_stdout(sys.stderr):
            yield
        return
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        _flush()
        os.dup2(before, OUTPUT)
        os.close(before)


@contextmanager
def terminal() -> Generator[TextIO]:
    """The terminal that standard output is, whatever becomes of that meanwhile."""
    _flush()
    with os.fdopen(os.dup(OUTPUT), "w", encoding="utf-8", errors="backslashreplace") as opened:
        yield opened


@contextmanager
def lines_handed_on(take: Callable[[str], object]) -> Generator[None]:
    """What is printed on the terminal is handed on line by line while this is open.

    Args:
        take: Is called with each line, in a thread.
    """
    _flush()
    before = {number: os.dup(number) for number in (OUTPUT, ERRORS) if os.isatty(number)}
    source, sink = os.pipe()
    over, end = os.pipe()
    reader = threading.Thread(target=_hand_on, args=(source, over, take), name="output", daemon=True)
    reader.start()
    for number in before:
        os.dup2(sink, number)
    os.close(sink)  # what inherits it has it still
    try:
        yield
    finally:
        _flush()
        for number, descriptor in before.items():
            os.dup2(descriptor, number)
            os.close(descriptor)
        os.close(end)
        reader.join()
        os.close(source)
        os.close(over)


def _hand_on(source: int, over: int, take: Callable[[str], object]) -> None:
    """Read lines until nobody writes any more, or until it is over and what was printed before is read."""
    rest = b""
    left = _MOST_AFTER
    while left > 0:
        ready, _, _ = select.select([source, over], (), ())
        data = os.read(source, _CHUNK) if source in ready else b""
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            take(line.decode("utf-8", "backslashreplace"))
        if not data:
            break
        left -= over in ready  # a program that a step left behind may print for ever
    if rest:
        take(rest.decode("utf-8", "backslashreplace"))


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
