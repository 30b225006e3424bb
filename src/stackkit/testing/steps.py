"""Steps that contracts run: they write down in a journal when they begin and end, and fail, die and wait as they are told.

It is a file that all of them reach. Processes that run steps import this module, and no test framework with it.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Final, Literal, NoReturn, TypeAlias

import attrs

from stackkit.pipelines import Resources, Retry, pipeline, step

Deed: TypeAlias = Literal["work", "fail", "die", "die when done", "wait", "meet", "raise oddly"]
"""What a step does: nothing but its work; or it fails, dies or is stuck as long as no file says otherwise."""

PATIENCE: Final = 20.0
"""How long a step waits at most, in seconds."""


@attrs.frozen
class Event:
    """A line of a journal.

    Args:
        what: What happened.
        step: The number of the step.
        process: The process that it happened in.
        value: What the step gave, when it ended.
    """

    what: Literal["begin", "end"]
    step: int
    process: int
    value: int = 0


@attrs.frozen
class Journal:
    """What steps did, in the order in which they did it.

    Args:
        path: The file.
    """

    path: str

    def write(self, event: Event) -> None:
        """Write down an event, in one piece."""
        with Path(self.path).open("ab", buffering=0) as file:
            file.write(f"{event.what} {event.step} {event.process} {event.value}\n".encode())

    def read(self) -> list[Event]:
        """The events so far."""
        if not Path(self.path).exists():
            return []
        events: list[Event] = []
        for line in Path(self.path).read_text("utf-8").splitlines():
            what, number, process, value = line.split()
            events.append(Event("begin" if what == "begin" else "end", int(number), int(process), int(value)))
        return events

    def begun(self, number: int) -> int:
        """How often a step has begun."""
        return sum(event.what == "begin" and event.step == number for event in self.read())

    def ended(self, number: int) -> int:
        """How often a step has ended."""
        return sum(event.what == "end" and event.step == number for event in self.read())

    @property
    def release(self) -> Path:
        """The file that lets steps go on that wait for it, and ends failures and deaths."""
        return Path(f"{self.path}.release")


@attrs.frozen(kw_only=True)
class Plan:
    """What a step of the graph does.

    Args:
        deed: What, beside its work.
        times: In how many attempts, from the first.
        inputs: The numbers of steps whose values it takes.
        after: The numbers of steps that it waits for otherwise.
        retries: How often it is tried again.
        cpu: How many cores it asks for.
    """

    deed: Deed = "work"
    times: int = 1_000
    inputs: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    retries: int = 0
    cpu: float | None = None


class OddError(Exception):
    """An error that cannot be pickled and read again."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} and {second}")


@step
def act(path: str, number: int, deed: Deed, times: int, partners: list[int], values: list[int]) -> int:
    """Do what the plan says, and give one more than the sum of what was taken."""
    journal = Journal(path)
    attempt = journal.begun(number) + 1
    journal.write(Event("begin", number, os.getpid()))
    if attempt <= times and not journal.release.exists():
        _do(deed, journal, partners)
    value = 1 + sum(values)
    journal.write(Event("end", number, os.getpid(), value))
    print(f"step {number} has ended")  # noqa: T201 - what a step prints is part of what is tested
    return value


def _do(deed: Deed, journal: Journal, partners: Sequence[int]) -> None:
    if deed == "fail":
        raise ValueError("the step fails as it was told")
    if deed == "raise oddly":
        raise OddError("this", "that")
    if deed == "die":
        _die()
    if deed == "die when done":
        sys.setprofile(_die_when_recorded)
    until = time.monotonic() + PATIENCE
    while deed in ("wait", "meet") and time.monotonic() < until:
        if journal.release.exists() or (deed == "meet" and all(map(journal.begun, partners))):
            return
        time.sleep(0.005)


def _die_when_recorded(frame: FrameType, what: str, _: object) -> None:
    """Die when the step is recorded, before anybody is told that it is."""
    if what == "return" and frame.f_code.co_qualname == "RunContext.run_step":
        _die()


def _die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("nobody survives that")  # pragma: no cover


def step_name(number: int) -> str:
    """What the step of a number is called."""
    return f"step_{number}"


@pipeline
def graph(path: str, plans: list[Plan]) -> None:
    """A pipeline of steps, each of which may wait for those before it.

    Args:
        path: The file of the journal.
        plans: What each does.
    """
    given: list[int] = []
    meeting = [number for number, plan in enumerate(plans) if plan.deed == "meet"]
    for number, plan in enumerate(plans):
        one = act.with_options(
            name=step_name(number),
            after=[step_name(other) for other in plan.after],
            retries=Retry(times=plan.retries, delay=0.01),
            resources=Resources(cpu=plan.cpu),
        )
        given.append(one(path, number, plan.deed, plan.times, meeting, [given[other] for other in plan.inputs]))
