"""Rows of features as plain Python values, and the tables that stores take and give."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Generic, TypeAlias, TypeVar
from uuid import uuid4

from stackkit import ArrowTable, BaseFeatureStore, FeatureView
from stackkit.testing.contracts.component import ComponentContract

if TYPE_CHECKING:
    import pyarrow as pa

S = TypeVar("S", bound=BaseFeatureStore)

Row: TypeAlias = Mapping[str, object]

STATS: Final = FeatureView(
    "driver_stats", {"driver_id": "int64"}, {"rating": "float64", "trips": "int64"}, ttl=timedelta(hours=2)
)
"""The view of most laws."""

MICROSECOND: Final = timedelta(microseconds=1)
_NOON: Final = datetime(2024, 3, 1, 12, tzinfo=UTC)


class FeatureLaws(ComponentContract[S], Generic[S]):
    """What the laws of feature stores have in common."""


def at(hours: float = 0, *, microseconds: int = 0) -> datetime:
    """A time before or after a certain noon.

    Args:
        hours: How many hours after it.
        microseconds: How many microseconds more.
    """
    return _NOON + timedelta(hours=hours, microseconds=microseconds)


def row(driver: int, event: datetime, rating: float | None, *, trips: int | None = 0, created: datetime | None = None) -> Row:
    """A row of `STATS`; created at its event by default.

    Args:
        driver: The entity.
        event: When it became true.
        rating: A feature.
        trips: Another.
        created: When it was made.
    """
    return {
        "driver_id": driver,
        "rating": rating,
        "trips": trips,
        "event_timestamp": event,
        "created": event if created is None else created,
    }


def write(store: BaseFeatureStore, view: FeatureView, *rows: Row) -> None:
    """Write rows with all columns of a view.

    Args:
        store: The store.
        view: The view.
        rows: The rows.
    """
    kinds: dict[str, str] = {**view.entity_keys, **view.features}
    kinds |= {view.timestamp_field: "time", view.created_timestamp_column: "time"}
    store.write(view.name, table({name: [entry[name] for entry in rows] for name in kinds}, kinds))


def entities(rows: Iterable[tuple[object, object]]) -> pa.Table:
    """An entity table for `STATS`.

    Args:
        rows: For each the driver and the time.
    """
    pairs = list(rows)
    columns = {"driver_id": [driver for driver, _ in pairs], "event_timestamp": [when for _, when in pairs]}
    return table(columns, {"driver_id": "int64", "event_timestamp": "time"})


def table(columns: Mapping[str, Sequence[object]], kinds: Mapping[str, str]) -> pa.Table:
    """A table.

    Args:
        columns: Its columns.
        kinds: The types of features, `time`, or `naive` for times without a zone; pyarrow finds the others out.
    """
    import pyarrow as pa

    types = {
        "bool": pa.bool_(),
        "bytes": pa.binary(),
        "float64": pa.float64(),
        "int64": pa.int64(),
        "string": pa.string(),
        "time": pa.timestamp("us", "UTC"),
        "naive": pa.timestamp("us"),
    }
    arrays = {name: pa.array(values, types[kinds[name]] if name in kinds else None) for name, values in columns.items()}
    return pa.table(arrays)


def columns(answer: ArrowTable) -> dict[str, list[object]]:
    """The columns of an answer.

    Args:
        answer: What a store gave.
    """
    import pyarrow as pa

    return pa.table(answer).to_pydict()


@contextmanager
def applied(store: BaseFeatureStore, *views: FeatureView) -> Generator[list[FeatureView]]:
    """Views of names that nobody has, which are removed again: for laws that try many examples.

    Args:
        store: The store.
        views: The views.

    Yields:
        The same, under their new names.
    """
    import attrs

    renamed = [attrs.evolve(view, name=f"{view.name}_{uuid4().hex[:12]}") for view in views]
    store.apply(renamed)
    try:
        yield renamed
    finally:
        for view in renamed:
            store.delete_feature_view(view.name)
