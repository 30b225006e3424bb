"""The features as they are: one row for each entity, in the database.

An entity is known by the JSON of its keys, features are kept as MessagePack: SQLite has no NaN and no booleans.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from stackkit.components.feature_store import FeatureValue
from stackkit.errors import ConfigurationError, Problem
from stackkit.flavors.feature_store import frames
from stackkit.flavors.feature_store.requests import Request
from stackkit.flavors.feature_store.times import MICROSECOND
from stackkit.flavors.feature_store.views import ViewRecord

if TYPE_CHECKING:
    import polars as pl

# An older row never replaces a newer one, whoever puts it online and when. Of rows that are as new as each other, the one
# that was written last counts; the same row again brings features that were added to the view.
_PUT: Final = """
    INSERT INTO online (view, entity, event, created, sequence, features) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET
        event = excluded.event, created = excluded.created, sequence = excluded.sequence, features = excluded.features
    WHERE (excluded.event, excluded.created, excluded.sequence) >= (event, created, sequence)
"""
_GET: Final = """
    SELECT asked.key, online.event, online.features FROM json_each(?) AS asked
    CROSS JOIN online ON online.view = ? AND online.entity = asked.value
"""

_MOST_PROBLEMS: Final = 3  # that are told of the entities of one call


class Row(NamedTuple):
    """What an entity has online.

    Args:
        event: When it became true, in microseconds since 1970.
        features: Its features.
    """

    event: int
    features: Mapping[str, FeatureValue]


def put(connection: sqlite3.Connection, record: ViewRecord, rows: pl.DataFrame) -> None:
    """Put rows online, where there are no newer ones.

    Args:
        connection: The database, in a transaction that writes.
        record: The view.
        rows: At most one for each entity, with all features of the view, as `parquet.read_files` gives them.
    """
    connection.executemany(_PUT, _parameters(record, rows))


def _parameters(record: ViewRecord, rows: pl.DataFrame) -> Iterator[tuple[int, str, int, int, int, bytes]]:
    import msgspec

    names = list(record.view.features)
    to_json, to_msgpack = msgspec.json.Encoder().encode, msgspec.msgpack.Encoder().encode
    columns = [frames.key(i) for i in range(len(record.keys))]
    columns += [frames.EVENT, frames.CREATED, frames.SEQUENCE, *(frames.feature(i) for i in range(len(names)))]
    count = len(record.keys)
    for values in rows.select(columns).iter_rows():
        event, created, sequence = values[count : count + 3]
        features = to_msgpack(dict(zip(names, values[count + 3 :], strict=True)))
        yield record.id, to_json(values[:count]).decode(), event, created, sequence, features


def get(connection: sqlite3.Connection, request: Request, entities: Sequence[str | None]) -> list[Row | None]:
    """The rows of some entities.

    Args:
        connection: The database.
        request: The view, and which of its features.
        entities: The entities, as `entity_texts` gives them.

    Returns:
        The row of each, None where there is none.
    """
    import msgspec

    decode: Callable[[bytes], dict[str, FeatureValue]] = msgspec.msgpack.Decoder().decode
    asked: list[str] = sorted({entity for entity in entities if entity is not None})  # neighbours share pages of the database
    parameters = (msgspec.json.encode(asked).decode(), request.record.id)
    answer: Iterable[tuple[int, int, bytes]] = connection.execute(_GET, parameters)
    found: dict[str, Row] = {asked[number]: Row(event, decode(data)) for number, event, data in answer}
    return [None if entity is None else found.get(entity) for entity in entities]


def columns_of(request: Request, rows: Sequence[Row | None], present: int) -> dict[str, list[FeatureValue]]:
    """Rows as a column for each feature, None where nothing is known, or no longer.

    Args:
        request: The view, and which of its features.
        rows: The rows.
        present: The time, in microseconds since 1970.
    """
    ttl = request.record.view.ttl
    since = None if ttl is None else present - ttl // MICROSECOND
    nothing: Mapping[str, FeatureValue] = {}
    good = [row.features if row is not None and (since is None or row.event >= since) else nothing for row in rows]
    return {column: [features.get(name) for features in good] for name, column in request.features.items()}


def check_entities(entities: Sequence[Mapping[str, FeatureValue]], types: Mapping[str, str]) -> None:
    """Refuse entities whose keys are missing or of the wrong type.

    Args:
        entities: The entities.
        types: The entity keys that are needed, with their types.

    Raises:
        ConfigurationError: What is wrong with the first of them.
    """
    problems: list[Problem] = []
    for number, entity in enumerate(entities):
        for name, kind in types.items():
            if name not in entity:
                has = ", ".join(entity) or "nothing"
                problems.append(Problem("is missing", where=f"entities[{number}].{name}", remedy=f"the entity has {has}"))
            elif not _fits(entity[name], kind):
                what = f"is {type(entity[name]).__name__}, not {kind}"
                problems.append(Problem(what, where=f"entities[{number}].{name}", remedy="give it as the view has it"))
        if len(problems) >= _MOST_PROBLEMS:
            break
    if problems:
        raise ConfigurationError(*problems[:_MOST_PROBLEMS])


def _fits(value: object, kind: str) -> bool:
    if value is None:
        return True
    if kind == "int64":  # also those of numpy, which are no int
        return type(value) is int or (hasattr(value, "__index__") and not isinstance(value, bool))
    return isinstance(value, str)


def entity_texts(record: ViewRecord, entities: Sequence[Mapping[str, FeatureValue]]) -> list[str | None]:
    """What each entity is known by; None where one of its keys is None.

    Args:
        record: The view.
        entities: Entities with all keys of the view, of the right types.
    """
    import msgspec

    encode = msgspec.json.Encoder(enc_hook=int).encode
    found: list[str | None] = []
    keys = record.keys
    for entity in entities:
        values = [entity[name] for name in keys]
        found.append(None if None in values else encode(values).decode())
    return found
