"""Tables that people hand in: taken over from any dataframe library, their columns checked and brought to a view's types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from stackkit.components.feature_store import ArrowTable, FeatureView
from stackkit.core.extras import Extra
from stackkit.errors import ConfigurationError, Problem
from stackkit.flavors.feature_store import times

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

ENTITY_TIME: Final = "event_timestamp"
"""The column of an entity table that has the time of each row."""

# What columns are called inside: people's own names could be anything.
EVENT, CREATED, POSITION, ROW, SEQUENCE, WHEN = "event", "created", "position", "row", "sequence", "when"
_HELD: Final = {"ms": 1000, "us": 1, "ns": 1}  # microseconds in a unit of time, where it is not finer than one
_MOST: Final = 2**63 - 1


def key(number: int) -> str:
    """What an entity key is called inside."""
    return f"key{number}"


def feature(number: int) -> str:
    """What a feature is called inside."""
    return f"feature{number}"


def taken_over(table: ArrowTable, what: str) -> pa.Table:
    """Somebody's table as one of pyarrow.

    Args:
        table: A table of any dataframe library.
        what: What it is, for the message.

    Raises:
        ConfigurationError: It is none, or holds what Arrow cannot.
    """
    with Extra("features"):
        import pyarrow as pa
    remedy = "give a pyarrow table, or a dataframe of polars or pandas whose columns have one type each"
    if not hasattr(table, "__arrow_c_stream__"):
        raise ConfigurationError(Problem(f"{type(table).__name__} is no Arrow table", where=what, remedy=remedy))
    try:
        return pa.table(table)
    except (pa.ArrowException, TypeError, ValueError, NotImplementedError) as e:
        raise ConfigurationError(Problem(f"cannot be read ({_first_line(e)})", where=what, remedy=remedy)) from e


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


class Columns:
    """Columns of a table, brought to types; what is wrong with them is collected.

    Args:
        table: The table.
        where: What it is, for messages.
    """

    def __init__(self, table: pa.Table, where: str) -> None:
        self.table = table
        self.where = where
        self.problems: list[Problem] = []

    def typed(self, name: str, kind: str, *, required: bool = False) -> pl.Series | None:
        """A column as a type of entity keys or features; None, and a problem, where that cannot be.

        Args:
            name: The column.
            kind: The type.
            required: Whether nulls are a problem.
        """
        series = self._column(name)
        if series is None:
            return None
        brought = _brought(series, kind)
        if brought is None:
            self._refuse(name, f"holds {_told(series)}, not {kind}", "bring the column to this type")
        elif required and brought.null_count():
            self._refuse(name, f"is null in {brought.null_count()} of {len(brought)} rows", "leave these rows out")
        return brought

    def times(self, name: str, *, late: bool, required: bool = False) -> pl.Series | None:
        """A column of times as microseconds since 1970; None, and a problem, where it has none.

        Args:
            name: The column.
            late: Whether what lies between two microseconds becomes the later one.
            required: Whether nulls are a problem.
        """
        series = self._column(name)
        if series is None:
            return None
        brought = _microseconds(series, late=late)
        if brought is None:
            self._refuse(name, f"holds {_told(series)}, not times", "bring the column to a timestamp type")
        elif required and brought.null_count():
            self._refuse(name, f"is null in {brought.null_count()} of {len(brought)} rows", "leave these rows out")
        return brought

    def check(self) -> None:
        """Refuse the table, if anything is wrong with it.

        Raises:
            ConfigurationError: All that is wrong.
        """
        if self.problems:
            raise ConfigurationError(*self.problems)

    def _column(self, name: str) -> pl.Series | None:
        with Extra("features"):
            import polars as pl

        found = self.table.column_names.count(name)
        if found == 1:
            taken = pl.from_arrow(self.table.select([name]))
            return taken.get_column(name) if isinstance(taken, pl.DataFrame) else taken
        what = "is missing" if found == 0 else f"is there {found} times"
        self._refuse(name, what, f"the table has {', '.join(self.table.column_names) or 'no columns'}")
        return None

    def _refuse(self, name: str, what: str, remedy: str) -> None:
        self.problems.append(Problem(what, where=f"{self.where}.{name}", remedy=remedy))


def rows_of(view: FeatureView, keys: list[str], table: ArrowTable) -> pl.DataFrame:
    """Rows to be written, in the types of their view, with the columns of the Parquet files.

    Args:
        view: The view.
        keys: Its entity keys in order.
        table: The rows.

    Raises:
        ConfigurationError: Columns are missing, unknown, or of the wrong type; all of them are told.
    """
    taken = taken_over(table, "rows")
    with Extra("features"):
        import polars as pl
    columns = Columns(taken, "rows")
    columns.problems.extend(_unknown(view, taken.column_names))
    frame: dict[str, pl.Series | None] = {}
    for name in keys:
        frame[name] = columns.typed(name, view.entity_keys[name], required=True)
    for name, kind in view.features.items():
        frame[name] = columns.typed(name, kind)
    frame[view.timestamp_field] = _as_times(columns.times(view.timestamp_field, late=True, required=True))
    created = view.created_timestamp_column
    if created in taken.column_names:
        frame[created] = _as_times(columns.times(created, late=True, required=True))
    else:
        frame[created] = _as_times(pl.repeat(times.now(), taken.num_rows, dtype=pl.Int64, eager=True))
    columns.check()
    return pl.DataFrame({name: series for name, series in frame.items() if series is not None})


def _unknown(view: FeatureView, names: list[str]) -> Iterator[Problem]:
    for name in names:
        index = name.startswith("__index_level_") and name.endswith("__")  # what pandas calls an index without a name
        if name not in view.columns and not index:
            remedy = f"leave it out, or add it to the feature view {view.name}"
            yield Problem("is no column of the feature view", where=f"rows.{name}", remedy=remedy)


def entities_of(table: pa.Table, types: Mapping[str, str]) -> tuple[pl.Series, dict[str, pl.Series]]:
    """The times and keys of an entity table.

    Args:
        table: The table.
        types: The entity keys that are needed, with their types.

    Returns:
        The times in microseconds since 1970, and each key.

    Raises:
        ConfigurationError: Columns are missing or of the wrong type; all of them are told.
    """
    columns = Columns(table, "entities")
    when = columns.times(ENTITY_TIME, late=False)
    found = {name: columns.typed(name, kind) for name, kind in types.items()}
    columns.check()
    keys = {name: series for name, series in found.items() if series is not None}
    if when is None:
        raise AssertionError("a column that is missing is a problem")
    return when, keys


def _told(series: pl.Series) -> str:
    """What a column holds, in words of its library."""
    return str(series.dtype).lower()


def _brought(series: pl.Series, kind: str) -> pl.Series | None:
    """A column as another type, where that loses nothing."""
    import polars as pl

    dtype = series.dtype
    if dtype == pl.Null:
        return series.cast(polars_type(kind))
    if kind == "int64":
        return _whole(series)
    if kind == "float64":
        return series.cast(pl.Float64) if dtype.is_numeric() else None
    if kind == "string":
        return series.cast(pl.String) if isinstance(dtype, (pl.String, pl.Categorical, pl.Enum)) else None
    wanted = polars_type(kind)
    return series if dtype == wanted else None


def _whole(series: pl.Series) -> pl.Series | None:
    """Whole numbers; also those that pandas made floats of, to have NaN among them."""
    import polars as pl

    if series.dtype.is_float():
        series = series.fill_nan(None)
        whole = series.cast(pl.Int64, strict=False)
        return whole if whole.cast(series.dtype).equals(series) else None
    if not series.dtype.is_integer():
        return None
    brought = series.cast(pl.Int64, strict=False)
    return brought if brought.null_count() == series.null_count() else None


def polars_type(kind: str) -> pl.DataType:
    """The type of polars that a type of entity keys or features is kept as."""
    import polars as pl

    types: dict[str, pl.DataType] = {
        "bool": pl.Boolean(),
        "bytes": pl.Binary(),
        "float64": pl.Float64(),
        "int64": pl.Int64(),
        "string": pl.String(),
    }
    return types[kind]


def _microseconds(series: pl.Series, *, late: bool) -> pl.Series | None:
    import polars as pl

    dtype = series.dtype
    if dtype == pl.Null:
        return series.cast(pl.Int64)
    if dtype == pl.Date:
        return series.cast(pl.Int64) * (24 * 60 * 60 * 1_000_000)
    if not isinstance(dtype, pl.Datetime):
        return None
    number = series.cast(pl.Int64)
    if dtype.time_unit == "ns":
        return -(-number // 1000) if late else number // 1000
    factor = _HELD[dtype.time_unit]
    inside = number.is_between(-(_MOST // factor), _MOST // factor)
    return number * factor if inside.all() else None


def _as_times(series: pl.Series | None) -> pl.Series | None:
    import polars as pl

    return None if series is None else series.cast(pl.Datetime("us", "UTC"))
