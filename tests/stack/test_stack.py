"""A stack: an immutable set of components, at most one of each type."""

from __future__ import annotations

import copy
import pickle
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, assert_type
from uuid import UUID, uuid4

import pytest
from typing_extensions import override

from stackkit.components.alerter import ALERTER, Alerter
from stackkit.components.artifact_store import ARTIFACT_STORE, ArtifactStore
from stackkit.components.secrets_manager import SECRETS_MANAGER, SecretGroup, SecretsManager
from stackkit.core.component_type import Component, ComponentType
from stackkit.core.lookup import Components
from stackkit.core.secret import Secret
from stackkit.errors import (
    ComponentNotFoundError,
    InvalidStackError,
    Problem,
    SecretAccessError,
    SecretNotFoundError,
    SecretNotResolvedError,
)
from stackkit.flavors.alerter.console import ConsoleAlerter
from stackkit.flavors.artifact_store.local import LocalArtifactStore
from stackkit.flavors.secrets_manager.local import LocalSecretsManager
from stackkit.serialization.document import dump_component
from stackkit.stack.stack import Stack

from .services import FIRST, SECOND, First, Second, Vault


def _pickled(stack: Stack) -> Stack:
    loaded: Stack = pickle.loads(pickle.dumps(stack))  # noqa: S301 - written by us
    return loaded


@pytest.fixture
def store(tmp_path: Path) -> LocalArtifactStore:
    return LocalArtifactStore(name="files", path=str(tmp_path / "files"))


@pytest.fixture
def alerter() -> ConsoleAlerter:
    return ConsoleAlerter(name="terminal")


@pytest.fixture
def manager(tmp_path: Path) -> LocalSecretsManager:
    return LocalSecretsManager(name="keys", path=str(tmp_path / "secrets"))


class TestLookup:
    def test_a_component_is_taken_by_the_token_of_its_type(self, store: LocalArtifactStore, alerter: ConsoleAlerter) -> None:
        stack = Stack(store, alerter, name="laptop")
        found = stack[ARTIFACT_STORE]
        assert_type(found, ArtifactStore)
        assert found is store
        assert_type(stack.get(ALERTER), Alerter | None)
        assert stack.get(ALERTER) is alerter

    def test_a_token_of_the_same_slug_is_the_same_type(self, alerter: ConsoleAlerter) -> None:
        stack = Stack(alerter)
        mine = ComponentType[Alerter]("alerter")
        assert stack[mine] is alerter
        assert mine in stack

    def test_what_is_not_there_is_none_or_an_error_that_names_what_is(self, store: LocalArtifactStore) -> None:
        stack = Stack(store, ConsoleAlerter(name="terminal"), name="laptop")
        assert stack.get(SECRETS_MANAGER) is None
        assert SECRETS_MANAGER not in stack
        with pytest.raises(ComponentNotFoundError) as refused:
            stack[SECRETS_MANAGER]
        assert refused.value.problems == (
            Problem("the stack laptop has no secrets manager", remedy="it has artifact store, alerter"),
        )

    def test_an_empty_stack_says_that_it_has_nothing(self) -> None:
        with pytest.raises(ComponentNotFoundError, match="the stack stack has no alerter; it has nothing"):
            Stack()[ALERTER]

    def test_it_is_what_components_may_see_of_their_stack(self, alerter: ConsoleAlerter) -> None:
        components: Components = Stack(alerter)
        assert components[ALERTER] is alerter

    def test_its_components_are_iterated_in_the_order_they_were_given(
        self, store: LocalArtifactStore, alerter: ConsoleAlerter
    ) -> None:
        stack = Stack(store, alerter, name="laptop")
        assert list(stack) == list(stack.components) == [store, alerter]
        assert (len(stack), len(Stack()), stack.name) == (2, 0, "laptop")

    def test_a_component_that_is_no_flavor_is_accepted(self) -> None:
        class Handmade:
            TYPE: ClassVar[ComponentType[Any]] = ALERTER
            FLAVOR: ClassVar[str] = "handmade"
            name: str = "mine"
            uuid: UUID = UUID(int=1)

        component = Handmade()
        stack = Stack(component)
        assert stack.get(ComponentType[Any]("alerter")) is component


