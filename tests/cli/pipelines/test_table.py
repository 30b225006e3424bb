"""Which steps a table at a terminal has room for; that it is drawn, and what is printed above it, `test_pipeline_run` sees."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from stackkit.cli.pipelines.table import counted, shown
from stackkit.core.runs import StepRecord, StepStatus

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
STEPS = [f"s{number}" for number in range(9)]


def record(number: int, status: StepStatus) -> StepRecord:
    ended = None if status == "running" else BEGIN + timedelta(seconds=number)
    return StepRecord(run_id=UUID(int=0), step=f"s{number}", status=status, started=BEGIN, ended=ended)


def records(text: str) -> dict[str, StepRecord]:
    """Records of steps by a letter each; `.` for one that has not begun."""
    statuses: dict[str, StepStatus] = {"d": "completed", "c": "cached", "r": "running", "f": "failed", "k": "killed"}
    return {f"s{n}": record(n, statuses[letter]) for n, letter in enumerate(text) if letter != "."}


def test_all_are_shown_where_there_is_room() -> None:
    assert shown(STEPS, records("ddr......"), 9) == STEPS


def test_what_failed_or_runs_comes_first_then_what_ended_last_and_what_is_next() -> None:
    assert shown(STEPS, records("dfdddr..."), 6) == ["s1", "s2", "s3", "s4", "s5", "s6"]
    assert shown(STEPS, records("rrrrrrrrr"), 3) == ["s0", "s1", "s2"]
    assert shown(STEPS, records("ddddddddd"), 3) == ["s6", "s7", "s8"]


@given(st.text("dcrfk.", min_size=9, max_size=9), st.integers(1, 12))
def test_there_is_never_more_than_there_is_room_for_nor_room_left(text: str, most: int) -> None:
    found = shown(STEPS, records(text), most)
    assert len(found) == min(most, 9)
    assert found == sorted(set(found))


def test_steps_are_counted() -> None:
    assert counted(STEPS, records("ddcrfk").values()) == "3 of 9 done, 1 cached, 1 running, 1 failed, 1 killed"
    assert counted(STEPS, []) == "0 of 9 done"
