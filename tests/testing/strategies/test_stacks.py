"""Stacks that are drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, final

from hypothesis import given
from tests.testing.strategies.sample import Loop, unreached
from typing_extensions import override

from stackkit import ALERTER, ARTIFACT_STORE, BaseAlerter, Stack
from stackkit.flavors.alerter.console import ConsoleAlerter
from stackkit.flavors.artifact_store.local import LocalArtifactStore
from stackkit.stack.validation import problems
from stackkit.testing.strategies import stacks

some = stacks(ConsoleAlerter, LocalArtifactStore, Loop)


@given(some)
def test_a_stack_has_at_most_one_component_of_each_type_and_at_least_one(stack: Stack) -> None:
    slugs = [component.TYPE.slug for component in stack.components]
    assert 1 <= len(slugs) == len(set(slugs)) <= 3


@given(some)
def test_references_lead_to_other_components_of_the_stack(stack: Stack) -> None:
    refers = [problem for problem in problems(stack) if "which is not in the stack" in problem.what]
    assert not refers or len(stack) == 1


def test_every_combination_is_drawn_in_any_order() -> None:
    wanted: dict[str, Callable[[Stack], bool]] = {
        "two": lambda stack: ALERTER in stack and ARTIFACT_STORE in stack and len(stack) == 2,
        "three, in another order": lambda stack: [c.FLAVOR for c in stack.components] == ["loop", "local", "console"],
        "one": lambda stack: ALERTER in stack and len(stack) == 1,
        "named": lambda stack: len(stack.name) > 2,
    }
    assert unreached(some, wanted, 200) == set()


@final
class Silent(BaseAlerter):
    """A second flavor of one type."""

    FLAVOR: ClassVar[str] = "silent"

    @override
    def post(self, message: str) -> bool:
        return False

    @override
    def ask(self, question: str) -> bool:
        return False


def test_one_of_several_flavors_of_a_type_is_drawn() -> None:
    wanted: dict[str, Callable[[Stack], bool]] = {
        "the one": lambda stack: isinstance(stack[ALERTER], ConsoleAlerter),
        "the other": lambda stack: isinstance(stack[ALERTER], Silent),
    }
    assert unreached(stacks(ConsoleAlerter, Silent), wanted, 50) == set()
