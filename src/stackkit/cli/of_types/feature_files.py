"""Feature views, tables and entities as people give them to commands, and rows as commands show them."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from stackkit.cli.files import read_document, write_whole
from stackkit.components.feature_store import ArrowTable, FeatureValue, FeatureView
from stackkit.core.extras import Extra
from stackkit.core.narrow import is_dict
from stackkit.errors import ConfigurationError, DocumentError, Problem

if TYPE_CHECKING:
    import polars as pl

_SUFFIXES: Final = (".parquet", ".csv")


def read_views(file: Path) -> list[FeatureView]:
    """The feature views of a document.

    Args:
        file: Its path; `-` for standard input.

    Raises:
        DocumentError: It cannot be read, or is no list of feature views; all mistakes are told.
    """
    from stackkit.serialization.converter import FlavorConverter

    found: list[FeatureView] = FlavorConverter().structure(read_document(file), list[FeatureView])
    return found


def view_document(view: FeatureView) -> dict[str, object]:
    """A feature view as a document has it."""
    from stackkit.serialization.converter import FlavorConverter

    document: dict[str, object] = FlavorConverter().unstructure(view)
    return document


def read_table(file: Path) -> pl.DataFrame:
    """The table of a file.

    Args:
        file: Its path, which ends in `.parquet` or `.csv`.

    Raises:
        DocumentError: It cannot be read.
        MissingExtraError: polars is not installed.
    """
    _check_suffix(file)
    with Extra("features"):
        import polars as pl
    try:
        data = io.BytesIO(file.read_bytes())
        return pl.read_parquet(data) if file.suffix == ".parquet" else pl.read_csv(data, try_parse_dates=True)
    except OSError as error:
        what = f"cannot be read: {error.strerror or error}"
        raise DocumentError(Problem(what, where=str(file), remedy="name a file that can")) from error
    except pl.exceptions.PolarsError as error:
        what = f"is no table ({str(error).strip().partition(chr(10))[0]})"
        raise DocumentError(Problem(what, where=str(file), remedy="is it the right file?")) from error


def write_table(table: ArrowTable, file: Path) -> int:
    """Write a table whole or not at all.

    Args:
        table: The table.
        file: Its path, which ends in `.parquet` or `.csv`.

    Returns:
        How many rows it has.

    Raises:
        DocumentError: It cannot be written.
        MissingExtraError: polars is not installed.
    """
    _check_suffix(file)
    with Extra("features"):
        import polars as pl
    frame, data = pl.DataFrame(table), io.BytesIO()
    if file.suffix == ".parquet":
        frame.write_parquet(data)
    else:
        try:
            frame.write_csv(data)
        except pl.exceptions.PolarsError as error:
            what = f"cannot hold this table ({str(error).strip().partition(chr(10))[0]})"
            raise DocumentError(Problem(what, where=str(file), remedy="write a .parquet file")) from error
    write_whole(file, data.getvalue())
    return frame.height


def table_rows(table: ArrowTable) -> list[dict[str, object]]:
    """The rows of a table as they are shown."""
    with Extra("features"):
        import polars as pl
    return [{name: _shown(value) for name, value in row.items()} for row in pl.DataFrame(table).to_dicts()]


def columns_rows(columns: Mapping[str, Sequence[FeatureValue]]) -> list[dict[str, object]]:
    """The rows of columns as they are shown."""
    lines = zip(*columns.values(), strict=True)
    return [{name: _shown(value) for name, value in zip(columns, line, strict=True)} for line in lines]


def _shown(value: object) -> object:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, (date, datetime)) else value


def read_entity(text: str, types: Mapping[str, str]) -> dict[str, FeatureValue]:
    """The keys of an entity.

    Args:
        text: `key=value,key=value`, or a JSON object.
        types: The types of the keys that are known.

    Raises:
        ConfigurationError: It is neither, or a value is not of its type.
    """
    remedy = 'write KEY=VALUE, or a JSON object such as {"driver_id": 7}'
    if text.startswith("{"):
        try:
            found: object = json.loads(text)
        except ValueError as error:
            raise ConfigurationError(Problem(f"{text!r} is no JSON object", where="--entity", remedy=remedy)) from error
        return {str(key): _value(value) for key, value in found.items()} if is_dict(found) else {}
    pairs = [pair.partition("=") for pair in text.split(",")]
    if not all(equals and key for key, equals, _ in pairs):
        raise ConfigurationError(Problem(f"{text!r} is no entity", where="--entity", remedy=remedy))
    return {key: _typed(key, value, types.get(key, "string")) for key, _, value in pairs}


def _value(value: object) -> FeatureValue:
    if value is None or isinstance(value, (str, int, float)):
        return value
    raise ConfigurationError(Problem(f"{json.dumps(value)} is no key", where="--entity", remedy="give a number or a text"))


def _typed(key: str, value: str, kind: str) -> FeatureValue:
    if kind != "int64":
        return value
    try:
        return int(value)
    except ValueError as error:
        raise ConfigurationError(Problem(f"{value!r} is no whole number", where=f"--entity {key}")) from error


def _check_suffix(file: Path) -> None:
    if file.suffix not in _SUFFIXES:
        raise DocumentError(Problem("is neither .parquet nor .csv", where=str(file), remedy="name a file of one of these"))
