"""A component under test has values for its secrets, wherever they are in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.testing.served import Served

from stackkit import Secret
from stackkit.errors import NotSerializableError
from stackkit.flavors.secrets_manager.local import LocalSecretsManager
from stackkit.testing.contracts.secret_values import MARK, holds_secrets, with_secret_values


def test_every_secret_has_a_value_that_can_be_looked_for() -> None:
    others = {"a": [Secret("server.key"), Secret("other.key.of.it")], "b": []}
    served = Served(name="served", folder="folder", password=Secret("server.password"), others=others)
    usable = with_secret_values(served)
    assert usable == served
    for secret in (usable.password, *usable.others["a"]):
        assert MARK in secret.reveal()


def test_a_plain_secret_is_refused_because_it_could_not_be_written() -> None:
    with pytest.raises(NotSerializableError):
        with_secret_values(Served(name="served", folder="folder", password=Secret.plain("hunter2")))


def test_a_secrets_manager_has_no_secrets_of_its_own(tmp_path: Path) -> None:
    manager = LocalSecretsManager(name="secrets", path=str(tmp_path))
    assert with_secret_values(manager) is manager
    assert not holds_secrets(manager)


def test_secrets_are_seen_at_any_depth(tmp_path: Path) -> None:
    assert holds_secrets(Served(name="served", folder=str(tmp_path), password=Secret("a.b")))
