"""Feature stores: the inputs of models, as they were at a point in time and as they are now."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final, Literal, Protocol, TypeAlias, get_args

import attrs

from stackkit.core.component import StackComponent
from stackkit.core.component_type import Component, ComponentType
from stackkit.core.names import suggestion
from stackkit.errors import ConfigurationError, FeatureNotFoundError, Problem


class ArrowTable(Protocol):
    """A table of columns that any dataframe library can take over without a copy (the Arrow PyCapsule interface).

    pyarrow tables, polars and pandas dataframes are such tables; `pyarrow.table(x)` and `polars.DataFrame(x)` take one.
    """

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...


FeatureValue: TypeAlias = str | int | float | bool | bytes | None
KeyType: TypeAlias = Literal["int64", "string"]
FeatureType: TypeAlias = Literal["bool", "bytes", "float64", "int64", "string"]


@attrs.frozen
class FeatureView:
    """Features of the same entities, which are written together in rows.

    Args:
        name: What it is called: letters, digits and `_`.
        entity_keys: The columns that tell entities apart, with their types.
        features: The columns with the features, with their types.
        ttl: How long a row is good for, from its event on; None for ever. A row exactly that old still is.
        timestamp_field: The column that tells when a row became true.
        created_timestamp_column: The column that tells when a row was made; of two rows of the same entity and event, the
            one that was created later counts. When it is left out of the rows, they are created as they are written.
        description: What people should know of it.

    Raises:
        ConfigurationError: It could not be used; all reasons are told.

    >>> view = FeatureView("driver_stats", {"driver_id": "int64"}, {"rating": "float64"}, ttl=timedelta(days=1))
    >>> view.columns
    ('driver_id', 'rating', 'event_timestamp', 'created')
    """

    name: str
    entity_keys: Mapping[str, KeyType]
    features: Mapping[str, FeatureType]
    ttl: timedelta | None = None
    timestamp_field: str = "event_timestamp"
    created_timestamp_column: str = "created"
    description: str = ""

    def __attrs_post_init__(self) -> None:
        problems = list(_view_problems(self))
        if problems:
            raise ConfigurationError(*problems)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of its rows."""
        return (*self.entity_keys, *self.features, self.timestamp_field, self.created_timestamp_column)


def _view_problems(view: FeatureView) -> Iterator[Problem]:
    where = view.name
    if not (view.name.isascii() and view.name.isidentifier()):
        yield Problem(f"{view.name!r} is no name of a feature view", remedy="use letters, digits and _")
    if not view.entity_keys:
        yield Problem("has no entity keys", where=where, remedy='give the column that tells entities apart: {"id": "int64"}')
    if not view.features:
        yield Problem("has no features", where=where, remedy='give them with their types: {"rating": "float64"}')
    for column in view.columns:
        if not column or ":" in column or not column.isprintable():
            yield Problem(f"{column!r} is no name of a column", where=where, remedy="use text without : in it")
        elif view.columns.count(column) > 1:
            yield Problem(f"has the column {column} twice", where=where, remedy="call each column otherwise")
    for columns, types in ((view.entity_keys, get_args(KeyType)), (view.features, get_args(FeatureType))):
        for column, kind in columns.items():
            if kind not in types:
                yield Problem(f"{kind!r} is no type of it", where=f"{where}.{column}", remedy=f"use one of {', '.join(types)}")
    if view.ttl is not None and view.ttl <= timedelta(0):
        yield Problem("is no time to live", where=f"{where}.ttl", remedy="give more than nothing, or None for ever")


class FeatureStore(Component, Protocol):
    """Features of entities over time, each named `view:feature`.

    Laws:

    - A historical row holds the features of the last row of the view whose event was not after the row's own time, and not
      longer before it than the time to live: at exactly the same time, and exactly as old as that, it still counts.
    - Of several with the same event, the one that was created last counts. When it was created matters for nothing else.
    - The answer has the rows and columns that were given, in their order, and then a column for each feature. Where nothing
      is known, or a key is null, the features are null.
    - After `materialize_incremental(end)`, online features are those of each entity's last row whose event was not after `end`,
      however late that row was written. After `materialize(start, end)` they are, where the last row was at `start` or later.
      Neither ever puts back an older row. What is older than its time to live is None.
    - Before they are materialized, rows change nothing online.
    - Times without a time zone are in UTC.
    """

    TYPE: ClassVar[ComponentType[FeatureStore]]

    def apply(self, views: Sequence[FeatureView]) -> None: ...
    def list_feature_views(self) -> list[FeatureView]: ...
    def get_feature_view(self, name: str) -> FeatureView: ...
    def delete_feature_view(self, name: str) -> None: ...
    def write(self, view: str, rows: ArrowTable) -> None: ...
    def get_historical_features(
        self, entities: ArrowTable, features: Sequence[str], *, full_feature_names: bool = False
    ) -> ArrowTable: ...
    def materialize(self, start: datetime, end: datetime, *, views: Sequence[str] | None = None) -> None: ...
    def materialize_incremental(self, end: datetime, *, views: Sequence[str] | None = None) -> None: ...
    def materialized_until(self, view: str) -> datetime | None: ...
    def get_online_features(
        self, entities: Sequence[Mapping[str, FeatureValue]], features: Sequence[str], *, full_feature_names: bool = False
    ) -> dict[str, list[FeatureValue]]: ...


