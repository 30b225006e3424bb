"""`stackkit runs …` and `stackkit pipelines list`: what is recorded, page by page, and how it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid5

import attrs
import pytest
from tests.cli.command_line import CommandLine

from stackkit.core.runs import ArtifactRecord, RunRecord, RunStatus, StepRecord
from stackkit.flavors.artifact_store.local import LocalArtifactStore
from stackkit.flavors.metadata_store.sqlite import SqliteMetadataStore

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
SPACE = UUID(int=1)
STATUSES: tuple[RunStatus, ...] = ("completed", "failed", "completed", "killed", "completed")


def run_number(number: int, status: RunStatus = "completed", pipeline: str = "training") -> RunRecord:
    """The run of a number, each a minute after the one before."""
    started = BEGIN + timedelta(minutes=number)
    ended = None if status == "running" else started + timedelta(seconds=90)
    return RunRecord(
        id=uuid5(SPACE, str(number)),
        name=f"run-{number}",
        pipeline=pipeline,
        deployment="{}",
        stack="default",
        status=status,
        started=started,
        ended=ended,
        alive=ended or started,
        error="train: no \x1b[31mgood\nat all" if status == "failed" else "",
        worker="elsewhere:1",
    )


def artifact(run: RunRecord, step: str, name: str) -> ArtifactRecord:
    """An artifact that a step of a run gave."""
    return ArtifactRecord(
        id=uuid5(run.id, f"{step}.{name}"),
        name=name,
        uri=f"artifacts/{step}",
        digest="ab" * 32,
        size=17,
        materializer="json",
        type="list",
        run_id=run.id,
        step=step,
        created=run.started,
    )


@pytest.fixture
def metadata(folder: Path) -> SqliteMetadataStore:
    """What the default stack of the workspace records in."""
    return SqliteMetadataStore(name="direct", path=str(folder / ".stackkit/metadata.db"))


@pytest.fixture
def kept(stackkit: CommandLine, metadata: SqliteMetadataStore) -> CommandLine:
    """With five runs of training and one of serving. Of the second, load was cached, and train failed the third time."""
    stackkit.done("init")
    runs = [run_number(number, status) for number, status in enumerate(STATUSES)]
    for run in [*runs, run_number(5, pipeline="serving")]:
        metadata.record_run(run)
    first, second = runs[:2]
    made = artifact(first, "load", "output")
    load = StepRecord(run_id=first.id, step="load", status="completed", started=first.started, ended=first.ended)
    metadata.record_step(attrs.evolve(load, outputs=(made.id,), logs="runs/load.log"), [made])
    metadata.record_step(attrs.evolve(load, run_id=second.id, status="cached", outputs=(made.id,)))
    error = "Traceback (most recent call last):\n  File 'x'\nValueError: no \x1b[31mgood"
    train = attrs.evolve(load, run_id=second.id, step="train", status="failed", attempt=3, error=error)
    metadata.record_step(attrs.evolve(train, logs="runs/train.log"))
    store = LocalArtifactStore(name="direct", path=str(stackkit.folder / ".stackkit/artifacts"))
    for name, text in {"load": b"loading\n\x1b[2J\tdone\n", "train": b"step 1"}.items():
        with store.open(f"runs/{name}.log", "wb") as file:
            file.write(text)
    return stackkit


def listed(kept: CommandLine, options: str = "") -> list[str]:
    return [row["name"] for row in kept.done(f"runs list --output json {options}").json]


class TestList:
    def test_people_see_the_newest_first(self, kept: CommandLine) -> None:
        answer = kept.done("runs list")
        assert answer.out.split()[:7] == ["RUN", "NAME", "PIPELINE", "STACK", "STATUS", "STARTED", "DURATION"]
        assert [row[1] for row in answer.rows] == [f"run-{number}" for number in (5, 4, 3, 2, 1, 0)]
        assert answer.rows[2][2:] == ["training", "default", "killed", "2026-01-01", "00:03:00", "1", "min", "30", "s"]

    def test_machines_get_all_of_a_run_but_its_deployment(self, kept: CommandLine) -> None:
        run = run_number(1, "failed")
        assert run.ended is not None
        assert kept.done("runs list --output json --status failed").json == [
            {
                "run": str(run.id),
                "name": "run-1",
                "pipeline": "training",
                "stack": "default",
                "status": "failed",
                "started": run.started.isoformat(),
                "ended": run.ended.isoformat(),
                "error": run.error,
                "worker": "elsewhere:1",
            }
        ]

    @pytest.mark.parametrize(
        ("options", "expected"),
        [
            ("--status completed", [5, 4, 2, 0]),
            ("--status completed --pipeline training", [4, 2, 0]),
            ("--pipeline serving", [5]),
            ("--limit 2", [5, 4]),
            ("--limit 2 --before run-4", [3, 2]),
            ("--limit 2 --before run-1", [0]),
            ("--before run-4 --status completed --limit 1", [2]),
            ("--before run-0", []),
        ],
    )
    def test_runs_are_chosen(self, kept: CommandLine, options: str, expected: Sequence[int]) -> None:
        assert listed(kept, options) == [f"run-{number}" for number in expected]

    def test_pages_follow_each_other(self, kept: CommandLine) -> None:
        line = "runs list --limit 4"
        answer = kept(line)
        assert answer.err == f"there are older ones: --before {run_number(2).id}\n"
        rest = kept.done(f"{line} {answer.err.partition(': ')[2]}")
        assert [row[1] for row in [*answer.rows, *rest.rows]] == [f"run-{number}" for number in (5, 4, 3, 2, 1, 0)]
        assert kept("runs list --before run-0").err == "there are no older ones\n"

    def test_a_run_that_is_silent_for_long_is_shown_as_killed(self, kept: CommandLine, metadata: SqliteMetadataStore) -> None:
        run = run_number(6, "running")
        metadata.record_run(run)
        metadata.record_step(StepRecord(run_id=run.id, step="load", status="running", started=run.started))
        assert listed(kept, "--status running") == []
        assert listed(kept, "--status killed") == ["run-6", "run-3"]
        assert kept.done("runs show run-6 --output json").json["steps"][0]["status"] == "killed"

    def test_without_any(self, kept: CommandLine, metadata: SqliteMetadataStore) -> None:
        assert kept.refused("runs list --pipeline trainin") == "no pipeline 'trainin' has run; did you mean training?"
        Path(metadata.path).unlink()
        assert kept("runs list").err == "no such run yet: stackkit run MODULE:PIPELINE\n"
        assert kept("pipelines list").err == "no pipeline ran yet: stackkit run MODULE:PIPELINE\n"


class TestShow:
    def test_people_see_the_run_with_its_steps(self, kept: CommandLine) -> None:
        fields, steps = kept.done("runs show run-1").out.split("\n\n")
        rows = dict(line.split(maxsplit=1) for line in fields.splitlines())
        assert (rows["run"], rows["status"], rows["error"]) == (str(run_number(1).id), "failed", "train: no \\x1b[31mgood")
        assert [line.split(maxsplit=6) for line in steps.splitlines()[1:]] == [
            ["load", "cached", "1", "1", "min", "30", "s"],
            ["train", "failed", "3", "1", "min", "30", "s  ValueError: no \\x1b[31mgood"],
        ]

    def test_a_run_is_named_by_its_name_or_a_part_of_its_identifier(self, kept: CommandLine) -> None:
        run = str(run_number(1).id)
        for text in ("run-1", run, run[:8], run[-8:]):
            assert kept.done("runs show --output json", text).json["run"] == run

    def test_mistakes(self, kept: CommandLine, metadata: SqliteMetadataStore) -> None:
        assert kept.refused("runs show rnu-1") == "there is no run 'rnu-1'; did you mean run-1?"
        assert "there is no run ''" in kept.refused("runs show", "")
        other = attrs.evolve(run_number(7), name="run-1")
        metadata.record_run(other)
        ids = f"{other.id}, {run_number(1).id}"
        assert kept.refused("runs show run-1") == f"'run-1' may be several runs; name one: {ids}"


class TestLogs:
    def test_a_step_that_was_named(self, kept: CommandLine) -> None:
        assert kept.done("runs logs run-0 load").out == "loading\n\\x1b[2J\tdone\n"

    def test_all_steps_with_the_errors_that_ended_them(self, kept: CommandLine) -> None:
        assert kept.done("runs logs run-1").out.splitlines() == [
            "--- train (failed)",
            "step 1",
            "Traceback (most recent call last):",
            "  File 'x'",
            "ValueError: no \\x1b[31mgood",
        ]

    def test_without_any(self, kept: CommandLine) -> None:
        assert kept("runs logs run-2").err == "nothing was printed by the steps of run-2\n"
        assert kept("runs logs run-1 load").err == "nothing was printed by load\n"
        assert kept.refused("runs logs run-1 trian") == "run-1: no step 'trian' has begun; did you mean train?"


class TestArtifacts:
    def test_people_see_where_each_was_made(self, kept: CommandLine) -> None:
        made = artifact(run_number(0), "load", "output")
        row = [str(made.id)[:8], "load", "output", "list", "17"]
        assert kept.done("runs artifacts run-0").rows == [[*row, "this", "run", made.uri]]
        assert kept.done("runs artifacts run-1").rows == [[*row, str(made.run_id)[:8], made.uri]]
        assert kept("runs artifacts run-2").err == "run-2 gave nothing on the stack default\n"

    def test_machines_get_all_of_them(self, kept: CommandLine) -> None:
        made = artifact(run_number(0), "load", "output")
        assert kept.done("runs artifacts run-1 --output json").json == [
            {
                "artifact": str(made.id),
                "step": "load",
                "output": "output",
                "type": "list",
                "size": 17,
                "digest": made.digest,
                "uri": made.uri,
                "materializer": "json",
                "run": str(made.run_id),
                "made_by": "load",
                "created": made.created.isoformat(),
            }
        ]


class TestPipelines:
    def test_each_is_listed_with_its_last_run(self, kept: CommandLine) -> None:
        rows = kept.done("pipelines list").rows
        assert [row[:4] for row in rows] == [
            ["serving", str(run_number(5).id)[:8], "run-5", "completed"],
            ["training", str(run_number(4).id)[:8], "run-4", "completed"],
        ]
        last = kept.done("pipelines list --output json").json[1]
        assert (last["pipeline"], last["last_run"]) == ("training", str(run_number(4).id))


class TestWhichStack:
    def test_another_than_the_active_one(self, kept: CommandLine) -> None:
        kept.done("metadata-store register spare --flavor=sqlite --path=spare.db")
        kept.done("stack register other --metadata-store spare")
        assert listed(kept, "--stack other") == []
        kept.done("stack update other --metadata-store default")
        assert len(listed(kept, "--stack other")) == 6

    def test_mistakes(self, kept: CommandLine) -> None:
        kept.done("alerter register terminal --flavor=console")
        kept.done("stack register bare --alerter terminal")
        remedy = "add one: stackkit stack update bare --metadata-store NAME"
        assert kept.refused("runs list --stack bare") == f"the stack bare has no metadata store; {remedy}"
        assert "there is no stack nothing" in kept.refused("runs list --stack nothing")
        kept.done("stack delete default --yes")
        message = "no stack is active; name one with --stack, or: stackkit stack set NAME"
        assert kept.refused("pipelines list") == message
