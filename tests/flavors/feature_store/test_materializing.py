"""What is looked at when features are put online, and what two processes do to each other."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from stackkit import FeatureView
from stackkit.errors import FeatureNotFoundError
from stackkit.flavors.feature_store import database, materializing, times
from stackkit.flavors.feature_store.local import DATABASE, OFFLINE, LocalFeatureStore
from stackkit.flavors.feature_store.views import DataFile, ViewRecord, files_of, find_views
from stackkit.testing.contracts.feature_store import at, row, write


def snapshot(store: LocalFeatureStore) -> tuple[ViewRecord, list[DataFile]]:
    with database.read(Path(store.path) / DATABASE) as connection:
        (record,) = find_views(connection, ["driver_stats"])
        return record, files_of(connection, record)


def put(store: LocalFeatureStore, seen: tuple[ViewRecord, list[DataFile]], end: float) -> bool:
    """Materialize what was seen, up to an hour."""
    record, files = seen
    folder = Path(store.path)
    spans = materializing.span_since(record, files, times.microseconds(at(end)))
    return materializing.put_online(folder / DATABASE, folder / OFFLINE / record.folder, record, spans)


def rating(store: LocalFeatureStore, driver: int = 1) -> object:
    return store.get_online_features([{"driver_id": driver}], ["driver_stats:rating"])["rating"][0]


def test_files_that_were_put_online_are_not_read_again(store: LocalFeatureStore, view: FeatureView) -> None:
    write(store, view, row(1, at(0), 0.1))
    store.materialize_incremental(at(1))
    (old,) = Path(store.path).rglob("*.parquet")
    old.unlink()
    write(store, view, row(1, at(2), 0.2))
    store.materialize_incremental(at(3))
    assert rating(store) == 0.2


def test_a_span_that_begins_where_the_last_ended_leads_on(store: LocalFeatureStore, view: FeatureView) -> None:
    write(store, view, row(1, at(0), 0.1), row(1, at(2), 0.2))
    store.materialize(at(0), at(1))
    assert store.materialized_until("driver_stats") == at(1)
    store.materialize(at(1), at(2))
    assert store.materialized_until("driver_stats") == at(2)
    store.materialize(at(5), at(6))
    assert store.materialized_until("driver_stats") == at(6)


def test_a_span_that_leaves_something_out_does_not_lead_on(store: LocalFeatureStore, view: FeatureView) -> None:
    write(store, view, row(1, at(0), 0.1))
    store.materialize(at(1), at(2))
    assert store.materialized_until("driver_stats") is None
    store.materialize_incremental(at(2))
    write(store, view, row(2, at(0), 0.3))
    store.materialize(at(1), at(4))
    assert store.materialized_until("driver_stats") == at(2)
    store.materialize_incremental(at(4))
    assert rating(store, 2) == 0.3


def test_of_two_who_began_at_once_the_later_end_stays(store: LocalFeatureStore, view: FeatureView) -> None:
    write(store, view, row(1, at(0), 0.1), row(1, at(2), 0.2))
    seen = snapshot(store)
    assert put(store, seen, 3)
    assert put(store, seen, 1)
    assert (store.materialized_until("driver_stats"), rating(store)) == (at(3), 0.2)


def test_what_the_one_did_not_see_is_seen_the_next_time(store: LocalFeatureStore, view: FeatureView) -> None:
    write(store, view, row(1, at(0), 0.1))
    early = snapshot(store)
    write(store, view, row(2, at(1), 0.2))
    store.materialize_incremental(at(0.5))
    assert put(store, early, 3)
    assert (store.materialized_until("driver_stats"), rating(store, 2)) == (at(3), None)
    store.materialize_incremental(at(3))
    assert rating(store, 2) == 0.2


def test_nothing_is_put_online_of_a_view_that_changed_meanwhile(store: LocalFeatureStore, view: FeatureView) -> None:
    write(store, view, row(1, at(0), 0.1))
    seen = snapshot(store)
    store.apply([attrs.evolve(view, features={**view.features, "late": "bool"})])
    assert not put(store, seen, 1)
    assert (store.materialized_until("driver_stats"), rating(store)) == (None, None)


def test_nothing_is_put_online_of_a_view_that_was_made_anew_or_deleted_meanwhile(
    store: LocalFeatureStore, view: FeatureView
) -> None:
    seen = snapshot(store)
    store.delete_feature_view(view.name)
    with pytest.raises(FeatureNotFoundError):
        put(store, seen, 1)
    store.apply([view])
    assert not put(store, seen, 1)
