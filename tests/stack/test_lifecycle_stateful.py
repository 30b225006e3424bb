"""Any sequence of up, down and failures, by processes that forget, ends in the states that a model says."""

from __future__ import annotations

import tempfile
from pathlib import Path

import attrs
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from typing_extensions import override

from stackkit.errors import LifecycleError
from stackkit.stack.lifecycle import down, states, up
from stackkit.stack.stack import Stack

from .services import First, Second, Service, Third, Vault

UP_ORDER = ("vault", "one", "two", "three")
CALLS = ("provision", "resume", "suspend", "deprovision")


class ToldToFailError(Exception):
    """What the model raises where a service does."""


@attrs.define
class Model:
    """A service as it should be."""

    provisioned: bool = False
    running: bool = False
    failing: tuple[str, str] | None = None

    def call(self, call: str) -> None:
        self._fail("before", call)
        if call in ("provision", "deprovision"):
            self.provisioned = call == "provision"
        else:
            self.running = call == "resume"
        self._fail("after", call)

    def _fail(self, when: str, call: str) -> None:
        if self.failing == (when, call):
            raise ToldToFailError

    def up(self) -> None:
        if not self.provisioned:
            self.call("provision")
        if not self.running:
            self.call("resume")

    def down(self, *, force: bool) -> None:
        if self.running:
            self.call("suspend")
        if force and self.provisioned:
            self.call("deprovision")


class Lifecycles(RuleBasedStateMachine):
    """Brings a stack up and down, and compares its states with those of a model."""

    def __init__(self) -> None:
        super().__init__()
        self.temporary = tempfile.TemporaryDirectory()
        self.models = {name: Model() for name in UP_ORDER}

    @override
    def teardown(self) -> None:
        self.temporary.cleanup()

    def stack(self) -> Stack:
        """The stack as a process makes it that knows nothing of what was before."""
        folder = self.temporary.name
        return Stack(
            First(name="one", folder=folder),
            Second(name="two", folder=folder),
            Third(name="three", folder=folder),
            Vault(name="vault", folder=folder),
        )

    def service(self, name: str) -> Service:
        return next(component for component in self.stack() if component.name == name and isinstance(component, Service))

    @rule(name=st.sampled_from(UP_ORDER), call=st.sampled_from(CALLS), when=st.sampled_from(["before", "after"]))
    def begin_to_fail(self, name: str, call: str, when: str) -> None:
        self.service(name).stop_failing()
        self.service(name).fail_in(call, when)
        self.models[name].failing = (when, call)

    @rule(name=st.sampled_from(UP_ORDER))
    def stop_failing(self, name: str) -> None:
        self.service(name).stop_failing()
        self.models[name].failing = None

    @rule()
    def bring_up(self) -> None:
        done: list[str] = []
        failed = ""
        for name in UP_ORDER:
            try:
                self.models[name].up()
            except ToldToFailError:
                failed = name
                break
            done.append(name)
        told: list[str] = []
        if not failed:
            up(self.stack(), on_step=lambda component: told.append(component.name))
        else:
            with pytest.raises(LifecycleError, match=f"^[a-z_]+/{failed}: did not come up: OSError: told to fail; mend"):
                up(self.stack(), on_step=lambda component: told.append(component.name))
        assert told == done

    @rule(force=st.booleans())
    def bring_down(self, force: bool) -> None:
        failed: list[str] = []
        for name in reversed(UP_ORDER):
            try:
                self.models[name].down(force=force)
            except ToldToFailError:
                failed.append(name)
        told: list[str] = []
        if not failed:
            down(self.stack(), force=force, on_step=lambda component: told.append(component.name))
        else:
            with pytest.raises(LifecycleError) as refused:
                down(self.stack(), force=force, on_step=lambda component: told.append(component.name))
            assert [problem.where.partition("/")[2] for problem in refused.value.problems] == failed
        assert told == [name for name in reversed(UP_ORDER) if name not in failed]

    @invariant()
    def the_states_that_are_told_are_true(self) -> None:
        told = {state.name: (state.is_provisioned, state.is_running, state.failure) for state in states(self.stack())}
        assert told == {name: (model.provisioned, model.running, "") for name, model in self.models.items()}
        for name, model in self.models.items():
            folder = Path(self.temporary.name, name)
            assert ((folder / "provisioned").exists(), (folder / "running").exists()) == (model.provisioned, model.running)


def test_any_sequence_of_up_down_and_failures_ends_in_the_states_of_the_model() -> None:
    chosen = settings(max_examples=max(1, settings().max_examples // 2), stateful_step_count=20)
    run_state_machine_as_test(Lifecycles, settings=chosen)
