"""What a step prints elsewhere, printed here, and the errors that are made of it."""

from __future__ import annotations

import codecs
import signal
import sys
from typing import Final

from stackkit.errors import Problem, StepError
from stackkit.flavors.step_operator.order import Outcome

_LINES: Final = 3
_TAIL: Final = 4096
_UNSEEN: Final = 64 << 10
"""How many characters of the standard error are kept that are no outcome."""


class Printed:
    """What comes of an order, as it comes."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._tail = ""
        self._told = ""

    def printed(self, content: bytes, *, is_last: bool = False) -> None:
        """Print here what was printed there.

        Args:
            content: What the command printed, whole characters or not.
            is_last: Whether nothing comes after it.
        """
        text = self._decoder.decode(content, is_last)
        if text:
            self._tail = f"{self._tail}{text}"[-_TAIL:]
            encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
            sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
            sys.stdout.flush()

    def told(self, content: bytes) -> None:
        """Take what was told about the command.

        Args:
            content: What came by the standard error, whole lines or not.
        """
        self._told = f"{self._told}{content.decode('utf-8', 'replace')}"[-_UNSEEN:]

    @property
    def outcome(self) -> Outcome | None:
        """What came of the order; None as long as it is not told."""
        return Outcome.find(self._told)

    def check(self, place: str, remedy: str) -> None:
        """See that the command has ended well.

        Args:
            place: The name of the operator.
            remedy: What to do where nothing of it is known.

        Raises:
            StepError: It has not.
        """
        outcome = self.outcome
        if outcome is None:
            problem = Problem("the command's end is not known: nobody there is left to tell it", where=place, remedy=remedy)
            raise StepError(problem, *map(Problem, _last_lines(self._told)))
        what = _failure(outcome)
        if what:
            limit = "raise the operator's timeout, or have the step do less" if outcome.timeout is not None else ""
            *before, last = _last_lines(self._tail) or [""]
            told = f"{what}: {last}" if last else what
            raise StepError(Problem(told, where=place, remedy=limit), *(Problem(f"before that: {line}") for line in before))


def _failure(outcome: Outcome) -> str:
    """What went wrong; empty where nothing did."""
    before = {"start": "cannot begin", "environment": "its environment cannot be made", "command": "its command"}[outcome.stage]
    if outcome.problem:
        joint = " " if outcome.stage == "command" else ": "
        return f"{before}{joint}{outcome.problem}"
    if outcome.timeout is not None:
        return f"its command took longer than its limit of {outcome.timeout:g} s"
    if outcome.stage != "command":
        return before
    return f"its command ended {_ended(outcome.status)}" if outcome.status else ""


def _ended(status: int) -> str:
    if status > 0:
        return f"with status {status}"
    known = {number.value: number.name for number in signal.Signals}
    return f"by {known.get(-status, f'signal {-status}')}"


def _last_lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()][-_LINES:]
