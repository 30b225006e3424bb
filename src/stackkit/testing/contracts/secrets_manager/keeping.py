"""Laws of what a secrets manager keeps, and of what it refuses."""

from __future__ import annotations

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

import pytest
from hypothesis import given

from stackkit import BaseSecretsManager, SecretGroup, SecretSchema
from stackkit.errors import ConfigurationError, SecretExistsError, SecretNotFoundError
from stackkit.testing.contracts.component import ComponentContract, bring_up, few
from stackkit.testing.contracts.secrets_manager.contents import TEXTS, groups, names, values

M = TypeVar("M", bound=BaseSecretsManager)


class Database(SecretSchema):
    """A secret with keys that may be left out."""

    user: str
    password: str
    port: str = "5432"
    proxy: str | None = None


class KeepingLaws(ComponentContract[M], Generic[M]):
    """The laws of the six methods."""

    @pytest.fixture
    def second(self, component: M) -> M:
        """Another object with the same configuration, as another process has it."""
        return component.replace()

    def test_a_new_one_has_no_secrets(self, component: M) -> None:
        assert component.get_all_secret_keys() == []

    # What it keeps

    @few
    @given(group=groups)
    def test_what_was_registered_is_what_is_had(self, component: M, second: M, group: SecretGroup) -> None:
        component.delete_all_secrets()
        component.register_secret(group)
        for manager in (component, second):
            assert manager.get_secret(group.name) == group
            assert manager.get_all_secret_keys() == [group.name]

    @few
    @given(name=names, first=values, then=values)
    def test_an_update_replaces_all_values(
        self, component: M, second: M, name: str, first: dict[str, str], then: dict[str, str]
    ) -> None:
        component.delete_all_secrets()
        component.register_secret(SecretGroup(name, first))
        before = component.get_secret(name)
        component.update_secret(SecretGroup(name, then))
        for manager in (component, second):
            assert manager.get_secret(name).values == then
            assert manager.get_all_secret_keys() == [name]
        assert before.values == first

    def test_an_update_changes_one_secret_alone(self, component: M) -> None:
        for name in ("a", "ab", "b"):
            component.register_secret(SecretGroup(name, {"key": name, "other": "other"}))
        component.update_secret(SecretGroup("a", {"key": "new"}))
        assert component.get_secret("a").values == {"key": "new"}
        for name in ("ab", "b"):
            assert component.get_secret(name).values == {"key": name, "other": "other"}

    def test_a_typed_secret_is_had_as_it_was_registered(self, component: M) -> None:
        content = Database(user="ada", password="hunter2")  # noqa: S106 - of nobody
        component.register_secret(SecretGroup.of("database", content))
        found = component.get_secret("database")
        assert found.read(Database) == content
        assert sorted(found) == ["password", "port", "user"]

    @pytest.mark.parametrize("value", TEXTS, ids=lambda value: repr(value)[:20])
    def test_any_text_is_a_value(self, component: M, value: str) -> None:
        component.register_secret(SecretGroup("text", {"key": value}))
        assert component.get_secret("text")["key"] == value

    def test_names_and_keys_that_differ_in_case_are_two(self, component: M) -> None:
        component.register_secret(SecretGroup("name", {"key": "low", "KEY": "key"}))
        component.register_secret(SecretGroup("NAME", {"key": "high"}))
        assert component.get_secret("name").values == {"key": "low", "KEY": "key"}
        assert component.get_secret("NAME").values == {"key": "high"}
        with pytest.raises(SecretNotFoundError):
            component.get_secret("Name")

    def test_names_are_sorted(self, component: M) -> None:
        wanted = ["b", "B", "a", "_", "-", "10", "9", "a-b", "a_b", "ab"]
        for name in wanted:
            component.register_secret(SecretGroup(name, {}))
        assert component.get_all_secret_keys() == sorted(wanted)

    def test_many_secrets_are_all_named(self, component: M) -> None:
        wanted = [f"secret-{number:03}" for number in range(120)]
        for name in wanted:
            component.register_secret(SecretGroup(name, {"key": name}))
        assert component.get_all_secret_keys() == wanted
        component.delete_all_secrets()
        assert component.get_all_secret_keys() == []

    def test_a_deleted_secret_is_gone_and_others_stay(self, component: M, second: M) -> None:
        component.register_secret(SecretGroup("kept", {"key": "kept"}))
        component.register_secret(SecretGroup("gone", {"key": "gone"}))
        component.delete_secret("gone")
        for manager in (component, second):
            assert manager.get_all_secret_keys() == ["kept"]
            assert manager.get_secret("kept")["key"] == "kept"
            with pytest.raises(SecretNotFoundError):
                manager.get_secret("gone")
        component.register_secret(SecretGroup("gone", {"other": "again"}))
        assert component.get_secret("gone").values == {"other": "again"}

    def test_after_all_were_deleted_it_is_as_new(self, component: M) -> None:
        component.delete_all_secrets()
        for name in "ab":
            component.register_secret(SecretGroup(name, {}))
        component.delete_all_secrets()
        assert component.get_all_secret_keys() == []
        component.register_secret(SecretGroup("a", {"key": "again"}))
        assert component.get_secret("a")["key"] == "again"

    # What it refuses

    def test_a_name_that_exists_is_not_registered_again(self, component: M) -> None:
        component.register_secret(SecretGroup("database", {"password": "first"}))
        with pytest.raises(SecretExistsError, match="database"):
            component.register_secret(SecretGroup("database", {"password": "second"}))
        assert component.get_secret("database")["password"] == "first"  # noqa: S105 - of nobody

    @pytest.mark.parametrize("others", [[], ["database"]], ids=["empty", "with others"])
    def test_an_absent_name_is_not_had_updated_or_deleted(self, component: M, others: list[str]) -> None:
        for other in others:
            component.register_secret(SecretGroup(other, {}))
        for action in (
            lambda: component.get_secret("databse"),
            lambda: component.update_secret(SecretGroup("databse", {})),
            lambda: component.delete_secret("databse"),
        ):
            with pytest.raises(SecretNotFoundError, match="databse"):
                action()
        assert component.get_all_secret_keys() == others

    def test_a_secret_that_no_reference_could_name_is_refused_whole(self, component: M) -> None:
        component.register_secret(SecretGroup("right", {"key": "value"}))
        wrong = {"pass word": "hunter2", "fine": "hunter2", "raw": "hunter2\udcff"}
        with pytest.raises(ConfigurationError) as refused:
            component.register_secret(SecretGroup("my.database", wrong))
        assert len(refused.value.problems) == 3
        with pytest.raises(ConfigurationError):
            component.update_secret(SecretGroup("right", wrong))
        assert component.get_all_secret_keys() == ["right"]
        assert component.get_secret("right").values == {"key": "value"}

    # Several objects, threads and states

    def test_a_copy_and_a_pickle_lead_to_the_same_secrets(self, component: M) -> None:
        component.register_secret(SecretGroup("a", {"key": "value"}))
        pickled: object = pickle.loads(pickle.dumps(component))  # noqa: S301 - made in this line
        for twin in (copy.copy(component), copy.deepcopy(component), pickled):
            assert isinstance(twin, type(component))
            assert twin == component
            assert twin.get_secret("a")["key"] == "value"

    def test_what_several_threads_register_at_once_is_all_there(self, component: M) -> None:
        wanted = [SecretGroup(f"secret-{number:02}", {"key": str(number)}) for number in range(24)]
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(component.register_secret, wanted))
            assert list(threads.map(component.get_secret, [group.name for group in wanted])) == wanted
        assert component.get_all_secret_keys() == [group.name for group in wanted]

    def test_of_several_threads_that_register_one_name_one_succeeds(self, component: M) -> None:
        def register(number: int) -> int | None:
            try:
                component.register_secret(SecretGroup("contested", {"key": str(number)}))
            except SecretExistsError:
                return None
            return number

        with ThreadPoolExecutor(8) as threads:
            registered = [number for number in threads.map(register, range(8)) if number is not None]
        assert [component.get_secret("contested")["key"]] == [str(number) for number in registered]

    def test_suspending_it_loses_no_secret(self, component: M) -> None:
        bring_up(component)
        component.register_secret(SecretGroup("a", {"key": "value"}))
        for step in (component.provision, component.resume, component.suspend, component.suspend, component.provision):
            step()
        bring_up(component)
        assert component.get_secret("a")["key"] == "value"
