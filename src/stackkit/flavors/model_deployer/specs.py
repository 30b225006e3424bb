"""What the processes of a server are started with: one argument, JSON."""

from __future__ import annotations

from typing import TypeVar

import attrs

from stackkit.components.model_deployer import ModelDeployment
from stackkit.errors import Problem

S = TypeVar("S")


@attrs.frozen(kw_only=True)
class SupervisorSpec:
    """What a supervisor is started with.

    Args:
        folder: The server's folder.
        root: The folder that models are imported from.
        threads: How many requests a model answers at once.
        deployment: What is to be served first.
        timeout: How long that may take, in seconds.
        report: The descriptor that says how it went: an `Answer`; set by `launch`.
    """

    folder: str
    root: str
    threads: int
    deployment: ModelDeployment
    timeout: float
    report: int = -1


@attrs.frozen(kw_only=True)
class WorkerSpec:
    """What the process of a model is started with.

    Args:
        deployment: What it serves.
        root: The folder that it imports from.
        threads: How many requests it answers at once.
        socket: The descriptor of the socket that it takes connections from.
        lifeline: The descriptor of a pipe that ends when the supervisor does.
        report: The descriptor that says how it went: a `Report`.
    """

    deployment: ModelDeployment
    root: str
    threads: int
    socket: int
    lifeline: int
    report: int


@attrs.frozen(kw_only=True)
class Report:
    """How starting a model went.

    Args:
        problems: Why it cannot serve; none when it does.
    """

    problems: tuple[Problem, ...] = ()


def dump(value: object) -> bytes:
    """A specification or report, as it is handed over."""
    import msgspec

    return msgspec.json.encode(value)


def load(data: bytes | str, cls: type[S]) -> S:
    """A specification or report that was handed over."""
    import msgspec

    return msgspec.json.decode(data, type=cls)
