"""All laws of feature stores together."""

from __future__ import annotations

from typing import Generic

from stackkit import FEATURE_STORE
from stackkit.core.component import as_component
from stackkit.testing.contracts.feature_store.history import HistoryLaws
from stackkit.testing.contracts.feature_store.online import OnlineLaws
from stackkit.testing.contracts.feature_store.online_times import OnlineTimeLaws
from stackkit.testing.contracts.feature_store.point_in_time import PointInTimeLaws
from stackkit.testing.contracts.feature_store.rows import S
from stackkit.testing.contracts.feature_store.views import ViewLaws


class FeatureStoreContract(ViewLaws[S], PointInTimeLaws[S], HistoryLaws[S], OnlineLaws[S], OnlineTimeLaws[S], Generic[S]):
    """What every feature store does.

    The fixture `component` gives a store that is ready for use and has no feature views. Its laws make views of their own and
    put rows in by `apply` and `write`; those that try many examples remove theirs again.
    """

    def test_it_is_a_feature_store(self, component: S) -> None:
        assert as_component(component).TYPE == FEATURE_STORE
