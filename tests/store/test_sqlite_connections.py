"""Connections: how many stay open, and what becomes of them when the process forks."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from stackkit.store.sqlite import SqliteStore

from .sqlite_trace import is_open, traced
from .store_use import in_threads, keys, put


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


class TestOpen:
    def test_transactions_one_after_the_other_share_a_connection(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        connections, _ = traced(monkeypatch)
        store = SqliteStore(path)
        for number in range(5):
            put(store, "stack", f"{number}")
            keys(store, "stack")
        assert len(connections) == 1
        store.close()
        assert not is_open(connections[0])

    def test_threads_that_ended_leave_only_a_few_connections(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        connections, _ = traced(monkeypatch)
        store = SqliteStore(path)
        together = threading.Barrier(20)

        def read(_: int) -> None:
            with store.read():
                together.wait()

        in_threads(20, read)
        assert len(connections) == 20
        assert 1 <= sum(map(is_open, connections)) <= 8
        store.close()
        assert not any(map(is_open, connections))


@pytest.mark.parametrize(
    "scenario",
    [
        "parent_closes_while_child_writes",
        "child_after_a_finished_transaction",
        "child_of_a_child",
        "child_with_threads",
        "fork_inside_a_write",
        "fork_inside_a_large_write",
        "fork_inside_a_read",
        "fork_beside_a_thread_in_a_transaction",
    ],
)
def test_fork(path: Path, scenario: str) -> None:
    program = Path(__file__).with_name("sqlite_fork_scenarios.py")
    # Newer Pythons warn of forks beside threads, which is what one scenario is about.
    command = [sys.executable, "-W", "ignore::DeprecationWarning", str(program), scenario, str(path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (ran.returncode, ran.stderr) == (0, "")
