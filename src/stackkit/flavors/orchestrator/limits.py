"""What a machine has, and what the steps that run on it have asked for."""

from __future__ import annotations

import os
from typing import Final

import attrs

from stackkit.core.deployment import Resources

TOLERANCE: Final = 1e-9
"""Shares of a core are added and taken away; what is left of it by rounding is nothing."""


def memory_of_this_machine() -> int:
    """Bytes of main memory."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def cores_of_this_process() -> int:
    """How many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@attrs.define
class Limits:
    """What is left of a machine for steps to begin with.

    A step that asks for more than there is at all counts as all of it, so that it runs alone; what it does not ask for it
    does not take.

    Args:
        cpu: Processor cores.
        memory: Bytes of main memory.
        gpu: Graphics processors.

    >>> limits = Limits(cpu=2, memory=8, gpu=1)
    >>> limits.take(Resources(cpu=1.5))
    >>> [limits.has(Resources(cpu=0.5)), limits.has(Resources(cpu=8)), limits.has(Resources(memory=8))]
    [True, False, True]
    """

    cpu: float
    memory: float
    gpu: float
    _all: tuple[float, float, float] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """What there is at all."""
        self._all = (self.cpu, self.memory, self.gpu)

    def _share(self, asked: Resources) -> tuple[float, float, float]:
        cpu, memory, gpu = self._all
        return min(asked.cpu or 0, cpu), min(asked.memory or 0, memory), min(asked.gpu or 0, gpu)

    def has(self, asked: Resources) -> bool:
        """Whether there is left what a step asks for."""
        cpu, memory, gpu = self._share(asked)
        return cpu <= self.cpu + TOLERANCE and memory <= self.memory and gpu <= self.gpu

    def take(self, asked: Resources) -> None:
        """A step begins."""
        cpu, memory, gpu = self._share(asked)
        self.cpu, self.memory, self.gpu = self.cpu - cpu, self.memory - memory, self.gpu - gpu

    def give_back(self, asked: Resources) -> None:
        """A step has ended."""
        cpu, memory, gpu = self._share(asked)
        self.cpu, self.memory, self.gpu = self.cpu + cpu, self.memory + memory, self.gpu + gpu
