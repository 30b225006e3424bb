"""The Parquet files of a local feature store: each holds the rows of one call, and never changes."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from stackkit.core.extras import Extra
from stackkit.errors import FeatureStoreError, Problem
from stackkit.flavors.feature_store import frames
from stackkit.flavors.feature_store.views import DataFile, ViewRecord

if TYPE_CHECKING:
    import polars as pl

_PATH: Final = "path:"  # no column of a view has a colon in its name
_ABANDONED: Final = 3600.0  # seconds after which a file that nobody knows was left by a process that died


def write_file(folder: Path, rows: pl.DataFrame) -> str:
    """Write rows, so that they survive the machine's death; nobody sees them before their file is entered in the database.

    Args:
        folder: The folder of the view; made where it is missing.
        rows: The rows.

    Returns:
        The name of the file.

    Raises:
        FeatureStoreError: The file cannot be written.
    """
    name = f"{uuid4().hex}.parquet"
    path = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            rows.write_parquet(file)
            file.flush()
            os.fsync(file.fileno())
        for place in (folder, folder.parent):
            _flush(place)
    except OSError as e:
        with suppress(OSError):
            path.unlink()
        remedy = "let this user write there, and check the space left on the disk"
        raise FeatureStoreError(Problem(f"cannot be written ({e.strerror or e})", where=str(folder), remedy=remedy)) from e
    return name


def _flush(folder: Path) -> None:
    """Have the names in a folder survive the machine's death."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_files(folder: Path, names: Iterable[str]) -> None:
    """Remove files that the database does not know any more, and the folder with the last."""
    with suppress(OSError):
        for name in names:
            (folder / name).unlink(missing_ok=True)
        folder.rmdir()


def clear_abandoned(folder: Path, known: Iterable[str]) -> None:
    """Remove what processes left that died while they wrote.

    Args:
        folder: The folder of a view.
        known: The names of its files.
    """
    with suppress(OSError):
        for path in set(folder.iterdir()) - {folder / name for name in known}:
            if time.time() - path.stat().st_mtime > _ABANDONED:
                path.unlink()


def read_files(
    folder: Path,
    record: ViewRecord,
    files: Sequence[DataFile],
    features: Sequence[str],
    within: tuple[int, int],
    *,
    numbered: bool = False,
) -> pl.DataFrame:
    """The rows of some files whose events are between two times.

    Args:
        folder: The folder of the view.
        record: The view.
        files: Its files, in the order in which they were written.
        features: Which features.
        within: The first and the last time, in microseconds since 1970.
        numbered: Whether to tell the sequence of each row's file.

    Returns:
        Keys, events, times of creation, features, and perhaps sequences, under the names of `frames`, in the order in which
        they were written.

    Raises:
        FeatureStoreError: A file is gone, or damaged.
    """
    with Extra("features"):
        import polars as pl
    needed = [file for file in files if file.first <= within[1] and file.last >= within[0]]
    if not needed:
        return pl.DataFrame(schema=_schema(record, features, numbered=numbered))
    alike = [list(group) for _, group in groupby(needed, lambda file: file.columns)]
    try:
        scans = [_scan(folder, record, group, features, within, numbered=numbered) for group in alike]
        return pl.concat(scans).collect()
    except (OSError, pl.exceptions.PolarsError) as e:
        remedy = "restore it from a backup, or delete the feature view"
        detail = str(e).strip().partition("\n")[0]
        raise FeatureStoreError(Problem(f"its files cannot be read ({detail})", where=str(folder), remedy=remedy)) from e


def oldest_first(rows: pl.DataFrame, keys: Sequence[str], *, among: pl.DataFrame | None = None) -> pl.DataFrame:
    """Where rows stand, so that of those with the same keys the last is the newest; without features, sorting is cheap.

    Args:
        rows: The rows, as `read_files` gives them.
        keys: Their keys.
        among: The keys of the rows that matter; all by default.

    Returns:
        The keys and events, and the position of each row.
    """
    found = rows.select(*keys, frames.EVENT, frames.CREATED).with_row_index(frames.POSITION)
    if among is not None and among.height < found.height:
        found = found.join(among.unique(), on=list(keys), how="semi", maintain_order="left")
    return found.sort(frames.EVENT, frames.CREATED, maintain_order=True).drop(frames.CREATED)


def _scan(
    folder: Path,
    record: ViewRecord,
    files: Sequence[DataFile],
    features: Sequence[str],
    within: tuple[int, int],
    *,
    numbered: bool,
) -> pl.LazyFrame:
    """The rows of files that have the same columns; one scan of many files is much faster than many."""
    import polars as pl

    view = record.view
    event = pl.col(view.timestamp_field)
    scan = pl.scan_parquet([folder / file.name for file in files], glob=False, include_file_paths=_PATH if numbered else None)
    if any(file.first < within[0] or file.last > within[1] for file in files):
        first, last = (pl.lit(bound).cast(pl.Datetime("us", "UTC")) for bound in within)
        scan = scan.filter(event.is_between(first, last))
    columns = [pl.col(name).alias(frames.key(i)) for i, name in enumerate(record.keys)]
    columns += [event.cast(pl.Int64).alias(frames.EVENT)]
    columns += [pl.col(view.created_timestamp_column).cast(pl.Int64).alias(frames.CREATED)]
    for i, name in enumerate(features):
        found = pl.col(name) if name in files[0].columns else pl.lit(None, dtype=frames.polars_type(view.features[name]))
        columns.append(found.alias(frames.feature(i)))
    if numbered:
        sequences = {file.name: file.sequence for file in files}
        file_name = pl.col(_PATH).str.split("/").list.last()
        columns.append(file_name.replace_strict(sequences, return_dtype=pl.Int64).alias(frames.SEQUENCE))
    return scan.select(columns)


def _schema(record: ViewRecord, features: Sequence[str], *, numbered: bool) -> dict[str, pl.DataType]:
    whole = frames.polars_type("int64")
    schema = {frames.key(i): frames.polars_type(record.view.entity_keys[name]) for i, name in enumerate(record.keys)}
    schema |= {frames.EVENT: whole, frames.CREATED: whole}
    schema |= {frames.feature(i): frames.polars_type(record.view.features[name]) for i, name in enumerate(features)}
    return {**schema, frames.SEQUENCE: whole} if numbered else schema
