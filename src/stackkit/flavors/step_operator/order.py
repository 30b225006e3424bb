"""What a step operator has done elsewhere, and what came of it, as they travel; for this the standard library is enough."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Final, Literal, TypeAlias

MARK: Final = "stackkit-outcome "
"""How the line begins, among those of the standard error, that says what came of an order."""

Stage: TypeAlias = Literal["start", "environment", "command"]
"""What was being done: the command was received, its environment was made, it ran."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """A command with its environment and its limits.

    Args:
        command: The command: `python`, which stands for the environment's own, or a program; and its arguments.
        requirements: What is installed into its environment, beside the kit.
        folder: Where environments are kept and commands have their files; `~` is the user's home.
        cwd: Where the command runs; empty for an empty folder of its own.
        variables: Environment variables, beside those that are there.
        code: Arguments that name folders whose content was sent along, in the order of what was sent.
        timeout: Seconds that the command may take.
        memory: Bytes of address space that each of its processes may have.
        silence: After how many seconds without a word the one who gave the order is taken for gone.
        uv: The program uv; looked for when empty.
        needs_uv: Whether nothing else than uv may make environments.
    """

    command: list[str]
    requirements: list[str] = field(default_factory=list[str])
    folder: str
    cwd: str = ""
    variables: dict[str, str] = field(default_factory=dict[str, str])
    code: list[str] = field(default_factory=list[str])
    timeout: float | None = None
    memory: int | None = None
    silence: float | None = None
    uv: str = ""
    needs_uv: bool = False

    def write(self) -> bytes:
        """As JSON."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def read(cls, text: bytes) -> Order:
        """What `write` gave."""
        return cls(**json.loads(text))


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of an order.

    Args:
        stage: How far it came.
        status: The status that the command ended with, or minus the signal that it was ended by.
        timeout: The limit in seconds that it broke.
        problem: What was wrong, where no program has printed it.
    """

    stage: Stage
    status: int = 0
    timeout: float | None = None
    problem: str = ""

    def write(self) -> str:
        """As a line that is found among others."""
        return f"{MARK}{json.dumps(asdict(self))}\n"

    @classmethod
    def find(cls, text: str) -> Outcome | None:
        """The outcome among lines; None where there is none yet.

        Args:
            text: The lines, whole or not.
        """
        for line in text.splitlines(keepends=True):
            if line.startswith(MARK) and line.endswith("\n"):
                return cls(**json.loads(line.removeprefix(MARK)))
        return None