class TestConstruction:
    def test_two_components_of_one_type_are_refused_and_all_of_them_named(
        self, store: LocalArtifactStore, alerter: ConsoleAlerter
    ) -> None:
        others = (store.replace(name="more", uuid=uuid4()), ConsoleAlerter(name="second"), ConsoleAlerter(name="third"))
        with pytest.raises(InvalidStackError) as refused:
            Stack(store, alerter, *others, name="laptop")
        assert [str(problem) for problem in refused.value.problems] == [
            "laptop: two components are artifact stores: files and more; keep one of them",
            "laptop: two components are alerters: terminal and second; keep one of them",
            "laptop: two components are alerters: terminal and third; keep one of them",
        ]

    def test_the_same_component_twice_is_one(self, alerter: ConsoleAlerter) -> None:
        assert len(Stack(alerter, alerter)) == 1

    @pytest.mark.parametrize(
        ("thing", "said"), [("prod", "a str"), (None, "None"), (ConsoleAlerter, "the class ConsoleAlerter")]
    )
    def test_what_is_no_component_is_refused(self, thing: Any, said: str) -> None:
        with pytest.raises(InvalidStackError) as refused:
            Stack(thing)
        assert str(refused.value) == f"stack: {said} is no stack component; give instances of flavors"


class TestValue:
    @pytest.mark.parametrize("attribute", ["name", "components", "secrets_manager", "anything"])
    def test_nothing_of_it_can_be_assigned(self, attribute: str, alerter: ConsoleAlerter) -> None:
        with pytest.raises(AttributeError):
            setattr(Stack(alerter), attribute, None)

    def test_no_component_can_be_exchanged(self, alerter: ConsoleAlerter) -> None:
        stack: Any = Stack(alerter)
        with pytest.raises(TypeError):
            stack[ALERTER] = ConsoleAlerter(name="other")
        with pytest.raises(TypeError):
            del stack[ALERTER]

    def test_stacks_of_equal_components_and_name_are_equal_in_any_order(
        self, store: LocalArtifactStore, alerter: ConsoleAlerter
    ) -> None:
        stack = Stack(store, alerter, name="laptop")
        same = Stack(alerter.replace(), store.replace(), name="laptop")
        assert stack == same
        assert hash(stack) == hash(same)
        assert stack != Stack(store, alerter, name="other")
        assert stack != Stack(store, name="laptop")
        assert stack != Stack(store, ConsoleAlerter(name="terminal"), name="laptop")  # of another uuid
        assert stack != "laptop"

    def test_its_repr_names_its_components(self, alerter: ConsoleAlerter) -> None:
        assert repr(Stack(alerter, name="laptop")) == f"Stack({alerter!r}, name='laptop')"

    @pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, _pickled])
    def test_a_copy_is_equal_and_gets_its_own_secrets(
        self, copied: Callable[[Stack], Stack], tmp_path: Path, manager: LocalSecretsManager
    ) -> None:
        manager.register_secret(SecretGroup("db", {"password": "hunter2"}))
        stack = Stack(First(name="one", folder=str(tmp_path), password=Secret("db.password")), manager, name="laptop")
        assert stack[FIRST].password.reveal() == "hunter2"
        again = copied(stack)
        assert again == stack
        assert again[FIRST].password.reveal() == "hunter2"


