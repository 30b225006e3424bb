"""Laws of online features: what is asked and answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Generic, TypeAlias

import attrs
import pytest

from stackkit.components.feature_store import FeatureValue
from stackkit.errors import ConfigurationError
from stackkit.testing.contracts.feature_store.history import EMPTY, FULL, RATING
from stackkit.testing.contracts.feature_store.rows import STATS, FeatureLaws, S, at, columns, entities, row, write
from stackkit.testing.contracts.feature_store.views import EVERY_TYPE

Entities: TypeAlias = Sequence[Mapping[str, FeatureValue]]

LASTING: Final = attrs.evolve(STATS, ttl=None)
"""Its rows are never too old, whenever the laws are tried."""


class OnlineLaws(FeatureLaws[S], Generic[S]):
    """The laws of `get_online_features` but for time."""

    def test_entities_are_answered_in_their_order_and_each(self, component: S) -> None:
        component.apply([LASTING])
        write(component, LASTING, *(row(driver, at(), driver / 10) for driver in range(1, 6)))
        component.materialize_incremental(at())
        drivers = [4, 1, 9, 4, 5]
        answer = component.get_online_features([{"driver_id": driver} for driver in drivers], RATING)
        assert answer == {"driver_id": drivers, "rating": [0.4, 0.1, None, 0.4, 0.5]}

    def test_what_nothing_is_known_of_is_none(self, component: S) -> None:
        component.apply([LASTING])
        asked: Entities = [{"driver_id": 2}, {"driver_id": None}, {"driver_id": 1}]
        assert component.get_online_features(asked, RATING)["rating"] == [None, None, None]
        write(component, LASTING, row(1, at(), 0.5))
        component.materialize_incremental(at())
        assert component.get_online_features(asked, RATING)["rating"] == [None, None, 0.5]

    def test_no_entities_are_answered_with_none(self, component: S) -> None:
        component.apply([LASTING])
        assert component.get_online_features([], RATING) == {"driver_id": [], "rating": []}

    def test_values_of_every_type_come_back_as_they_were_written(self, component: S) -> None:
        component.apply([EVERY_TYPE])
        when = {"event_timestamp": at(), "created": at()}
        write(component, EVERY_TYPE, {**FULL, **when}, {**FULL, "zone": 8, **EMPTY, **when})
        component.materialize_incremental(at())
        names = [f"every_type:{name}" for name in EVERY_TYPE.features]
        answer = component.get_online_features([{"city": "Łódź", "zone": zone} for zone in (7, 8, 9)], names)
        for name in EVERY_TYPE.features:
            assert answer[name] == [FULL[name], None, None], name
            assert type(answer[name][0]) is type(FULL[name])

    def test_a_key_of_several_columns_is_all_of_them(self, component: S) -> None:
        component.apply([EVERY_TYPE])
        when = {"event_timestamp": at(), "created": at()}
        pairs = [("a", 1), ("a", 2), ("b", 1), ("a,1", 1), ('a"', 1), ("", 0)]
        rows = [{**FULL, "city": city, "zone": zone, "count": n, **when} for n, (city, zone) in enumerate(pairs)]
        write(component, EVERY_TYPE, *rows)
        component.materialize_incremental(at())
        asked: Entities = [{"zone": zone, "city": city} for city, zone in [*pairs, ("b", 2)]]
        assert component.get_online_features(asked, ["every_type:count"])["count"] == [*range(len(pairs)), None]

    def test_views_with_different_keys_are_asked_in_one_call(self, component: S) -> None:
        component.apply([LASTING, EVERY_TYPE])
        write(component, LASTING, row(1, at(), 0.5))
        write(component, EVERY_TYPE, {**FULL, "event_timestamp": at(), "created": at()})
        component.materialize_incremental(at())
        asked: Entities = [{"driver_id": 1, "city": "Łódź", "zone": 7}, {"driver_id": 1, "city": "x", "zone": 7}]
        answer = component.get_online_features(asked, [*RATING, "every_type:mayor"])
        assert (answer["rating"], answer["mayor"]) == ([0.5, 0.5], ["日本", None])
        assert set(answer) == {"driver_id", "city", "zone", "rating", "mayor"}

    def test_full_names_tell_features_of_two_views_apart(self, component: S) -> None:
        other = attrs.evolve(LASTING, name="other")
        component.apply([LASTING, other])
        write(component, LASTING, row(1, at(), 0.5))
        write(component, other, row(1, at(), 0.7))
        component.materialize_incremental(at())
        both = [*RATING, "other:rating"]
        answer = component.get_online_features([{"driver_id": 1}], both, full_feature_names=True)
        assert answer == {"driver_id": [1], "driver_stats__rating": [0.5], "other__rating": [0.7]}
        with pytest.raises(ConfigurationError, match="rating"):
            component.get_online_features([{"driver_id": 1}], both)

    def test_a_feature_that_is_added_is_none_until_there_is_a_row_with_it(self, component: S) -> None:
        component.apply([LASTING])
        write(component, LASTING, row(1, at(), 0.5))
        component.materialize_incremental(at())
        wider = attrs.evolve(LASTING, features={**LASTING.features, "late": "bool"})
        component.apply([wider])
        asked = [*RATING, "driver_stats:late"]
        answer = component.get_online_features([{"driver_id": 1}], asked)
        assert (answer["rating"], answer["late"]) == ([0.5], [None])
        write(component, wider, {**row(1, at(), 0.6, created=at(1)), "late": True})
        component.materialize_incremental(at())
        answer = component.get_online_features([{"driver_id": 1}], asked)
        assert (answer["rating"], answer["late"]) == ([0.6], [True])

    @pytest.mark.parametrize("entity", [{}, {"driver": 1}, {"driver_id": "1"}, {"driver_id": 1.5}, {"driver_id": True}])
    def test_entities_with_wrong_keys_are_refused(self, component: S, entity: dict[str, str | int | float]) -> None:
        component.apply([LASTING])
        with pytest.raises(ConfigurationError, match="driver_id"):
            component.get_online_features([{"driver_id": 1}, entity], RATING)

    def test_online_features_are_those_of_history_at_the_time_of_materializing(self, component: S) -> None:
        component.apply([LASTING])
        for driver in range(1, 8):
            steps = range(driver, 12, driver)
            write(component, LASTING, *(row(driver, at(step), step / 10, trips=step, created=at(20 - step)) for step in steps))
        component.materialize_incremental(at(6))
        both = [*RATING, "driver_stats:trips"]
        then = columns(component.get_historical_features(entities((driver, at(6)) for driver in range(1, 8)), both))
        now = component.get_online_features([{"driver_id": driver} for driver in range(1, 8)], both)
        assert (now["rating"], now["trips"]) == (then["rating"], then["trips"])
