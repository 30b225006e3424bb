"""The features as they were: the last row of each entity that was known at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from stackkit.flavors.feature_store import frames
from stackkit.flavors.feature_store.parquet import oldest_first, read_files
from stackkit.flavors.feature_store.requests import Request
from stackkit.flavors.feature_store.times import MICROSECOND
from stackkit.flavors.feature_store.views import DataFile

if TYPE_CHECKING:
    import polars as pl

_EARLIEST = -(2**63)


def joined(
    folder: Path, request: Request, files: Sequence[DataFile], when: pl.Series, keys: Mapping[str, pl.Series]
) -> pl.DataFrame:
    """The features of one view for each row of an entity table, in its order.

    Args:
        folder: The folder of the view.
        request: The view, and which of its features.
        files: The view's files, in the order in which they were written.
        when: The time of each row, in microseconds since 1970.
        keys: The entity keys of each row.

    Returns:
        A column for each feature, under the name that the request gives it.
    """
    import polars as pl

    record, features = request.record, list(request.features)
    by = [frames.key(i) for i in range(len(record.keys))]
    asked = pl.DataFrame({frames.WHEN: when, **{key: keys[name] for key, name in zip(by, record.keys, strict=True)}})
    ttl = None if record.view.ttl is None else record.view.ttl // MICROSECOND
    known = read_files(folder, record, files, features, _span(when, ttl))
    at = _positions(asked, known, by, ttl)
    chosen = {request.features[name]: known.get_column(frames.feature(i)).gather(at) for i, name in enumerate(features)}
    return pl.DataFrame(chosen)


def _positions(asked: pl.DataFrame, known: pl.DataFrame, by: Sequence[str], ttl: int | None) -> pl.Series:
    """For each row of an entity table, where the row stands that counts; null where none does."""
    import polars as pl

    numbered = asked.with_row_index(frames.ROW)
    usable = numbered.drop_nulls().sort(frames.WHEN)
    found = usable.join_asof(
        oldest_first(known, by, among=usable.select(by)),
        left_on=frames.WHEN,
        right_on=frames.EVENT,
        by=by,
        strategy="backward",
        check_sortedness=False,  # polars could not check it within the groups
        coalesce=False,
    )
    if ttl is not None:
        found = found.filter(pl.col(frames.WHEN) - pl.col(frames.EVENT) <= ttl)
    positions = numbered.select(frames.ROW).join(found, on=frames.ROW, how="left", maintain_order="left")
    return positions.get_column(frames.POSITION)


def _span(when: pl.Series, ttl: int | None) -> tuple[int, int]:
    """The times between which a row can count; an empty span where nothing is asked."""
    first, last = when.min(), when.max()
    if not (isinstance(first, int) and isinstance(last, int)):
        return (0, -1)
    return (_EARLIEST if ttl is None else max(_EARLIEST, first - ttl), last)
