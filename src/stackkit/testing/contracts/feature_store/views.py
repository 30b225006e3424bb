"""Laws of feature views: what can be registered, changed and removed, and which rows they take."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final, Generic

import attrs
import pytest

from stackkit import FeatureView, StackkitError
from stackkit.errors import ConfigurationError, FeatureNotFoundError
from stackkit.testing.contracts.feature_store.rows import STATS, FeatureLaws, S, at, columns, entities, row, table, write

EVERY_TYPE: Final = FeatureView(
    "every_type",
    {"city": "string", "zone": "int64"},
    {"open": "bool", "image": "bytes", "share": "float64", "count": "int64", "mayor": "string"},
    description="One feature of each type.",
)
"""A view with a key of two columns."""

RIGHT: Final[Mapping[str, Sequence[object]]] = {
    "driver_id": [1],
    "rating": [0.5],
    "trips": [3],
    "event_timestamp": [at()],
    "created": [at()],
}
KINDS: Final = {
    "driver_id": "int64",
    "rating": "float64",
    "trips": "int64",
    "event_timestamp": "time",
    "created": "time",
}


class ViewLaws(FeatureLaws[S], Generic[S]):
    """The laws of `apply`, of asking for views, and of `write`."""

    def test_a_new_store_has_no_feature_views(self, component: S) -> None:
        assert component.list_feature_views() == []

    def test_applied_views_are_listed_by_name_as_they_were_given(self, component: S) -> None:
        component.apply([EVERY_TYPE, STATS])
        assert component.list_feature_views() == [STATS, EVERY_TYPE]
        assert component.get_feature_view("every_type") == EVERY_TYPE

    def test_another_object_of_the_same_configuration_has_the_same_views_and_features(self, component: S) -> None:
        component.apply([STATS])
        write(component, STATS, row(1, at(), 0.5))
        twin = component.replace()
        assert twin.list_feature_views() == [STATS]
        answer = twin.get_historical_features(entities([(1, at())]), ["driver_stats:rating"])
        assert columns(answer)["rating"] == [0.5]

    def test_applying_again_changes_nothing(self, component: S) -> None:
        component.apply([STATS])
        write(component, STATS, row(1, at(), 0.5))
        component.apply([STATS])
        assert component.list_feature_views() == [STATS]
        answer = component.get_historical_features(entities([(1, at())]), ["driver_stats:rating"])
        assert columns(answer)["rating"] == [0.5]

    def test_a_new_time_to_live_holds_for_what_is_there(self, component: S) -> None:
        component.apply([STATS])
        write(component, STATS, row(1, at(), 0.5))
        component.apply([attrs.evolve(STATS, ttl=timedelta(hours=1))])
        answer = component.get_historical_features(entities([(1, at(1)), (1, at(1.5))]), ["driver_stats:rating"])
        assert columns(answer)["rating"] == [0.5, None]

    def test_a_feature_that_is_added_is_null_in_older_rows(self, component: S) -> None:
        component.apply([STATS])
        write(component, STATS, row(1, at(), 0.5))
        wider = attrs.evolve(STATS, features={**STATS.features, "late": "bool"})
        component.apply([wider])
        write(component, wider, {**row(2, at(), 0.7), "late": True})
        wanted = ["driver_stats:rating", "driver_stats:late"]
        answer = columns(component.get_historical_features(entities([(1, at()), (2, at())]), wanted))
        assert (answer["rating"], answer["late"]) == ([0.5, 0.7], [None, True])

    def test_what_rows_rest_on_cannot_be_changed_and_nothing_else_is_then(self, component: S) -> None:
        component.apply([STATS])
        other = attrs.evolve(STATS, name="other")
        for changed in (
            attrs.evolve(STATS, entity_keys={"driver_id": "string"}),
            attrs.evolve(STATS, entity_keys={"driver_id": "int64", "city": "string"}),
            attrs.evolve(STATS, features={"rating": "string", "trips": "int64"}),
            attrs.evolve(STATS, timestamp_field="when"),
        ):
            with pytest.raises(ConfigurationError):
                component.apply([other, changed])
            assert component.list_feature_views() == [STATS]

    def test_two_views_of_one_name_are_refused(self, component: S) -> None:
        with pytest.raises(ConfigurationError):
            component.apply([STATS, attrs.evolve(STATS, ttl=None)])
        assert component.list_feature_views() == []

    def test_a_deleted_view_takes_its_rows_with_it(self, component: S) -> None:
        component.apply([STATS, EVERY_TYPE])
        write(component, STATS, row(1, at(), 0.5))
        component.materialize_incremental(at(1))
        component.delete_feature_view("driver_stats")
        assert component.list_feature_views() == [EVERY_TYPE]
        component.apply([attrs.evolve(STATS, ttl=None)])
        assert component.materialized_until("driver_stats") is None
        answer = component.get_historical_features(entities([(1, at())]), ["driver_stats:rating"])
        assert columns(answer)["rating"] == [None]
        component.materialize_incremental(at(1))
        assert component.get_online_features([{"driver_id": 1}], ["driver_stats:rating"])["rating"] == [None]

    def test_a_view_that_is_not_there_is_told_by_every_method(self, component: S) -> None:
        component.apply([STATS])
        for call in (
            lambda: component.get_feature_view("driver_stat"),
            lambda: component.delete_feature_view("driver_stat"),
            lambda: component.write("driver_stat", table(RIGHT, KINDS)),
            lambda: component.materialize(at(), at(1), views=["driver_stats", "driver_stat"]),
            lambda: component.materialize_incremental(at(), views=["driver_stat"]),
            lambda: component.materialized_until("driver_stat"),
        ):
            with pytest.raises(FeatureNotFoundError, match="driver_stat"):
                call()

    @pytest.mark.parametrize("method", ["historical", "online"])
    def test_all_features_that_are_not_there_are_named_at_once(self, component: S, method: str) -> None:
        component.apply([STATS])
        features = ["driver_stats:ratng", "driver_stats:trips", "drivers:age", "rating"]
        calls: Mapping[str, Callable[[], object]] = {
            "historical": lambda: component.get_historical_features(entities([(1, at())]), features),
            "online": lambda: component.get_online_features([{"driver_id": 1}], features),
        }
        with pytest.raises(FeatureNotFoundError) as caught:
            calls[method]()
        told = str(caught.value)
        assert "ratng" in told
        assert "drivers" in told
        assert len(caught.value.problems) == 3

    @pytest.mark.parametrize(
        ("change", "kinds", "named"),
        [
            ({"rating": None}, {}, ["rating"]),
            ({"driver_id": None}, {}, ["driver_id"]),
            ({"event_timestamp": None}, {}, ["event_timestamp"]),
            ({"color": ["red"]}, {}, ["color"]),
            ({"rating": ["good"]}, {"rating": "string"}, ["rating"]),
            ({"driver_id": ["1"]}, {"driver_id": "string"}, ["driver_id"]),
            ({"trips": [0.5]}, {"trips": "float64"}, ["trips"]),
            ({"event_timestamp": ["noon"]}, {"event_timestamp": "string"}, ["event_timestamp"]),
            ({"driver_id": [None]}, {}, ["driver_id"]),
            ({"event_timestamp": [None]}, {}, ["event_timestamp"]),
            ({"rating": None, "color": ["red"], "driver_id": [None]}, {}, ["rating", "color", "driver_id"]),
        ],
    )
    def test_rows_that_do_not_fit_are_refused_and_every_reason_is_told(
        self, component: S, change: Mapping[str, Sequence[object] | None], kinds: dict[str, str], named: list[str]
    ) -> None:
        component.apply([STATS])
        changed: Mapping[str, Sequence[object] | None] = {**RIGHT, **change}
        given = {name: values for name, values in changed.items() if values is not None}
        with pytest.raises(StackkitError) as caught:
            component.write("driver_stats", table(given, {**KINDS, **kinds}))
        assert all(name in str(caught.value) for name in named)
        answer = component.get_historical_features(entities([(1, at(1))]), ["driver_stats:trips"])
        assert columns(answer)["trips"] == [None]

    def test_writing_no_rows_changes_nothing(self, component: S) -> None:
        component.apply([STATS])
        component.write("driver_stats", table({name: [] for name in KINDS}, KINDS))
        answer = component.get_historical_features(entities([(1, at(1))]), ["driver_stats:trips"])
        assert columns(answer)["trips"] == [None]
