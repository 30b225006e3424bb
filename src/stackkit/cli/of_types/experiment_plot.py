"""Metrics of runs as a figure."""

from __future__ import annotations

from collections.abc import Sequence

from stackkit.cli.plotting.figure import Panel, Series, svg
from stackkit.components.experiment_runs import ExperimentRun, MetricHistory, to_milliseconds
from stackkit.components.experiment_tracker import ExperimentTracker
from stackkit.errors import MetricNotFoundError, Problem

_UNITS = (("days", 86_400_000, 3), ("hours", 3_600_000, 3), ("minutes", 60_000, 3), ("seconds", 1_000, 0))


def figure(tracker: ExperimentTracker, runs: Sequence[ExperimentRun], metrics: Sequence[str], *, over: str, log: bool) -> str:
    """The text of an SVG file.

    Args:
        tracker: Where the points are.
        runs: Whose they are, in the order of the legend.
        metrics: What is plotted, a panel for each.
        over: `step`, or `time` since each run began.
        log: Whether the values are on a logarithmic scale.

    Raises:
        MetricNotFoundError: Some metric has no points in any of the runs.
    """
    missing = [name for name in metrics if not any(name in run.metrics for run in runs)]
    if missing:
        known = ", ".join(sorted({name for run in runs for name in run.metrics})) or "none"
        where = f"run {runs[0].run_id}" if len(runs) == 1 else f"{len(runs)} runs"
        raise MetricNotFoundError(
            *(Problem(f"there is no metric {name!r}", where=where, remedy=f"there is {known}") for name in missing)
        )
    labels = _labels(runs)
    return svg([_panel(tracker, runs, labels, name, over=over, log=log) for name in metrics])


def _labels(runs: Sequence[ExperimentRun]) -> list[str]:
    """The names of the runs; with identifiers, where two have the same."""
    names = [run.name for run in runs]
    return [name if names.count(name) == 1 else f"{name} ({run.run_id})" for name, run in zip(names, runs, strict=True)]


def _panel(
    tracker: ExperimentTracker, runs: Sequence[ExperimentRun], labels: Sequence[str], metric: str, *, over: str, log: bool
) -> Panel:
    title = f"{metric} (log)" if log else metric
    found = [
        (label, run, tracker.get_metric_history(run.run_id, metric))
        for label, run in zip(labels, runs, strict=True)
        if metric in run.metrics
    ]
    if over == "step":
        return Panel(title, "step", [Series(label, history.step, history.value) for label, _, history in found], log)
    passed = [_passed(run, history) for _, run, history in found]
    longest = max((abs(time) for times in passed for time in (times[0], times[-1])), default=0)
    unit, length = next((unit, length) for unit, length, least in _UNITS if longest >= least * length)
    series = [
        Series(label, [time / length for time in times], values)
        for (label, _, _), times, values in zip(found, passed, (history.value for *_, history in found), strict=True)
    ]
    return Panel(title, f"{unit} since the run began", series, log)


def _passed(run: ExperimentRun, history: MetricHistory) -> list[int]:
    """Milliseconds since the run began, ascending as the steps are; a clock that was set back leaves a step in it."""
    began = to_milliseconds(run.started)
    return [time - began for time in history.timestamp]
