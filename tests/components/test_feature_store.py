"""Feature views: what one may be, and how all that is wrong with it is told."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast

import attrs
import pytest

from stackkit import FeatureView
from stackkit.components.feature_store import unknown_view
from stackkit.errors import ConfigurationError

VIEW = FeatureView("stats", {"id": "int64"}, {"rating": "float64"})


def test_its_columns_are_keys_features_and_times() -> None:
    assert VIEW.columns == ("id", "rating", "event_timestamp", "created")


def test_the_order_of_keys_and_features_does_not_tell_views_apart() -> None:
    one = FeatureView("a", {"x": "int64", "y": "string"}, {"p": "bool", "q": "bytes"})
    assert one == FeatureView("a", {"y": "string", "x": "int64"}, {"q": "bytes", "p": "bool"})
    assert one != attrs.evolve(one, ttl=timedelta(1))
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301 - made in this line


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "'' is no name of a feature view; use letters, digits and _"),
        ({"name": "a b"}, "'a b' is no name of a feature view; use letters, digits and _"),
        ({"name": "../a"}, "'../a' is no name of a feature view; use letters, digits and _"),
        ({"name": "é"}, "'é' is no name of a feature view; use letters, digits and _"),
        ({"entity_keys": {}}, 'stats: has no entity keys; give the column that tells entities apart: {"id": "int64"}'),
        ({"features": {}}, 'stats: has no features; give them with their types: {"rating": "float64"}'),
        ({"features": {"a:b": "bool"}}, "stats: 'a:b' is no name of a column; use text without : in it"),
        ({"features": {"": "bool"}}, "stats: '' is no name of a column; use text without : in it"),
        ({"features": {"a\n": "bool"}}, "stats: 'a\\n' is no name of a column; use text without : in it"),
        ({"entity_keys": {"id": "float64"}}, "stats.id: 'float64' is no type of it; use one of int64, string"),
        (
            {"features": {"x": "int32"}},
            "stats.x: 'int32' is no type of it; use one of bool, bytes, float64, int64, string",
        ),
        ({"ttl": timedelta(0)}, "stats.ttl: is no time to live; give more than nothing, or None for ever"),
    ],
)
def test_what_cannot_be_used_is_refused(change: Mapping[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        attrs.evolve(VIEW, **change)
    assert str(caught.value) == said


@pytest.mark.parametrize(
    "change",
    [
        {"features": {"id": "int64"}},
        {"features": {"event_timestamp": "int64"}},
        {"features": {"created": "int64"}},
        {"created_timestamp_column": "event_timestamp"},
        {"timestamp_field": "id"},
    ],
)
def test_two_columns_of_one_name_are_refused(change: Mapping[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=r"stats: has the column \w+ twice; call each column otherwise"):
        attrs.evolve(VIEW, **change)


def test_all_mistakes_are_told_at_once() -> None:
    wrong = cast("Any", {"x": "decimal"})  # what people write without a type checker
    with pytest.raises(ConfigurationError) as caught:
        FeatureView("a b", {}, wrong, ttl=timedelta(-1))
    assert [problem.where for problem in caught.value.problems] == ["", "a b", "a b.x", "a b.ttl"]


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (["driver_stats"], "there is no feature view driver_stat; did you mean driver_stats?"),
        (["zones", "apples"], "there is no feature view driver_stat; there are apples, zones"),
        ([], "there is no feature view driver_stat; there are none: apply one first"),
    ],
)
def test_an_unknown_view_is_told_with_what_there_is(known: list[str], said: str) -> None:
    assert str(unknown_view("driver_stat", known)) == said
