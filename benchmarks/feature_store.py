"""How the local feature store compares with Feast's local provider: the as-of join, materializing, and online reads.

Feast is large and wants its own versions of much: it has a virtual environment of its own, `build/feast`, which is made when it
is not there. The whole benchmark runs in it, so that both sides are in one process.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import venv
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from harness.report import Report
from harness.script import Options, run
from harness.timing import Side, duration, take_turns
from stackkit import FeatureView
from stackkit.flavors.feature_store.local import LocalFeatureStore

ROOT = Path(__file__).parents[1]
FEAST = "feast==0.67.*"
ROUNDS = 7
FEATURES = [f"feature_{number}" for number in range(5)]
NAMES = [f"driver_stats:{name}" for name in FEATURES]
TTL = timedelta(days=7)
SPAN = 14 * 24 * 3600  # seconds that the events are spread over
MOST_SECONDS = 0.01  # for the features of a thousand entities


class Size(NamedTuple):
    """How much there is.

    Args:
        entities: How many entities.
        rows: How many rows of features.
        asked: How many rows the table of entities has.
        rounds: How many turns the join has.
    """

    entities: int
    rows: int
    asked: int
    rounds: int


SIZES = (Size(1_000, 10_000, 1_000, ROUNDS), Size(100_000, 1_000_000, 100_000, 3))


class Data(NamedTuple):
    """What both sides are given, as pandas dataframes: the rows of features, and entities with times."""

    rows: Any
    asked: Any
    end: datetime


def enter_own_environment() -> None:
    """Go on in the environment that has Feast."""
    os.environ["FEAST_USAGE"] = "False"
    if find_spec("feast") is not None:
        return
    folder = ROOT / "build" / "feast"
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    if subprocess.run([str(python), "-c", "import feast, polars, stackkit"], capture_output=True, check=False).returncode:
        print(f"installing {FEAST} into {folder}, half a gigabyte")
        pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", FEAST, "-e", f"{ROOT}[features]"]
        if subprocess.run(pip, check=False).returncode:
            raise SystemExit(f"Feast cannot be installed into {folder}: see above")
    os.execv(python, [str(python), *sys.argv])  # noqa: S606 - the same script, in the other environment


def data_of(size: Size) -> Data:
    """Rows and entities at random times, some of them too old."""
    np: Any = import_module("numpy")
    pd: Any = import_module("pandas")

    random = np.random.default_rng(7)
    end = datetime.now(UTC).replace(microsecond=0)

    def times(count: int, zone: str) -> Any:
        seconds = pd.to_timedelta(random.integers(0, SPAN, count), unit="s")
        return (pd.Timestamp(end) - seconds).tz_convert(zone)

    rows: dict[str, Any] = {"driver_id": random.integers(0, size.entities, size.rows)}
    rows |= {name: random.random(size.rows) for name in FEATURES}
    rows |= {"event_timestamp": times(size.rows, "UTC"), "created": np.arange(size.rows).astype("datetime64[s]")}
    frame = pd.DataFrame(rows)
    frame["created"] = frame["created"].dt.tz_localize("UTC")
    asked = {"driver_id": random.integers(0, size.entities, size.asked), "row": np.arange(size.asked)}
    return Data(frame, pd.DataFrame(asked | {"event_timestamp": times(size.asked, "UTC")}), end)


def feast_store(folder: Path, data: Data) -> Any:
    """A store of Feast with the rows in a Parquet file, and its online features in SQLite."""
    feast, kinds = import_module("feast"), import_module("feast.types")
    data.rows.to_parquet(folder / "rows.parquet")
    source = feast.FileSource(
        path=str(folder / "rows.parquet"), timestamp_field="event_timestamp", created_timestamp_column="created"
    )
    driver = feast.Entity(name="driver", join_keys=["driver_id"], value_type=feast.ValueType.INT64)
    schema = [feast.Field(name="driver_id", dtype=kinds.Int64)]
    schema += [feast.Field(name=name, dtype=kinds.Float64) for name in FEATURES]
    view = feast.FeatureView(name="driver_stats", entities=[driver], ttl=TTL, schema=schema, source=source)
    config = feast.RepoConfig(
        project="benchmark",
        provider="local",
        registry=str(folder / "registry.db"),
        online_store={"type": "sqlite", "path": str(folder / "online.db")},
        entity_key_serialization_version=3,
    )
    store = feast.FeatureStore(config=config)
    store.apply([driver, view])
    return store


def our_store(folder: Path, data: Data) -> LocalFeatureStore:
    """A local store with the same rows."""
    store = LocalFeatureStore(name="benchmark", path=str(folder / "features"))
    store.apply([FeatureView("driver_stats", {"driver_id": "int64"}, dict.fromkeys(FEATURES, "float64"), ttl=TTL)])
    store.write("driver_stats", data.rows)
    return store


def check(holds: bool, otherwise: str) -> None:
    """Stop where the two sides do not do the same work."""
    if not holds:
        raise SystemExit(otherwise)


class Pair(NamedTuple):
    """The same work done by both."""

    work: str
    goal: float
    feast: Side
    ours: Side
    rounds: int = ROUNDS


def joined(theirs: Any, ours: LocalFeatureStore, data: Data, size: Size) -> Pair:
    """The as-of join, from a pandas dataframe to one."""
    import pyarrow as pa

    def feast() -> Any:
        return theirs.get_historical_features(entity_df=data.asked, features=NAMES).to_df()

    def stackkit() -> Any:
        answer: Any = pa.table(ours.get_historical_features(data.asked, NAMES))
        return answer.to_pandas()

    found = stackkit().set_index("row")[FEATURES]
    expected = feast().set_index("row")[FEATURES].reindex(found.index)
    check(expected.equals(found), "the values of the two differ")
    known = found[FEATURES[0]].notna().sum()
    check(0 < known < size.asked, "all rows are known, or none is")
    return Pair(f"the as-of join of {size.asked:,} rows with {size.rows:,}", 0.5, feast, stackkit, size.rounds)


def online(theirs: Any, ours: LocalFeatureStore, data: Data, counts: Sequence[int]) -> list[Pair]:
    """Reading the features of some entities."""
    theirs.materialize(data.end - 2 * TTL - timedelta(days=1), data.end)
    ours.materialize_incremental(data.end)
    pairs: list[Pair] = []
    for count in counts:
        rows: list[dict[str, int]] = [{"driver_id": int(driver)} for driver in data.asked["driver_id"][:count]]

        def feast(rows: list[dict[str, int]] = rows) -> Mapping[str, Any]:
            found: Mapping[str, Any] = theirs.get_online_features(features=NAMES, entity_rows=rows).to_dict()
            return found

        def stackkit(rows: list[dict[str, int]] = rows) -> Mapping[str, Any]:
            return ours.get_online_features(rows, NAMES)

        expected, found = feast(), stackkit()
        for name in ("driver_id", *FEATURES):
            both = zip(expected[name], found[name], strict=True)
            check(all(mine in (value, None) for value, mine in both), "the values of the two differ online")
        check(found[FEATURES[0]] != [None] * count, "nothing is known online")
        kind, goal = ("entity", 1.0) if count == 1 else ("entities", 0.5)
        pairs.append(Pair(f"online features of {count:,} {kind}", goal, feast, stackkit))
    return pairs


def materialized(theirs: Any, ours: LocalFeatureStore, data: Data, size: Size) -> Pair:
    """All entities put online."""
    start = data.end - 2 * TTL - timedelta(days=1)

    def feast() -> None:
        theirs.materialize(start, data.end)

    def stackkit() -> None:
        ours.materialize(start, data.end)

    return Pair(f"putting {size.entities:,} entities online, of {size.rows:,} rows", 0.5, feast, stackkit, 3)


def quietly(side: Side) -> Side:
    """Without what Feast prints as it materializes."""

    def call() -> object:
        sys.stdout.flush()
        sys.stderr.flush()
        kept = [os.dup(number) for number in (1, 2)]
        with Path(os.devnull).open("wb") as nowhere:
            for number in (1, 2):
                os.dup2(nowhere.fileno(), number)
            try:
                return side()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                for number, copy in zip((1, 2), kept, strict=True):
                    os.dup2(copy, number)
                    os.close(copy)

    return call


def pairs_of(folder: Path, size: Size) -> list[Pair]:
    """All work with so many rows."""
    folder.mkdir()
    data = data_of(size)
    theirs, ours = feast_store(folder, data), our_store(folder, data)
    found = [joined(theirs, ours, data, size)]
    if size is SIZES[0]:
        quietly(lambda: found.extend(online(theirs, ours, data, (1, 100, 1_000))))()
        found.append(materialized(theirs, ours, data, size))
    return found


def measure(report: Report, options: Options) -> None:
    """Compare the two, and hold the online reads against their bound."""
    report.text(
        "Both sides are in one process, read the same rows, and give the same values, which is checked first. Feast has its "
        "local provider: Parquet, read by Dask, and SQLite. Its answers are in another order than the rows that are asked for, "
        "and leave out those of which all that is known is too old; online it gives that, too. stackkit copies rows into its "
        "folder, Feast leaves them where they are: this is not counted. Processor time, but for putting online, which waits "
        "for the disk."
    )
    rows: list[tuple[str, str, str, str]] = []
    with TemporaryDirectory(dir=options.folder) as name:
        for number, size in enumerate(SIZES):
            for pair in pairs_of(Path(name) / str(number), size):
                clock = time.perf_counter if pair.work.startswith("putting") else time.process_time
                sides = {"Feast": quietly(pair.feast), "stackkit": quietly(pair.ours)}
                found = take_turns(sides, rounds=options.rounds or pair.rounds, clock=clock)
                ratio = found.ratio("stackkit", "Feast")
                report.goal(f"{pair.work}, beside Feast", at_most=pair.goal, found=ratio)
                rows.append((pair.work, duration(found.median("Feast")), duration(found.median("stackkit")), f"{ratio:.3f}"))
                if pair.work.startswith("online features of 1,000 "):
                    seconds = found.median("stackkit")
                    report.goal("online features of 1,000 entities, in ms", at_most=MOST_SECONDS * 1e3, found=seconds * 1e3)
    report.table("The same work, medians", ("", "Feast", "stackkit", "ratio"), rows)


if __name__ == "__main__":
    enter_own_environment()
    run("Feature store", __file__, measure, packages=("feast", "polars", "pandas"))
