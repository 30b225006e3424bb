"""Laws of materializing: which rows are put online, and when they are too old."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Generic, TypeAlias

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackkit import BaseFeatureStore
from stackkit.errors import ConfigurationError
from stackkit.testing.contracts.component import few
from stackkit.testing.contracts.feature_store.history import RATING
from stackkit.testing.contracts.feature_store.online import LASTING
from stackkit.testing.contracts.feature_store.oracle import OnlineOracle
from stackkit.testing.contracts.feature_store.rows import MICROSECOND, FeatureLaws, Row, S, applied, at, row, write

Step: TypeAlias = tuple[str, int, int]

_DRIVERS: Final = (1, 2, 3)
_times: Final = st.integers(-4, 4)
_steps: Final = st.lists(
    st.tuples(st.just("write"), st.integers(1, 4), st.just(0))
    | st.tuples(st.just("materialize"), _times, _times)
    | st.tuples(st.just("incremental"), _times, st.just(0)),
    min_size=1,
    max_size=8,
)


@st.composite
def _rows(draw: st.DrawFn) -> Sequence[Row]:
    spots = draw(st.lists(st.tuples(st.sampled_from(_DRIVERS), _times, _times), max_size=16, unique=True))
    return [
        row(driver, at(microseconds=event), number / 2, trips=number, created=at(microseconds=created))
        for number, (driver, event, created) in enumerate(spots)
    ]


class OnlineTimeLaws(FeatureLaws[S], Generic[S]):
    """The laws of `materialize` and `materialize_incremental`, and of the time to live online."""

    def test_rows_change_nothing_online_before_they_are_materialized(self, component: S) -> None:
        component.apply([LASTING])
        write(component, LASTING, row(1, at(0), 0.1))
        assert _rating(component) is None
        component.materialize_incremental(at(0))
        write(component, LASTING, row(1, at(1), 0.2))
        assert _rating(component) == 0.1

    def test_online_features_follow_what_is_materialized(self, component: S) -> None:
        component.apply([LASTING])
        for hour in range(4):
            write(component, LASTING, row(1, at(hour), hour / 10))
            component.materialize_incremental(at(hour))
            assert _rating(component) == hour / 10

    def test_rows_up_to_the_end_are_put_online_and_none_after_it(self, component: S) -> None:
        component.apply([LASTING])
        write(component, LASTING, row(1, at(0), 0.1), row(1, at(1), 0.2), row(1, at(1, microseconds=1), 0.3))
        component.materialize_incremental(at(1, microseconds=-1))
        assert _rating(component) == 0.1
        component.materialize_incremental(at(1))
        assert _rating(component) == 0.2
        component.materialize_incremental(at(1, microseconds=1))
        assert _rating(component) == 0.3

    def test_rows_that_were_written_late_are_put_online_the_next_time(self, component: S) -> None:
        component.apply([LASTING])
        write(component, LASTING, row(1, at(3), 0.3))
        component.materialize_incremental(at(5))
        write(component, LASTING, row(2, at(1), 0.1), row(1, at(4), 0.4))
        component.materialize_incremental(at(6))
        assert (_rating(component, 2), _rating(component, 1)) == (0.1, 0.4)

    def test_a_correction_is_put_online_the_next_time(self, component: S) -> None:
        component.apply([LASTING])
        write(component, LASTING, row(1, at(0), 0.1, created=at(0)))
        component.materialize_incremental(at(5))
        write(component, LASTING, row(1, at(0), 0.2, created=at(1)))
        component.materialize_incremental(at(5))
        assert _rating(component) == 0.2

    def test_a_late_row_never_takes_the_place_of_a_newer_one(self, component: S) -> None:
        component.apply([LASTING])
        write(component, LASTING, row(1, at(3), 0.3))
        component.materialize_incremental(at(5))
        write(component, LASTING, row(1, at(1), 0.1), row(1, at(3), 0.2, created=at(2)))
        component.materialize_incremental(at(6))
        assert _rating(component) == 0.3

    def test_an_older_span_never_puts_back_older_rows(self, component: S) -> None:
        component.apply([LASTING])
        write(component, LASTING, row(1, at(0), 0.1), row(1, at(3), 0.3))
        component.materialize(at(2), at(4))
        component.materialize(at(0), at(1))
        assert _rating(component) == 0.3

    def test_both_ends_of_a_span_belong_to_it(self, component: S) -> None:
        component.apply([LASTING])
        write(component, LASTING, *(row(driver, at(driver), driver / 10) for driver in range(1, 6)))
        component.materialize(at(2), at(4))
        assert [_rating(component, driver) for driver in range(1, 6)] == [None, 0.2, 0.3, 0.4, None]

    def test_what_lies_before_a_span_is_not_taken_for_materialized(self, component: S) -> None:
        component.apply([LASTING])
        write(component, LASTING, row(1, at(0), 0.1), row(2, at(3), 0.3))
        component.materialize(at(2), at(4))
        component.materialize_incremental(at(5))
        assert (_rating(component, 1), _rating(component, 2)) == (0.1, 0.3)

    def test_times_without_a_zone_are_in_utc(self, component: S) -> None:
        component.apply([LASTING])
        write(component, LASTING, row(1, at(0), 0.1), row(1, at(0, microseconds=1), 0.2))
        component.materialize(at(-1).replace(tzinfo=None), at(0).replace(tzinfo=None))
        assert _rating(component) == 0.1
        component.materialize_incremental(at(0, microseconds=1).replace(tzinfo=None))
        assert _rating(component) == 0.2

    def test_only_the_named_views_are_materialized(self, component: S) -> None:
        other = attrs.evolve(LASTING, name="other")
        component.apply([LASTING, other])
        for view in (LASTING, other):
            write(component, view, row(1, at(0), 0.1))
        component.materialize_incremental(at(1), views=["other"])
        assert _rating(component) is None
        assert component.get_online_features([{"driver_id": 1}], ["other:rating"])["rating"] == [0.1]
        component.materialize(at(0), at(1), views=["driver_stats"])
        assert _rating(component) == 0.1

    def test_it_is_told_up_to_when_everything_was_materialized(self, component: S) -> None:
        component.apply([LASTING])
        assert component.materialized_until("driver_stats") is None
        component.materialize_incremental(at(3))
        assert component.materialized_until("driver_stats") == at(3)
        component.materialize_incremental(at(1))
        assert component.materialized_until("driver_stats") == at(3)

    def test_another_object_of_the_same_configuration_goes_on_where_the_first_was(self, component: S) -> None:
        component.apply([LASTING])
        write(component, LASTING, row(1, at(0), 0.1))
        component.materialize_incremental(at(1))
        twin = component.replace()
        assert twin.materialized_until("driver_stats") == at(1)
        assert _rating(twin) == 0.1
        write(twin, LASTING, row(1, at(2), 0.2))
        twin.materialize_incremental(at(2))
        assert _rating(component) == 0.2

    def test_an_end_before_the_start_is_refused(self, component: S) -> None:
        component.apply([LASTING])
        with pytest.raises(ConfigurationError):
            component.materialize(at(1), at(0))
        component.materialize(at(0), at(0))

    def test_what_is_older_than_its_time_to_live_is_none(self, component: S) -> None:
        present = datetime.now(UTC)
        view = attrs.evolve(LASTING, ttl=timedelta(days=1))
        component.apply([view])
        hours = {1: 1, 2: 23, 3: 25}
        write(component, view, *(row(driver, present - timedelta(hours=age), 0.5) for driver, age in hours.items()))
        component.materialize_incremental(present)
        assert [_rating(component, driver) for driver in hours] == [0.5, 0.5, None]
        component.apply([attrs.evolve(view, ttl=timedelta(hours=2))])
        assert [_rating(component, driver) for driver in hours] == [0.5, None, None]

    @few
    @given(rows=_rows(), steps=_steps)
    def test_after_any_calls_each_entity_has_its_newest_row_that_was_materialized(
        self, component: S, rows: Sequence[Row], steps: Sequence[Step]
    ) -> None:
        with applied(component, LASTING) as (view,):
            oracle, left = OnlineOracle(view), list(rows)
            asked = [{"driver_id": driver} for driver in _DRIVERS]
            names = [f"{view.name}:{feature}" for feature in view.features]
            for call, first, second in steps:
                start, end = at() + min(first, second) * MICROSECOND, at() + max(first, second) * MICROSECOND
                if call == "write":
                    batch, left = left[:first], left[first:]
                    oracle.write(batch)
                    write(component, view, *batch)
                elif call == "materialize":
                    oracle.materialize(start, end)
                    component.materialize(start, end, views=[view.name])
                else:
                    oracle.materialize(None, at() + first * MICROSECOND)
                    component.materialize_incremental(at() + first * MICROSECOND, views=[view.name])
                answer = component.get_online_features(asked, names)
                wanted = [oracle.get(entity) for entity in asked]
                assert [{name: answer[name][i] for name in view.features} for i in range(len(asked))] == wanted


def _rating(store: BaseFeatureStore, driver: int = 1) -> object:
    (rating,) = store.get_online_features([{"driver_id": driver}], RATING)["rating"]
    return rating
