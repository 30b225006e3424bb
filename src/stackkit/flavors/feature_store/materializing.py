"""From the files to the online features: what was not put there yet, and up to where everything was."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from stackkit.flavors.feature_store import database, frames, online
from stackkit.flavors.feature_store.parquet import oldest_first, read_files
from stackkit.flavors.feature_store.views import DataFile, ViewRecord, find_views

if TYPE_CHECKING:
    import polars as pl

EARLIEST = -(2**63)


@attrs.frozen
class Span:
    """Rows to be put online.

    Args:
        files: The files that hold them, in the order in which they were written.
        first: The earliest event.
        last: The latest.
        completes: Whether all rows up to `last` are online afterwards.
    """

    files: tuple[DataFile, ...]
    first: int
    last: int
    completes: bool


def span_between(record: ViewRecord, files: list[DataFile], start: int, end: int) -> Span:
    """All rows between two times.

    Args:
        record: The view.
        files: Its files.
        start: The first time, in microseconds since 1970.
        end: The last time.
    """
    through = EARLIEST if record.through is None else record.through
    online = [file.sequence <= record.sequence and min(file.last, start - 1) <= through for file in files if file.first < start]
    return Span(tuple(files), start, end, completes=all(online))


def span_since(record: ViewRecord, files: list[DataFile], end: int) -> tuple[Span, ...]:
    """What was not put online yet: old files after the last time, and all of those that were written since.

    Args:
        record: The view.
        files: Its files.
        end: The last time, in microseconds since 1970.
    """
    if record.through is None:
        return (Span(tuple(files), EARLIEST, end, completes=True),)
    old = tuple(file for file in files if file.sequence <= record.sequence)
    new = tuple(file for file in files if file.sequence > record.sequence)
    return (
        Span(old, record.through + 1, end, completes=False),
        Span(new, EARLIEST, end, completes=True),
    )


def put_online(path: Path, folder: Path, record: ViewRecord, spans: tuple[Span, ...]) -> bool:
    """Put rows online, all of them or none; what other processes put there meanwhile does no harm.

    Args:
        path: The database.
        folder: The folder of the view.
        record: The view as it was when the spans were made.
        spans: Which rows.

    Returns:
        Whether it was done; not if the view was changed meanwhile.

    Raises:
        FeatureNotFoundError: The view was deleted meanwhile.
        FeatureStoreError: The files or the database fail.
    """
    features = list(record.view.features)
    by = [frames.key(i) for i in range(len(record.keys))]
    rows = [read_files(folder, record, span.files, features, (span.first, span.last), numbered=True) for span in spans]
    newest = [_newest(found, by) for found in rows]
    with database.write(path) as connection:
        (now,) = find_views(connection, [record.view.name])
        if (now.id, now.version) != (record.id, record.version):
            return False
        for found in newest:
            online.put(connection, record, found)
        _enter(connection, now, spans)
    return True


def _newest(rows: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """The newest row of each entity."""
    places = oldest_first(rows, keys).unique(keys, keep="last").get_column(frames.POSITION)
    return rows[places]


def _enter(connection: sqlite3.Connection, now: ViewRecord, spans: tuple[Span, ...]) -> None:
    """Keep up to where everything is online; of what two processes found, the one that reaches further."""
    last = spans[-1].last
    if not spans[-1].completes or (now.through is not None and last < now.through):
        return
    sequence = max((file.sequence for span in spans for file in span.files), default=0)
    if last == now.through:
        sequence = max(sequence, now.sequence)
    connection.execute("UPDATE view SET through = ?, sequence = ? WHERE id = ?", (last, sequence, now.id))
