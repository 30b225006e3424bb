"""The stack of the run that a step belongs to, for what the step does beside its inputs and outputs."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from stackkit.errors import PipelineError, Problem
from stackkit.stack.stack import Stack

_stack: Final[ContextVar[Stack | None]] = ContextVar("stackkit_stack", default=None)


def current_stack() -> Stack:
    """The stack that the step runs on which calls this: whatever stack its run was given, in whichever process.

    Raises:
        PipelineError: No step runs here; a test of a step can give it a stack by `on_stack`.

    >>> from stackkit.components.alerter import ALERTER
    >>> from stackkit.flavors.alerter.console import ConsoleAlerter
    >>> with on_stack(Stack(ConsoleAlerter(name="terminal"), name="laptop")):
    ...     current_stack()[ALERTER].name
    'terminal'
    """
    found = _stack.get()
    if found is None:
        what = "no step runs here, which would have a stack"
        raise PipelineError(Problem(what, where="current_stack", remedy="in a test, call the step in `with on_stack(stack):`"))
    return found


@contextmanager
def on_stack(stack: Stack) -> Generator[None]:
    """What `current_stack` gives while a block runs.

    Args:
        stack: The stack.
    """
    before = _stack.set(stack)
    try:
        yield
    finally:
        _stack.reset(before)
