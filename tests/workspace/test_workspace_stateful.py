"""Whatever is done to a workspace, in whatever order and by two processes' objects, it is what a dict would be."""

from __future__ import annotations

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from .workspace_machine import WorkspaceMachine


def test_a_workspace_is_what_a_model_says_after_any_sequence_of_calls() -> None:
    chosen = settings(max_examples=max(1, settings().max_examples // 4), stateful_step_count=30)
    run_state_machine_as_test(WorkspaceMachine, settings=chosen)
