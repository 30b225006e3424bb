"""Laws of the point in time: which row a historical feature comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Generic

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from stackkit import ArrowTable, BaseFeatureStore, FeatureView
from stackkit.testing.contracts.component import few
from stackkit.testing.contracts.feature_store.oracle import historical
from stackkit.testing.contracts.feature_store.rows import (
    MICROSECOND,
    STATS,
    FeatureLaws,
    Row,
    S,
    applied,
    at,
    columns,
    entities,
    row,
    table,
    write,
)

many: Final = settings(few, max_examples=max(1, few.max_examples * 2))

TRIPS: Final = FeatureView("trips", {"driver_id": "int64", "city": "string"}, {"fare": "float64", "note": "string"})

_UNITS: Final = (MICROSECOND, timedelta(seconds=1), timedelta(days=1))
_steps: Final = st.integers(-4, 4)
_cities: Final = st.sampled_from(("Kyjiv", "São Paulo"))
_drivers: Final = st.integers(1, 2)


@attrs.frozen
class Case:
    """Rows of two views, and a table of entities.

    Args:
        views: The views.
        rows: The rows of each.
        cuts: How many rows are written at once, again and again.
        entities: The rows of the table.
    """

    views: Sequence[FeatureView]
    rows: Sequence[Sequence[Row]]
    cuts: int
    entities: Sequence[Row]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Few entities and times, so that many coincide, or lie just beside each other."""
    unit = draw(st.sampled_from(_UNITS))
    ttls = st.none() | st.integers(1, 4).map(lambda steps: steps * unit)
    times = _steps.map(lambda steps: at() + steps * unit)
    views = [attrs.evolve(STATS, ttl=draw(ttls)), attrs.evolve(TRIPS, ttl=draw(ttls))]
    numbers = st.none() | st.integers(0, 9)
    stamps = {"event_timestamp": times, "created": times}
    stats = {"driver_id": _drivers, "rating": numbers.map(_half), "trips": numbers, **stamps}
    fares = {"driver_id": _drivers, "city": _cities, "fare": numbers.map(_half), "note": st.none() | _cities, **stamps}
    rows = [draw(st.lists(st.fixed_dictionaries(fields), max_size=8, unique_by=_identity)) for fields in (stats, fares)]
    asked = {"driver_id": st.none() | _drivers, "city": st.none() | _cities, "event_timestamp": st.none() | times}
    return Case(views, rows, draw(st.integers(1, 8)), draw(st.lists(st.fixed_dictionaries(asked), max_size=8)))


def _half(number: int | None) -> float | None:
    return None if number is None else number / 2


def _identity(row: Mapping[str, object]) -> tuple[object, ...]:
    """Of rows that have all of this in common, either could count."""
    return tuple(row.get(name) for name in ("driver_id", "city", "event_timestamp", "created"))


