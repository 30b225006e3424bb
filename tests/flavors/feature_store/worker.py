"""A process that uses a feature store until it is done or killed: `worker.py FOLDER DRIVER TIMES`.

Each turn it writes a row for its driver and one for driver 0, both with the number of the turn, and materializes. It prints
`wrote N` and `online N` when the store has returned.
"""

from __future__ import annotations

import sys
from datetime import timedelta

from stackkit.flavors.feature_store.local import LocalFeatureStore
from stackkit.testing.contracts.feature_store import STATS, at, row, write


def main(folder: str, driver: int, times: int) -> None:
    """Write and materialize."""
    store = LocalFeatureStore(name="features", path=folder)
    for turn in range(times):
        now = at() + timedelta(seconds=turn)
        write(store, STATS, row(driver, now, turn, created=at()), row(0, now, turn, created=at() + timedelta(seconds=driver)))
        print("wrote", turn, flush=True)  # noqa: T201 - whoever started this reads it
        store.materialize_incremental(now)
        print("online", turn, flush=True)  # noqa: T201 - the same


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
