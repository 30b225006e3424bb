"""What is wrong with a stack, all of it, each problem with the component it is about."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

import pytest
from typing_extensions import override

from stackkit.components.alerter import ALERTER, Alerter
from stackkit.components.secrets_manager import SecretGroup
from stackkit.core.component_type import ComponentType
from stackkit.core.lookup import Components
from stackkit.core.reference import Reference
from stackkit.core.secret import Secret
from stackkit.errors import InvalidStackError, Problem, SecretAccessError
from stackkit.flavors.alerter.console import ConsoleAlerter
from stackkit.stack.stack import Stack
from stackkit.stack.validation import problems, secret_problems, validate, validate_for_use

from .services import FIRST, SECOND, First, Second, Service, Third, Vault


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    vault = Vault(name="vault", folder=str(tmp_path))
    vault.resume()
    return vault


def told(stack: Stack) -> list[str]:
    return [str(problem) for problem in problems(stack)]


class Curious(Service):
    """A service that looks at all of its stack while it is validated."""

    TYPE: ClassVar[ComponentType[Any]] = ComponentType[Any]("curious")
    FLAVOR: ClassVar[str] = "curious"

    @override
    def validate(self, components: Components) -> Iterable[Problem]:
        yield Problem(f"has first {components[FIRST].name}")
        yield Problem(f"alerter: {components.get(ALERTER)}, {ALERTER in components}, {FIRST in components}")
        missing: Alerter = components[ALERTER]
        yield Problem(f"never comes to {missing}")


def test_a_right_stack_has_no_problems(tmp_path: Path, vault: Vault) -> None:
    first = First(name="one", folder=str(tmp_path), others=(Reference("second", "two"),), password=Secret("a.b"))
    stack = Stack(first, Second(name="two", folder=str(tmp_path)), Third(name="three", folder="", needs=("first",)), vault)
    assert problems(stack) == []
    validate(stack)


def test_an_empty_stack_is_wrong() -> None:
    assert told(Stack(name="laptop")) == ["laptop: has no components; add one"]


def test_everything_that_components_need_and_do_not_find_is_told_at_once(tmp_path: Path) -> None:
    stack = Stack(
        First(name="one", folder=str(tmp_path), others=(Reference("second", "zwei"), Reference("alerter", "bell"))),
        Second(name="two", folder=str(tmp_path), password=Secret("a.b")),
        Third(
            name="three",
            folder=str(tmp_path),
            needs=("artifact_store", "first", "alerter"),
            others=(Reference("first", "one"),),
        ),
        name="laptop",
    )
    assert told(stack) == [
        "first/one.others[0]: refers to second/zwei, which is not in the stack; add the second zwei to it",
        "first/one.others[1]: refers to alerter/bell, which is not in the stack; add the alerter bell to it",
        "second/two.password: the secret a.b has no value; add a secrets manager to the stack laptop",
        "third/three.needs: needs a artifact_store; add one",
        "third/three.needs: needs a alerter; add one",
    ]
    with pytest.raises(InvalidStackError) as refused:
        validate(stack)
    assert list(refused.value.problems) == problems(stack)


def test_a_component_whose_validate_raises_does_not_hide_the_others(tmp_path: Path) -> None:
    stack = Stack(
        Third(name="three", folder="", needs=("alerter",), complaint="no\nidea"),
        First(name="one", folder=str(tmp_path), others=(Reference("alerter", "bell"),)),
    )
    assert told(stack) == [
        "third/three.needs: needs a alerter; add one",
        "third/three: validate raised ValueError: no; mend the flavor service",
        "first/one.others[0]: refers to alerter/bell, which is not in the stack; add the alerter bell to it",
    ]


def test_components_look_at_their_stack_without_anybody_being_asked_for_secrets(tmp_path: Path) -> None:
    closed = Vault(name="vault", folder=str(tmp_path))
    first = First(name="one", folder=str(tmp_path), password=Secret("a.b"))
    stack = Stack(Curious(name="cat", folder=""), first, closed, name="laptop")
    assert told(stack) == [
        "curious/cat: has first one",
        "curious/cat: alerter: None, False, True",
        "curious/cat: the stack laptop has no alerter; add one",
    ]
    assert closed.asked == []


def test_a_manager_that_refers_to_secrets_is_wrong_even_if_it_had_them(tmp_path: Path) -> None:
    stack = Stack(Vault(name="vault", folder=str(tmp_path), password=Secret("a.b")))
    remedy = "configure it without: a secrets manager has nobody to ask"
    assert told(stack) == [f"secrets_manager/vault.password: the secret a.b has no value; {remedy}"]


def test_a_component_that_is_no_flavor_is_not_asked(tmp_path: Path) -> None:
    class Handmade:
        TYPE: ClassVar[ComponentType[Any]] = SECOND
        FLAVOR: ClassVar[str] = "handmade"
        name: str = "mine"
        uuid: Any = None

    stack = Stack(Handmade(), First(name="one", folder=str(tmp_path), others=(Reference("second", "mine"),)))
    assert problems(stack) == []


def test_some_of_the_components_can_be_looked_at_alone(tmp_path: Path) -> None:
    wrong = First(name="one", folder=str(tmp_path), others=(Reference("alerter", "bell"),))
    right = ConsoleAlerter(name="terminal")
    stack = Stack(wrong, right)
    assert problems(stack, [right]) == []
    assert len(problems(stack, [wrong])) == 1
    validate(stack, [right])


class TestSecrets:
    @pytest.fixture
    def stack(self, tmp_path: Path, vault: Vault) -> Stack:
        vault.register_secret(SecretGroup("a", {"there": "hunter2"}))
        folder = str(tmp_path)
        first = First(name="one", folder=folder, password=Secret("a.there"))
        second = Second(name="two", folder=folder, password=Secret("a.gone"))
        return Stack(first, second, Third(name="three", folder=folder, password=Secret("b.gone")), vault)

    def test_all_that_are_missing_are_told_with_their_fields(self, stack: Stack) -> None:
        with pytest.raises(InvalidStackError) as refused:
            validate_for_use(stack)
        assert str(refused.value).splitlines() == [
            "second/two.password: the secret a.gone is not in vault; stackkit secrets-manager secret register a gone",
            "third/three.password: the secret b.gone is not in vault; stackkit secrets-manager secret register b gone",
        ]

    def test_each_group_is_asked_for_once_in_all_of_the_stack(self, stack: Stack, vault: Vault) -> None:
        assert len(secret_problems(stack)) == 2
        assert sorted(vault.asked) == ["a", "b"]

    def test_a_stack_that_lacks_secrets_is_right_until_it_is_used(self, stack: Stack) -> None:
        validate(stack)

    def test_what_is_wrong_is_told_before_anybody_is_asked_for_secrets(self, stack: Stack, vault: Vault) -> None:
        wrong = Stack(*stack.components, ConsoleAlerter(name="x"), Curious(name="cat", folder=""))
        with pytest.raises(InvalidStackError, match="curious/cat: has first one"):
            validate_for_use(wrong)
        assert vault.asked == []

    def test_a_manager_that_cannot_tell_is_an_invalid_stack_with_its_reason(self, stack: Stack, vault: Vault) -> None:
        vault.suspend()
        with pytest.raises(InvalidStackError) as refused:
            validate_for_use(stack)
        assert str(refused.value) == "secrets_manager/vault: the secret a cannot be read: ConnectionError; is it up?"
        assert isinstance(refused.value.__cause__, SecretAccessError)

    def test_without_a_manager_there_is_nobody_to_ask(self) -> None:
        stack = Stack(ConsoleAlerter(name="terminal"))
        assert secret_problems(stack) == []
        validate_for_use(stack)
