"""All laws of metadata stores together, and any calls in any order."""

from __future__ import annotations

from typing import Generic

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from typing_extensions import override

from stackkit import METADATA_STORE, MetadataStore
from stackkit.core.component import as_component
from stackkit.testing.contracts.component import few
from stackkit.testing.contracts.metadata_store.lineage import LineageLaws
from stackkit.testing.contracts.metadata_store.machine import MetadataStoreMachine
from stackkit.testing.contracts.metadata_store.runs import RunLaws
from stackkit.testing.contracts.metadata_store.steps import StepLaws
from stackkit.testing.contracts.metadata_store.together import TogetherLaws
from stackkit.testing.contracts.metadata_store.values import M


class MetadataStoreContract(RunLaws[M], StepLaws[M], LineageLaws[M], TogetherLaws[M], Generic[M]):
    """What every metadata store does.

    The fixture `component` gives a store that is ready for use and has no records.
    """

    def test_it_is_a_metadata_store(self, component: M) -> None:
        assert as_component(component).TYPE == METADATA_STORE

    def test_it_keeps_what_is_recorded_under_any_calls(self, component: M) -> None:
        class Machine(MetadataStoreMachine):
            @override
            def new_store(self) -> MetadataStore:
                return component

        run_state_machine_as_test(Machine, settings=settings(few, stateful_step_count=20))
