"""What a supervisor is told and what it answers: one line of JSON each, over a socket in the server's folder."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

import attrs

from stackkit.components.model_deployer import ModelDeployment, ServerStatus
from stackkit.errors import LifecycleError, Problem

_LONGEST: Final = 100
"""How long the path of a socket may be, in bytes; longer ones are reached through the folder's descriptor."""
_PAUSE: Final = 0.02
LONGEST_LINE: Final = 1 << 20
"""How long an order or an answer may be, in bytes."""


@attrs.frozen(kw_only=True)
class Order:
    """What a supervisor is to do.

    Args:
        do: Tell how the server stands, serve another deployment in its place, or stop.
        deployment: What is to be served, where that changes.
        timeout: How long it may take, in seconds.
        force: Whether requests under way are cut off when the time is over.
        wanted: Whether the server is to come back when its deployer does.
    """

    do: Literal["status", "replace", "stop"]
    deployment: ModelDeployment | None = None
    timeout: float = 0.0
    force: bool = False
    wanted: bool = False


@attrs.frozen(kw_only=True)
class Answer:
    """How a server stands, and what went wrong with the order.

    Args:
        status: What the server does now.
        deployment: What it serves.
        port: Where it listens.
        message: What went wrong last.
        problems: Why the order was not carried out; empty where it was.
    """

    status: ServerStatus
    deployment: ModelDeployment
    port: int = 0
    message: str = ""
    problems: tuple[Problem, ...] = ()

    def to_bytes(self) -> bytes:
        """The answer as a line."""
        import msgspec

        return msgspec.json.encode(self) + b"\n"

    @classmethod
    def of(cls, line: bytes) -> Answer:
        """An answer from a line.

        Raises:
            LifecycleError: It is none: whoever wrote it died meanwhile.
        """
        import msgspec

        try:
            return msgspec.json.decode(line, type=cls)
        except msgspec.MsgspecError as error:
            raise LifecycleError(Problem("its supervisor did not answer")) from error


def order_of(line: bytes) -> Order | None:
    """An order from a line, or None where it is none."""
    import msgspec

    try:
        return msgspec.json.decode(line, type=Order)
    except msgspec.MsgspecError:
        return None


def give(control: Path, order: Order, deadline: float, is_alive: Callable[[], bool]) -> Answer:
    """Give a supervisor an order, and wait for its answer.

    Args:
        control: The socket in the server's folder.
        order: What it is to do.
        deadline: Until when to wait, on the monotonic clock.
        is_alive: Whether there is a supervisor.

    Raises:
        LifecycleError: It does not answer.
    """
    import msgspec

    try:
        with _connection(control, deadline, is_alive) as connection:
            connection.sendall(msgspec.json.encode(order) + b"\n")
            with connection.makefile("rb") as lines:
                return Answer.of(lines.readline(LONGEST_LINE))
    except OSError as error:
        raise LifecycleError(Problem("its supervisor does not answer", where=str(control.parent))) from error


def _connection(control: Path, deadline: float, is_alive: Callable[[], bool]) -> socket.socket:
    """A connection to a supervisor; one that does not listen is about to come or to go."""
    while True:
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(max(0.01, deadline - time.monotonic()))
        try:
            with reachable(control) as address:
                connection.connect(address)
        except (ConnectionRefusedError, FileNotFoundError):
            connection.close()
            if not is_alive() or time.monotonic() >= deadline:
                raise
            time.sleep(_PAUSE)
        except BaseException:
            connection.close()
            raise
        else:
            return connection


@contextmanager
def reachable(control: Path) -> Generator[str]:
    """A path of a socket that is short enough for the operating system.

    Args:
        control: The path, of any length.
    """
    if len(os.fsencode(control)) <= _LONGEST:
        yield str(control)
        return
    folder = os.open(control.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{control.name}"
    finally:
        os.close(folder)
