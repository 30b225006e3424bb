"""The features as they were: the last row of each entity that was known at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from stackkit.flavors.feature_store import frames
from stackkit.flavors.feature_store.parquet import read_files
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
    rows = pl.DataFrame({frames.ROW: pl.int_range(len(when), eager=True), "when": when})
    rows = rows.with_columns(keys[name].alias(frames.key(i)) for i, name in enumerate(record.keys))
    asked = rows.drop_nulls().sort("when")
    ttl = None if record.view.ttl is None else record.view.ttl // MICROSECOND
    known = read_files(folder, record, files, features, _span(asked.get_column("when"), ttl))
    if known.height > asked.height:  # sorting is what costs most
        known = known.join(asked.select(by).unique(), on=by, how="semi", maintain_order="left")
    found = asked.join_asof(known, left_on="when", right_on=frames.EVENT, by=by, strategy="backward", check_sortedness=False)
    columns = [pl.col(frames.feature(i)) for i in range(len(features))]
    if ttl is not None:
        alive = pl.col("when") - pl.col(frames.EVENT) <= ttl
        columns = [pl.when(alive).then(column).otherwise(None).alias(column.meta.output_name()) for column in columns]
    answer = rows.select(frames.ROW).join(found.select(frames.ROW, *columns), on=frames.ROW, how="left", maintain_order="left")
    return answer.drop(frames.ROW).rename({frames.feature(i): request.features[name] for i, name in enumerate(features)})


def _span(when: pl.Series, ttl: int | None) -> tuple[int, int]:
    """The times between which a row can count; an empty span where nothing is asked."""
    first, last = when.min(), when.max()
    if not (isinstance(first, int) and isinstance(last, int)):
        return (0, -1)
    return (_EARLIEST if ttl is None else max(_EARLIEST, first - ttl), last)