FEATURE_STORE: Final = ComponentType[FeatureStore]("feature_store")


class BaseFeatureStore(StackComponent, ABC):
    """The base of every feature store. A feature is named `view:feature`."""

    TYPE: ClassVar[ComponentType[FeatureStore]] = FEATURE_STORE

    @abstractmethod
    def get_historical_features(
        self, entities: ArrowTable, features: Sequence[str], *, full_feature_names: bool = False
    ) -> ArrowTable:
        """The features as they were known at each row's time.

        Args:
            entities: One row for each entity and time: the entity keys and a column `event_timestamp`. Further columns are
                handed through.
            features: Which features, each `view:feature`; of any number of views.
            full_feature_names: Whether columns are called `view__feature` and not `feature`.

        Returns:
            The rows of `entities`, in their order, with a column for each feature; null where nothing was known.

        Raises:
            FeatureNotFoundError: There is no such view or feature; all that are missing are named.
            ConfigurationError: Entity keys or times are missing or of the wrong type, or two columns would be called alike.
        """

    @abstractmethod
    def get_online_features(
        self, entities: Sequence[Mapping[str, FeatureValue]], features: Sequence[str], *, full_feature_names: bool = False
    ) -> dict[str, list[FeatureValue]]:
        """The features as they are now.

        Args:
            entities: The entity keys of each row.
            features: Which features, each `view:feature`; of any number of views.
            full_feature_names: Whether columns are called `view__feature` and not `feature`.

        Returns:
            A column for each entity key of the views and each feature, in the order of `entities`; None where nothing is
            known, or no longer.

        Raises:
            FeatureNotFoundError: There is no such view or feature; all that are missing are named.
            ConfigurationError: Entity keys are missing or of the wrong type, or two columns would be called alike.
        """

    @abstractmethod
    def apply(self, views: Sequence[FeatureView]) -> None:
        """Register feature views, or change those of the same names; all of them or none.

        Features, the time to live and the description can change; rows that were written stay. Repeating it changes nothing.

        Args:
            views: The views as they shall be; others stay as they are.

        Raises:
            ConfigurationError: Two have the same name; or the entity keys, the columns of the times or the type of a feature
                would change, which what is written does not allow.
        """

    @abstractmethod
    def list_feature_views(self) -> list[FeatureView]:
        """All feature views, sorted by name."""

    def get_feature_view(self, name: str) -> FeatureView:
        """A feature view.

        Args:
            name: Its name.

        Raises:
            FeatureNotFoundError: There is none of this name.
        """
        views = {view.name: view for view in self.list_feature_views()}
        if name not in views:
            raise FeatureNotFoundError(unknown_view(name, views))
        return views[name]

    @abstractmethod
    def delete_feature_view(self, name: str) -> None:
        """Remove a feature view, with all of its rows, historical and online.

        Args:
            name: Its name.

        Raises:
            FeatureNotFoundError: There is none of this name.
        """

    @abstractmethod
    def write(self, view: str, rows: ArrowTable) -> None:
        """Add rows to the history of a feature view; all of them or none.

        Args:
            view: The view's name.
            rows: The columns of the view, in any order. Features may be null, keys and times not.

        Raises:
            FeatureNotFoundError: There is no such view.
            ConfigurationError: Columns are missing, unknown, or of the wrong type; all of them are told.
        """

    @abstractmethod
    def materialize(self, start: datetime, end: datetime, *, views: Sequence[str] | None = None) -> None:
        """Put the last row of each entity online, of those whose events are between two times, both included.

        Args:
            start: The first time.
            end: The last time.
            views: The names of the views; all by default.

        Raises:
            FeatureNotFoundError: There is no such view; all that are missing are named.
            ConfigurationError: The end is before the start.
        """

    @abstractmethod
    def materialize_incremental(self, end: datetime, *, views: Sequence[str] | None = None) -> None:
        """Put online what was not yet: rows whose events are not after a time, those that were written late included.

        Args:
            end: The last time.
            views: The names of the views; all by default.

        Raises:
            FeatureNotFoundError: There is no such view; all that are missing are named.
        """

    @abstractmethod
    def materialized_until(self, view: str) -> datetime | None:
        """Up to when everything that had been written was put online, as of the last time; None if never.

        Args:
            view: The view's name.

        Returns:
            The time, in UTC.

        Raises:
            FeatureNotFoundError: There is no such view.
        """


def unknown_view(name: str, known: Mapping[str, object] | Sequence[str]) -> Problem:
    """That there is no such view, and which one might be meant.

    Args:
        name: What was asked for.
        known: The names that there are.
    """
    otherwise = None if known else "there are none: apply one first"
    return Problem(f"there is no feature view {name}", remedy=suggestion(name, known, otherwise))
