"""Laws of metrics: points over steps and times, read as columns."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Generic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackkit import MetricHistory, MetricPoint
from stackkit.components.experiment_runs import to_milliseconds
from stackkit.errors import ConfigurationError, MetricNotFoundError
from stackkit.testing.contracts.component import few
from stackkit.testing.contracts.experiment_tracker.values import (
    BAD_NAMES,
    FINITE,
    NAMES,
    ODD_NAMES,
    STEPS,
    T,
    TrackerLaws,
    bits,
    fresh,
)

_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - it is asked for so
NO_NUMBERS = ("0.5", None, [1.0], b"1", 10**400, 1j)


def rows(history: MetricHistory) -> list[tuple[int, int, bytes]]:
    """The points of a history, in a form that is equal for equal bits only."""
    packed = (struct.pack("<d", value) for value in history.value)
    return list(zip(history.step, history.timestamp, packed, strict=True))


class MetricLaws(TrackerLaws[T], Generic[T]):
    """The laws of `log_metrics`, `log_batch` and `get_metric_history`."""

    @few
    @given(values=st.dictionaries(NAMES, FINITE, min_size=1, max_size=5))
    def test_values_are_read_to_the_bit(self, component: T, values: dict[str, float]) -> None:
        run_id = component.start_run(fresh())
        component.log_metrics(run_id, values)
        assert bits(component.replace().get_run(run_id).metrics) == bits(values)
        for name, value in values.items():
            assert [row[2] for row in rows(component.get_metric_history(run_id, name))] == [struct.pack("<d", value)]

    @pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
    def test_values_that_are_infinite_or_no_number_are_kept_or_refused(self, component: T, value: float) -> None:
        run_id = component.start_run(fresh())
        component.log_metrics(run_id, {"loss": 0.5})
        try:
            component.log_metrics(run_id, {"loss": value})
        except ConfigurationError:
            assert list(component.get_metric_history(run_id, "loss").value) == [0.5]
            return
        component.log_metrics(run_id, {"loss": 0.25})
        assert repr(list(component.get_metric_history(run_id, "loss").value)) == repr([0.5, value, 0.25])
        component.log_metrics(run_id, {"loss": value})
        assert repr(component.get_run(run_id).metrics) == repr({"loss": value})

    @pytest.mark.parametrize("value", [1, True, 0, 2**53])
    def test_whole_numbers_are_values_too(self, component: T, value: float) -> None:
        run_id = component.start_run(fresh())
        component.log_metrics(run_id, {"count": value})
        assert bits(component.get_run(run_id).metrics) == bits({"count": float(value)})

    @pytest.mark.parametrize("value", NO_NUMBERS, ids=lambda value: repr(value)[:20])
    def test_what_is_no_number_is_refused_and_nothing_written(self, component: T, value: Any) -> None:
        run_id = component.start_run(fresh())
        with pytest.raises(ConfigurationError, match="loss"):
            component.log_metrics(run_id, {"fine": 1.0, "loss": value})
        with pytest.raises(ConfigurationError, match="loss"):
            component.log_batch(run_id, [MetricPoint("fine", 1.0), MetricPoint("loss", value)])
        assert component.get_run(run_id).metrics == {}

    @pytest.mark.parametrize("step", [2**63, -(2**63) - 1, "1", 0.5])
    def test_what_is_no_step_is_refused_and_nothing_written(self, component: T, step: Any) -> None:
        run_id = component.start_run(fresh())
        with pytest.raises(ConfigurationError, match="loss"):
            component.log_metrics(run_id, {"loss": 0.5}, step=step)
        assert component.get_run(run_id).metrics == {}

    @pytest.mark.parametrize("name", BAD_NAMES)
    def test_what_is_no_name_of_a_metric_is_refused(self, component: T, name: str) -> None:
        run_id = component.start_run(fresh())
        with pytest.raises(ConfigurationError):
            component.log_metrics(run_id, {"fine": 1.0, name: 1.0})
        assert component.get_run(run_id).metrics == {}

    @pytest.mark.parametrize("name", ODD_NAMES)
    def test_an_odd_name_of_a_metric_is_kept_or_refused(self, component: T, name: str) -> None:
        run_id = component.start_run(fresh())
        component.log_metrics(run_id, {"other": 1.0})
        try:
            component.log_metrics(run_id, {name: 2.0})
        except ConfigurationError:
            assert component.get_run(run_id).metrics == {"other": 1.0}
            return
        component.log_metrics(run_id, {name: 3.0})
        assert component.get_run(run_id).metrics == {"other": 1.0, name: 3.0}
        assert list(component.get_metric_history(run_id, name).value) == [2.0, 3.0]

    def test_points_without_a_step_follow_the_last_one(self, component: T) -> None:
        run_id = component.start_run(fresh())
        component.log_metrics(run_id, {"loss": 4.0})
        component.log_metrics(run_id, {"loss": 3.0, "accuracy": 0.1})
        component.log_metrics(run_id, {"loss": 2.0}, step=7)
        component.log_metrics(run_id, {"loss": 1.0})
        component.log_batch(run_id, [MetricPoint("loss", 0.5), MetricPoint("loss", 0.25)])
        assert list(component.get_metric_history(run_id, "loss").step) == [0, 1, 7, 8, 9, 10]
        assert list(component.get_metric_history(run_id, "loss").value) == [4.0, 3.0, 2.0, 1.0, 0.5, 0.25]
        assert list(component.get_metric_history(run_id, "accuracy").step) == [0]

    @few
    @given(points=st.lists(st.tuples(STEPS, _MOMENTS, FINITE), min_size=1, max_size=8, unique_by=lambda row: row[0]))
    def test_points_are_sorted_by_step(self, component: T, points: Sequence[tuple[int, datetime, float]]) -> None:
        run_id = component.start_run(fresh())
        for step, moment, value in points:
            component.log_metrics(run_id, {"loss": value}, step=step, timestamp=moment)
        expected = sorted((step, to_milliseconds(moment), struct.pack("<d", value)) for step, moment, value in points)
        assert rows(component.get_metric_history(run_id, "loss")) == expected

    def test_points_of_one_step_are_sorted_by_time(self, component: T) -> None:
        run_id = component.start_run(fresh())
        for seconds in (3, 1, 2):
            moment = _BEGIN + timedelta(seconds=seconds)
            component.log_metrics(run_id, {"loss": float(seconds)}, step=5, timestamp=moment)
        history = component.get_metric_history(run_id, "loss")
        assert list(history.step) == [5, 5, 5]
        assert list(history.value) == [1.0, 2.0, 3.0]

    def test_the_last_value_is_that_of_the_last_step(self, component: T) -> None:
        run_id = component.start_run(fresh())
        for step in (0, 1, 9, 10, 11):
            component.log_metrics(run_id, {"loss": -float(step)}, step=step)
        assert component.get_run(run_id).metrics == {"loss": -11.0}

    def test_a_point_has_its_time_to_the_millisecond(self, component: T) -> None:
        run_id = component.start_run(fresh())
        east = timezone(timedelta(hours=5))
        component.log_metrics(run_id, {"loss": 1.0}, timestamp=datetime(2026, 5, 1, 12, 0, 0, 123456, tzinfo=east))
        history = component.get_metric_history(run_id, "loss")
        assert history.times() == [datetime(2026, 5, 1, 7, 0, 0, 123000, tzinfo=UTC)]
        assert list(history.timestamp) == [to_milliseconds(history.times()[0])]

    def test_a_point_is_measured_now_by_default(self, component: T) -> None:
        run_id = component.start_run(fresh())
        before = to_milliseconds(None)
        component.log_metrics(run_id, {"loss": 1.0})
        assert before <= component.get_metric_history(run_id, "loss").timestamp[0] <= to_milliseconds(None)

    def test_a_time_without_a_zone_is_refused(self, component: T) -> None:
        run_id = component.start_run(fresh())
        with pytest.raises(ConfigurationError, match="time zone"):
            component.log_metrics(run_id, {"loss": 1.0}, timestamp=datetime(2026, 1, 1))  # noqa: DTZ001 - it is refused
        assert component.get_run(run_id).metrics == {}

    def test_a_batch_is_as_good_as_one_call_for_each_point(self, component: T) -> None:
        one, other = component.start_run(fresh()), component.start_run(fresh())
        names = ("loss", "val/loss", "Accuracy")
        points = [
            MetricPoint(name, number / 7, number * 3, _BEGIN + timedelta(seconds=number))
            for number in range(20)
            for name in names
        ]
        component.log_batch(one, points)
        for point in points:
            component.log_metrics(other, {point.name: point.value}, step=point.step, timestamp=point.timestamp)
        for name in names:
            assert rows(component.get_metric_history(one, name)) == rows(component.get_metric_history(other, name))
        assert component.get_run(one).metrics == component.get_run(other).metrics
        component.log_batch(one, [])
        assert len(component.get_metric_history(one, "loss")) == 20

    def test_many_points_are_read_as_columns(self, component: T) -> None:
        run_id = component.start_run(fresh())
        count = 5_000
        for begin in range(0, count, 1_000):
            steps = range(begin, begin + 1_000)
            component.log_batch(run_id, [MetricPoint("loss", 1 / (step + 1), step, _BEGIN) for step in steps])
        history = component.get_metric_history(run_id, "loss")
        assert len(history) == count
        assert list(history.step) == list(range(count))
        assert list(history.value) == [1 / (step + 1) for step in range(count)]
        for column, kind in ((history.step, "q"), (history.timestamp, "q"), (history.value, "d")):
            with memoryview(column) as view:
                assert (view.format, view.itemsize, view.contiguous, len(view)) == (kind, 8, True, count)

    def test_a_metric_that_was_never_logged_is_told(self, component: T) -> None:
        run_id = component.start_run(fresh())
        for _ in range(2):
            for name in ("los", "../loss", "", "Loss"):
                with pytest.raises(MetricNotFoundError):
                    component.get_metric_history(run_id, name)
            component.log_metrics(run_id, {"loss": 1.0})
