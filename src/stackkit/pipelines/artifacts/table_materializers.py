"""Arrays and tables as artifacts; the libraries are imported where they are used."""

from __future__ import annotations

from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from typing_extensions import override

from stackkit.core.extras import Extra
from stackkit.errors import NotSerializableError, Problem
from stackkit.pipelines.artifacts.materializers import Materializer, require_type

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import polars as pl
    import pyarrow as pa

_UNNAMED: Final = "__unnamed__"
"""What the column of a pandas Series without a name is called."""


class NumpyMaterializer(Materializer["np.ndarray[Any, Any]"]):
    """An array of numpy, as `.npy`; one of Python objects is refused."""

    @override
    def save(self, value: np.ndarray[Any, Any], file: IO[bytes], tp: object) -> None:
        with Extra("numpy"):
            import numpy as np
        require_type(value, np.ndarray)
        np.save(file, value, allow_pickle=False)

    @override
    def load(self, file: IO[bytes], tp: object, folder: Path) -> np.ndarray[Any, Any]:
        with Extra("numpy"):
            import numpy as np
        found: np.ndarray[Any, Any] = np.load(file, allow_pickle=False)
        return found


def _write_arrow(table: pa.Table, file: IO[bytes]) -> None:
    from pyarrow import ipc

    with ipc.new_stream(file, table.schema) as stream:
        stream.write_table(table)


def _read_arrow(file: IO[bytes]) -> pa.Table:
    from pyarrow import ipc

    with ipc.open_stream(file) as stream:
        return stream.read_all()


class ArrowMaterializer(Materializer["pa.Table"]):
    """A table of pyarrow, as a stream of Arrow IPC."""

    @override
    def save(self, value: pa.Table, file: IO[bytes], tp: object) -> None:
        with Extra("pyarrow"):
            import pyarrow as pa
        require_type(value, pa.Table)
        _write_arrow(value, file)

    @override
    def load(self, file: IO[bytes], tp: object, folder: Path) -> pa.Table:
        with Extra("pyarrow"):
            return _read_arrow(file)


class PandasMaterializer(Materializer["pd.DataFrame"]):
    """A frame of pandas with its index, as a stream of Arrow IPC."""

    @override
    def save(self, value: pd.DataFrame, file: IO[bytes], tp: object) -> None:
        with Extra("pandas"):
            import pandas as pd
            import pyarrow as pa
        require_type(value, pd.DataFrame)
        names: list[object] = value.columns.tolist()
        if len({type(name) for name in names}) > 1:  # they would come back as texts
            raise NotSerializableError(Problem("the names of its columns are of several types", remedy="name all by texts"))
        _write_arrow(pa.Table.from_pandas(value), file)

    @override
    def load(self, file: IO[bytes], tp: object, folder: Path) -> pd.DataFrame:
        with Extra("pandas"):
            return _read_arrow(file).to_pandas()


class PandasSeriesMaterializer(Materializer["pd.Series"]):
    """A series of pandas with its index, as a stream of Arrow IPC."""

    @override
    def save(self, value: pd.Series, file: IO[bytes], tp: object) -> None:
        with Extra("pandas"):
            import pandas as pd
        require_type(value, pd.Series)
        frame = value.to_frame(_UNNAMED if value.name is None else value.name)
        PandasMaterializer().save(frame, file, tp)

    @override
    def load(self, file: IO[bytes], tp: object, folder: Path) -> pd.Series:
        frame = PandasMaterializer().load(file, tp, folder)
        found = frame.iloc[:, 0]
        return found.rename(None) if found.name == _UNNAMED else found


class PolarsMaterializer(Materializer["pl.DataFrame"]):
    """A frame of polars, as a stream of Arrow IPC."""

    @override
    def save(self, value: pl.DataFrame, file: IO[bytes], tp: object) -> None:
        with Extra("polars"):
            import polars as pl
        require_type(value, pl.DataFrame)
        value.write_ipc_stream(file)

    @override
    def load(self, file: IO[bytes], tp: object, folder: Path) -> pl.DataFrame:
        with Extra("polars"):
            import polars as pl
        return pl.read_ipc_stream(file)


class PolarsSeriesMaterializer(Materializer["pl.Series"]):
    """A series of polars, as a stream of Arrow IPC."""

    @override
    def save(self, value: pl.Series, file: IO[bytes], tp: object) -> None:
        with Extra("polars"):
            import polars as pl
        require_type(value, pl.Series)
        value.to_frame().write_ipc_stream(file)

    @override
    def load(self, file: IO[bytes], tp: object, folder: Path) -> pl.Series:
        return PolarsMaterializer().load(file, tp, folder).to_series()
