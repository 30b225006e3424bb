"""Locks between processes and threads."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from tests.flavors.model_deployer.processes import PATIENCE, until

from stackkit.errors import LifecycleError
from stackkit.flavors.model_deployer.locks import is_locked, locked

HOLDING = """
import sys, time
from pathlib import Path
from stackkit.flavors.model_deployer.locks import hold_for_life
hold_for_life(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(1000)
"""


def later() -> float:
    return time.monotonic() + PATIENCE


def test_one_holds_a_lock_at_a_time(tmp_path: Path) -> None:
    counted: list[int] = []

    def count() -> None:
        for _ in range(20):
            with locked(tmp_path / "lock", later()):
                before = len(counted)
                time.sleep(0)
                counted.append(before)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted == list(range(80))


def test_who_waits_in_vain_is_told(tmp_path: Path) -> None:
    with locked(tmp_path / "lock", later()):
        assert is_locked(tmp_path / "lock")
        with pytest.raises(LifecycleError, match="by another process; try again"), locked(tmp_path / "lock", 0):
            raise AssertionError
    assert not is_locked(tmp_path / "lock")


def test_a_lock_whose_file_was_removed_is_not_the_one_that_counts(tmp_path: Path) -> None:
    """Who waits for a lock in a folder that is deleted meanwhile gets the lock of the folder that is there then."""
    file = tmp_path / "lock"
    got = threading.Event()

    def wait() -> None:
        with locked(file, later()):
            assert is_locked(file)
            got.set()

    with locked(file, later()):
        waiting = threading.Thread(target=wait)
        waiting.start()
        file.unlink()
    waiting.join(PATIENCE)
    assert got.is_set()


def test_a_lock_goes_when_its_holder_is_killed_and_names_it_before(tmp_path: Path) -> None:
    file = tmp_path / "alive"
    assert not is_locked(file)
    with subprocess.Popen([sys.executable, "-c", HOLDING, str(file)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        assert is_locked(file)
        assert int(file.read_text(encoding="ascii")) == holder.pid
        holder.kill()
    until(lambda: not is_locked(file))


def test_a_lock_in_a_folder_that_is_not_there_is_no_lock(tmp_path: Path) -> None:
    assert not is_locked(tmp_path / "none" / "lock")
    with pytest.raises(FileNotFoundError), locked(tmp_path / "none" / "lock", later()):
        raise AssertionError
