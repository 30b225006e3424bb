"""What experiment trackers speak of: runs, their parameters, and metrics as columns."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import index
from typing import Final, Literal, SupportsFloat, SupportsIndex, TypeAlias

import attrs

from stackkit.errors import ConfigurationError, Problem

ParamValue: TypeAlias = str | int | float | bool | None
RunStatus: TypeAlias = Literal["running", "finished", "failed", "killed"]
EndStatus: TypeAlias = Literal["finished", "failed", "killed"]

END_STATUSES: Final[tuple[EndStatus, ...]] = ("finished", "failed", "killed")
LONGEST_NAME: Final = 250
"""How many characters the name of an experiment, run, parameter, tag or metric may have."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LONGEST_INTEGER = 1024
_INT64 = range(-(2**63), 2**63)


@attrs.frozen(kw_only=True)
class ExperimentRun:
    """A run of an experiment, as it was when asked.

    Args:
        run_id: What identifies the run.
        experiment: The experiment it belongs to.
        name: What people call it.
        status: How it stands.
        started: When it began, aware, in UTC.
        ended: When it ended, aware, in UTC; None while it runs.
        parent: The identifier of the run it is nested in, or None.
        params: Its parameters.
        tags: Its tags.
        metrics: The last value of each metric.
    """

    run_id: str
    experiment: str
    name: str
    status: RunStatus
    started: datetime
    ended: datetime | None = None
    parent: str | None = None
    params: Mapping[str, ParamValue] = attrs.field(factory=dict[str, ParamValue])
    tags: Mapping[str, str] = attrs.field(factory=dict[str, str])
    metrics: Mapping[str, float] = attrs.field(factory=dict[str, float])


@attrs.frozen
class MetricPoint:
    """One value of a metric, to be logged.

    Args:
        name: The metric.
        value: Its value; may be infinite or not a number.
        step: Where on the metric's axis; the next one when None.
        timestamp: When it was measured, aware; now when None.
    """

    name: str
    value: float
    step: int | None = None
    timestamp: datetime | None = None


@attrs.frozen
class MetricHistory:
    """All points of a metric as columns of one length, sorted by step and, for one step, by time.

    The columns have the buffer protocol: `numpy.asarray(history.value)` is a view of them and copies nothing.

    Args:
        step: The steps, as 64-bit integers.
        timestamp: When each was measured, in milliseconds since 1970 in UTC, as 64-bit integers.
        value: The values, as 64-bit floats.

    >>> from array import array
    >>> history = MetricHistory(array("q", [0, 1]), array("q", [1000, 2000]), array("d", [0.5, 0.25]))
    >>> len(history), history.times()[1].isoformat(), memoryview(history.value).tolist()
    (2, '1970-01-01T00:00:02+00:00', [0.5, 0.25])
    """

    step: array[int]
    timestamp: array[int]
    value: array[float]

    def __len__(self) -> int:
        return len(self.step)

    def times(self) -> list[datetime]:
        """When each point was measured, aware, in UTC."""
        return [_EPOCH + milliseconds * _MILLISECOND for milliseconds in self.timestamp]


def status_after(error: BaseException) -> EndStatus:
    """How a run ends whose block raises.

    >>> status_after(ZeroDivisionError()), status_after(KeyboardInterrupt()), status_after(SystemExit(0))
    ('failed', 'killed', 'finished')
    """
    if isinstance(error, SystemExit):
        return "failed" if error.code else "finished"
    return "failed" if isinstance(error, Exception) else "killed"


def to_milliseconds(moment: datetime | None) -> int:
    """Milliseconds since 1970 in UTC; a part of one is dropped.

    Args:
        moment: An aware moment; now when None.

    Raises:
        ConfigurationError: It has no time zone.

    >>> to_milliseconds(datetime(1970, 1, 1, 0, 0, 1, 999, tzinfo=UTC))
    1000
    """
    moment = datetime.now(UTC) if moment is None else moment
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ConfigurationError(
            Problem("has no time zone", where="timestamp", remedy="give an aware moment: datetime.now(UTC)")
        )
    return (moment - _EPOCH) // _MILLISECOND


def from_milliseconds(milliseconds: int) -> datetime:
    """The moment, aware, in UTC, that is so many milliseconds after 1970 began."""
    return _EPOCH + milliseconds * _MILLISECOND


def name_problems(kind: str, names: Iterable[object]) -> Iterator[Problem]:
    """What is wrong with names, by the rule that holds for all experiment trackers.

    Args:
        kind: What they are names of, for the message.
        names: The names.

    >>> [str(problem) for problem in name_problems("metric", ["loss", ""])]
    ["metric '': is no name; use 1 to 250 characters that can be printed"]
    """
    for name in names:
        if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
            shown = repr(name[:40]) if isinstance(name, str) else type(name).__name__
            remedy = f"use 1 to {LONGEST_NAME} characters that can be printed"
            yield Problem("is no name", where=f"{kind} {shown}", remedy=remedy)


def param_problems(params: Mapping[str, object]) -> Iterator[Problem]:
    """What is wrong with parameters: their names, and values that are neither text, numbers, booleans nor None."""
    yield from name_problems("parameter", params)
    for name, value in params.items():
        where = f"parameter {name!r}"
        if value is not None and type(value) not in (str, int, float, bool):
            what = f"is of the type {type(value).__name__}"
            yield Problem(what, where=where, remedy="give text, a number, a boolean or None")
        elif isinstance(value, str) and not _is_text(value):
            yield Problem("is text that cannot be encoded", where=where, remedy="give text of whole characters")
        elif isinstance(value, int) and value.bit_length() > _LONGEST_INTEGER:
            yield Problem(f"is an integer of more than {_LONGEST_INTEGER} bits", where=where, remedy="give it as text")


def tag_problems(tags: Mapping[str, object]) -> Iterator[Problem]:
    """What is wrong with tags: their names, and values that are no text."""
    yield from name_problems("tag", tags)
    for name, value in tags.items():
        if not isinstance(value, str) or not _is_text(value):
            yield Problem("is no text that can be encoded", where=f"tag {name!r}", remedy="give text of whole characters")


def point_problems(points: Sequence[MetricPoint]) -> Iterator[Problem]:
    """What is wrong with points of metrics: their names, values that are no numbers, steps that 64 bits do not hold."""
    yield from name_problems("metric", dict.fromkeys(point.name for point in points))
    for point in points:
        if not _is_number(point.value):
            remedy = "give a number; it may be infinite or NaN"
            yield Problem("has a value that is no 64-bit float", where=f"metric {point.name!r}", remedy=remedy)
        if point.step is not None and not _is_step(point.step):
            remedy = "count steps with integers"
            yield Problem("has a step that is no 64-bit integer", where=f"metric {point.name!r}", remedy=remedy)
        if point.timestamp is not None and point.timestamp.utcoffset() is None:
            remedy = "give an aware one: datetime.now(UTC)"
            yield Problem("has a timestamp without a time zone", where=f"metric {point.name!r}", remedy=remedy)


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_number(value: object) -> bool:
    if type(value) is float:
        return True
    try:
        return isinstance(value, SupportsFloat | SupportsIndex) and isinstance(float(value), float)
    except (TypeError, ValueError, OverflowError):
        return False


def _is_step(step: object) -> bool:
    if type(step) is int:
        return step in _INT64
    try:
        return isinstance(step, SupportsIndex) and index(step) in _INT64
    except TypeError:
        return False
