"""`stackkit run`: what it takes, what it tells, and how it ends."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.cli.command_line import CommandLine
from tests.cli.pipelines_of_people import FLOW, WAITING
from tests.cli.programs import Terminal, started
from tests.cli.sources import changed

LINE = re.compile(r"\[(\d)/(\d)\] (\w+)  (\w+)  [\d.]+ s")


def told(out: str) -> list[tuple[str, ...]]:
    """The lines about steps: how many are done, of how many, which, and how it ended."""
    return [found.groups() for line in out.splitlines() if (found := LINE.fullmatch(line))]


class TestRunning:
    def test_each_step_is_told_and_a_second_run_takes_all_from_the_cache(self, running: CommandLine) -> None:
        lines = running.done("run flow:training --name one").out.splitlines()
        assert {"run one on default", "loading 4"} <= set(lines)
        steps = ["load", "split", "train", "report"]
        assert told("\n".join(lines)) == [(str(n), "4", step, "completed") for n, step in enumerate(steps, 1)]
        assert re.fullmatch(r"run one completed: 4 steps, 0 from cache, [\d.]+ s", lines[-1])
        again = running.done("run flow:training").out
        assert [step[3] for step in told(again)] == ["cached"] * 4
        assert "completed: 4 steps, 4 from cache" in again
        assert "0 from cache" in running.done("run flow:training --no-cache").out

    def test_parameters_are_read_by_their_types(self, running: CommandLine) -> None:
        out = running.done("run flow:training --rows=2 --rates=1 --rates 2.5 --param-stack=other").out
        assert "loading 2" in out
        assert [step[2] for step in told(out)] == ["load", "split", "train", "train_2", "report"]

    def test_machines_get_the_run_with_its_steps_alone(self, running: CommandLine) -> None:
        answer = running("run flow:training --name one --output json")
        assert (answer.status, answer.json["name"], answer.json["status"]) == (0, "one", "completed")
        assert [step["step"] for step in answer.json["steps"]] == ["load", "split", "train", "report"]
        assert "loading 4" in answer.err
        assert len(told(answer.err)) == 4

    def test_another_stack_than_the_active_one(self, running: CommandLine) -> None:
        running.done("stack copy default other")
        assert "run one on other\n" in running.done("run flow:training --name one --stack other").out

    def test_help_lists_the_parameters(self, running: CommandLine) -> None:
        text = running.done("run flow:strict --help").out
        for option, default in (("--count <int>", "required"), ("--share <float>", "required"), ("--label", "default: null")):
            assert re.search(rf"{option} .*\[{default}\]", text), text
        assert re.search(r"--rates <list of float>.*\[default: \[0.5\]\]", running.done("run flow:training -h").out)
        assert "--count" not in running.done("run flow:missing --help").out


class TestMistakes:
    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("flow:trainin", "flow:trainin: flow has no trainin; did you mean training?"),
            ("flo:training", "flo:training: there is no module flo; did you mean flow?"),
            ("flow", "flow: names no pipeline of a module; write flow:<pipeline>"),
            ("flow.py:training", "flow.py:training: there is no module flow.py; write flow, without .py"),
            (
                "flow:plain",
                "flow:plain: is a function, and no pipeline; write @pipeline above the function that calls the steps",
            ),
            ("flow:training --stack=nothing", "there is no stack nothing; there are default"),
            ("--resume nothing", "there is no run 'nothing'; list them: stackkit runs list"),
        ],
    )
    def test_what_is_not_there(self, running: CommandLine, line: str, said: str) -> None:
        assert running.refused(f"run {line}") == said

    def test_all_values_that_do_not_fit_are_named_at_once(self, running: CommandLine) -> None:
        message = running.refused("run flow:strict --share=much --label=x")
        assert message.splitlines() == ["--count: is required; give --count=<int>", '--share: expected float, got str "much"']

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("flow:strict --cuont=1", "No such option '--cuont'. Did you mean '--count'?"),
            ("flow:strict --cuont=1 --zzz 2 --label --zzz", "No such options: --cuont, did you mean --count?; --zzz"),
            ("--qqq=1", "No such option '--qqq'. Parameters are a pipeline's: name it too."),
            ("", "name a pipeline, MODULE:PIPELINE, or a run with --resume"),
            ("--resume one --name=two", "--resume goes on with a run as it is: leave out its name and parameters"),
            ("flow:strict --resume one --count=1", "--resume goes on with a run as it is: leave out its name and parameters"),
        ],
    )
    def test_wrong_usage(self, running: CommandLine, line: str, said: str) -> None:
        assert running.refused(f"run {line}", status=2).splitlines() == [said, "Try: stackkit run --help"]

    def test_a_stack_that_lacks_components_runs_nothing(self, running: CommandLine) -> None:
        running.done("stack remove-component default metadata-store")
        assert "needs metadata store, which the stack default has not" in running.refused("run flow:training")
        running.done("stack update default --metadata-store default")
        running.done("stack remove-component default orchestrator")
        assert "needs orchestrator, which the stack default has not" in running.refused("run flow:training")
        assert running.done("runs list --output json").json == []


class TestGoingOn:
    @pytest.fixture
    def failed(self, running: CommandLine) -> CommandLine:
        """With the run one, which failed in its third step, for a reason that is gone."""
        running.write("broken", "")
        answer = running("run flow:training --name one --stack default")
        assert answer.status == 1
        assert answer.err == (
            "Error: train: ValueError: no \\x1b[31mgood; see stackkit runs logs one --stack default; "
            "go on: stackkit run --resume one --stack default\n"
        )
        assert told(answer.out)[-1] == ("2", "4", "train", "failed")
        (running.folder / "broken").unlink()
        return running

    def test_a_run_that_failed_goes_on_where_it_stopped(self, failed: CommandLine) -> None:
        out = failed.done("run --resume one").out
        assert out.startswith("run one on default, 2 of 4 steps are done already\n")
        assert told(out) == [("3", "4", "train", "completed"), ("4", "4", "report", "completed")]
        assert "loading" not in out
        assert failed.done("run --resume one").out == "run one is completed already\n"
        assert failed.done("run --resume one --output json").json["status"] == "completed"

    def test_the_pipeline_of_the_run_may_be_named_too(self, failed: CommandLine) -> None:
        message = failed.refused("run flow:strict --resume one")
        assert message == "one is a run of the pipeline training, not of flow:strict; leave flow:strict out"
        assert "run one completed" in failed.done("run flow:training --resume one").out

    def test_a_step_that_was_mended_runs_by_its_new_code(self, failed: CommandLine) -> None:
        failed.write("broken", "")
        failed.write("flow.py", changed(FLOW, ('Path("broken").exists()', "False")))
        assert "run one completed" in failed.done("run --resume one").out

    def test_machines_get_a_run_that_failed_too(self, failed: CommandLine) -> None:
        failed.write("broken", "")
        answer = failed("run flow:training --output json")
        assert (answer.status, answer.json["status"]) == (1, "failed")
        assert [step["status"] for step in answer.json["steps"]] == ["cached", "cached", "failed"]


class TestBreakingOff:
    """With the orchestrator as `init` configures it: steps run in processes of their own."""

    @pytest.fixture
    def waiting(self, stackkit: CommandLine) -> CommandLine:
        """With the module waiting, whose pipeline waits for the file go."""
        stackkit.done("init")
        stackkit.write("waiting.py", WAITING)
        return stackkit

    def finish(self, waiting: CommandLine) -> None:
        """See that the run one is shown as killed, and goes on."""
        assert waiting.done("runs list --output json").json[0]["status"] == "killed"
        shown = waiting.done("runs show one --output json").json
        assert [(step["step"], step["status"]) for step in shown["steps"]] == [("first", "completed"), ("wait", "killed")]
        waiting.write("go", "")
        waiting.done("orchestrator update default --workers=1")
        out = waiting.done("run --resume one").out
        assert "1 of 2 steps are done already" in out
        assert "run one completed" in out

    def test_ctrl_c_at_a_terminal_ends_it_cleanly_and_says_how_to_go_on(self, waiting: CommandLine) -> None:
        with Terminal("run", "waiting:slow", "--name", "one", folder=waiting.folder) as terminal:
            terminal.wait_for("waiting now")
            terminal.wait_for("1 of 2 done, 1 running")
            terminal.interrupt()
            assert terminal.status() == 130
        last = terminal.shown.splitlines()[-2:]
        assert last[0].endswith("Error: interrupted")
        assert last[1] == "go on: stackkit run --resume one"
        assert "STATUS" in terminal.shown
        assert "1 of 2 done, 1 killed" in terminal.shown
        assert "Traceback" not in terminal.shown
        self.finish(waiting)

    def test_a_run_whose_process_is_killed_is_shown_so_and_goes_on(self, waiting: CommandLine) -> None:
        with started("run", "waiting:slow", "--name", "one", folder=waiting.folder) as process:
            assert process.stdout is not None
            assert any("waiting now" in line for line in process.stdout)
            process.kill()
            process.wait()
        self.finish(waiting)


def test_a_workspace_that_was_named_is_named_again(
    running: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "else where"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    (elsewhere / "broken").touch()
    answer = running(f"--workspace {running.folder} run flow:training --name one")
    assert answer.err.rstrip().endswith(f"go on: stackkit --workspace {running.folder} run --resume one")
