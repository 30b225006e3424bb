"""`SqliteStore` beside a dict: any sequence of transactions, failures, snapshots, other processes and kills."""

from __future__ import annotations

import itertools
import sqlite3
from contextlib import closing
from pathlib import Path

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from typing_extensions import override

from .store_machine import StoreMachine
from .store_processes import StoreAddress, Supply


def test_any_sequence_of_use_and_kills_gives_what_a_dict_would(tmp_path: Path) -> None:
    paths = (tmp_path / f"{number}.db" for number in itertools.count())

    class Machine(StoreMachine):
        def __init__(self) -> None:
            self.path = next(paths)
            super().__init__(StoreAddress("stackkit.store.sqlite", "SqliteStore", str(self.path)), processes)

        @override
        def check_integrity(self) -> None:
            with closing(sqlite3.connect(self.path)) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]

    # A run of the machine costs processes: a quarter of the examples that the profile asks for.
    chosen = settings(max_examples=max(1, settings().max_examples // 4), stateful_step_count=20)
    with Supply() as processes:
        run_state_machine_as_test(Machine, settings=chosen)
