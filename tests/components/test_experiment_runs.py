from __future__ import annotations

from array import array
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackkit import MetricHistory, MetricPoint
from stackkit.components.experiment_runs import (
    from_milliseconds,
    name_problems,
    param_problems,
    point_problems,
    status_after,
    tag_problems,
    to_milliseconds,
)
from stackkit.errors import ConfigurationError


@given(moment=st.datetimes(datetime(1960, 1, 1), datetime(2500, 1, 1), timezones=st.timezones()))  # noqa: DTZ001 - asked for so
def test_moments_are_told_to_the_millisecond(moment: datetime) -> None:
    back = from_milliseconds(to_milliseconds(moment))
    assert timedelta(0) <= moment.astimezone(UTC) - back < timedelta(milliseconds=1)
    assert back.tzinfo is UTC


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="has no time zone"):
        to_milliseconds(datetime(2026, 1, 1))  # noqa: DTZ001 - it is refused


def test_a_history_is_as_long_as_its_columns_and_tells_its_times() -> None:
    history = MetricHistory(array("q", [0, 1]), array("q", [0, 86_400_000]), array("d", [1.0, 2.0]))
    assert len(history) == 2
    assert history.times() == [datetime(1970, 1, 1, tzinfo=UTC), datetime(1970, 1, 2, tzinfo=UTC)]
    assert history == MetricHistory(array("q", [0, 1]), array("q", [0, 86_400_000]), array("d", [1.0, 2.0]))


@pytest.mark.parametrize("name", ["loss", "val/loss", "é", "..", " ", "x" * 250])
def test_names_that_can_be_printed_are_names(name: str) -> None:
    assert list(name_problems("metric", [name])) == []


@pytest.mark.parametrize("name", ["", "x" * 251, "a\n", "\0", "\ud800", 5, None])
def test_other_names_are_told(name: object) -> None:
    [problem] = name_problems("metric", ["fine", name])
    assert str(problem).startswith("metric ")
    assert str(problem).isprintable()


def test_all_mistakes_of_parameters_tags_and_points_are_told_at_once() -> None:
    params = {"": 1, "list": [1], "text": "\ud800", "long": 2**2000, "fine": None}
    assert [problem.where for problem in param_problems(params)] == [
        "parameter ''",
        "parameter 'list'",
        "parameter 'text'",
        "parameter 'long'",
    ]
    assert [problem.where for problem in tag_problems({"a\n": "b", "by": 5})] == [r"tag 'a\n'", "tag 'by'"]
    points = [
        MetricPoint("loss", 1.0, 2**63),
        MetricPoint("", 1.0),
        MetricPoint("time", 1.0, timestamp=datetime(2026, 1, 1)),  # noqa: DTZ001 - it is refused
        MetricPoint("large", 10**400),
        MetricPoint("fine", 1, 5, datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=1)))),
    ]
    assert sorted(problem.where for problem in point_problems(points)) == [
        "metric ''",
        "metric 'large'",
        "metric 'loss'",
        "metric 'time'",
    ]


def test_numbers_of_other_libraries_are_values_and_steps() -> None:
    import numpy as np

    half: Any = np.float32(0.5)  # is a number by its __float__ alone
    three: Any = np.int64(3)
    assert list(point_problems([MetricPoint("loss", half, three)])) == []


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ValueError(), "failed"),
        (SystemExit(0), "finished"),
        (SystemExit(), "finished"),
        (SystemExit(2), "failed"),
        (SystemExit("why"), "failed"),
        (KeyboardInterrupt(), "killed"),
        (GeneratorExit(), "killed"),
    ],
)
def test_how_a_block_ends_says_how_its_run_ends(error: BaseException, status: str) -> None:
    assert status_after(error) == status
