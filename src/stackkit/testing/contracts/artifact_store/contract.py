"""All laws of artifact stores together, and any calls in any order."""

from __future__ import annotations

from typing import Generic

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from typing_extensions import override

from stackkit import ARTIFACT_STORE, ArtifactStore
from stackkit.core.component import as_component
from stackkit.testing.contracts.artifact_store.machine import ArtifactStoreMachine
from stackkit.testing.contracts.artifact_store.moving import FolderLaws, MovingLaws
from stackkit.testing.contracts.artifact_store.opening import OpeningLaws
from stackkit.testing.contracts.artifact_store.paths import PathLaws
from stackkit.testing.contracts.artifact_store.tree import S, empty
from stackkit.testing.contracts.component import few


class ArtifactStoreContract(OpeningLaws[S], MovingLaws[S], FolderLaws[S], PathLaws[S], Generic[S]):
    """What every artifact store does.

    The fixture `component` gives a store that is ready for use and empty. `link_out` gives the path of a link, where a
    store knows links; `names` gives the names that it keeps, where it reserves some for itself.
    """

    def test_it_is_an_artifact_store(self, component: S) -> None:
        assert as_component(component).TYPE == ARTIFACT_STORE

    def test_it_behaves_like_a_tree_of_files_under_any_calls(self, component: S) -> None:
        class Machine(ArtifactStoreMachine):
            @override
            def new_store(self) -> ArtifactStore:
                empty(component)
                return component

        run_state_machine_as_test(Machine, settings=settings(few, stateful_step_count=40))
