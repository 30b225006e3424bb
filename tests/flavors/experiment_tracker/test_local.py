"""What is promised of the local experiment tracker alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from stackkit import MetricPoint
from stackkit.errors import ArtifactError, ConfigurationError, PathOutsideStoreError, RunNotFoundError, TrackingError
from stackkit.flavors.experiment_tracker.local import LocalExperimentTracker

WORKER = Path(__file__).with_name("worker.py")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "runs"


@pytest.fixture
def tracker(root: Path) -> LocalExperimentTracker:
    return LocalExperimentTracker(name="tracker", path=str(root))


def worker(root: Path, run_id: str, doing: str, who: str, count: int) -> subprocess.Popen[str]:
    """A process that begins to log when a line is written to it."""
    command = (sys.executable, str(WORKER), str(root), run_id, doing, who, str(count))
    started = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    assert started.stdout.readline() == "ready\n"
    return started


def go(*workers: subprocess.Popen[str]) -> None:
    for each in workers:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()


def folder_of(root: Path, run_id: str) -> Path:
    [found] = root.glob(f"*/{run_id}")
    return found


class TestWhatPeopleRead:
    def test_a_run_is_a_folder_in_that_of_its_experiment(
        self, tracker: LocalExperimentTracker, root: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "model.bin").write_bytes(b"model")
        with tracker.run("iris", name="first") as run:
            run.log_params({"depth": 3, "rate": float("nan")})
            run.log_metrics({"loss": 0.5, "val/loss": float("inf")}, step=7)
            run.log_artifact(tmp_path / "model.bin")
        files = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
        inside = f"iris/{run.run_id}"
        assert files == {
            "iris/experiment.json",
            f"{inside}/run.jsonl",
            f"{inside}/metrics/loss.csv",
            f"{inside}/metrics/val_loss-cd4153b9da66.csv",
            f"{inside}/artifacts/model.bin",
        }
        assert json.loads((root / "iris/experiment.json").read_bytes()) == {"experiment": "iris"}
        assert (root / inside / "metrics/loss.csv").read_text("utf-8").splitlines()[0] == 'step,timestamp,"loss"'
        assert (root / inside / "metrics/loss.csv").read_text("utf-8").splitlines()[1].endswith(",0.5")
        lines = [json.loads(line) for line in (root / inside / "run.jsonl").read_text("utf-8").splitlines()]
        assert [sorted(line) for line in lines] == [["start", "time"], ["params", "time"], ["status", "time"]]
        assert lines[1]["params"] == {"depth": 3, "rate": {"float": "nan"}}

    def test_what_else_is_in_the_folder_is_left_alone(self, tracker: LocalExperimentTracker, root: Path) -> None:
        run_id = tracker.start_run("iris")
        (root / "notes").mkdir()
        (root / "notes/today.txt").write_text("it rains", encoding="utf-8")
        (root / "README").touch()
        (root / "iris/plots").mkdir()
        (root / "iris/20260101-000000-00000000").mkdir()  # as a run is called, and has not begun
        assert tracker.list_experiments() == ["iris"]
        with pytest.raises(TrackingError, match=r"run\.jsonl: cannot be read"):
            tracker.list_runs("iris")
        (root / "iris/20260101-000000-00000000").rmdir()
        assert [run.run_id for run in tracker.list_runs()] == [run_id]
        with pytest.raises(TrackingError, match="not the folder of an experiment"):
            tracker.start_run("notes")

    def test_a_tracker_without_a_folder_has_no_runs(self, tracker: LocalExperimentTracker, root: Path) -> None:
        assert (tracker.list_runs(), tracker.list_experiments(), tracker.is_provisioned) == ([], [], False)
        with pytest.raises(RunNotFoundError):
            tracker.get_run("20260101-000000-00000000")
        assert not root.exists()
        tracker.start_run("iris")
        assert tracker.is_provisioned

    def test_deprovisioning_keeps_runs(self, tracker: LocalExperimentTracker, root: Path) -> None:
        tracker.provision()
        tracker.deprovision()
        assert not root.exists()
        run_id = tracker.start_run("iris")
        tracker.deprovision()
        assert tracker.get_run(run_id).experiment == "iris"

    @pytest.mark.parametrize("path", ["", "a\0b"])
    def test_what_is_no_path_is_refused(self, path: str) -> None:
        with pytest.raises(ConfigurationError, match="path"):
            LocalExperimentTracker(name="tracker", path=path)

    def test_a_relative_path_is_made_absolute(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        assert LocalExperimentTracker(name="tracker", path="runs").path == str(tmp_path / "runs")


class TestColumns:
    def test_arrays_are_views_of_the_columns(self, tracker: LocalExperimentTracker) -> None:
        run_id = tracker.start_run("iris")
        tracker.log_batch(run_id, [MetricPoint("loss", step / 7, step) for step in range(100)])
        history = tracker.get_metric_history(run_id, "loss")
        values = np.asarray(history.value)
        assert values.dtype == np.float64
        assert np.asarray(history.step).dtype == np.asarray(history.timestamp).dtype == np.int64
        values[0] = 5.0
        assert history.value[0] == 5.0


class TestProcesses:
    def test_no_point_is_lost_that_two_log_at_once(self, tracker: LocalExperimentTracker, root: Path) -> None:
        run_id = tracker.start_run("iris")
        workers = [worker(root, run_id, "metrics", who, 300) for who in ("a", "b")]
        go(*workers)
        for each in workers:
            each.communicate()
        history = tracker.get_metric_history(run_id, "shared")
        assert list(history.step) == list(range(600))  # each has a step of its own, though nobody named one
        assert sorted(history.value) == sorted([*map(float, range(300))] * 2)
        assert list(tracker.get_metric_history(run_id, "own-a").value) == [*map(float, range(300))]

    def test_no_batch_parameter_or_run_is_lost_or_mixed(self, tracker: LocalExperimentTracker, root: Path) -> None:
        run_id = tracker.start_run("iris")
        workers = [worker(root, run_id, doing, who, 30) for doing in ("batches", "notes", "runs") for who in ("a", "b")]
        go(*workers)
        for each in workers:
            each.communicate()
        values = list(tracker.get_metric_history(run_id, "batched").value)
        assert len(values) == 2 * 30 * 500
        assert all(len(set(values[start : start + 500])) == 1 for start in range(0, len(values), 500))
        assert tracker.get_run(run_id).params == {f"{who}-{number}": number for who in "ab" for number in range(30)}
        assert {run.name for run in tracker.list_runs("begun")} == {f"{who}-{number}" for who in "ab" for number in range(30)}

    @pytest.mark.parametrize("doing", ["metrics", "batches", "notes", "runs"])
    def test_what_a_killed_process_was_told_is_written_is_there(
        self, tracker: LocalExperimentTracker, root: Path, doing: str
    ) -> None:
        run_id = tracker.start_run("iris")
        killed = worker(root, run_id, doing, "a", 100_000)
        go(killed)
        assert killed.stdout is not None
        done = next(int(line) for line in killed.stdout if int(line) >= 20)
        killed.kill()
        done = max([done, *(int(line) for line in killed.stdout if line.endswith("\n"))])
        killed.communicate()
        assert written(tracker, run_id, doing) > done
        again = worker(root, run_id, doing, "b", 5)
        before = written(tracker, run_id, doing)
        go(again)
        again.communicate()
        assert written(tracker, run_id, doing) >= before + 5
        assert tracker.get_run(run_id).status == "running"


def written(tracker: LocalExperimentTracker, run_id: str, doing: str) -> int:
    """How many of its steps a worker has written."""
    if doing == "metrics":
        return len(tracker.get_metric_history(run_id, "shared"))
    if doing == "batches":
        return len(tracker.get_metric_history(run_id, "batched")) // 500
    return len(tracker.get_run(run_id).params) if doing == "notes" else len(tracker.list_runs("begun"))


class TestDamage:
    def test_wherever_the_journal_ends_a_run_can_be_read(self, tracker: LocalExperimentTracker, root: Path) -> None:
        run_id = tracker.start_run("iris", tags={"by": "ada"})
        journal = folder_of(root, run_id) / "run.jsonl"
        first = journal.stat().st_size
        tracker.log_params(run_id, {"depth": 3, "word": "é"})
        tracker.end_run(run_id)
        whole = journal.read_bytes()
        second = whole.index(b"\n", first) + 1
        for length in range(first, len(whole) + 1):
            journal.write_bytes(whole[:length])
            run = tracker.get_run(run_id)
            assert run.params == ({"depth": 3, "word": "é"} if length >= second else {})
            assert run.status == ("finished" if length == len(whole) else "running")
            tracker.set_tags(run_id, {"at": str(length)})
            assert tracker.get_run(run_id).tags == {"by": "ada", "at": str(length)}

    def test_wherever_a_metric_ends_its_whole_points_are_read(self, tracker: LocalExperimentTracker, root: Path) -> None:
        run_id = tracker.start_run("iris")
        tracker.log_batch(run_id, [MetricPoint("loss", value) for value in (0.125, 0.25, 0.5)])
        file = folder_of(root, run_id) / "metrics/loss.csv"
        whole = file.read_bytes()
        for length in range(len(whole)):
            file.write_bytes(whole[:length])
            values = [0.125, 0.25, 0.5][: max(0, whole[:length].count(b"\n") - 1)]
            assert tracker.get_run(run_id).metrics == ({"loss": values[-1]} if values else {})
            tracker.log_metrics(run_id, {"loss": 1.0})
            history = tracker.get_metric_history(run_id, "loss")
            assert (list(history.value), list(history.step)) == ([*values, 1.0], [*range(len(values) + 1)])
            assert tracker.get_run(run_id).metrics == {"loss": 1.0}

    @pytest.mark.parametrize("line", ["nonsense", "1,2", "1,2,3,4", "1.5,2,3.0", "1,2,x", "nan,1,1.0", f"{2**70},1,1.0", ""])
    def test_a_line_that_is_no_point_is_told_with_its_file(
        self, tracker: LocalExperimentTracker, root: Path, line: str
    ) -> None:
        run_id = tracker.start_run("iris")
        tracker.log_metrics(run_id, {"loss": 0.5})
        file = folder_of(root, run_id) / "metrics/loss.csv"
        with file.open("a", encoding="utf-8") as opened:
            opened.write(f"{line}\n")
        tracker.log_metrics(run_id, {"loss": 0.25}, step=9)
        with pytest.raises(TrackingError, match=r"loss\.csv: has a line that is no point"):
            tracker.get_metric_history(run_id, "loss")

    @pytest.mark.parametrize(
        "line", ["nonsense", "[]", "{}", '{"time": "x", "status": "odd"}', '{"time": "x", "tags": {"a": 1}}']
    )
    def test_a_line_that_tells_nothing_of_a_run_is_told_with_its_file(
        self, tracker: LocalExperimentTracker, root: Path, line: str
    ) -> None:
        run_id = tracker.start_run("iris")
        with (folder_of(root, run_id) / "run.jsonl").open("a", encoding="utf-8") as opened:
            opened.write(f"{line}\n")
        for call in (tracker.list_runs, lambda: tracker.get_run(run_id), lambda: tracker.log_params(run_id, {"a": 1})):
            with pytest.raises(TrackingError, match=r"run\.jsonl: has a line that tells nothing"):
                call()

    @pytest.mark.parametrize("content", ["", "[]", "{}", '{"experiment": 1}'])
    def test_an_experiment_without_a_name_is_told_with_its_file(
        self, tracker: LocalExperimentTracker, root: Path, content: str
    ) -> None:
        tracker.start_run("iris")
        (root / "iris/experiment.json").write_text(content, encoding="utf-8")
        with pytest.raises(TrackingError, match=r"experiment\.json: does not name an experiment"):
            tracker.list_experiments()

    def test_what_the_disk_refuses_is_told_as_the_trackers_error(self, tracker: LocalExperimentTracker, root: Path) -> None:
        run_id = tracker.start_run("iris")
        (folder_of(root, run_id) / "metrics").touch()
        with pytest.raises(TrackingError, match="cannot be read or written: Not a directory") as caught:
            tracker.log_metrics(run_id, {"loss": 0.5})
        assert isinstance(caught.value.__cause__, NotADirectoryError)

    def test_a_run_that_was_removed_meanwhile_is_not_there(self, tracker: LocalExperimentTracker, root: Path) -> None:
        run_id = tracker.start_run("iris")
        folder_of(root, run_id).joinpath("run.jsonl").unlink()
        folder_of(root, run_id).rmdir()
        with pytest.raises(RunNotFoundError):
            tracker.log_metrics(run_id, {"loss": 0.5})

    def test_after_the_highest_step_there_is_no_next_one(self, tracker: LocalExperimentTracker) -> None:
        run_id = tracker.start_run("iris")
        tracker.log_metrics(run_id, {"loss": 0.5}, step=2**63 - 1)
        with pytest.raises(ConfigurationError, match="has no next step"):
            tracker.log_metrics(run_id, {"loss": 0.25})
        assert list(tracker.get_metric_history(run_id, "loss").value) == [0.5]


class TestRunsAreWhole:
    def test_what_a_killed_process_had_begun_is_no_run_and_cleared_away(
        self, tracker: LocalExperimentTracker, root: Path
    ) -> None:
        tracker.start_run("iris")
        program = (
            "import os, sys\n"
            "from stackkit.flavors.experiment_tracker.local import LocalExperimentTracker\n"
            "from stackkit.flavors.local_files import new_folders\n"
            "new_folders._write = lambda *_: os.kill(os.getpid(), 9)\n"
            "LocalExperimentTracker(name='killed', path=sys.argv[1]).start_run('iris')\n"
        )
        assert subprocess.run([sys.executable, "-c", program, str(root)], check=False).returncode == -9
        assert [path.name for path in (root / "iris").iterdir() if path.name.startswith(".stackkit-tmp-")]
        assert len(tracker.list_runs()) == 1
        tracker.replace().start_run("iris")
        assert not [path.name for path in (root / "iris").iterdir() if path.name.startswith(".")]
        assert len(tracker.list_runs()) == 2

    def test_readers_see_runs_whole_that_are_being_begun(self, tracker: LocalExperimentTracker) -> None:
        def begin(number: int) -> None:
            tracker.start_run("iris", name=f"run {number}", tags={"by": "ada"})

        with ThreadPoolExecutor(2) as pool:
            begun = [pool.submit(begin, number) for number in range(60)]
            while not all(done.done() for done in begun):
                assert all(run.tags == {"by": "ada"} for run in tracker.list_runs())
        assert len(tracker.list_runs()) == 60


class TestLinks:
    @pytest.fixture
    def source(self, tmp_path: Path) -> Path:
        folder = tmp_path / "source"
        folder.mkdir()
        (folder / "file").write_bytes(b"content")
        return folder

    def test_links_to_files_are_followed(self, tracker: LocalExperimentTracker, source: Path) -> None:
        (source / "link").symlink_to("file")
        run_id = tracker.start_run("iris")
        tracker.log_artifact(run_id, source, path=".")
        tracker.log_artifact(run_id, source / "link", path="other")
        assert tracker.list_artifacts(run_id) == ["file", "link", "other"]
        with tracker.open_artifact(run_id, "link") as file:
            assert file.read() == b"content"

    def test_what_is_no_file_is_named_and_nothing_copied(self, tracker: LocalExperimentTracker, source: Path) -> None:
        (source / "up").symlink_to("..")
        (source / "nowhere").symlink_to("missing")
        os.mkfifo(source / "pipe")
        run_id = tracker.start_run("iris")
        with pytest.raises(ArtifactError) as caught:
            tracker.log_artifact(run_id, source)
        assert sorted(Path(problem.where).name for problem in caught.value.problems) == ["nowhere", "pipe", "up"]
        assert tracker.list_artifacts(run_id) == []
        with pytest.raises(ArtifactError):
            tracker.log_artifact(run_id, source / "pipe")

    def test_a_link_among_the_artifacts_that_leads_out_is_refused(
        self, tracker: LocalExperimentTracker, root: Path, source: Path
    ) -> None:
        run_id = tracker.start_run("iris")
        tracker.log_artifact(run_id, source / "file")
        (folder_of(root, run_id) / "artifacts/out").symlink_to(source)
        assert tracker.list_artifacts(run_id) == ["file"]
        with pytest.raises(PathOutsideStoreError):
            tracker.open_artifact(run_id, "out/file")
        with pytest.raises(PathOutsideStoreError):
            tracker.log_artifact(run_id, source / "file", path="out/planted")
        assert [path.name for path in source.iterdir()] == ["file"]
