"""What is left running of servers, and which ports are held, as the operating system tells it."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from stackkit.components.model_deployer import ModelServer

PATIENCE = 60.0
"""How long to wait for what should come, in seconds."""


def processes(folder: Path) -> dict[int, list[str]]:
    """The processes that were started for servers of a folder: their identifiers and arguments.

    Args:
        folder: Part of their arguments.
    """
    found: dict[int, list[str]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                arguments = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            except (FileNotFoundError, ProcessLookupError):  # it has just ended
                continue
            if any(str(folder) in argument for argument in arguments):
                found[int(entry.name)] = arguments
    return found


def supervisors(folder: Path) -> list[int]:
    """The supervisors among them."""
    return sorted(pid for pid, arguments in processes(folder).items() if any("supervisor" in a for a in arguments[:5]))


def models(folder: Path) -> list[int]:
    """The guards of models and the models among them, the guard of each first."""
    return sorted(pid for pid, arguments in processes(folder).items() if any("worker" in a for a in arguments[:5]))


def port_of(server: ModelServer) -> int:
    """The port of a running server."""
    port = urlsplit(server.url).port
    assert port
    return port


def is_held(port: int) -> bool:
    """Whether anybody listens at a port of this machine."""
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def until(happened: Callable[[], bool]) -> None:
    """Wait for something that no event tells of.

    Args:
        happened: Whether it has.

    Raises:
        AssertionError: It did not.
    """
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)
