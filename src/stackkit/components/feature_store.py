"""Feature stores: the inputs of models, as they were at a point in time and as they are now."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar, Final, Protocol, TypeAlias

from stackkit.core.component import StackComponent
from stackkit.core.component_type import Component, ComponentType


class ArrowTable(Protocol):
    """A table of columns that any dataframe library can take over without a copy (the Arrow PyCapsule interface).

    pyarrow tables, polars and pandas dataframes are such tables; `pyarrow.table(x)` and `polars.DataFrame(x)` take one.
    """

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...


FeatureValue: TypeAlias = str | int | float | bool | bytes | None


class FeatureStore(Component, Protocol):
    """Features of entities over time.

    Laws: a historical row holds, for each feature, the last value known at the row's own time, never a later one, and none
    older than the feature's time to live; online features are the last ones materialized.
    """

    TYPE: ClassVar[ComponentType[FeatureStore]]

    def get_historical_features(
        self, entities: ArrowTable, features: Sequence[str], *, full_feature_names: bool = False
    ) -> ArrowTable: ...
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
            entities: One row for each entity and time: the entity keys and a column `event_timestamp`.
            features: Which features, each `view:feature`.
            full_feature_names: Whether columns are called `view__feature` and not `feature`.

        Returns:
            The rows of `entities`, in their order, with a column for each feature; null where nothing was known.

        Raises:
            FeatureNotFoundError: There is no such view or feature; all that are missing are named.
        """

    @abstractmethod
    def get_online_features(
        self, entities: Sequence[Mapping[str, FeatureValue]], features: Sequence[str], *, full_feature_names: bool = False
    ) -> dict[str, list[FeatureValue]]:
        """The features as they are now.

        Args:
            entities: The entity keys of each row.
            features: Which features, each `view:feature`.
            full_feature_names: Whether columns are called `view__feature` and not `feature`.

        Returns:
            A column for each entity key and feature, in the order of `entities`; None where nothing is known.

        Raises:
            FeatureNotFoundError: There is no such view or feature; all that are missing are named.
        """
