"""Bringing stacks up and down: in order, repeatable, and true about what happened."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import pytest
from typing_extensions import override

from stackkit.components.alerter import ALERTER
from stackkit.components.secrets_manager import SECRETS_MANAGER, SecretGroup
from stackkit.core.component_type import Component, ComponentType
from stackkit.core.reference import Reference
from stackkit.core.secret import Secret
from stackkit.errors import ComponentNotFoundError, InvalidStackError, LifecycleError, Problem
from stackkit.flavors.alerter.console import ConsoleAlerter
from stackkit.flavors.secrets_manager.local import LocalSecretsManager
from stackkit.stack.lifecycle import ComponentState, down, states, up
from stackkit.stack.stack import Stack

from .services import FIRST, First, Second, Service, Third, Vault, journal

ONE = UUID(int=1)


def stack_in(folder: Path, *, password: Secret | None = None) -> Stack:
    """The services of a folder, as a new process would make them."""
    place = str(folder)
    return Stack(
        First(name="one", folder=place, password=password),
        Second(name="two", folder=place, password=password),
        Third(name="three", folder=place, password=password),
        Vault(name="vault", folder=place),
        name="laptop",
    )


def services(stack: Stack) -> dict[str, Service]:
    return {component.name: component for component in stack if isinstance(component, Service)}


def standing(folder: Path) -> dict[str, str]:
    """How each service of a folder stands: `+` for provisioned, `>` for running."""
    found = states(stack_in(folder).components)
    return {state.name: "+" * state.is_provisioned + ">" * state.is_running for state in found}


class TestUp:
    def test_each_is_provisioned_and_then_resumed_and_the_secrets_manager_is_first(self, tmp_path: Path) -> None:
        up(stack_in(tmp_path))
        names = ("vault", "one", "two", "three")
        assert journal(tmp_path) == [f"{name}.{call}" for name in names for call in ("provision", "resume")]
        assert standing(tmp_path) == dict.fromkeys(("one", "two", "three", "vault"), "+>")

    def test_it_can_be_repeated_and_does_nothing_then(self, tmp_path: Path) -> None:
        up(stack_in(tmp_path))
        journal(tmp_path)
        up(stack_in(tmp_path))
        assert journal(tmp_path) == []

    def test_what_is_suspended_is_resumed_and_not_provisioned_again(self, tmp_path: Path) -> None:
        up(stack_in(tmp_path))
        down(stack_in(tmp_path))
        journal(tmp_path)
        up(stack_in(tmp_path))
        assert journal(tmp_path) == ["vault.resume", "one.resume", "two.resume", "three.resume"]

    def test_each_component_is_told_once_it_is_up(self, tmp_path: Path) -> None:
        stack = stack_in(tmp_path)
        told: list[tuple[str, bool]] = []
        up(stack, on_step=lambda component: told.append((component.name, states([component])[0].is_running)))
        assert told == [("vault", True), ("one", True), ("two", True), ("three", True)]

    def test_a_failure_leaves_those_before_up_and_those_after_untouched(self, tmp_path: Path) -> None:
        stack = stack_in(tmp_path)
        services(stack)["two"].fail_in("resume", message="no route to host\nat all")
        steps: list[str] = []
        with pytest.raises(LifecycleError) as failed:
            up(stack, on_step=lambda component: steps.append(component.name))
        assert failed.value.problems == (
            Problem("did not come up: OSError: no route to host", where="second/two", remedy="mend it and repeat"),
        )
        assert isinstance(failed.value.__cause__, OSError)
        assert steps == ["vault", "one"]
        assert standing(tmp_path) == {"one": "+>", "two": "+", "three": "", "vault": "+>"}

    def test_after_a_failure_it_goes_on_where_it_stopped(self, tmp_path: Path) -> None:
        stack = stack_in(tmp_path)
        services(stack)["two"].fail_in("resume")
        with pytest.raises(LifecycleError):
            up(stack)
        journal(tmp_path)
        services(stack)["two"].stop_failing()
        up(stack)
        assert journal(tmp_path) == ["two.resume", "three.provision", "three.resume"]

    def test_a_failure_after_the_deed_leaves_a_state_that_is_told_as_it_is(self, tmp_path: Path) -> None:
        stack = stack_in(tmp_path)
        services(stack)["two"].fail_in("resume", "after")
        with pytest.raises(LifecycleError):
            up(stack)
        assert standing(tmp_path)["two"] == "+>"

    def test_one_that_says_it_is_up_and_is_not_has_failed(self, tmp_path: Path) -> None:
        class Sleepy(Service):
            TYPE: ClassVar[ComponentType[Any]] = ComponentType[Any]("sleepy")
            FLAVOR: ClassVar[str] = "sleepy"

            @override
            def resume(self) -> None:
                """Returns at once."""

        with pytest.raises(LifecycleError) as failed:
            up(Stack(Sleepy(name="z", folder=str(tmp_path))))
        what = "sleepy/z: did not come up: resume() returned, and it is not running; mend it and repeat"
        assert str(failed.value) == what

    def test_a_stack_that_is_wrong_is_refused_before_anything_starts(self, tmp_path: Path) -> None:
        wrong = First(name="one", folder=str(tmp_path), others=(Reference("alerter", "bell"),))
        with pytest.raises(InvalidStackError):
            up(Stack(wrong, Vault(name="vault", folder=str(tmp_path))))
        assert journal(tmp_path) == []

    def test_without_its_secrets_nothing_but_the_manager_is_started(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidStackError) as refused:
            up(stack_in(tmp_path, password=Secret("a.b")))
        assert [problem.where for problem in refused.value.problems] == [
            "first/one.password",
            "second/two.password",
            "third/three.password",
        ]
        assert journal(tmp_path) == ["vault.provision", "vault.resume"]

    def test_with_its_secrets_it_comes_up(self, tmp_path: Path) -> None:
        stack = stack_in(tmp_path, password=Secret("a.b"))
        Vault(name="vault", folder=str(tmp_path)).register_secret(SecretGroup("a", {"b": "hunter2"}))
        up(stack)
        assert standing(tmp_path) == dict.fromkeys(("one", "two", "three", "vault"), "+>")

    def test_a_component_without_states_is_always_up(self) -> None:
        class Handmade:
            TYPE: ClassVar[ComponentType[Any]] = ALERTER
            FLAVOR: ClassVar[str] = "handmade"
            name: str = "mine"
            uuid: UUID = ONE

        told: list[Component] = []
        stack = Stack(Handmade())
        up(stack, on_step=told.append)
        down(stack, force=True, on_step=told.append)
        assert told == [*stack, *stack]
        assert states(stack) == [ComponentState("alerter", "mine", "handmade", is_provisioned=True, is_running=True)]


class TestDown:
    def test_each_is_suspended_in_the_opposite_order_and_the_secrets_manager_is_last(self, tmp_path: Path) -> None:
        up(stack_in(tmp_path))
        journal(tmp_path)
        down(stack_in(tmp_path))
        assert journal(tmp_path) == ["three.suspend", "two.suspend", "one.suspend", "vault.suspend"]
        assert standing(tmp_path) == dict.fromkeys(("one", "two", "three", "vault"), "+")

    def test_by_force_each_is_deprovisioned_too(self, tmp_path: Path) -> None:
        up(stack_in(tmp_path))
        journal(tmp_path)
        down(stack_in(tmp_path), force=True)
        names = ("three", "two", "one", "vault")
        assert journal(tmp_path) == [f"{name}.{call}" for name in names for call in ("suspend", "deprovision")]
        assert standing(tmp_path) == dict.fromkeys(("one", "two", "three", "vault"), "")

    @pytest.mark.parametrize("force", [False, True])
    def test_it_can_be_repeated_and_does_nothing_then(self, force: bool, tmp_path: Path) -> None:
        up(stack_in(tmp_path))
        down(stack_in(tmp_path), force=force)
        journal(tmp_path)
        down(stack_in(tmp_path), force=force)
        assert journal(tmp_path) == []

    def test_all_failures_are_told_and_the_others_are_down(self, tmp_path: Path) -> None:
        stack = stack_in(tmp_path)
        up(stack)
        services(stack)["one"].fail_in("suspend", message="busy")
        services(stack)["three"].fail_in("deprovision", message="locked")
        steps: list[str] = []
        with pytest.raises(LifecycleError) as failed:
            down(stack, force=True, on_step=lambda component: steps.append(component.name))
        assert str(failed.value).splitlines() == [
            "third/three: did not go down: OSError: locked; mend it and repeat",
            "first/one: did not go down: OSError: busy; mend it and repeat",
        ]
        assert isinstance(failed.value.__cause__, OSError)
        assert steps == ["two", "vault"]
        assert standing(tmp_path) == {"one": "+>", "two": "", "three": "+", "vault": ""}

    def test_a_component_goes_down_without_the_secrets_that_are_not_to_be_had(self, tmp_path: Path) -> None:
        password = Secret("a.b")
        vault = Vault(name="vault", folder=str(tmp_path))
        vault.register_secret(SecretGroup("a", {"b": "hunter2"}))
        up(stack_in(tmp_path, password=password))
        vault.delete_secret("a")
        down(stack_in(tmp_path, password=password), force=True)
        assert standing(tmp_path) == dict.fromkeys(("one", "two", "three", "vault"), "")

    def test_with_the_manager_down_it_can_be_repeated(self, tmp_path: Path) -> None:
        password = Secret("a.b")
        Vault(name="vault", folder=str(tmp_path)).register_secret(SecretGroup("a", {"b": "hunter2"}))
        up(stack_in(tmp_path, password=password))
        down(stack_in(tmp_path, password=password))
        down(stack_in(tmp_path, password=password))
        assert standing(tmp_path) == dict.fromkeys(("one", "two", "three", "vault"), "+")

    def test_one_that_needs_its_secrets_to_go_down_is_told_to_lack_them(self, tmp_path: Path) -> None:
        folder = str(tmp_path)
        guarded = First(name="one", folder=folder, password=Secret("a.b"))
        guarded.resume()
        guarded.fail_in("suspend", message="wrong password PASSWORD")
        manager = LocalSecretsManager(name="keys", path=str(tmp_path / "secrets"))
        with pytest.raises(LifecycleError) as failed:
            down(Stack(guarded, manager))
        assert "did not go down: " in str(failed.value)
        assert "the secret a.b is not in keys" in str(failed.value)


class TestOne:
    def test_one_type_alone_comes_up_and_goes_down(self, tmp_path: Path) -> None:
        up(stack_in(tmp_path), only=FIRST)
        assert journal(tmp_path) == ["one.provision", "one.resume"]
        up(stack_in(tmp_path))
        journal(tmp_path)
        down(stack_in(tmp_path), only=FIRST, force=True)
        assert journal(tmp_path) == ["one.suspend", "one.deprovision"]

    def test_the_secrets_manager_comes_up_with_one_that_needs_it(self, tmp_path: Path) -> None:
        Vault(name="vault", folder=str(tmp_path)).register_secret(SecretGroup("a", {"b": "hunter2"}))
        stack = stack_in(tmp_path, password=Secret("a.b"))
        up(stack, only=FIRST)
        assert standing(tmp_path) == {"one": "+>", "two": "", "three": "", "vault": "+>"}
        down(stack, only=FIRST)
        assert standing(tmp_path) == {"one": "+", "two": "", "three": "", "vault": "+>"}

    def test_what_is_wrong_with_the_others_does_not_matter(self, tmp_path: Path) -> None:
        wrong = Second(name="two", folder=str(tmp_path), others=(Reference("alerter", "bell"),), password=Secret("a.b"))
        stack = Stack(First(name="one", folder=str(tmp_path)), wrong)
        up(stack, only=FIRST)
        assert journal(tmp_path) == ["one.provision", "one.resume"]

    @pytest.mark.parametrize("act", [up, down])
    def test_a_type_that_the_stack_has_not_is_refused(self, act: Any, tmp_path: Path) -> None:
        with pytest.raises(ComponentNotFoundError, match="the stack laptop has no alerter; name one that it has"):
            act(stack_in(tmp_path), only=ALERTER)


class TestStates:
    def test_they_are_asked_of_each_component_now(self, tmp_path: Path) -> None:
        stack = stack_in(tmp_path)
        up(stack, only=FIRST)
        first = states(stack)[0]
        assert first == ComponentState("first", "one", "service", is_provisioned=True, is_running=True)
        services(stack)["one"].suspend()
        assert states(stack)[0] == ComponentState("first", "one", "service", is_provisioned=True, is_running=False)

    def test_a_state_that_cannot_be_told_is_told_as_such(self, tmp_path: Path) -> None:
        stack = stack_in(tmp_path)
        services(stack)["one"].fail_in("is_running", message="no answer\nfrom it")
        found = states(stack)
        assert found[0] == ComponentState(
            "first", "one", "service", is_provisioned=False, is_running=False, failure="OSError: no answer"
        )
        assert [state.failure for state in found[1:]] == ["", "", ""]

    def test_those_of_a_stack_are_asked_with_the_values_of_its_secrets(self, tmp_path: Path) -> None:
        vault = Vault(name="vault", folder=str(tmp_path))
        vault.register_secret(SecretGroup("a", {"b": "hunter2"}))
        vault.resume()
        stack = stack_in(tmp_path, password=Secret("a.b"))
        services(stack)["one"].fail_in("is_running", message="wrong PASSWORD")  # which it can only say with its secret
        assert states(stack)[0].failure == "OSError: wrong ***"

    def test_a_component_that_can_tell_without_its_secrets_does(self, tmp_path: Path) -> None:
        stack = stack_in(tmp_path, password=Secret("a.b"))
        assert [state.failure for state in states(stack)] == ["", "", "", ""]

    def test_a_component_that_cannot_is_told_to_lack_them(self, tmp_path: Path) -> None:
        guarded = First(name="one", folder=str(tmp_path), password=Secret("a.b"))
        guarded.fail_in("is_running", message="PASSWORD")
        failure = states(Stack(guarded, name="laptop"))[0].failure
        remedy = "add a secrets manager to the stack laptop"
        assert failure == f"first/one.password: the secret a.b has no value; {remedy}"

    def test_components_need_no_stack(self, tmp_path: Path) -> None:
        found = states([ConsoleAlerter(name="terminal"), First(name="one", folder=str(tmp_path))])
        assert [(state.name, state.is_running) for state in found] == [("terminal", True), ("one", False)]


class TestSecrecy:
    @pytest.mark.parametrize("call", ["provision", "resume", "is_running"])
    def test_a_failure_that_tells_a_secret_is_told_without_it(self, call: str, tmp_path: Path) -> None:
        stack = self._guarded(tmp_path)
        services(stack)["two"].fail_in(call, message="db://ada:PASSWORD@host refused")
        with pytest.raises(LifecycleError) as failed:
            up(stack)
        assert str(failed.value) == "second/two: did not come up: OSError: db://ada:***@host refused; mend it and repeat"
        assert "hunter2" not in "".join(traceback.format_exception(failed.value))

    def test_so_is_one_on_the_way_down(self, tmp_path: Path) -> None:
        stack = self._guarded(tmp_path)
        up(stack)
        services(stack)["two"].fail_in("suspend", message="first line\nPASSWORD")
        with pytest.raises(LifecycleError) as failed:
            down(stack)
        assert "did not go down: OSError: first line" in str(failed.value)
        assert "hunter2" not in "".join(traceback.format_exception(failed.value))

    def test_a_failure_that_tells_none_keeps_its_cause(self, tmp_path: Path) -> None:
        stack = self._guarded(tmp_path)
        services(stack)["two"].fail_in("resume", message="no route to host")
        with pytest.raises(LifecycleError) as failed:
            up(stack)
        assert "OSError: no route to host" in "".join(traceback.format_exception(failed.value))

    def _guarded(self, folder: Path) -> Stack:
        Vault(name="vault", folder=str(folder)).register_secret(SecretGroup("a", {"b": "hunter2"}))
        return stack_in(folder, password=Secret("a.b"))


def test_the_local_secrets_manager_serves_a_stack_from_its_first_up(tmp_path: Path) -> None:
    manager = LocalSecretsManager(name="keys", path=str(tmp_path / "secrets"))
    stack = Stack(First(name="one", folder=str(tmp_path), password=Secret("a.b")), manager)
    with pytest.raises(InvalidStackError):
        up(stack)
    stack[SECRETS_MANAGER].register_secret(SecretGroup("a", {"b": "hunter2"}))
    up(stack)
    assert stack[FIRST].password.reveal() == "hunter2"
