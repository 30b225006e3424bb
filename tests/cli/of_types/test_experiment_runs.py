"""`stackkit experiment-tracker runs …`."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from tests.cli.command_line import CommandLine

from stackkit import MetricPoint
from stackkit.flavors.experiment_tracker.local import LocalExperimentTracker

RUNS = "experiment-tracker runs"
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def tracker(folder: Path) -> LocalExperimentTracker:
    """What the tracker `notes` of the workspace works with."""
    return LocalExperimentTracker(name="direct", path=str(folder / "runs"))


@pytest.fixture
def ids(tracker: LocalExperimentTracker, tmp_path: Path) -> list[str]:
    """Two runs of iris and one of digits, which failed."""
    found: list[str] = []
    for depth in (2, 4):
        with tracker.run("iris", name=f"depth {depth}", tags={"by": "ada"}) as run:
            run.log_params({"depth": depth, "learning_rate": 0.5, "note": "a\x1b[31m"})
            points = [MetricPoint("loss", depth / (step + 1), step, BEGIN + timedelta(hours=step)) for step in range(5)]
            run.log_batch([*points, MetricPoint("val/accuracy", 1 - 1 / depth)])
        found.append(run.run_id)
    found.append(tracker.start_run("digits", name="broken", parent=found[0], tags={"by": "bob"}))
    tracker.log_metrics(found[-1], {"loss": math.inf})
    (tmp_path / "model.bin").write_bytes(b"model")
    tracker.log_artifact(found[-1], tmp_path / "model.bin", path="models/best.bin")
    tracker.end_run(found[-1], status="failed")
    return found


@pytest.fixture
def tracked(stackkit: CommandLine, ids: list[str]) -> CommandLine:
    """A workspace with the tracker `notes`, which has those runs."""
    assert ids
    stackkit.done("experiment-tracker register notes --flavor=local --path=./runs")
    return stackkit


class TestList:
    def test_the_newest_run_is_first(self, tracked: CommandLine, ids: list[str]) -> None:
        answer = tracked.done(f"{RUNS} list")
        assert answer.out.splitlines()[0].split() == ["RUN", "NAME", "EXPERIMENT", "STATUS", "STARTED", "DURATION", "METRICS"]
        assert [row[0] for row in answer.rows] == ids[::-1]
        assert [row[1] for row in answer.rows] == ["broken", "depth", "depth"]
        assert "loss=inf" in answer.out
        assert "loss=0.8 val/accuracy=0.75" in answer.out

    @pytest.mark.parametrize(
        ("options", "expected"),
        [
            ("--experiment iris", [1, 0]),
            ("--status failed", [2]),
            ("--tag by=ada", [1, 0]),
            ("--tag by=ada --tag on=gpu", []),
            ("--limit 1", [2]),
            ("--experiment iris --limit 1", [1]),
            ("--status running", []),
        ],
    )
    def test_runs_are_chosen(self, tracked: CommandLine, ids: list[str], options: str, expected: list[int]) -> None:
        answer = tracked.done(f"{RUNS} list {options} --output json")
        assert [row["run"] for row in answer.json] == [ids[number] for number in expected]

    def test_machines_get_all_of_a_run(self, tracked: CommandLine, ids: list[str], tracker: LocalExperimentTracker) -> None:
        row = tracked.done(f"{RUNS} list --output json --experiment digits").json[0]
        run = tracker.get_run(ids[2])
        assert run.ended is not None
        assert row == {
            "run": ids[2],
            "name": "broken",
            "experiment": "digits",
            "status": "failed",
            "parent": ids[0],
            "started": run.started.isoformat(),
            "ended": run.ended.isoformat(),
            "params": {},
            "tags": {"by": "bob"},
            "metrics": {"loss": "inf"},
        }

    def test_of_many_metrics_some_are_shown(self, tracked: CommandLine, tracker: LocalExperimentTracker) -> None:
        tracker.log_metrics(tracker.start_run("many"), dict.fromkeys("abcde", 1.0))
        assert "a=1 b=1 c=1 +2\n" in tracked.done(f"{RUNS} list --experiment many").out

    def test_no_run_is_told(self, tracked: CommandLine) -> None:
        answer = tracked(f"{RUNS} list --status killed")
        assert (answer.status, answer.out, answer.err) == (0, "", "no such run in notes yet\n")

    def test_mistakes(self, tracked: CommandLine) -> None:
        assert tracked.refused(f"{RUNS} list --experiment irs") == "notes: there is no experiment 'irs'; did you mean iris?"
        assert "NAME=TEXT" in tracked.refused(f"{RUNS} list --tag by", status=2)


class TestShow:
    def test_people_see_what_was_logged(self, tracked: CommandLine, ids: list[str]) -> None:
        out = tracked.done(f"{RUNS} show {ids[2]}").out
        lines = [line.split() for line in out.splitlines()]
        for line in (
            ["run", ids[2]],
            ["status", "failed"],
            ["parent", ids[0]],
            ["metric", "loss", "inf"],
            ["tag", "by", "bob"],
        ):
            assert line in lines
        assert ["artifact", "models/best.bin"] in lines

    def test_names_are_shown_as_they_are_and_nothing_drives_the_terminal(self, tracked: CommandLine, ids: list[str]) -> None:
        out = tracked.done(f"{RUNS} show {ids[0]}").out
        assert ["param", "learning_rate", "0.5"] in [line.split() for line in out.splitlines()]
        assert "\x1b" not in out
        assert "\x1b" not in tracked.done(f"{RUNS} show {ids[0]} --output json").out

    def test_machines_get_all_of_a_run(self, tracked: CommandLine, ids: list[str]) -> None:
        shown = tracked.done(f"{RUNS} show {ids[2]} --output json").json
        assert (shown["run"], shown["artifacts"], shown["metrics"]) == (ids[2], ["models/best.bin"], {"loss": "inf"})

    def test_a_run_is_named_by_its_name_or_a_part_of_its_identifier(self, tracked: CommandLine, ids: list[str]) -> None:
        for text in ("depth 4", ids[1][-8:], ids[1]):
            assert tracked.done(f"{RUNS} show --output json", text).json["run"] == ids[1]

    def test_mistakes(self, tracked: CommandLine, ids: list[str], tracker: LocalExperimentTracker) -> None:
        assert tracked.refused(f"{RUNS} show brokn") == "notes: there is no run 'brokn'; did you mean broken?"
        said = "notes: there is no run ''; list them: stackkit experiment-tracker runs list"
        assert tracked.refused(f"{RUNS} show", "") == said
        other = tracker.start_run("iris", name="broken")
        assert tracked.refused(f"{RUNS} show broken") == f"notes: 'broken' may be several runs; name one: {other}, {ids[2]}"


class TestCompare:
    def test_people_see_runs_side_by_side(self, tracked: CommandLine, ids: list[str]) -> None:
        answer = tracked.done(f"{RUNS} compare {ids[0]} {ids[1]} broken")
        rows = [line.split() for line in answer.out.splitlines()]
        assert rows[0] == ["WHAT", "NAME", "RUN", "1", "RUN", "2", "RUN", "3"]
        assert rows[1] == ["run", *ids]
        assert ["param", "depth", "2", "4", "-"] in rows
        assert ["param", "learning_rate", "0.5", "0.5", "-"] in rows
        assert ["tag", "by", "ada", "ada", "bob"] in rows

    def test_what_is_the_same_can_be_left_out(self, tracked: CommandLine) -> None:
        shown = tracked.done(f"{RUNS} compare 'depth 2' 'depth 4' --differing --output json").json
        assert shown["rows"] == [
            {"what": "param", "name": "depth", "values": [2, 4]},
            {"what": "metric", "name": "loss", "values": [0.4, 0.8]},
            {"what": "metric", "name": "val/accuracy", "values": [0.5, 0.75]},
        ]
        assert [run["name"] for run in shown["runs"]] == ["depth 2", "depth 4"]

    def test_a_run_that_is_not_there_is_told(self, tracked: CommandLine) -> None:
        assert "did you mean broken?" in tracked.refused(f"{RUNS} compare 'depth 2' brokn")


class TestPlot:
    def texts(self, file: Path) -> list[str]:
        root = ET.fromstring(file.read_text("utf-8"))  # noqa: S314 - our own
        return [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]

    def test_metrics_of_an_experiment_are_plotted(self, tracked: CommandLine) -> None:
        said = tracked.done(f"{RUNS} plot loss val/accuracy --experiment iris --to plot.svg").out
        assert said == "loss, val/accuracy of 2 runs plotted to plot.svg\n"
        assert {"depth 2", "depth 4", "loss", "val/accuracy", "step"} <= set(self.texts(tracked.folder / "plot.svg"))

    def test_by_default_the_newest_run_is_plotted(self, tracked: CommandLine) -> None:
        tracked.done(f"{RUNS} plot loss --to plot.svg")
        texts = self.texts(tracked.folder / "plot.svg")
        assert "broken" in texts
        assert "1 point left out: no finite number" in texts

    def test_runs_are_chosen_and_those_of_one_name_told_apart(
        self, tracked: CommandLine, ids: list[str], tracker: LocalExperimentTracker
    ) -> None:
        other = tracker.start_run("iris", name="depth 2")
        tracker.log_metrics(other, {"loss": 1.0})
        tracked.done(f"{RUNS} plot loss --run {ids[0]} --run {other} --run 'depth 4' --to plot.svg")
        texts = self.texts(tracked.folder / "plot.svg")
        assert {f"depth 2 ({ids[0]})", f"depth 2 ({other})", "depth 4"} <= set(texts)

    def test_a_plot_may_be_logarithmic_and_over_time(self, tracked: CommandLine) -> None:
        tracked.done(f"{RUNS} plot loss --run 'depth 4' --log --over time --to plot.svg")
        texts = self.texts(tracked.folder / "plot.svg")
        assert "loss (log)" in texts
        assert any(text.endswith(" since the run began") for text in texts)

    def test_a_plot_may_go_to_standard_output(self, tracked: CommandLine) -> None:
        assert tracked.done(f"{RUNS} plot loss --to -").out.startswith("<svg ")

    def test_a_metric_that_no_run_has_is_told_and_nothing_written(self, tracked: CommandLine, ids: list[str]) -> None:
        message = tracked.refused(f"{RUNS} plot loss los acc --to plot.svg")
        assert message.splitlines() == [
            f"run {ids[2]}: there is no metric 'los'; there is loss",
            f"run {ids[2]}: there is no metric 'acc'; there is loss",
        ]
        assert not (tracked.folder / "plot.svg").exists()

    def test_a_file_that_cannot_be_written_is_told(self, tracked: CommandLine) -> None:
        assert "nowhere/plot.svg: cannot be written" in tracked.refused(f"{RUNS} plot loss --to nowhere/plot.svg")

    def test_a_tracker_without_a_run_has_nothing_to_plot(self, stackkit: CommandLine) -> None:
        stackkit.done("experiment-tracker register notes --flavor=local --path=./none")
        assert stackkit.refused(f"{RUNS} plot loss --to plot.svg") == "0 runs: there is no metric 'loss'; there is none"


class TestWhichTracker:
    def test_that_of_the_active_stack_or_another(self, tracked: CommandLine) -> None:
        tracked.done("experiment-tracker register spare --flavor=local --path=./spare")
        message = tracked.refused(f"{RUNS} list")
        assert message == "there are several experiment trackers: notes, spare; choose one: --tracker NAME"
        tracked.done("stack register main -e notes --set")
        assert len(tracked.done(f"{RUNS} list --output json").json) == 3
        assert tracked.done(f"{RUNS} list --output json --tracker spare").json == []

    def test_without_any_the_first_is_to_be_registered(self, stackkit: CommandLine) -> None:
        message = stackkit.refused(f"{RUNS} list")
        assert message == "there is no experiment tracker yet; stackkit experiment-tracker register NAME --flavor=local"
