from __future__ import annotations

import threading
from pathlib import Path

import pytest

from harness.memory import measure_memory
from harness.report import Report
from harness.results import write_section
from harness.script import conditions
from harness.timing import Timings, duration, take_turns


def test_a_section_replaces_its_own_and_leaves_the_others(tmp_path: Path) -> None:
    path = tmp_path / "RESULTS.md"
    write_section(path, "store", "## Store\n\nold")
    write_section(path, "cli", "## Command line")
    before = path.read_text(encoding="utf-8")
    write_section(path, "store", "## Store\n\nnew")
    assert path.read_text(encoding="utf-8") == before.replace("old", "new")
    assert before.index("## Command line") < before.index("## Store")
    assert [file.name for file in tmp_path.iterdir()] == ["RESULTS.md"]


def test_sections_written_at_once_are_all_there(tmp_path: Path) -> None:
    path = tmp_path / "RESULTS.md"
    names = [f"subject-{number}" for number in range(20)]
    threads = [threading.Thread(target=write_section, args=(path, name, f"## {name}")) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [line[3:] for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("## ")] == sorted(names)


def test_sides_take_turns_and_are_called_as_often_as_a_turn_needs() -> None:
    calls: list[str] = []
    timings = take_turns({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, rounds=4, shortest=0)
    assert {side: len(times) for side, times in timings.rounds.items()} == {"a": 4, "b": 4}
    turns = calls[-8:]  # after the calls that find out how often to call
    assert [sorted(turns[at : at + 2]) for at in range(0, 8, 2)] == [["a", "b"]] * 4


def test_a_ratio_is_the_median_of_what_each_round_says() -> None:
    timings = Timings({"plain": (1.0, 10.0, 1.0), "ours": (2.0, 30.0, 4.0)})
    assert timings.median("ours") == 4.0
    assert timings.ratio("ours", "plain") == 3.0


def test_goals_end_the_report_and_say_by_how_much_they_are_missed(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report()
    report.goal("loads, beside pydantic", at_most=0.5, found=0.4)
    report.goal("dumps, beside pydantic", at_most=0.5, found=0.6)
    report.table("Times", ("", "median"), [("loads", "1 ms")])
    text = report.finish()
    assert text == capsys.readouterr().out.strip()
    rows = text[text.index("### Goals") :].splitlines()[4:]
    assert [row.split("|")[-2].strip() for row in rows] == ["reached", "missed by 20%"]
    assert len({len(row) for row in rows}) == 1


def test_memory_tells_what_is_kept_from_what_was_needed_meanwhile() -> None:
    def call() -> bytes:
        assert bytes(3_000_000)
        return bytes(1_000_000)

    found = measure_memory(call)
    assert found.kept == pytest.approx(1_000_000, rel=0.01)
    assert found.ratio == pytest.approx(3, rel=0.01)


def test_times_are_shown_in_a_legible_unit() -> None:
    assert [duration(seconds) for seconds in (2.5, 0.1234, 1.5e-6, 12e-9)] == ["2.50 s", "123 ms", "1.50 µs", "12 ns"]


def test_conditions_name_versions_and_what_is_missing() -> None:
    text = conditions(("attrs", "no-such-distribution"))
    assert "stackkit 0" in text
    assert "no-such-distribution (not installed)" in text
