"""A process beside the tests that logs: `worker.py FOLDER RUN DOING WHO COUNT`; it tells each step once it is done."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

from stackkit import MetricPoint
from stackkit.flavors.experiment_tracker.local import LocalExperimentTracker


def tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    folder, run_id, doing, who, count = sys.argv[1:]
    tracker = LocalExperimentTracker(name=who, path=folder)
    work: Mapping[str, Callable[[int], object]] = {
        "metrics": lambda number: tracker.log_metrics(run_id, {"shared": float(number), f"own-{who}": float(number)}),
        "batches": lambda number: tracker.log_batch(run_id, [MetricPoint("batched", float(number))] * 500),
        "notes": lambda number: tracker.log_params(run_id, {f"{who}-{number}": number}),
        "runs": lambda number: tracker.start_run("begun", name=f"{who}-{number}"),
    }
    tell("ready")
    sys.stdin.readline()
    for number in range(int(count)):
        work[doing](number)
        tell(str(number))


if __name__ == "__main__":
    main()
