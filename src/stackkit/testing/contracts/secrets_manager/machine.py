"""A secrets manager beside a dictionary, through objects that come and go: after any calls, both hold the same."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from stackkit import BaseSecretsManager, SecretGroup
from stackkit.errors import SecretExistsError, SecretNotFoundError
from stackkit.testing.contracts.secrets_manager.contents import names, values

either: Final = st.integers(0, 1)


class SharedDictionary(RuleBasedStateMachine):
    """Compares a secrets manager with a dictionary, through two objects of the same configuration.

    Args:
        component: The secrets manager; it is emptied first.
    """

    known: Final = Bundle[str]("known")

    def __init__(self, component: BaseSecretsManager) -> None:
        super().__init__()
        component.delete_all_secrets()
        self.managers: list[BaseSecretsManager] = [component, component.replace()]
        self.model: dict[str, dict[str, str]] = {}

    @rule(target=known, name=names)
    def think_of(self, name: str) -> str:
        return name

    @rule(which=either)
    def reopen(self, which: int) -> None:
        self.managers[which] = self.managers[which].replace()

    @rule(which=either, name=known, content=values)
    def register(self, which: int, name: str, content: dict[str, str]) -> None:
        if name in self.model:
            with pytest.raises(SecretExistsError):
                self.managers[which].register_secret(SecretGroup(name, content))
        else:
            self.managers[which].register_secret(SecretGroup(name, content))
            self.model[name] = content

    @rule(which=either, name=known, content=values)
    def update(self, which: int, name: str, content: dict[str, str]) -> None:
        if name in self.model:
            self.managers[which].update_secret(SecretGroup(name, content))
            self.model[name] = content
        else:
            with pytest.raises(SecretNotFoundError):
                self.managers[which].update_secret(SecretGroup(name, content))

    @rule(which=either, name=known)
    def delete(self, which: int, name: str) -> None:
        if name in self.model:
            self.managers[which].delete_secret(name)
            del self.model[name]
        else:
            with pytest.raises(SecretNotFoundError):
                self.managers[which].delete_secret(name)

    @rule(which=either, name=known)
    def get(self, which: int, name: str) -> None:
        if name in self.model:
            assert self.managers[which].get_secret(name).values == self.model[name]
        else:
            with pytest.raises(SecretNotFoundError):
                self.managers[which].get_secret(name)

    @rule(which=either)
    def delete_all(self, which: int) -> None:
        self.managers[which].delete_all_secrets()
        self.model.clear()

    @invariant()
    def both_objects_see_the_model(self) -> None:
        for manager in self.managers:
            assert manager.get_all_secret_keys() == sorted(self.model)
        for name, content in self.model.items():
            assert self.managers[len(name) % 2].get_secret(name).values == content
