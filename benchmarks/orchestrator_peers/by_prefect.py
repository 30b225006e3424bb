"""The same pipelines in Prefect 3, as a program of its own: it is told shape and number of steps, and says how many were done.

Its server runs in that program and keeps its database in a folder that is given; nothing of it is sent anywhere.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, TypeAlias

Run: TypeAlias = Callable[[str, int], int]
"""Runs a pipeline of a shape and a number of steps, and says how many were done."""

_SETTINGS: Final = {
    "DO_NOT_TRACK": "1",
    "PREFECT_API_URL": "",
    "PREFECT_LOGGING_LEVEL": "ERROR",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
}


@contextmanager
def prefect_in(folder: Path) -> Generator[Run]:
    """The program, while the block runs.

    Args:
        folder: Where it keeps its files.
    """
    if find_spec("prefect") is None:
        raise SystemExit("prefect is missing: pip install -e '.[bench]'")
    variables = {**os.environ, **_SETTINGS, "PREFECT_HOME": str(folder)}
    with (folder / "log").open("wb") as log:
        program = subprocess.Popen(
            [sys.executable, __file__],
            env=variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
    try:
        yield partial(_ask, program, folder / "log")
    finally:
        try:
            program.communicate(timeout=60)  # it ends when nothing more is asked, and its server with it
        finally:
            with suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)


def _ask(program: subprocess.Popen[str], log: Path, shape: str, count: int) -> int:
    answer = ""
    with suppress(BrokenPipeError):
        if program.stdin and program.stdout:
            print(shape, count, file=program.stdin, flush=True)
            answer = program.stdout.readline()
    if not answer:
        raise SystemExit(f"prefect failed: {log.read_text('utf-8', 'replace')[-2_000:]}")
    return int(answer)


def flows() -> Mapping[str, Callable[[int], int]]:
    """The pipelines: a chain of calls, and calls that are handed to its threads."""
    prefect: Any = import_module("prefect")

    @prefect.task  # type: ignore[untyped-decorator]  # Prefect is there where it is measured alone
    def begin() -> int:
        return 0

    @prefect.task  # type: ignore[untyped-decorator]  # as above
    def follow(number: int) -> int:
        return number + 1

    @prefect.task  # type: ignore[untyped-decorator]  # as above
    def end(numbers: list[int]) -> int:
        return len(numbers)

    @prefect.flow  # type: ignore[untyped-decorator]  # as above
    def chain(count: int) -> int:
        number = begin()
        for _ in range(count - 1):
            number = follow(number)
        return int(number) + 1

    @prefect.flow  # type: ignore[untyped-decorator]  # as above
    def fan_out(count: int) -> int:
        number = begin()
        submit: Callable[[int], Any] = getattr(follow, "submit")  # noqa: B009 - of what the decorator makes
        return int(end([submitted.result() for submitted in [submit(number) for _ in range(count - 2)]])) + 2

    return {"chain": chain, "fan-out": fan_out}


def main() -> None:
    """Run what is asked for, line by line."""
    told, sys.stdout = sys.stdout, sys.stderr
    known = flows()
    for line in sys.stdin:
        shape, count = line.split()
        print(known[shape](int(count)), file=told, flush=True)


if __name__ == "__main__":
    main()
