"""Features in a folder of this machine: Parquet files for what was, SQLite for what is."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Final, final

import attrs
from typing_extensions import override

from stackkit.components.feature_store import ArrowTable, BaseFeatureStore, FeatureValue, FeatureView
from stackkit.errors import ConfigurationError, FeatureNotFoundError, Problem
from stackkit.flavors.feature_store import database, frames, materializing, online, parquet, times
from stackkit.flavors.feature_store.joining import joined
from stackkit.flavors.feature_store.requests import check_columns, key_types, requests
from stackkit.flavors.feature_store.views import DataFile, ViewRecord, all_views, files_of, find_views, save_views

_Spans = Callable[[ViewRecord, list[DataFile]], tuple[materializing.Span, ...]]

DATABASE: Final = "features.db"
OFFLINE: Final = "offline"


def _check_path(_: object, __: object, path: str) -> None:
    if not path or "\0" in path or "://" in path:
        raise ConfigurationError(Problem(f"{path!r} is not a folder's path", where="path", remedy="give the path of a folder"))


@final
class LocalFeatureStore(BaseFeatureStore):
    """Features of one machine.

    The folder holds `features.db`, with the feature views and the online features, and a folder `offline` of Parquet files, one
    for each `write`. It is made by `provision`, or by the first `apply`. Any number of processes may use it at once. Beyond
    what holds for every feature store:

    - `write` and `materialize` of a view do all that they are asked or nothing, and what they did when they returned
      is on the disk: neither `kill -9` nor a power cut takes it back or leaves half of it.
    - Of rows with the same event and time of creation, the one that was written last counts.
    - Times are kept in whole microseconds. Where they are finer, those of features are rounded up and those of entities
      down: nothing is known before its time.
    - Whole numbers in columns of floats, as pandas makes them where values are missing, are taken for what they are.
    - A feature that was added to a view is null in rows that were written before.

    Args:
        path: The folder. A relative path is made absolute and `~` is expanded.

    Raises:
        ConfigurationError: The path is none.
    """

    FLAVOR: ClassVar[str] = "local"

    path: str = attrs.field(validator=_check_path, metadata={"help": "the folder that features are kept in"})

    def __attrs_post_init__(self) -> None:
        """Make the path absolute, so that a saved configuration does not depend on where it is used."""
        object.__setattr__(self, "path", posixpath.abspath(posixpath.expanduser(self.path)))

    @property
    @override
    def is_provisioned(self) -> bool:
        """Whether the database is there."""
        return self._database.is_file()

    @override
    def provision(self) -> None:
        """Make the folder and the database.

        Raises:
            FeatureStoreError: They cannot be made.
        """
        database.make(self._database)

    @override
    def deprovision(self) -> None:
        """Nothing: the features would be lost. To be rid of them, use `delete_feature_view`."""

    @override
    def apply(self, views: Sequence[FeatureView]) -> None:
        with database.write(self._database) as connection:
            save_views(connection, views)

    @override
    def list_feature_views(self) -> list[FeatureView]:
        with database.read(self._database) as connection:
            return [record.view for record in all_views(connection)]

    @override
    def delete_feature_view(self, name: str) -> None:
        self._record(name)  # so that nothing is made where there is nothing
        with database.write(self._database) as connection:
            (record,) = find_views(connection, [name])
            files = files_of(connection, record)
            connection.execute("DELETE FROM view WHERE id = ?", (record.id,))
        parquet.remove_files(self._folder(record), [file.name for file in files])

    @override
    def write(self, view: str, rows: ArrowTable) -> None:
        record = self._record(view)
        frame = frames.rows_of(record.view, record.keys, rows)
        if not frame.height:
            return
        folder = self._folder(record)
        name = parquet.write_file(folder, frame)
        events = frame.get_column(record.view.timestamp_field).to_physical()
        with database.write(self._database) as connection:
            if record.id not in (now.id for now in all_views(connection)):
                parquet.remove_files(folder, [name])
                raise FeatureNotFoundError(Problem(f"the feature view {view} was deleted meanwhile", remedy="repeat it"))
            connection.execute(
                "INSERT INTO file (view, name, columns, rows, first, last) VALUES (?, ?, ?, ?, ?, ?)",
                (record.id, name, json.dumps([*record.view.features]), frame.height, events.min(), events.max()),
            )
            known = [file.name for file in files_of(connection, record)]
        parquet.clear_abandoned(folder, known)

    @override
    def get_historical_features(
        self, entities: ArrowTable, features: Sequence[str], *, full_feature_names: bool = False
    ) -> ArrowTable:
        with database.read(self._database) as connection:
            asked = requests(all_views(connection), features, full=full_feature_names)
            files = {request.record.id: files_of(connection, request.record) for request in asked}
        table = frames.taken_over(entities, "entities")
        check_columns([*table.column_names, *(name for request in asked for name in request.features.values())])
        when, keys = frames.entities_of(table, key_types(asked))
        for request in asked:
            record = request.record
            answer = joined(self._folder(record), request, files[record.id], when, keys).to_arrow()
            for name in answer.column_names:
                table = table.append_column(name, answer.column(name))
        return table

    @override
    def materialize(self, start: datetime, end: datetime, *, views: Sequence[str] | None = None) -> None:
        first, last = times.microseconds(start), times.microseconds(end)
        if last < first:
            problem = Problem(f"the end, {end}, is before the start, {start}", remedy="give the earlier time first")
            raise ConfigurationError(problem)
        self._put_online(views, lambda record, files: (materializing.span_between(record, files, first, last),))

    @override
    def materialize_incremental(self, end: datetime, *, views: Sequence[str] | None = None) -> None:
        last = times.microseconds(end)
        self._put_online(views, lambda record, files: materializing.span_since(record, files, last))

    @override
    def materialized_until(self, view: str) -> datetime | None:
        through = self._record(view).through
        return None if through is None else times.moment(through)

    @override
    def get_online_features(
        self, entities: Sequence[Mapping[str, FeatureValue]], features: Sequence[str], *, full_feature_names: bool = False
    ) -> dict[str, list[FeatureValue]]:
        with database.read(self._database) as connection:
            asked = requests(all_views(connection), features, full=full_feature_names)
            types = key_types(asked)
            check_columns([*types, *(name for request in asked for name in request.features.values())])
            online.check_entities(entities, types)
            answer: dict[str, list[FeatureValue]] = {name: [entity[name] for entity in entities] for name in types}
            for request in asked:
                rows = online.get(connection, request, online.entity_texts(request.record, entities))
                answer |= online.columns_of(request, rows, times.now())
        return answer

    @property
    def _database(self) -> Path:
        return Path(self.path) / DATABASE

    def _folder(self, record: ViewRecord) -> Path:
        return Path(self.path) / OFFLINE / record.folder

    def _record(self, name: str) -> ViewRecord:
        with database.read(self._database) as connection:
            (record,) = find_views(connection, [name])
        return record

    def _put_online(self, names: Sequence[str] | None, spans: _Spans) -> None:
        with database.read(self._database) as connection:
            records = find_views(connection, names)
        for record in records:
            while not self._put_view_online(record.view.name, spans):  # until nobody changes it meanwhile
                pass

    def _put_view_online(self, name: str, spans: _Spans) -> bool:
        with database.read(self._database) as connection:
            (record,) = find_views(connection, [name])
            files = files_of(connection, record)
        return materializing.put_online(self._database, self._folder(record), record, spans(record, files))
