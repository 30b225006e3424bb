"""`ServerStore` beside a dict: any sequence of transactions, failures, snapshots, other processes and kills."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from .servers import DRIVERS, fresh
from .store_machine import StoreMachine
from .store_processes import Supply


@pytest.mark.parametrize("name", DRIVERS)
def test_any_sequence_of_use_and_kills_gives_what_a_dict_would(request: pytest.FixtureRequest, name: str) -> None:
    database = fresh(request, name)

    class Machine(StoreMachine):
        def __init__(self) -> None:
            database.empty()
            super().__init__(database.address, processes)

    # Each look at a server takes its time: a few of the examples that the profile asks for.
    chosen = settings(max_examples=max(2, settings().max_examples // 25), stateful_step_count=12)
    with Supply() as processes:
        run_state_machine_as_test(Machine, settings=chosen)
