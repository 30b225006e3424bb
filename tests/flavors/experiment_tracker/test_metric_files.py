from __future__ import annotations

import math
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackkit.components.experiment_runs import MetricHistory
from stackkit.errors import ConfigurationError, TrackingError
from stackkit.flavors.experiment_tracker import metric_files
from stackkit.flavors.experiment_tracker.metric_files import append_points, last_value, read_history

int64 = st.integers(-(2**63), 2**63 - 1)
rows = st.lists(st.tuples(int64, int64, st.floats()), min_size=1, max_size=30)


def told(history: MetricHistory) -> list[tuple[int, int, str]]:
    return list(zip(history.step, history.timestamp, map(repr, history.value), strict=True))


@given(points=rows, chunk=st.integers(120, 400))
def test_points_are_read_back_sorted_whatever_they_are(
    points: list[tuple[int, int, float]], chunk: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = str(tmp_path_factory.mktemp("metrics") / "loss.csv")
    half = len(points) // 2
    append_points(path, "loss", points[:half])
    append_points(path, "loss", points[half:])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(metric_files, "_CHUNK", chunk)
        history = read_history(path)
    expected = sorted(points, key=lambda point: point[:2])
    assert told(history) == [(step, time, repr(value)) for step, time, value in expected]
    assert repr(last_value(path)) == repr(("loss", points[-1][2]))


@given(value=st.floats(allow_nan=False))
def test_values_are_kept_to_the_bit(value: float, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = str(tmp_path_factory.mktemp("metrics") / "loss.csv")
    append_points(path, "loss", [(0, 0, value)])
    [read] = read_history(path).value
    assert struct.pack("<d", read) == struct.pack("<d", value)


@pytest.mark.parametrize("name", ["loss", 'say "hi"', "a,b", "#torn", "step,timestamp,", "é" * 250, '"'])
def test_the_heading_names_the_metric(tmp_path: Path, name: str) -> None:
    path = str(tmp_path / "metric.csv")
    append_points(path, name, [(None, 0, 0.5), (None, 0, 0.25)])
    assert last_value(path) == (name, 0.25)
    assert list(read_history(path).value) == [0.5, 0.25]


def test_a_metric_of_not_a_number_alone_is_read(tmp_path: Path) -> None:
    path = str(tmp_path / "metric.csv")
    append_points(path, "loss", [(None, 5, value) for value in (math.nan, math.inf, -math.inf, 1e-300)])
    assert list(map(repr, read_history(path).value)) == ["nan", "inf", "-inf", "1e-300"]


def test_there_is_no_step_after_the_last_one_there_can_be(tmp_path: Path) -> None:
    path = str(tmp_path / "metric.csv")
    append_points(path, "loss", [(2**63 - 1, 0, 0.5)])
    with pytest.raises(ConfigurationError, match="has no next step"):
        append_points(path, "loss", [(5, 0, 0.5), (2**63 - 1, 0, 0.5), (None, 0, 0.25)])
    assert list(read_history(path).value) == [0.5]


def test_there_is_no_step_after_a_line_that_is_no_point(tmp_path: Path) -> None:
    path = tmp_path / "metric.csv"
    path.write_text('step,timestamp,"loss"\nnonsense\n', encoding="utf-8")
    with pytest.raises(TrackingError, match="has a line that is no point"):
        append_points(str(path), "loss", [(None, 0, 0.5)])
    with pytest.raises(TrackingError, match="has a line that is no point"):
        last_value(str(path))
