"""How the local experiment tracker compares with MLflow's store of files, on the disk of the `--folder` that is given."""

from __future__ import annotations

import math
import os
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, Protocol

from harness.report import Report
from harness.script import Options, run
from harness.timing import Side, duration, take_turns
from stackkit import MetricPoint
from stackkit.flavors.experiment_tracker.local import LocalExperimentTracker

ROUNDS = 9
ROUNDS_OF_READING = 3
PARAMS = 100
STEPS = 100
METRICS = 10
BATCH = 1_000  # as many as MLflow takes at once
POINTS = 100_000
MILLION = 1_000_000
RUNS = 100
MOMENT = 1_767_225_600_000


class MlflowClient(Protocol):
    """What is used of MLflow's client, which is not installed where this is type-checked."""

    def create_experiment(self, name: str) -> str: ...  # noqa: D102 - MLflow's own
    def create_run(self, experiment_id: str) -> Any: ...  # noqa: D102 - MLflow's own
    def set_terminated(self, run_id: str) -> None: ...  # noqa: D102 - MLflow's own
    def log_param(self, run_id: str, key: str, value: object) -> object: ...  # noqa: D102 - MLflow's own
    def log_metric(self, run_id: str, key: str, value: float, *, step: int) -> object: ...  # noqa: D102 - MLflow's own
    def log_batch(self, run_id: str, *, metrics: Sequence[Any] = (), params: Sequence[Any] = ()) -> object: ...  # noqa: D102 - MLflow's own
    def get_run(self, run_id: str) -> Any: ...  # noqa: D102 - MLflow's own
    def get_metric_history(self, run_id: str, key: str) -> list[Any]: ...  # noqa: D102 - MLflow's own
    def search_runs(self, experiment_ids: list[str], *, max_results: int) -> list[Any]: ...  # noqa: D102 - MLflow's own


class Mlflow(NamedTuple):
    """A store of files of MLflow.

    Args:
        client: The client.
        experiment: The identifier of an experiment.
        folder: Where that is.
        entities: The module with its values.
    """

    client: MlflowClient
    experiment: str
    folder: Path
    entities: Any

    def start(self) -> str:
        """Begin a run."""
        return str(self.client.create_run(self.experiment).info.run_id)


class Pair(NamedTuple):
    """The same work done by both."""

    work: str
    goal: float
    mlflow: Side
    ours: Side


