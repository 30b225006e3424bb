"""The same work for all: functions that do nothing, alone and as steps, one after the other or side by side."""

from __future__ import annotations

from stackkit.pipelines import pipeline, step


def begin() -> int:
    """The first of all."""
    return 0


def follow(number: int) -> int:
    """One that waits for another."""
    return number + 1


def end(numbers: list[int]) -> int:
    """One that waits for many."""
    return len(numbers)


begin_step = step(begin)
follow_step = step(follow)
end_step = step(end)


@pipeline
def chain(count: int) -> None:
    """Each step waits for the one before.

    Args:
        count: How many steps there are.
    """
    number = begin_step()
    for _ in range(count - 1):
        number = follow_step(number)


@pipeline
def fan_out(count: int) -> None:
    """All steps but the first and the last wait for the first, and the last for them.

    Args:
        count: How many steps there are.
    """
    number = begin_step()
    end_step([follow_step(number) for _ in range(count - 2)])
