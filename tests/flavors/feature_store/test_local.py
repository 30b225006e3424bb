"""What holds for the local feature store beyond the laws of all: its files, its processes, its libraries."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import attrs
import polars as pl
import pytest

from stackkit import FeatureView
from stackkit.errors import ConfigurationError, FeatureStoreError, MissingExtraError
from stackkit.flavors.feature_store.local import LocalFeatureStore
from stackkit.testing.contracts.feature_store import at, columns, entities, row, write

WORKER = Path(__file__).with_name("worker.py")
RATING = ["driver_stats:rating"]


def start(store: LocalFeatureStore, driver: int, times: int) -> subprocess.Popen[str]:
    command = [sys.executable, str(WORKER), store.path, str(driver), str(times)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def ratings(store: LocalFeatureStore, *pairs: tuple[int, int]) -> list[object]:
    """The ratings of drivers at a number of seconds."""
    asked = entities((driver, at() + timedelta(seconds=second)) for driver, second in pairs)
    return columns(store.get_historical_features(asked, RATING))["rating"]


def online(store: LocalFeatureStore, *drivers: int) -> list[object]:
    return [*store.get_online_features([{"driver_id": driver} for driver in drivers], RATING)["rating"]]


def files(store: LocalFeatureStore) -> list[Path]:
    return sorted(Path(store.path).rglob("*.parquet"))


class TestConfiguration:
    def test_a_relative_path_is_made_absolute(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("HOME", "/home/ada")
        assert LocalFeatureStore(name="a", path="x/../features").path == str(tmp_path / "features")
        assert LocalFeatureStore(name="a", path="~/features").path == "/home/ada/features"

    @pytest.mark.parametrize("path", ["", "s3://bucket/features", "a\0b"])
    def test_what_is_no_path_of_a_folder_is_refused(self, path: str) -> None:
        with pytest.raises(ConfigurationError, match="is not a folder's path"):
            LocalFeatureStore(name="a", path=path)

    def test_the_folder_may_have_any_name(self, tmp_path: Path, view: FeatureView) -> None:
        store = LocalFeatureStore(name="a", path=str(tmp_path / "[a] *?\nß%20"))
        store.apply([view])
        for hour in range(3):
            write(store, view, row(1, at(hour), hour / 10))
        store.materialize_incremental(at(1))
        assert (ratings(store, (1, 0), (1, 7200)), online(store, 1)) == ([0.0, 0.2], [0.1])

    def test_looking_at_a_store_that_is_not_there_makes_nothing(self, tmp_path: Path) -> None:
        store = LocalFeatureStore(name="a", path=str(tmp_path / "features"))
        assert store.list_feature_views() == []
        assert not store.is_provisioned
        assert not Path(store.path).exists()

    def test_taking_it_down_keeps_the_features(self, store: LocalFeatureStore, view: FeatureView) -> None:
        write(store, view, row(1, at(), 0.5))
        store.deprovision()
        assert ratings(store, (1, 0)) == [0.5]


class TestProcesses:
    @pytest.mark.parametrize("lines", [1, 2, 5, 8, 11])
    def test_what_was_done_survives_a_kill_and_nothing_is_half_done(
        self, store: LocalFeatureStore, view: FeatureView, lines: int
    ) -> None:
        process = start(store, 1, 1000)
        assert process.stdout is not None
        said = [process.stdout.readline().split() for _ in range(lines)]
        process.kill()
        said += [line.split() for line in process.stdout.read().splitlines() if line]
        process.stdout.close()
        process.wait()
        wrote = max(int(number) for what, number in said if what == "wrote")
        materialized = max((int(number) for what, number in said if what == "online"), default=None)
        (one, other) = ratings(store, (1, 10**6), (0, 10**6))
        assert one == other
        assert one in (wrote, wrote + 1)
        (one, other) = online(store, 1, 0)
        assert one == other
        assert one in (materialized, 0 if materialized is None else materialized + 1)
        write(store, view, row(1, at(1), 7.0))
        store.materialize_incremental(at(1))
        assert online(store, 1, 0) == [7.0, *ratings(store, (0, 10**6))]

    def test_processes_that_write_and_materialize_at_once_lose_nothing(self, store: LocalFeatureStore) -> None:
        times, drivers = 8, (1, 2)
        processes = [start(store, driver, times) for driver in drivers]
        for process in processes:
            process.communicate()
            assert process.returncode == 0
        pairs = [(driver, second) for driver in drivers for second in range(times)]
        assert ratings(store, *pairs) == [second for _, second in pairs]
        assert len(files(store)) == len(drivers) * times
        assert online(store, 0, *drivers) == [times - 1] * 3
        assert store.materialized_until("driver_stats") == at() + timedelta(seconds=times - 1)

    def test_threads_share_a_store(self, store: LocalFeatureStore, view: FeatureView) -> None:
        def work(driver: int) -> list[object]:
            for second in range(3):
                write(store, view, row(driver, at() + timedelta(seconds=second), second))
                store.materialize_incremental(at() + timedelta(seconds=second), views=[view.name])
            return online(store, driver) + ratings(store, (driver, 1))

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(work, range(4))) == [[2.0, 1.0]] * 4


class TestFiles:
    def test_each_write_is_a_parquet_file_that_other_programs_read(self, store: LocalFeatureStore, view: FeatureView) -> None:
        write(store, view, row(1, at(), 0.5, trips=3))
        write(store, view, row(2, at(), 0.7))
        assert len(files(store)) == 2
        read = pl.concat([pl.read_parquet(file) for file in files(store)]).sort("driver_id")
        assert read.columns == list(view.columns)
        assert read.row(0) == (1, 0.5, 3, at(), at())

    def test_rows_that_are_refused_leave_no_file(self, store: LocalFeatureStore) -> None:
        with pytest.raises(ConfigurationError):
            store.write("driver_stats", entities([(1, at())]))
        assert files(store) == []

    def test_a_deleted_view_leaves_no_file(self, store: LocalFeatureStore, view: FeatureView) -> None:
        write(store, view, row(1, at(), 0.5))
        store.delete_feature_view(view.name)
        assert list((Path(store.path) / "offline").iterdir()) == []

    def test_what_a_killed_writer_left_is_cleared_away_when_it_is_old(
        self, store: LocalFeatureStore, view: FeatureView
    ) -> None:
        write(store, view, row(1, at(), 0.5))
        folder = files(store)[0].parent
        for name, age in (("old.parquet", 2 * 3600), ("young.parquet", 0)):
            (folder / name).touch()
            os.utime(folder / name, (time.time() - age, time.time() - age))
        write(store, view, row(1, at(1), 0.7))
        assert {file.name for file in files(store)} >= {"young.parquet"}
        assert not (folder / "old.parquet").exists()
        assert ratings(store, (1, 0), (1, 3600)) == [0.5, 0.7]

    def test_a_file_that_is_gone_or_damaged_is_told_in_a_line(self, store: LocalFeatureStore, view: FeatureView) -> None:
        write(store, view, row(1, at(), 0.5))
        (file,) = files(store)
        file.write_bytes(b"nothing")
        with pytest.raises(FeatureStoreError, match="its files cannot be read") as caught:
            ratings(store, (1, 0))
        assert str(caught.value).count("\n") == 0
        file.unlink()
        with pytest.raises(FeatureStoreError, match="its files cannot be read"):
            store.materialize_incremental(at())

    def test_a_folder_that_cannot_be_written_is_told_and_nothing_is_entered(
        self, store: LocalFeatureStore, view: FeatureView
    ) -> None:
        (Path(store.path) / "offline").touch()
        with pytest.raises(FeatureStoreError, match="cannot be written"):
            write(store, view, row(1, at(), 0.5))
        assert ratings(store, (1, 0)) == [None]


class TestChanges:
    def test_a_feature_that_was_removed_comes_back_with_its_type_alone(
        self, store: LocalFeatureStore, view: FeatureView
    ) -> None:
        write(store, view, row(1, at(), 0.5, trips=3))
        narrow = attrs.evolve(view, features={"rating": "float64"})
        store.apply([narrow])
        with pytest.raises(ConfigurationError, match=r"driver_stats.trips: was written as int64, not string"):
            store.apply([attrs.evolve(view, features={"rating": "float64", "trips": "string"})])
        store.materialize_incremental(at())
        store.apply([view])
        answer = store.get_historical_features(entities([(1, at())]), ["driver_stats:trips"])
        assert columns(answer)["trips"] == [3]

    def test_a_feature_that_comes_back_is_put_online_again(self, store: LocalFeatureStore, view: FeatureView) -> None:
        write(store, view, row(1, at(), 0.5, trips=3))
        store.apply([attrs.evolve(view, features={"rating": "float64"})])
        store.materialize_incremental(at())
        store.apply([view])
        store.materialize_incremental(at())
        assert store.get_online_features([{"driver_id": 1}], ["driver_stats:trips"])["trips"] == [3]

    def test_of_rows_that_are_alike_the_one_that_was_written_last_counts(
        self, store: LocalFeatureStore, view: FeatureView
    ) -> None:
        write(store, view, row(1, at(), 0.1), row(1, at(), 0.2))
        store.materialize_incremental(at())
        assert (ratings(store, (1, 0)), online(store, 1)) == ([0.2], [0.2])
        write(store, view, row(1, at(), 0.3))
        store.materialize_incremental(at())
        assert (ratings(store, (1, 0)), online(store, 1)) == ([0.3], [0.3])


class TestLibraries:
    @pytest.mark.parametrize("absent", ["polars", "pyarrow"])
    def test_a_library_that_is_absent_is_told_with_its_extra(
        self, store: LocalFeatureStore, view: FeatureView, absent: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = entities([(1, at())])
        monkeypatch.setitem(sys.modules, absent, None)
        message = rf"{absent} is not installed; pip install 'stackkit\[features\]'"
        with pytest.raises(MissingExtraError, match=message):
            store.write(view.name, asked)
        with pytest.raises(MissingExtraError, match=message):
            store.get_historical_features(asked, RATING)

    def test_online_features_need_neither_polars_nor_pyarrow(self, store: LocalFeatureStore, view: FeatureView) -> None:
        write(store, view, row(1, at(), 0.5))
        store.materialize_incremental(at())
        program = f"""
import sys
from stackkit.flavors.feature_store.local import LocalFeatureStore
store = LocalFeatureStore(name="features", path={store.path!r})
print(store.get_online_features([{{"driver_id": 1}}], {RATING!r}), store.list_feature_views()[0].name)
print({{"polars", "pyarrow"}} & set(sys.modules))
"""
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert done.stdout == "{'driver_id': [1], 'rating': [0.5]} driver_stats\nset()\n"
