"""Secret references in configurations of any shape: found, given their values, and kept out of messages."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, TypeAlias
from urllib.parse import quote
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from stackkit.components.secrets_manager import SecretGroup
from stackkit.core.component_type import Component, ComponentType
from stackkit.core.reference import Reference
from stackkit.core.secret import Secret
from stackkit.errors import SecretAccessError, SecretNotFoundError
from stackkit.flavors.secrets_manager.local import LocalSecretsManager
from stackkit.serialization.document import dump_component
from stackkit.stack.secrets import SecretValues, leaves, unresolved, without_secrets

from .services import Service, Vault

ONE = UUID(int=1)


@attrs.frozen
class Login:
    """A nested attrs class, with a field that its constructor calls otherwise, and one that is private."""

    user: str
    password: Secret | None = attrs.field(default=None, alias="word")
    more: tuple[Login, ...] = ()
    _note: str = attrs.field(default="", alias="note")

    @property
    def note(self) -> str:
        return self._note


@dataclasses.dataclass(frozen=True)
class Endpoint:
    """A nested dataclass."""

    host: str
    token: Secret | None = None
    retries: int = dataclasses.field(init=False, default=3)


class Client(Service):
    """A component with secrets in every sort of container."""

    TYPE: ClassVar[ComponentType[Any]] = ComponentType[Any]("client")
    FLAVOR: ClassVar[str] = "client"

    login: Login | None = None
    endpoint: Endpoint | None = None
    rows: list[Secret] = attrs.field(factory=list[Secret])
    pair: tuple[str, Secret] | None = None
    table: Mapping[str, list[Secret]] = attrs.field(factory=dict[str, list[Secret]])
    keys: frozenset[Secret] = frozenset()
    store: Reference | None = None
    _connections: list[str] = attrs.field(init=False, factory=list[str])


@attrs.frozen
class Handmade:
    """A component that does not inherit the base."""

    name: str
    token: Secret
    uuid: UUID = ONE
    TYPE: ClassVar[ComponentType[Any]] = ComponentType[Any]("client")
    FLAVOR: ClassVar[str] = "handmade"


def full(folder: Path) -> Client:
    return Client(
        name="c",
        folder=str(folder),
        password=Secret("a.own"),
        login=Login("ada", Secret("a.login"), (Login("bob", Secret("b.login"), note="bob's"),)),
        endpoint=Endpoint("h", Secret("a.endpoint")),
        rows=[Secret("a.row"), Secret("b.row")],
        pair=("x", Secret("a.pair")),
        table={"t": [Secret("b.table")]},
        keys=frozenset([Secret("b.key"), Secret("c.d.key")]),
        store=Reference("artifact_store", "prod"),
    )


PLACES = {
    "password": "a.own",
    "login.password": "a.login",
    "login.more[0].password": "b.login",
    "endpoint.token": "a.endpoint",
    "rows[0]": "a.row",
    "rows[1]": "b.row",
    "pair[1]": "a.pair",
    "table.t[0]": "b.table",
}
KEYS = {"a": ["own", "login", "endpoint", "row", "pair"], "b": ["login", "row", "table", "key"], "c": ["d.key"]}


@pytest.fixture
def manager(tmp_path: Path) -> Vault:
    vault = Vault(name="vault", folder=str(tmp_path))
    vault.resume()
    return vault


@pytest.fixture
def filled(manager: Vault) -> Vault:
    for name, keys in KEYS.items():
        manager.register_secret(SecretGroup(name, {key: f"<{name}.{key}>" for key in keys}))
    return manager


def test_every_secret_is_found_with_its_path(tmp_path: Path) -> None:
    found = [(place, secret.reference) for place, secret in unresolved(full(tmp_path))]
    assert dict(found) == {**PLACES, "keys": dict(found)["keys"]}
    assert {reference for place, reference in found if place == "keys"} == {"b.key", "c.d.key"}


def test_references_are_found_too(tmp_path: Path) -> None:
    assert ("store", Reference("artifact_store", "prod")) in list(leaves(full(tmp_path)))


def test_every_secret_gets_its_value_and_the_rest_stays_as_it_was(tmp_path: Path, filled: Vault) -> None:
    component = full(tmp_path)
    made = SecretValues(filled).given_to(component)
    assert made == component
    assert dump_component(made) == dump_component(component)
    assert unresolved(made) == []
    values = {leaf.reference: leaf.reveal() for _, leaf in leaves(made) if isinstance(leaf, Secret)}
    assert values == {f"{name}.{key}": f"<{name}.{key}>" for name, keys in KEYS.items() for key in keys}
    assert made.login is not None
    assert (made.login.user, made.login.more[0].note) == ("ada", "bob's")
    assert (type(made.rows), type(made.pair), type(made.keys), type(made.table)) == (list, tuple, frozenset, dict)


def test_the_secrets_manager_is_asked_once_for_each_group(tmp_path: Path, filled: Vault) -> None:
    SecretValues(filled).given_to(full(tmp_path))
    assert sorted(filled.asked) == ["a", "b", "c"]


def test_a_group_that_is_missing_is_asked_for_once_too(tmp_path: Path, manager: Vault) -> None:
    assert len(SecretValues(manager).missing(full(tmp_path))) == len(PLACES) + 2
    assert sorted(manager.asked) == ["a", "b", "c"]


def test_all_missing_secrets_are_named_with_their_fields_and_how_to_register_them(tmp_path: Path, manager: Vault) -> None:
    manager.register_secret(SecretGroup("a", dict.fromkeys(KEYS["a"], "x")))
    manager.register_secret(SecretGroup("b", {"row": "x", "key": "x"}))
    with pytest.raises(SecretNotFoundError) as refused:
        SecretValues(manager).given_to(full(tmp_path))
    assert str(refused.value).splitlines() == [
        "client/c.login.more[0].password: the secret b.login is not in vault; stackkit secrets-manager secret register b login",
        "client/c.table.t[0]: the secret b.table is not in vault; stackkit secrets-manager secret register b table",
        "client/c.keys: the secret c.d.key is not in vault; stackkit secrets-manager secret register c d.key",
    ]


def test_a_secret_that_has_its_value_is_not_asked_for(tmp_path: Path, manager: Vault) -> None:
    component = Client(name="c", folder=str(tmp_path), rows=[Secret.plain("x"), Secret("a.b").resolved("y")])
    assert SecretValues(manager).given_to(component) is component
    assert manager.asked == []


def test_a_value_without_secrets_is_not_copied(tmp_path: Path, filled: Vault) -> None:
    kept = {"t": list[Secret]()}
    component = Client(name="c", folder=str(tmp_path), password=Secret("a.own"), table=kept)
    assert SecretValues(filled).given_to(component).table is kept


def test_a_component_that_is_no_flavor_gets_its_secrets_too(manager: Vault) -> None:
    manager.register_secret(SecretGroup("a", {"b": "hunter2"}))
    component = Handmade("mine", Secret("a.b"))
    made: Component = SecretValues(manager).given_to(component)
    assert isinstance(made, Handmade)
    assert made.token.reveal() == "hunter2"


def test_an_error_of_the_secrets_manager_is_passed_on(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    manager = LocalSecretsManager(name="local", path=str(folder))
    manager.register_secret(SecretGroup("a", {"own": "hunter2"}))
    (folder / "key").write_bytes(b"not a key")
    with pytest.raises(SecretAccessError) as refused:
        SecretValues(manager).given_to(Client(name="c", folder=str(tmp_path), password=Secret("a.own")))
    assert "hunter2" not in str(refused.value)


Tree: TypeAlias = object
NAMES = st.from_regex(r"[a-z]{1,3}\.[a-z]{1,3}", fullmatch=True).map(Secret)


def _grown(children: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    return (
        st.lists(children, max_size=3)
        | st.lists(children, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3), children, max_size=3)
        | st.frozensets(NAMES, max_size=3)
        | st.builds(Login, st.text(max_size=3), NAMES)
        | st.builds(Endpoint, st.text(max_size=3), NAMES)
    )


TREES = st.recursive(NAMES | st.none() | st.integers() | st.text(max_size=3), _grown, max_leaves=12)


class Given(Vault):
    """A secrets manager with given secrets, which it gives at all times."""

    FLAVOR: ClassVar[str] = "given"

    secrets: Mapping[str, Mapping[str, str]]

    @override
    def get_secret(self, name: str) -> SecretGroup:
        return SecretGroup(name, self.secrets[name])


@attrs.frozen
class Holder:
    """A component around any value."""

    value: Tree
    name: str = "holder"
    uuid: UUID = ONE
    TYPE: ClassVar[ComponentType[Any]] = ComponentType[Any]("holder")
    FLAVOR: ClassVar[str] = "holder"


@given(TREES)
def test_a_configuration_of_any_shape_is_equal_afterwards_and_has_all_values(tree: Tree) -> None:
    holder = Holder(tree)
    references = [secret.reference for _, secret in unresolved(holder)]
    groups = {str(reference).partition(".")[0] for reference in references}
    secrets = {
        name: {str(r).partition(".")[2]: f"<{r}>" for r in references if str(r).startswith(f"{name}.")} for name in groups
    }
    made = SecretValues(Given(name="v", folder="", secrets=secrets)).given_to(holder)
    assert made == holder
    found = [leaf for _, leaf in leaves(made) if isinstance(leaf, Secret)]
    assert sorted(secret.reveal() for secret in found) == sorted(f"<{reference}>" for reference in references)
    assert made is holder or references


class TestMessages:
    @pytest.mark.parametrize("form", ["{}", "user:{}@host", "{0} and {0}", "value={!r}"])
    def test_the_values_of_secrets_are_blotted_out(self, form: str, tmp_path: Path) -> None:
        secret = Secret("a.b").resolved("hunter2\n'x\\")
        component = Client(name="c", folder=str(tmp_path), rows=[secret, Secret("not.resolved")])
        assert "hunter2" not in without_secrets(form.format(secret.reveal()), component)

    def test_a_value_in_an_address_is_blotted_out_however_it_is_quoted(self, tmp_path: Path) -> None:
        component = Client(name="c", folder=str(tmp_path), rows=[Secret("a.b").resolved("p@ss/word")])
        for text in (quote("p@ss/word"), quote("p@ss/word", safe="")):
            assert without_secrets(f"cannot reach db://u:{text}@h", component) == "cannot reach db://u:***@h"

    def test_of_two_values_of_which_one_holds_the_other_nothing_is_left(self, tmp_path: Path) -> None:
        rows = [Secret("a.b").resolved("hunter"), Secret("a.c").resolved("hunter2")]
        component = Client(name="c", folder=str(tmp_path), rows=rows)
        assert without_secrets("hunter2 hunter", component) == "*** ***"

    def test_a_text_without_secrets_stays(self, tmp_path: Path) -> None:
        component = Client(name="c", folder=str(tmp_path), rows=[Secret("a.b").resolved("")])
        assert without_secrets("no route to host", component) == "no route to host"
