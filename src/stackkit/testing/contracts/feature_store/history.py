"""Laws of historical features: the tables that are asked with, and those that are answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Final, Generic

import attrs
import pytest

from stackkit import ArrowTable
from stackkit.errors import ConfigurationError
from stackkit.testing.contracts.feature_store.rows import STATS, FeatureLaws, S, at, columns, entities, row, table, write
from stackkit.testing.contracts.feature_store.views import EVERY_TYPE

RATING: Final = ["driver_stats:rating"]
FULL: Final[Mapping[str, object]] = {
    "city": "Łódź",
    "zone": 7,
    "open": True,
    "image": b"\0\xff",
    "share": -0.25,
    "count": 2**62,
    "mayor": "日本",
}
EMPTY: Final[Mapping[str, None]] = {"open": None, "image": None, "share": None, "count": None, "mayor": None}


class HistoryLaws(FeatureLaws[S], Generic[S]):
    """The laws of `get_historical_features` but for the point in time."""

    def test_rows_keep_their_order_and_are_answered_each(self, component: S) -> None:
        component.apply([STATS])
        write(component, STATS, *(row(driver, at(0), driver / 10) for driver in range(1, 6)))
        drivers = [3, 1, 5, 3, 2, 4, 1]
        answer = columns(component.get_historical_features(entities((d, at(1 / d)) for d in drivers), RATING))
        assert answer["driver_id"] == drivers
        assert answer["event_timestamp"] == [at(1 / d) for d in drivers]
        assert answer["rating"] == [d / 10 for d in drivers]

    def test_further_columns_are_kept_in_their_order_before_the_features(self, component: S) -> None:
        component.apply([STATS])
        write(component, STATS, row(1, at(0), 0.5, trips=3))
        given: dict[str, list[object]] = {
            "label": ["a", None],
            "event_timestamp": [at(1), at(-1)],
            "weights": [[1, 2], []],
            "driver_id": [1, 1],
        }
        asked = table(given, {"event_timestamp": "time", "driver_id": "int64"})
        answer = columns(component.get_historical_features(asked, ["driver_stats:trips", *RATING]))
        assert answer == {**given, "trips": [3, None], "rating": [0.5, None]}
        assert list(answer) == [*given, "trips", "rating"]

    def test_what_nothing_is_known_of_is_null(self, component: S) -> None:
        component.apply([STATS])
        write(component, STATS, row(1, at(0), 0.5))
        answer = component.get_historical_features(entities([(2, at(1)), (None, at(1)), (1, None), (1, at(1))]), RATING)
        assert columns(answer)["rating"] == [None, None, None, 0.5]

    def test_a_view_without_rows_has_nulls(self, component: S) -> None:
        component.apply([STATS])
        assert columns(component.get_historical_features(entities([(1, at())]), RATING))["rating"] == [None]

    def test_no_rows_are_answered_with_no_rows(self, component: S) -> None:
        component.apply([STATS])
        write(component, STATS, row(1, at(0), 0.5))
        answer = columns(component.get_historical_features(entities([]), RATING))
        assert answer == {"driver_id": [], "event_timestamp": [], "rating": []}

    def test_values_of_every_type_come_back_as_they_were_written(self, component: S) -> None:
        component.apply([EVERY_TYPE])
        when = {"event_timestamp": at(), "created": at()}
        write(component, EVERY_TYPE, {**FULL, **when}, {**FULL, "zone": 8, **EMPTY, **when})
        asked = table(
            {"city": ["Łódź", "Łódź", "Lodz"], "zone": [7, 8, 7], "event_timestamp": [at()] * 3},
            {"city": "string", "zone": "int64", "event_timestamp": "time"},
        )
        names = [f"every_type:{name}" for name in EVERY_TYPE.features]
        answer = columns(component.get_historical_features(asked, names))
        for name in EVERY_TYPE.features:
            assert answer[name] == [FULL[name], None, None], name

    def test_views_with_different_keys_are_asked_in_one_call(self, component: S) -> None:
        component.apply([STATS, EVERY_TYPE])
        write(component, STATS, row(1, at(0), 0.5))
        write(component, EVERY_TYPE, {**FULL, "event_timestamp": at(), "created": at()})
        asked = table(
            {"zone": [7, 7, 7], "city": ["Łódź", "x", "Łódź"], "driver_id": [1, 1, 2], "event_timestamp": [at(1)] * 3},
            {"city": "string", "zone": "int64", "driver_id": "int64", "event_timestamp": "time"},
        )
        answer = columns(component.get_historical_features(asked, ["every_type:mayor", *RATING, "every_type:open"]))
        assert answer["mayor"] == ["日本", None, "日本"]
        assert answer["open"] == [True, None, True]
        assert answer["rating"] == [0.5, 0.5, None]

    def test_full_names_tell_features_of_two_views_apart(self, component: S) -> None:
        other = attrs.evolve(STATS, name="other")
        component.apply([STATS, other])
        write(component, STATS, row(1, at(0), 0.5))
        write(component, other, row(1, at(0), 0.7))
        both = [*RATING, "other:rating"]
        answer = columns(component.get_historical_features(entities([(1, at())]), both, full_feature_names=True))
        assert (answer["driver_stats__rating"], answer["other__rating"]) == ([0.5], [0.7])
        with pytest.raises(ConfigurationError, match="rating"):
            component.get_historical_features(entities([(1, at())]), both)

    def test_a_feature_called_like_a_column_of_the_table_is_refused(self, component: S) -> None:
        component.apply([STATS])
        asked = table({"driver_id": [1], "event_timestamp": [at()], "rating": [1.0]}, {"event_timestamp": "time"})
        with pytest.raises(ConfigurationError, match="rating"):
            component.get_historical_features(asked, RATING)

    def test_times_in_any_zone_mean_the_same_moment_and_without_one_utc(self, component: S) -> None:
        component.apply([STATS])
        zone = timezone(timedelta(hours=5, minutes=30))
        write(component, STATS, row(1, at(0).astimezone(zone), 0.5))
        for kind, when in (("time", at(0)), ("naive", at(0).replace(tzinfo=None))):
            asked = table({"driver_id": [1], "event_timestamp": [when]}, {"driver_id": "int64", "event_timestamp": kind})
            assert columns(component.get_historical_features(asked, RATING))["rating"] == [0.5]
        local = {"driver_id": [1, 1], "event_timestamp": _in_zone([at(0), at(0, microseconds=-1)], "Asia/Kolkata")}
        assert columns(component.get_historical_features(_arrow(local), RATING))["rating"] == [0.5, None]

    def test_rows_without_a_time_zone_are_in_utc(self, component: S) -> None:
        component.apply([STATS])
        naive = {name: [value] for name, value in row(1, at(0).replace(tzinfo=None), 0.5).items()}
        component.write("driver_stats", table(naive, {"event_timestamp": "naive", "created": "naive", "driver_id": "int64"}))
        answer = component.get_historical_features(entities([(1, at(0)), (1, at(0, microseconds=-1))]), RATING)
        assert columns(answer)["rating"] == [0.5, None]

    def test_rows_need_not_say_when_they_were_created(self, component: S) -> None:
        component.apply([STATS])
        given = {name: [value] for name, value in row(1, at(0), 0.5).items() if name != "created"}
        component.write("driver_stats", table(given, {"event_timestamp": "time", "driver_id": "int64"}))
        assert columns(component.get_historical_features(entities([(1, at(1))]), RATING))["rating"] == [0.5]

    @pytest.mark.parametrize("library", ["pyarrow", "polars", "pandas"])
    def test_dataframes_of_each_library_are_taken(self, component: S, library: str) -> None:
        component.apply([STATS])
        rows = {name: [value, value] for name, value in row(1, at(0), 0.5).items()}
        component.write("driver_stats", _of(library, rows | {"driver_id": [1, 2]}))
        asked = _of(library, {"driver_id": [2, 1], "event_timestamp": [at(1), at(-1)], "label": ["a", "b"]})
        answer = columns(component.get_historical_features(asked, RATING))
        assert (answer["driver_id"], answer["label"], answer["rating"]) == ([2, 1], ["a", "b"], [0.5, None])

    @pytest.mark.parametrize(
        ("given", "kinds", "named"),
        [
            ({"driver_id": [1]}, {}, ["event_timestamp"]),
            ({"event_timestamp": [at()]}, {}, ["driver_id"]),
            ({"driver": [1]}, {}, ["driver_id", "event_timestamp"]),
            ({"driver_id": ["1"], "event_timestamp": [at()]}, {}, ["driver_id"]),
            ({"driver_id": [1], "event_timestamp": ["noon"]}, {}, ["event_timestamp"]),
        ],
    )
    def test_a_table_without_the_right_keys_and_times_is_refused(
        self, component: S, given: dict[str, list[object]], kinds: dict[str, str], named: list[str]
    ) -> None:
        component.apply([STATS])
        with pytest.raises(ConfigurationError) as caught:
            component.get_historical_features(table(given, kinds), RATING)
        assert all(name in str(caught.value) for name in named)


def _in_zone(times: list[datetime], zone: str) -> object:
    import pyarrow as pa

    return pa.array(times, pa.timestamp("us", zone))


def _arrow(given: dict[str, object]) -> ArrowTable:
    import pyarrow as pa

    return pa.table(given)


def _of(library: str, given: Mapping[str, Sequence[object]]) -> ArrowTable:
    if library != "pyarrow":
        frame: ArrowTable = pytest.importorskip(library).DataFrame(given)
        return frame
    return table(given, {"event_timestamp": "time", "created": "time"})
