"""How much memory a call takes while it runs, and how much its result keeps."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from typing import NamedTuple


class Memory(NamedTuple):
    """Bytes that Python allocated for one call, as tracemalloc counts them."""

    peak: int
    kept: int

    @property
    def ratio(self) -> float:
        """The peak as a multiple of what is kept."""
        return self.peak / self.kept


def measure_memory(call: Callable[[], object]) -> Memory:
    """The memory of one call, which is made once before, so that what it keeps for ever is not counted."""
    call()
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        result = call()
        _, peak = tracemalloc.get_traced_memory()
        gc.collect()
        kept, _ = tracemalloc.get_traced_memory()
        del result
    finally:
        tracemalloc.stop()
    return Memory(peak - before, kept - before)
