"""The points of a metric, in a CSV file: a heading that names the metric, then `step,timestamp,value` in each line."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterable
from itertools import islice
from operator import le
from typing import Any, Final, TypeAlias

from stackkit.components.experiment_runs import MetricHistory
from stackkit.errors import ConfigurationError, Problem, TrackingError
from stackkit.flavors.experiment_tracker.lines import appending, peeking, read_lines

Row: TypeAlias = tuple[int | None, int, float]
"""A step, or None for the next one; milliseconds; a value."""

Columns: TypeAlias = "tuple[array[int], array[int], array[float]]"
"""Steps, milliseconds, values."""

_HEADING: Final = "step,timestamp,"
_CHUNK: Final = 1 << 16
_LAST_STEP: Final = 2**63 - 1
_LONGEST_HEADING: Final = 4096


def append_points(path: str, name: str, rows: Iterable[Row]) -> None:
    """Write points of a metric at the end of its file, which is made where there is none.

    Args:
        path: The file.
        name: The metric.
        rows: The points.

    Raises:
        OSError: As the operating system says.
        ConfigurationError: There is no next step, since the last one is the highest there can be.
        TrackingError: There is no next step, since the last line is no point.
    """
    with appending(path, create=True) as file:
        last = file.last_line()
        step: int | None = None
        lines = [] if last else [f"{_HEADING}{_quoted(name)}\n"]
        for given, milliseconds, value in rows:
            step = given if given is not None else _next(_last_step(path, last) if step is None else step, name)
            lines.append(f"{step},{milliseconds},{value!r}\n")
        file.append("".join(lines).encode())


def _last_step(path: str, line: bytes) -> int:
    """The step of the last point; -1 before the first."""
    if not line or line.startswith(_HEADING.encode()):
        return -1
    try:
        return int(line[: line.index(b",")])
    except ValueError as error:
        raise _damaged(path) from error


def _next(step: int, name: str) -> int:
    if step == _LAST_STEP:
        raise ConfigurationError(Problem("has no next step", where=f"metric {name!r}", remedy="name the step"))
    return step + 1


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _unquoted(heading: bytes) -> str:
    return heading.decode().removeprefix(_HEADING)[1:-1].replace('""', '"')


def last_value(path: str) -> tuple[str, float] | None:
    """A metric's name and its last value; None where no point is written yet.

    Args:
        path: Its file.

    Raises:
        OSError: As the operating system says.
        TrackingError: The file is damaged.
    """
    with peeking(path) as file:
        last = file.last_line()
        if not last or last.startswith(_HEADING.encode()):
            return None
        head = os.pread(file.descriptor, _LONGEST_HEADING, 0)
    heading = next((line for line in head.split(b"\n") if line.startswith(_HEADING.encode()) and line.endswith(b'"')), b"")
    try:
        return _unquoted(heading), float(last[last.rindex(b",") + 1 :])
    except ValueError as error:
        raise _damaged(path) from error


def read_history(path: str) -> MetricHistory:
    """All points of a metric.

    Args:
        path: Its file.

    Raises:
        OSError: As the operating system says.
        TrackingError: The file is damaged.
    """
    content = read_lines(path)
    columns: Columns = array("q"), array("q"), array("d")
    start = content.find(b"\n") + 1
    try:
        while start < len(content):
            end = content.rfind(b"\n", start, start + _CHUNK)
            _extend(columns, content[start:end])
            start = end + 1
    except (ValueError, TypeError, OverflowError) as error:
        raise _damaged(path) from error
    return MetricHistory(*_sorted(*columns))


def _extend(columns: Columns, chunk: bytes) -> None:
    """Add the points of some lines."""
    steps, times, values = columns
    fields = _fields(chunk)
    if len(fields) % len(columns):
        raise ValueError(len(fields))
    steps.extend(fields[0::3])  # an array of integers refuses other numbers, and so a line that lacks a field
    times.extend(fields[1::3])
    values.extend(fields[2::3])


def _fields(chunk: bytes) -> list[Any]:
    """The numbers of some lines, where possible in one call that is not Python's."""
    import msgspec

    if b"n" in chunk:  # of nan and inf, which are no JSON
        lines = [line.split(b",") for line in chunk.split(b"\n")]
        return [field for step, time, value in lines for field in (int(step), int(time), float(value))]
    return msgspec.json.decode(b"[" + chunk.replace(b"\n", b",") + b"]", type=list[int | float])


def _sorted(steps: array[int], times: array[int], values: array[float]) -> Columns:
    """The columns, sorted by step and then by time; they nearly always are."""
    if _ascending(steps) and _ascending(times):
        return steps, times, values
    order = sorted(range(len(steps)), key=lambda row: (steps[row], times[row]))
    return (
        array("q", map(steps.__getitem__, order)),
        array("q", map(times.__getitem__, order)),
        array("d", map(values.__getitem__, order)),
    )


def _ascending(column: array[int]) -> bool:
    return all(map(le, column, islice(column, 1, None)))


def _damaged(path: str) -> TrackingError:
    return TrackingError(Problem("has a line that is no point of a metric", where=path, remedy="take that line out"))
