"""All laws of secrets managers: what they keep, what they refuse, and that no value is shown."""

from __future__ import annotations

from typing import Generic

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from stackkit import SECRETS_MANAGER
from stackkit.core.component import as_component
from stackkit.testing.contracts.component import few
from stackkit.testing.contracts.secrets_manager.keeping import KeepingLaws, M
from stackkit.testing.contracts.secrets_manager.machine import SharedDictionary
from stackkit.testing.contracts.secrets_manager.secrecy import SecrecyLaws


class SecretsManagerContract(KeepingLaws[M], SecrecyLaws[M], Generic[M]):
    """What every secrets manager does. The fixture `component` gives one that is ready for use and has no secrets."""

    def test_it_is_a_secrets_manager(self, component: M) -> None:
        assert as_component(component).TYPE == SECRETS_MANAGER

    def test_it_behaves_like_a_dictionary_that_several_objects_share(self, component: M) -> None:
        class Machine(SharedDictionary):
            def __init__(self) -> None:
                super().__init__(component)

        run_state_machine_as_test(Machine, settings=settings(few, stateful_step_count=30))
