"""The process that runs steps: it is told their names, one by one, and says what came of them."""

from __future__ import annotations

import inspect
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from types import FrameType
from typing import cast

import attrs

from stackkit.components.metadata_store import METADATA_STORE
from stackkit.core.lookup import RunComponents
from stackkit.core.runs import DONE, StepRecord
from stackkit.errors import PipelineError, Problem, RecordNotFoundError, StackkitError, StepError

_serving = threading.Event()
"""Set in processes that run steps."""


@attrs.frozen
class Before:
    """What was recorded of a step when it was ordered.

    Args:
        record: The record; None where there was none.
    """

    record: StepRecord | None = None


@attrs.frozen
class Order:
    """A step to run.

    Args:
        name: Its name.
        attempt: The attempt to begin with.
        before: What was recorded of it, where somebody between gives an order again when the first to get it is dead: what
            is recorded is another thing then. None where there is nobody between.
    """

    name: str
    attempt: int = 1
    before: Before | None = None


@attrs.frozen
class Answer:
    """What a process says.

    Args:
        error: Why a step failed, or why the process cannot run any; None where all is well.
        is_repeated: Whether nothing was done, since another process had begun with the order.
    """

    error: StackkitError | None = None
    is_repeated: bool = False


def serve(connection: Connection[Answer, Order], pickled: bytes, environment: Mapping[str, str]) -> None:
    """Run steps until nobody asks for more.

    Args:
        connection: Where steps are asked for.
        pickled: The components of the run.
        environment: The variables of the process that asks, which may have changed since this one's parent began.
    """
    _serving.set()
    _obey()
    threading.Thread(target=_die_with_the_parent, name="parent", daemon=True).start()
    os.environ.clear()
    os.environ.update(environment)
    try:
        components, answer = _components(pickled)
        connection.send(answer)
        while components is not None:
            order = connection.recv()
            connection.send(_run(components, order))
    except (EOFError, OSError):  # nobody is there
        return
    except KeyboardInterrupt:  # told to end, and seen to end so
        _flush()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTERM)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()


def _obey() -> None:
    """Ctrl-C is the parent's to answer, which tells its children to end; then the step that runs can record that."""

    def end(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough: what is recorded now is not to be broken off
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, lambda _number, _frame: None)  # not SIG_IGN, which programs that a step starts would inherit
    signal.signal(signal.SIGTERM, end)


def _die_with_the_parent() -> None:
    """A step that goes on without its orchestrator would be run twice, when the run is resumed."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGKILL)


def _components(pickled: bytes) -> tuple[RunComponents | None, Answer]:
    try:
        return cast("RunComponents", pickle.loads(pickled)), Answer()  # noqa: S301 - from the parent
    except Exception as error:  # noqa: BLE001 - of any module that is imported here
        what = f"the components of the run cannot be made in another process: {type(error).__name__}: {error}"
        return None, Answer(StepError(Problem(what, remedy="define their classes in modules that can be imported")))


def _run(components: RunComponents, order: Order) -> Answer:
    try:
        if order.before is not None and _is_repeated(components, order.name, order.before):
            return Answer(is_repeated=True)
        components.run_step(order.name, attempt=order.attempt)
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent has to know
        return Answer(_sendable(error, order.name))
    return Answer()


def _is_repeated(components: RunComponents, name: str, before: Before) -> bool:
    """Whether something was recorded of a step since it was ordered, other than that it is done."""
    try:
        found = components[METADATA_STORE].get_step(components.run_id, name)
    except RecordNotFoundError:
        return False
    return found.status not in DONE and found != before.record


def _sendable(error: Exception, step: str) -> StackkitError:
    """An error that the parent can be sent, with its traceback for those who read tracebacks."""
    text = "".join(traceback.format_exception(error)).rstrip()
    if not isinstance(error, StackkitError):
        error = StepError(Problem(f"{type(error).__name__}: {error}", where=step))
    told = type(error)(*error.problems)
    told.add_note(f"in the process {os.getpid()}:\n{text}")
    return told


def refuse_to_run_while_importing() -> None:
    """A process that imports a step must not run the pipeline again.

    Raises:
        PipelineError: It was about to.
    """
    frame = inspect.currentframe()
    while frame is not None:
        name = str(frame.f_globals.get("__name__"))
        is_import = name == "__mp_main__" or (_serving.is_set() and name != "__main__")  # a program, as its child has it
        if is_import and frame.f_code.co_name == "<module>":
            what = "runs a pipeline whenever it is imported, as it is by processes that run its steps"
            remedy = 'run the pipeline under `if __name__ == "__main__":`'
            raise PipelineError(Problem(what, where=name, remedy=remedy))
        frame = frame.f_back
