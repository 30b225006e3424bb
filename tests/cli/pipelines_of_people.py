"""Modules with pipelines, as people write them, and the command line in a workspace that has them."""

from __future__ import annotations

from typing import Final

FLOW: Final = """\
from pathlib import Path
from typing import NamedTuple

from stackkit.pipelines import pipeline, step


class Parts(NamedTuple):
    train: list[float]
    test: list[float]


@step
def load(rows: int) -> list[float]:
    print("loading", rows)
    return [1.0] * rows


@step
def split(data: list[float]) -> Parts:
    return Parts(data[1:], data[:1])


@step
def train(data: list[float], rate: float) -> float:
    if Path("broken").exists():
        print("about to break")
        raise ValueError("no \\x1b[31mgood")
    return sum(data) * rate


@step
def report(models: list[float], test: list[float]) -> None:
    pass


@pipeline
def training(rows: int = 4, rates: list[float] = [0.5], stack: str = "none") -> None:
    parts = split(load(rows))
    report([train(parts.train, rate) for rate in rates], parts.test)


@pipeline
def strict(count: int, share: float, label: str | None = None) -> None:
    load(count)


def plain() -> None:
    pass
"""

WAITING: Final = """\
import time
from pathlib import Path

from stackkit.pipelines import pipeline, step


@step
def first() -> int:
    return 1


@step
def wait(number: int) -> int:
    print("waiting", "now", flush=True)
    for _ in range(600 if not Path("go").exists() else 0):
        time.sleep(0.1)
    return number


@pipeline
def slow() -> None:
    wait(first())
"""