def mlflow_in(folder: Path) -> Mlflow:
    """A new store of files."""
    os.environ |= {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_ALLOW_FILE_STORE": "true"}
    try:
        client: MlflowClient = import_module("mlflow").MlflowClient(tracking_uri=folder.as_uri())
    except ModuleNotFoundError as error:
        raise SystemExit("mlflow is missing: pip install -e '.[bench]'") from error
    experiment = client.create_experiment("iris")
    return Mlflow(client, experiment, folder / experiment, import_module("mlflow.entities"))


def require(same: bool) -> None:
    """Both sides give the right answer.

    Raises:
        AssertionError: They do not.
    """
    if not same:
        raise AssertionError("one side gives another answer")


def params(theirs: Mlflow, tracker: LocalExperimentTracker) -> Iterator[Pair]:
    """Parameters of a new run, one by one and at once."""
    values = {f"param_{number}": number / 7 for number in range(PARAMS)}

    def one_by_one_theirs() -> str:
        run_id = theirs.start()
        for name, value in values.items():
            theirs.client.log_param(run_id, name, value)
        return run_id

    def one_by_one() -> str:
        run_id = tracker.start_run("iris")
        for name, value in values.items():
            tracker.log_params(run_id, {name: value})
        return run_id

    def at_once_theirs() -> str:
        run_id = theirs.start()
        theirs.client.log_batch(run_id, params=[theirs.entities.Param(name, str(value)) for name, value in values.items()])
        return run_id

    def at_once() -> str:
        run_id = tracker.start_run("iris")
        tracker.log_params(run_id, values)
        return run_id

    for run_id in (one_by_one_theirs(), at_once_theirs()):
        require(theirs.client.get_run(run_id).data.params == {name: str(value) for name, value in values.items()})
    for run_id in (one_by_one(), at_once()):
        require(tracker.get_run(run_id).params == values)
    yield Pair(f"a run with {PARAMS} parameters, one by one", 0.5, one_by_one_theirs, one_by_one)
    yield Pair(f"a run with {PARAMS} parameters at once", 0.2, at_once_theirs, at_once)


def metrics(theirs: Mlflow, tracker: LocalExperimentTracker) -> Iterator[Pair]:
    """Points of metrics, one by one, those of a step together, and many at once."""
    their_run, our_run = theirs.start(), tracker.start_run("iris")
    names = [f"metric_{number}" for number in range(METRICS)]
    Metric = theirs.entities.Metric  # noqa: N806 - the name of the class

    def each(log: Callable[[int], object]) -> Side:
        steps = count()

        def side() -> None:
            for _ in range(STEPS):
                log(next(steps))

        return side

    def step_theirs(step: int) -> None:
        theirs.client.log_batch(their_run, metrics=[Metric(name, step / 7, MOMENT, step) for name in names])

    def batch_theirs() -> None:
        points = [Metric("batched", step / 7, MOMENT, step) for step in range(BATCH)]
        theirs.client.log_batch(their_run, metrics=points)

    def batch() -> None:
        tracker.log_batch(our_run, [MetricPoint("batched", step / 7, step) for step in range(BATCH)])

    yield Pair(
        f"{STEPS} points, one by one",
        0.5,
        each(lambda step: theirs.client.log_metric(their_run, "loss", step / 7, step=step)),
        each(lambda step: tracker.log_metrics(our_run, {"loss": step / 7}, step=step)),
    )
    yield Pair(
        f"{STEPS} steps of {METRICS} metrics",
        0.5,
        each(step_theirs),
        each(lambda step: tracker.log_metrics(our_run, dict.fromkeys(names, step / 7), step=step)),
    )
    yield Pair(f"{BATCH:,} points at once", 0.2, batch_theirs, batch)


def runs(theirs: Mlflow, tracker: LocalExperimentTracker) -> Iterator[Pair]:
    """Beginning and ending runs, and listing them with all that they have."""

    def start_theirs() -> None:
        theirs.client.set_terminated(theirs.start())

    def start() -> None:
        tracker.end_run(tracker.start_run("iris"))

    yield Pair("begin and end a run", 1.0, start_theirs, start)
    listed = theirs.client.create_experiment("listed")
    for number in range(RUNS):
        their_run = str(theirs.client.create_run(listed).info.run_id)
        our_run = tracker.start_run("listed")
        for metric in range(METRICS):
            theirs.client.log_metric(their_run, f"metric_{metric}", number / 7, step=0)
        values = {f"metric_{metric}": number / 7 for metric in range(METRICS)}
        tracker.log_metrics(our_run, values)
        tracker.log_params(our_run, values)
        theirs.client.log_batch(their_run, params=[theirs.entities.Param(name, str(value)) for name, value in values.items()])
    require(len(theirs.client.search_runs([listed], max_results=RUNS)) == len(tracker.list_runs("listed")) == RUNS)
    yield Pair(
        f"list {RUNS} runs of {METRICS} metrics and parameters",
        0.5,
        lambda: theirs.client.search_runs([listed], max_results=RUNS),
        lambda: tracker.list_runs("listed"),
    )


def reading(theirs: Mlflow, tracker: LocalExperimentTracker) -> Iterator[Pair]:
    """Reading a long metric; MLflow's file is written as it would write it, which would take it minutes."""
    values = array("d", (math.sin(step / 1_000) + step / 7e6 for step in range(POINTS)))
    our_run, their_run = tracker.start_run("iris"), theirs.start()
    tracker.log_batch(our_run, [MetricPoint("loss", value, step) for step, value in enumerate(values)])
    theirs.client.log_metric(their_run, "loss", values[0], step=0)
    file = theirs.folder / their_run / "metrics" / "loss"
    file.write_text("".join(f"{MOMENT} {value!r} {step}\n" for step, value in enumerate(values)), encoding="utf-8")
    history, points = tracker.get_metric_history(our_run, "loss"), theirs.client.get_metric_history(their_run, "loss")
    require(history.value == values)
    require(array("d", [point.value for point in points]) == values)
    yield Pair(
        f"read {POINTS:,} points",
        0.2,
        lambda: theirs.client.get_metric_history(their_run, "loss"),
        lambda: tracker.get_metric_history(our_run, "loss"),
    )


def reading_a_million(tracker: LocalExperimentTracker) -> Side:
    """Reading a metric that is longer than one would wait for MLflow to read."""
    run_id = tracker.start_run("iris")
    tracker.log_batch(run_id, [MetricPoint("loss", step / 7, step) for step in range(MILLION)])
    return lambda: tracker.get_metric_history(run_id, "loss")


def measure(report: Report, options: Options) -> None:
    """Compare, in a folder of its own."""
    report.text(
        "MLflow's store of files, through its client. It keeps one line for each point and one file for each parameter, and "
        "takes no locks; it is in maintenance, and asks for a database instead. What is read comes as objects from MLflow, and "
        "as columns from stackkit. The file that MLflow reads was written for it."
    )
    with TemporaryDirectory(dir=options.folder) as name:
        theirs = mlflow_in(Path(name, "mlruns"))
        tracker = LocalExperimentTracker(name="benchmark", path=f"{name}/runs")
        rows: list[tuple[str, str, str, str]] = []
        for pairs, rounds in ((params, ROUNDS), (metrics, ROUNDS), (runs, ROUNDS), (reading, ROUNDS_OF_READING)):
            for pair in pairs(theirs, tracker):
                timings = take_turns({"mlflow": pair.mlflow, "stackkit": pair.ours}, rounds=options.rounds or rounds)
                ratio = timings.ratio("stackkit", "mlflow")
                medians = [duration(timings.median(side)) for side in ("mlflow", "stackkit")]
                rows.append((pair.work, medians[0], medians[1], f"{ratio:.2f}"))
                report.goal(f"{pair.work}, beside MLflow", at_most=pair.goal, found=ratio)
        # Nothing is waited for.
        million = {"stackkit": reading_a_million(tracker)}
        alone = take_turns(million, rounds=options.rounds or ROUNDS, clock=time.process_time)
        rows.append((f"read {MILLION:,} points, the processor's time", "", duration(alone.median("stackkit")), ""))
        report.goal(f"read {MILLION:,} points, seconds of the processor", at_most=1.0, found=alone.median("stackkit"))
        report.table(
            "The local experiment tracker, medians", ("", "mlflow-skinny, files", "stackkit", "ratio to mlflow-skinny"), rows
        )


if __name__ == "__main__":
    run("Local experiment tracker", __file__, measure, packages=("mlflow-skinny", "msgspec"))
