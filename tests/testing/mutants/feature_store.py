"""Feature stores with a bug each, and one without."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, final

import attrs
import pyarrow as pa
import pytest
from typing_extensions import override

from stackkit import ArrowTable, BaseFeatureStore, FeatureView
from stackkit.components.feature_store import FeatureValue
from stackkit.flavors.feature_store.local import LocalFeatureStore
from stackkit.testing.contracts.feature_store import FeatureStoreContract, at

MICROSECOND = timedelta(microseconds=1)


class Wrapped(BaseFeatureStore):
    """Does what the local store does; a mutant does one thing otherwise."""

    FLAVOR: ClassVar[str] = "wrapped"

    path: str

    @cached_property
    def inner(self) -> LocalFeatureStore:
        """The store that is wrapped."""
        return LocalFeatureStore(name=self.name, path=self.path)

    @override
    def apply(self, views: Sequence[FeatureView]) -> None:
        self.inner.apply(views)

    @override
    def list_feature_views(self) -> list[FeatureView]:
        return self.inner.list_feature_views()

    @override
    def delete_feature_view(self, name: str) -> None:
        self.inner.delete_feature_view(name)

    @override
    def write(self, view: str, rows: ArrowTable) -> None:
        self.inner.write(view, rows)

    @override
    def get_historical_features(
        self, entities: ArrowTable, features: Sequence[str], *, full_feature_names: bool = False
    ) -> ArrowTable:
        return self.inner.get_historical_features(entities, features, full_feature_names=full_feature_names)

    @override
    def materialize(self, start: datetime, end: datetime, *, views: Sequence[str] | None = None) -> None:
        self.inner.materialize(start, end, views=views)

    @override
    def materialize_incremental(self, end: datetime, *, views: Sequence[str] | None = None) -> None:
        self.inner.materialize_incremental(end, views=views)

    @override
    def materialized_until(self, view: str) -> datetime | None:
        return self.inner.materialized_until(view)

    @override
    def get_online_features(
        self, entities: Sequence[Mapping[str, FeatureValue]], features: Sequence[str], *, full_feature_names: bool = False
    ) -> dict[str, list[FeatureValue]]:
        return self.inner.get_online_features(entities, features, full_feature_names=full_feature_names)


class Suite(FeatureStoreContract[Wrapped]):
    """The contract, for a wrapped store."""

    STORE: ClassVar[type[Wrapped]] = Wrapped

    @pytest.fixture
    @override
    def component(self, tmp_path: Path) -> Wrapped:
        return self.STORE(name="wrapped", path=str(tmp_path / "features"))


class IntactLocal(FeatureStoreContract[LocalFeatureStore]):
    """The local store."""

    @pytest.fixture
    @override
    def component(self, tmp_path: Path) -> LocalFeatureStore:
        return LocalFeatureStore(name="intact", path=str(tmp_path / "features"))


class IntactWrapped(Suite):
    """The wrapped store, whose mutants differ in one thing each."""


def replaced(table: ArrowTable, **columns: list[Any]) -> pa.Table:
    """A table with other values in some columns, and the same types."""
    taken = pa.table(table)
    arrays = {name: taken.column(name) for name in taken.column_names}
    return pa.table({**arrays, **{name: pa.array(values, arrays[name].type) for name, values in columns.items()}})


@final
class SeesTheFuture(Wrapped):
    FLAVOR: ClassVar[str] = "sees-the-future"

    @override
    def get_historical_features(
        self, entities: ArrowTable, features: Sequence[str], *, full_feature_names: bool = False
    ) -> ArrowTable:
        times = pa.table(entities).to_pydict()["event_timestamp"]
        later = replaced(entities, event_timestamp=[when + MICROSECOND for when in times])
        return replaced(super().get_historical_features(later, features), event_timestamp=times)


class MutantSeesTheFuture(Suite):
    """A row counts one microsecond before its event."""

    STORE: ClassVar[type[Wrapped]] = SeesTheFuture
    CAUGHT_BY: ClassVar[str] = "test_nothing_is_known_before_its_time"


@final
class LosesTheInstant(Wrapped):
    FLAVOR: ClassVar[str] = "loses-the-instant"

    @override
    def write(self, view: str, rows: ArrowTable) -> None:
        times = pa.table(rows).to_pydict()["event_timestamp"]
        super().write(view, replaced(rows, event_timestamp=[when + MICROSECOND for when in times]))


class MutantRowCountsOnlyAfterItsEvent(Suite):
    """A row does not count at the time of its event, only after it."""

    STORE: ClassVar[type[Wrapped]] = LosesTheInstant
    CAUGHT_BY: ClassVar[str] = "test_every_feature_is_what_a_look_at_all_rows_finds"


@final
class FirstCreated(Wrapped):
    FLAVOR: ClassVar[str] = "first-created"

    @override
    def write(self, view: str, rows: ArrowTable) -> None:
        created = pa.table(rows).to_pydict()["created"]
        super().write(view, replaced(rows, created=[at() - (when - at()) for when in created]))


class MutantTiesGoToTheFirst(Suite):
    """Of rows with the same event, the one that was created first counts."""

    STORE: ClassVar[type[Wrapped]] = FirstCreated
    CAUGHT_BY: ClassVar[str] = "test_of_rows_with_the_same_event_the_one_that_was_created_last_counts"


@final
class LastWritten(Wrapped):
    FLAVOR: ClassVar[str] = "last-written"

    @override
    def write(self, view: str, rows: ArrowTable) -> None:
        taken = pa.table(rows)
        super().write(view, taken.select([name for name in taken.column_names if name != "created"]))


class MutantTiesGoToTheLastWritten(Suite):
    """Of rows with the same event, the one that was written last counts, whenever it was created."""

    STORE: ClassVar[type[Wrapped]] = LastWritten
    CAUGHT_BY: ClassVar[str] = "test_a_correction_that_was_created_later_counts_whenever_it_was_written"


@final
class CreationFirst(Wrapped):
    FLAVOR: ClassVar[str] = "creation-first"

    @override
    def write(self, view: str, rows: ArrowTable) -> None:
        columns = pa.table(rows).to_pydict()
        if columns["event_timestamp"] != sorted(columns["event_timestamp"]) or len(columns["created"]) != 2:
            return super().write(view, rows)
        first, second = columns["created"]
        if first <= second:
            return super().write(view, rows)
        return super().write(view, pa.table(rows).slice(0, 1))  # what was created earlier never counts


class MutantCreationBeforeEvent(Suite):
    """A row that was created earlier never counts, though its event is later."""

    STORE: ClassVar[type[Wrapped]] = CreationFirst
    CAUGHT_BY: ClassVar[str] = "test_a_later_event_counts_though_it_was_created_earlier"


class OtherTtl(Wrapped, abstract=True):
    """Keeps views with another time to live."""

    @override
    def apply(self, views: Sequence[FeatureView]) -> None:
        super().apply([attrs.evolve(view, ttl=self.changed(view.ttl)) for view in views])

    def changed(self, ttl: timedelta | None) -> timedelta | None:
        """The other time to live."""
        raise NotImplementedError


@final
class TtlTooShort(OtherTtl):
    FLAVOR: ClassVar[str] = "ttl-too-short"

    @override
    def changed(self, ttl: timedelta | None) -> timedelta | None:
        return ttl and ttl - MICROSECOND


class MutantTtlExclusive(Suite):
    """A row that is exactly as old as its time to live does not count any more."""

    STORE: ClassVar[type[Wrapped]] = TtlTooShort
    CAUGHT_BY: ClassVar[str] = "test_a_row_as_old_as_its_time_to_live_counts_and_an_older_one_does_not"


@final
class TtlTooLong(OtherTtl):
    FLAVOR: ClassVar[str] = "ttl-too-long"

    @override
    def changed(self, ttl: timedelta | None) -> timedelta | None:
        return ttl and ttl + MICROSECOND


class MutantTtlOneTooLong(Suite):
    """A row counts a microsecond longer than its time to live."""

    STORE: ClassVar[type[Wrapped]] = TtlTooLong
    CAUGHT_BY: ClassVar[str] = "test_a_row_as_old_as_its_time_to_live_counts_and_an_older_one_does_not"


@final
class ServesExpired(OtherTtl):
    FLAVOR: ClassVar[str] = "serves-expired"

    @override
    def changed(self, ttl: timedelta | None) -> timedelta | None:
        return None


class MutantServesExpired(Suite):
    """What is too old is still given online."""

    STORE: ClassVar[type[Wrapped]] = ServesExpired
    CAUGHT_BY: ClassVar[str] = "test_what_is_older_than_its_time_to_live_is_none"


@final
class SkipsNulls(Wrapped):
    FLAVOR: ClassVar[str] = "skips-nulls"

    @override
    def write(self, view: str, rows: ArrowTable) -> None:
        taken = pa.table(rows)
        kept = [row for row in taken.to_pylist() if row.get("rating", 0) is not None]
        super().write(view, pa.Table.from_pylist(kept, taken.schema))


class MutantOlderValuesStandIn(Suite):
    """Where the last row has no value, an older one is given."""

    STORE: ClassVar[type[Wrapped]] = SkipsNulls
    CAUGHT_BY: ClassVar[str] = "test_an_old_row_does_not_stand_in_for_a_newer_one_without_a_value"


@final
class SortsByTime(Wrapped):
    FLAVOR: ClassVar[str] = "sorts-by-time"

    @override
    def get_historical_features(
        self, entities: ArrowTable, features: Sequence[str], *, full_feature_names: bool = False
    ) -> ArrowTable:
        answer = pa.table(super().get_historical_features(entities, features))
        rows = answer.to_pylist()
        rows.sort(key=lambda row: row["event_timestamp"])
        return pa.Table.from_pylist(rows, answer.schema)


class MutantLosesTheOrder(Suite):
    """The rows of the answer are sorted by time."""

    STORE: ClassVar[type[Wrapped]] = SortsByTime
    CAUGHT_BY: ClassVar[str] = "test_rows_keep_their_order_and_are_answered_each"


@final
class LocalTime(Wrapped):
    FLAVOR: ClassVar[str] = "local-time"

    @override
    def write(self, view: str, rows: ArrowTable) -> None:
        times = pa.table(rows).to_pydict()["event_timestamp"]
        moved = [when if when.tzinfo else when - timedelta(hours=2) for when in times]
        super().write(view, replaced(rows, event_timestamp=moved))


class MutantTakesNaiveTimesForLocal(Suite):
    """Times without a zone are taken for those of a zone two hours east."""

    STORE: ClassVar[type[Wrapped]] = LocalTime
    CAUGHT_BY: ClassVar[str] = "test_rows_without_a_time_zone_are_in_utc"


@final
class SkipsLateRows(Wrapped):
    FLAVOR: ClassVar[str] = "skips-late-rows"

    @override
    def materialize_incremental(self, end: datetime, *, views: Sequence[str] | None = None) -> None:
        for view in views or [view.name for view in self.list_feature_views()]:
            since = self.materialized_until(view)
            if since is None:
                super().materialize_incremental(end, views=[view])
            elif since < end:
                super().materialize(since + MICROSECOND, end, views=[view])


class MutantWatermarkSkipsLateRows(Suite):
    """Incremental materializing looks at events since the last time alone, and so never at those written late."""

    STORE: ClassVar[type[Wrapped]] = SkipsLateRows
    CAUGHT_BY: ClassVar[str] = "test_rows_that_were_written_late_are_put_online_the_next_time"


@final
class TakesASpanForAll(Wrapped):
    FLAVOR: ClassVar[str] = "takes-a-span-for-all"

    _until: datetime | None = attrs.field(init=False, default=None)

    @override
    def materialize(self, start: datetime, end: datetime, *, views: Sequence[str] | None = None) -> None:
        super().materialize(start, end, views=views)
        self._until = end

    @override
    def materialize_incremental(self, end: datetime, *, views: Sequence[str] | None = None) -> None:
        if self._until is None:
            super().materialize_incremental(end, views=views)
        else:
            super().materialize(self._until, end, views=views)


class MutantTakesASpanForAll(Suite):
    """After a span, incremental materializing goes on at its end, though what lies before it never was online."""

    STORE: ClassVar[type[Wrapped]] = TakesASpanForAll
    CAUGHT_BY: ClassVar[str] = "test_what_lies_before_a_span_is_not_taken_for_materialized"


@final
class PutsBack(Wrapped):
    FLAVOR: ClassVar[str] = "puts-back"

    @override
    def materialize(self, start: datetime, end: datetime, *, views: Sequence[str] | None = None) -> None:
        with closing(sqlite3.connect(Path(self.path) / "features.db")) as connection, connection:
            connection.execute("UPDATE online SET event = -9000000000000000000")
        super().materialize(start, end, views=views)


class MutantPutsBackOlderRows(Suite):
    """Materializing an older span replaces newer rows."""

    STORE: ClassVar[type[Wrapped]] = PutsBack
    CAUGHT_BY: ClassVar[str] = "test_an_older_span_never_puts_back_older_rows"


@final
class EndsEarly(Wrapped):
    FLAVOR: ClassVar[str] = "ends-early"

    @override
    def materialize(self, start: datetime, end: datetime, *, views: Sequence[str] | None = None) -> None:
        super().materialize(start, max(start, end - MICROSECOND), views=views)


class MutantSpanWithoutItsEnd(Suite):
    """The end does not belong to a span."""

    STORE: ClassVar[type[Wrapped]] = EndsEarly
    CAUGHT_BY: ClassVar[str] = "test_after_any_calls_each_entity_has_its_newest_row_that_was_materialized"


@final
class Remembers(Wrapped):
    FLAVOR: ClassVar[str] = "remembers"

    _seen: dict[str, dict[str, list[FeatureValue]]] = attrs.field(init=False, factory=dict[str, dict[str, list[FeatureValue]]])

    @override
    def get_online_features(
        self, entities: Sequence[Mapping[str, FeatureValue]], features: Sequence[str], *, full_feature_names: bool = False
    ) -> dict[str, list[FeatureValue]]:
        asked = repr((entities, features, full_feature_names))
        answer = super().get_online_features(entities, features, full_feature_names=full_feature_names)
        found = any(value is not None for feature in features for value in answer.get(feature.partition(":")[2], []))
        return self._seen.setdefault(asked, answer) if found else answer


class MutantServesStaleValues(Suite):
    """What was once asked online is answered from memory."""

    STORE: ClassVar[type[Wrapped]] = Remembers
    CAUGHT_BY: ClassVar[str] = "test_online_features_follow_what_is_materialized"


@final
class WritesThrough(Wrapped):
    FLAVOR: ClassVar[str] = "writes-through"

    @override
    def write(self, view: str, rows: ArrowTable) -> None:
        super().write(view, rows)
        super().materialize_incremental(at(1_000_000), views=[view])


class MutantWritesOnlineAtOnce(Suite):
    """What is written is online at once."""

    STORE: ClassVar[type[Wrapped]] = WritesThrough
    CAUGHT_BY: ClassVar[str] = "test_rows_change_nothing_online_before_they_are_materialized"


@final
class OneByOne(Wrapped):
    FLAVOR: ClassVar[str] = "one-by-one"

    @override
    def apply(self, views: Sequence[FeatureView]) -> None:
        for view in views:
            super().apply([view])


class MutantAppliesOneByOne(Suite):
    """Views before one that is refused are applied."""

    STORE: ClassVar[type[Wrapped]] = OneByOne
    CAUGHT_BY: ClassVar[str] = "test_what_rows_rest_on_cannot_be_changed_and_nothing_else_is_then"


@final
class KeysRunTogether(Wrapped):
    FLAVOR: ClassVar[str] = "keys-run-together"

    @override
    def get_online_features(
        self, entities: Sequence[Mapping[str, FeatureValue]], features: Sequence[str], *, full_feature_names: bool = False
    ) -> dict[str, list[FeatureValue]]:
        split = [
            {**entity, "city": city.partition(",")[0]} if isinstance(city := entity.get("city"), str) else entity
            for entity in entities
        ]
        return super().get_online_features(split, features, full_feature_names=full_feature_names)


class MutantKeysRunTogether(Suite):
    """A key of several columns is kept with commas, and found under those of another entity."""

    STORE: ClassVar[type[Wrapped]] = KeysRunTogether
    CAUGHT_BY: ClassVar[str] = "test_a_key_of_several_columns_is_all_of_them"
