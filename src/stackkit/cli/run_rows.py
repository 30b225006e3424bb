"""Runs of experiments as they are shown: rows for people, and values that JSON has words for."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from stackkit.components.experiment_runs import ExperimentRun

_MOST_METRICS: Final = 3
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def as_object(run: ExperimentRun) -> dict[str, object]:
    """A run with all that it has, for machines."""
    return {
        "run": run.run_id,
        "name": run.name,
        "experiment": run.experiment,
        "status": run.status,
        "parent": run.parent,
        "started": run.started.isoformat(),
        "ended": None if run.ended is None else run.ended.isoformat(),
        "params": in_json(run.params),
        "tags": in_json(run.tags),
        "metrics": in_json(run.metrics),
    }


def as_row(run: ExperimentRun) -> dict[str, object]:
    """A run in a row of a table."""
    shown = [f"{name}={short(value)}" for name, value in list(run.metrics.items())[:_MOST_METRICS]]
    more = len(run.metrics) - len(shown)
    return {**head(run), "metrics": " ".join([*shown, *([f"+{more}"] if more else [])])}


def head(run: ExperimentRun) -> dict[str, object]:
    """What a run is, without what was logged to it, for people."""
    return {
        "run": run.run_id,
        "name": run.name,
        "experiment": run.experiment,
        "status": run.status,
        "started": run.started.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
        "duration": duration(run),
    }


def duration(run: ExperimentRun) -> str:
    """How long a run took, or has taken until now."""
    return elapsed(run.started, run.ended)


def elapsed(started: datetime, ended: datetime | None) -> str:
    """How long something took, or has taken until now.

    >>> elapsed(datetime(2026, 1, 1, 12), datetime(2026, 1, 1, 12, 2, 30))
    '2 min 30 s'
    """
    seconds = ((ended or datetime.now(UTC)) - started).total_seconds()
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE:.0f} min {seconds % _MINUTE:.0f} s"
    if seconds < _DAY:
        return f"{seconds // _HOUR:.0f} h {seconds % _HOUR // _MINUTE:.0f} min"
    return f"{seconds // _DAY:.0f} d {seconds % _DAY // _HOUR:.0f} h"


def short(value: float) -> str:
    """A number in few characters.

    >>> short(0.123456789), short(float("nan")), short(3.0)
    ('0.1235', 'nan', '3')
    """
    return f"{value:.4g}"


def in_json(values: Mapping[str, object]) -> dict[str, object]:
    """Values for which JSON has a word; infinite numbers and NaN become text."""
    return {name: plain(value) for name, value in values.items()}


def plain(value: object) -> object:
    """A value for which JSON has a word."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def details(run: ExperimentRun, artifacts: Sequence[str]) -> list[dict[str, object]]:
    """What was logged to a run, in rows of a table."""
    kinds: dict[str, Mapping[str, object]] = {"param": run.params, "metric": run.metrics, "tag": run.tags}
    found = [(kind, name, plain(value)) for kind, values in kinds.items() for name, value in sorted(values.items())]
    found += [("artifact", path, "") for path in artifacts]
    return [{"what": kind, "name": name, "value": value} for kind, name, value in found]


def comparison(runs: Sequence[ExperimentRun], *, differing: bool) -> list[dict[str, object]]:
    """What was logged to several runs, side by side; None where a run has nothing of that name.

    Args:
        runs: The runs.
        differing: Whether what is the same in all of them is left out.
    """
    rows: list[dict[str, object]] = []
    for kind in ("params", "metrics", "tags"):
        columns: list[Mapping[str, object]] = [getattr(run, kind) for run in runs]
        for name in sorted({name for column in columns for name in column}):
            values = [plain(column.get(name)) for column in columns]
            if not differing or len({repr(value) for value in values}) > 1:
                rows.append({"what": kind[:-1], "name": name, "values": values})
    return rows
