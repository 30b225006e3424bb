"""What a feature store is, in the simplest words: all rows are looked at for each question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from stackkit import FeatureView

if TYPE_CHECKING:
    from stackkit.testing.contracts.feature_store.rows import Row


def historical(view: FeatureView, rows: Iterable[Row], keys: Row, when: datetime | None) -> Mapping[str, object]:
    """The features of an entity as they were at a time.

    Args:
        view: The view.
        rows: All rows that were written to it.
        keys: The keys of the entity, among others.
        when: The time.
    """
    nothing = dict.fromkeys(view.features)
    if when is None:
        return nothing
    known = [row for row in rows if _is_of(view, row, keys) and _event(view, row) <= when]
    if not known:
        return nothing
    last = max(known, key=lambda row: age(view, row))
    if view.ttl is not None and when - _event(view, last) > view.ttl:
        return nothing
    return {name: last[name] for name in view.features}


def age(view: FeatureView, row: Row) -> tuple[datetime, datetime]:
    """What tells the newer of two rows of an entity: its event, and then when it was created."""
    created = row[view.created_timestamp_column]
    assert isinstance(created, datetime)
    return _event(view, row), created


def _event(view: FeatureView, row: Row) -> datetime:
    event = row[view.timestamp_field]
    assert isinstance(event, datetime)
    return event


def _is_of(view: FeatureView, row: Row, keys: Row) -> bool:
    return all(row[name] == keys[name] for name in view.entity_keys)


class OnlineOracle:
    """The online features of a view without a time to live.

    Args:
        view: The view.
    """

    def __init__(self, view: FeatureView) -> None:
        self._view = view
        self._written: list[Row] = []
        self._online: dict[tuple[object, ...], Row] = {}

    def write(self, rows: Sequence[Row]) -> None:
        """Add rows to the history."""
        self._written.extend(rows)

    def materialize(self, start: datetime | None, end: datetime) -> None:
        """Put the newest rows online.

        Args:
            start: The first time; None for everything that was not put online yet.
            end: The last time.
        """
        for row in self._written:
            if (start is None or start <= _event(self._view, row)) and _event(self._view, row) <= end:
                entity = tuple(row[name] for name in self._view.entity_keys)
                there = self._online.get(entity)
                if there is None or age(self._view, row) >= age(self._view, there):
                    self._online[entity] = row

    def get(self, keys: Row) -> Mapping[str, object]:
        """The features of an entity."""
        row = self._online.get(tuple(keys[name] for name in self._view.entity_keys), {})
        return {name: row.get(name) for name in self._view.features}
