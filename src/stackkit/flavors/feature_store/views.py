"""The feature views of a local feature store, and the files that hold their rows, as its database has them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import attrs

from stackkit.components.feature_store import FeatureView, unknown_view
from stackkit.errors import ConfigurationError, FeatureNotFoundError, Problem
from stackkit.flavors.feature_store.times import MICROSECOND


@attrs.frozen
class DataFile:
    """A Parquet file with rows of a view.

    Args:
        sequence: Where it stands in the order of all that was written.
        name: The file, in the folder of its view.
        columns: The features that it has.
        first: The earliest event in it, in microseconds since 1970.
        last: The latest.
    """

    sequence: int
    name: str
    columns: frozenset[str]
    first: int
    last: int


@attrs.frozen
class ViewRecord:
    """A view as it is kept.

    Args:
        id: What tells it from others of its name, before and after.
        view: What it is.
        known: The type of every feature that it has, or had: files may hold it.
        version: How often it was changed, from 1.
        through: Up to when it was materialized, in microseconds since 1970.
        sequence: The last file that was looked at then.
    """

    id: int
    view: FeatureView
    known: Mapping[str, str]
    version: int
    through: int | None
    sequence: int

    @property
    def folder(self) -> str:
        """The folder with its files."""
        return f"{self.view.name}-{self.id}"

    @property
    def keys(self) -> list[str]:
        """Its entity keys in an order that does not depend on how they were written down."""
        return sorted(self.view.entity_keys)


_SELECT = "SELECT id, definition, known, version, through, sequence FROM view"


def all_views(connection: sqlite3.Connection) -> list[ViewRecord]:
    """All views, sorted by name."""
    return [_record(row) for row in connection.execute(f"{_SELECT} ORDER BY name")]


def find_views(connection: sqlite3.Connection, names: Sequence[str] | None) -> list[ViewRecord]:
    """Views by their names.

    Args:
        connection: The database.
        names: The names; None for all.

    Raises:
        FeatureNotFoundError: Some are not there; all of these are named.
    """
    records = all_views(connection)
    if names is None:
        return records
    by_name = {record.view.name: record for record in records}
    missing = [unknown_view(name, by_name) for name in dict.fromkeys(names) if name not in by_name]
    if missing:
        raise FeatureNotFoundError(*missing)
    return [by_name[name] for name in dict.fromkeys(names)]


def files_of(connection: sqlite3.Connection, record: ViewRecord) -> list[DataFile]:
    """The files of a view, in the order in which they were written."""
    query = "SELECT sequence, name, columns, first, last FROM file WHERE view = ? ORDER BY sequence"
    return [
        DataFile(sequence, name, frozenset(json.loads(columns)), first, last)
        for sequence, name, columns, first, last in connection.execute(query, (record.id,))
    ]


def save_views(connection: sqlite3.Connection, views: Sequence[FeatureView]) -> None:
    """Make views, or change those of the same names.

    Args:
        connection: The database.
        views: The views.

    Raises:
        ConfigurationError: Some cannot be changed so; all reasons are told.
    """
    old = {record.view.name: record for record in all_views(connection)}
    names = [view.name for view in views]
    problems = [Problem(f"the feature view {name} is there twice") for name in sorted(set(names)) if names.count(name) > 1]
    problems += [problem for view in views if view.name in old for problem in _change_problems(old[view.name], view)]
    if problems:
        raise ConfigurationError(*problems)
    for view in views:
        _save(connection, view, old.get(view.name))


def _save(connection: sqlite3.Connection, view: FeatureView, old: ViewRecord | None) -> None:
    definition, known = _definition(view), json.dumps({**(old.known if old else {}), **view.features})
    if old is None:
        insert = "INSERT INTO view (name, definition, known) VALUES (?, ?, ?)"
        connection.execute(insert, (view.name, definition, known))
    elif old.view != view:
        # What was put online may lack a feature that there is now again: the next time, everything is looked at.
        reset = ", through = NULL, sequence = 0" if set(view.features) - set(old.view.features) else ""
        update = f"UPDATE view SET definition = ?, known = ?, version = version + 1{reset} WHERE id = ?"  # noqa: S608 - no input
        connection.execute(update, (definition, known, old.id))


def _change_problems(old: ViewRecord, new: FeatureView) -> Iterator[Problem]:
    where, remedy = f"feature view {new.name}", "give the view another name, or delete it first"
    if dict(old.view.entity_keys) != dict(new.entity_keys):
        yield Problem(f"its entity keys are {_listed(old.view.entity_keys)}", where=where, remedy=remedy)
    for column in ("timestamp_field", "created_timestamp_column"):
        if getattr(old.view, column) != getattr(new, column):
            yield Problem(f"is {getattr(old.view, column)}", where=f"{where}.{column}", remedy=remedy)
    for name, kind in new.features.items():
        if old.known.get(name, kind) != kind:
            yield Problem(f"was written as {old.known[name]}, not {kind}", where=f"{where}.{name}", remedy=remedy)


def _listed(types: Mapping[str, str]) -> str:
    return ", ".join(f"{name} ({kind})" for name, kind in sorted(types.items()))


def _definition(view: FeatureView) -> str:
    fields = attrs.asdict(view, recurse=False)
    fields["ttl"] = None if view.ttl is None else view.ttl // MICROSECOND
    return json.dumps(fields)


def _record(row: tuple[int, str, str, int, int | None, int]) -> ViewRecord:
    id_, definition, known, version, through, sequence = row
    fields: dict[str, Any] = json.loads(definition)
    ttl: int | None = fields.pop("ttl")
    view = FeatureView(**fields, ttl=None if ttl is None else timedelta(microseconds=ttl))
    return ViewRecord(id_, view, json.loads(known), version, through, sequence)