class PointInTimeLaws(FeatureLaws[S], Generic[S]):
    """The laws of which row counts."""

    def test_the_last_row_before_counts(self, component: S) -> None:
        component.apply([STATS])
        write(component, STATS, row(1, at(0), 0.1), row(1, at(1), 0.2), row(2, at(0.5), 0.9))
        assert _ratings(component, (1, at(0.9)), (1, at(1.1)), (2, at(0.6))) == [0.1, 0.2, 0.9]

    def test_nothing_is_known_before_its_time(self, component: S) -> None:
        component.apply([STATS])
        write(component, STATS, row(1, at(1), 0.2))
        assert _ratings(component, (1, at(1)), (1, at(1, microseconds=-1)), (1, at(0))) == [0.2, None, None]

    def test_a_row_counts_to_the_microsecond_until_the_next(self, component: S) -> None:
        component.apply([STATS])
        write(component, STATS, row(1, at(0), 0.1), row(1, at(1), 0.2))
        assert _ratings(component, (1, at(1, microseconds=-1)), (1, at(1))) == [0.1, 0.2]

    def test_a_row_as_old_as_its_time_to_live_counts_and_an_older_one_does_not(self, component: S) -> None:
        component.apply([STATS])
        write(component, STATS, row(1, at(0), 0.1))
        assert _ratings(component, (1, at(2)), (1, at(2, microseconds=1)), (1, at(2, microseconds=-1))) == [0.1, None, 0.1]

    def test_an_old_row_does_not_stand_in_for_a_newer_one_without_a_value(self, component: S) -> None:
        component.apply([STATS])
        write(component, STATS, row(1, at(0), 0.1), row(1, at(0.5), None))
        assert _ratings(component, (1, at(1)), (1, at(0.4))) == [None, 0.1]

    def test_without_a_time_to_live_a_row_counts_for_ever(self, component: S) -> None:
        component.apply([attrs.evolve(STATS, ttl=None)])
        write(component, STATS, row(1, at(0), 0.1))
        assert _ratings(component, (1, at(200_000))) == [0.1]

    def test_of_rows_with_the_same_event_the_one_that_was_created_last_counts(self, component: S) -> None:
        component.apply([STATS])
        write(component, STATS, row(1, at(0), 0.1, created=at(1)), row(1, at(0), 0.2, created=at(3)))
        write(component, STATS, row(1, at(0), 0.3, created=at(2)))
        assert _ratings(component, (1, at(0)), (1, at(1.5))) == [0.2, 0.2]

    def test_a_correction_that_was_created_later_counts_whenever_it_was_written(self, component: S) -> None:
        component.apply([STATS])
        write(component, STATS, row(1, at(0), 0.2, created=at(5)))
        write(component, STATS, row(1, at(0), 0.1, created=at(4)))
        assert _ratings(component, (1, at(1))) == [0.2]

    def test_a_later_event_counts_though_it_was_created_earlier(self, component: S) -> None:
        component.apply([STATS])
        write(component, STATS, row(1, at(0), 0.1, created=at(9)), row(1, at(0.5), 0.2, created=at(1)))
        assert _ratings(component, (1, at(1))) == [0.2]

    def test_rows_that_were_written_late_count_at_their_own_time(self, component: S) -> None:
        component.apply([STATS])
        write(component, STATS, row(1, at(1), 0.2))
        write(component, STATS, row(1, at(0), 0.1))
        assert _ratings(component, (1, at(0.5)), (1, at(1))) == [0.1, 0.2]

    @many
    @given(case=cases())
    def test_every_feature_is_what_a_look_at_all_rows_finds(self, component: S, case: Case) -> None:
        with applied(component, *case.views) as views:
            for view, rows in zip(views, case.rows, strict=True):
                for start in range(0, len(rows), case.cuts):
                    write(component, view, *rows[start : start + case.cuts])
            names = [f"{view.name}:{feature}" for view in views for feature in view.features]
            answer = columns(component.get_historical_features(_asked(case.entities), names))
        wanted: dict[str, list[object]] = {name: [entry[name] for entry in case.entities] for name in _KINDS}
        for view, rows in zip(views, case.rows, strict=True):
            found = [historical(view, rows, entry, _time(entry)) for entry in case.entities]
            wanted |= {feature: [features[feature] for features in found] for feature in view.features}
        assert answer == wanted


_KINDS: Final = {"driver_id": "int64", "city": "string", "event_timestamp": "time"}


def _asked(rows: Sequence[Row]) -> ArrowTable:
    return table({name: [entry[name] for entry in rows] for name in _KINDS}, _KINDS)


def _time(entry: Row) -> datetime | None:
    when = entry["event_timestamp"]
    return when if isinstance(when, datetime) else None


def _ratings(store: BaseFeatureStore, *pairs: tuple[int, datetime]) -> list[object]:
    return columns(store.get_historical_features(entities(pairs), ["driver_stats:rating"]))["rating"]