class TestSecrets:
    @pytest.fixture
    def guarded(self, tmp_path: Path) -> First:
        return First(name="one", folder=str(tmp_path), password=Secret("db.password"))

    def test_values_come_from_the_stacks_own_manager_when_a_component_is_taken(
        self, guarded: First, manager: LocalSecretsManager
    ) -> None:
        stack = Stack(guarded, manager)
        manager.register_secret(SecretGroup("db", {"password": "hunter2"}))  # later than the stack was made
        taken = stack[FIRST]
        assert taken.password.reveal() == "hunter2"
        assert stack[FIRST] is taken
        assert stack.get(FIRST) is taken

    def test_a_component_with_values_is_equal_to_and_written_like_the_one_without(
        self, guarded: First, manager: LocalSecretsManager
    ) -> None:
        manager.register_secret(SecretGroup("db", {"password": "hunter2"}))
        stack = Stack(guarded, manager)
        taken = stack[FIRST]
        assert taken == guarded
        assert dump_component(taken) == dump_component(guarded)
        assert "hunter2" not in repr(taken) + repr(stack) + str(dump_component(taken))

    def test_the_components_as_configured_stay_without(self, guarded: First, manager: LocalSecretsManager) -> None:
        manager.register_secret(SecretGroup("db", {"password": "hunter2"}))
        stack = Stack(guarded, manager)
        assert stack[FIRST] is not guarded
        assert stack.components[0] is guarded
        assert guarded.password is not None
        assert not guarded.password.is_resolved

    def test_a_component_without_secrets_is_taken_as_it_is(self, alerter: ConsoleAlerter, manager: LocalSecretsManager) -> None:
        assert Stack(alerter, manager)[ALERTER] is alerter

    def test_missing_secrets_are_named_all_at_once(self, tmp_path: Path, manager: LocalSecretsManager) -> None:
        manager.register_secret(SecretGroup("there", {"password": "hunter2"}))
        component = Second(name="two", folder=str(tmp_path), password=Secret("there.user"))
        with pytest.raises(SecretNotFoundError) as refused:
            Stack(component, manager)[SECOND]
        assert refused.value.problems == (
            Problem(
                "the secret there.user is not in keys",
                where="second/two.password",
                remedy="stackkit secrets-manager secret register there user",
            ),
        )

    def test_without_a_manager_the_reference_is_named_with_its_field(self, guarded: First) -> None:
        stack = Stack(guarded, name="laptop")
        with pytest.raises(SecretNotResolvedError) as refused:
            stack[FIRST]
        assert refused.value.problems == (
            Problem(
                "the secret db.password has no value",
                where="first/one.password",
                remedy="add a secrets manager to the stack laptop",
            ),
        )

    def test_a_manager_gets_none_of_its_own_secrets(self, tmp_path: Path) -> None:
        stack = Stack(Vault(name="vault", folder=str(tmp_path), password=Secret("own.key")))
        with pytest.raises(SecretNotResolvedError) as refused:
            stack[SECRETS_MANAGER]
        assert refused.value.problems == (
            Problem(
                "the secret own.key has no value",
                where="secrets_manager/vault.password",
                remedy="configure it without: a secrets manager has nobody to ask",
            ),
        )

    def test_a_manager_that_fails_with_anything_is_a_secret_access_error(self, guarded: First, tmp_path: Path) -> None:
        stack = Stack(guarded, Vault(name="vault", folder=str(tmp_path)))
        with pytest.raises(SecretAccessError) as refused:
            stack[FIRST]
        assert str(refused.value) == "secrets_manager/vault: the secret db cannot be read: ConnectionError; is it up?"
        assert isinstance(refused.value.__cause__, ConnectionError)

    def test_of_threads_that_take_a_component_at_once_all_get_the_same(self, guarded: First, tmp_path: Path) -> None:
        barrier = threading.Barrier(8)

        class Crowded(Vault):
            FLAVOR: ClassVar[str] = "crowded"

            @override
            def get_secret(self, name: str) -> SecretGroup:
                barrier.wait(30)  # until all of them are asking
                return SecretGroup(name, {"password": "hunter2"})

        stack = Stack(guarded, Crowded(name="vault", folder=str(tmp_path)))
        taken: list[Component] = []
        threads = [threading.Thread(target=lambda: taken.append(stack[FIRST])) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(taken) == 8
        assert {id(component) for component in taken} == {id(stack[FIRST])}

    def test_only_components_of_the_stack_are_made_usable(self, guarded: First, alerter: ConsoleAlerter) -> None:
        stack = Stack(alerter, name="laptop")
        for stranger in (guarded, alerter.replace(name="other")):
            with pytest.raises(ComponentNotFoundError, match=r"^(first/one|alerter/other) is not in the stack laptop"):
                stack.usable(stranger)
        assert stack[ALERTER] is alerter

    def test_its_secrets_manager_is_given_as_it_was_configured(self, manager: LocalSecretsManager, tmp_path: Path) -> None:
        found = Stack(manager).secrets_manager
        assert_type(found, SecretsManager | None)
        assert found is manager
        assert Stack(First(name="one", folder=str(tmp_path))).secrets_manager is None


@pytest.mark.parametrize("given", ["alerter", ConsoleAlerter, None])
def test_a_stack_is_asked_with_tokens(given: Any) -> None:
    stack = Stack(ConsoleAlerter(name="terminal"))
    for ask in (stack.__getitem__, stack.get, stack.__contains__):
        with pytest.raises(ComponentNotFoundError, match="give a token such as ARTIFACT_STORE"):
            ask(given)
