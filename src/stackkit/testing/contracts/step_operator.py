"""What holds for every step operator: it runs real commands, which fail, die, hang and are interrupted, and steps of pipelines.

>>> import pytest
>>> from stackkit.flavors.step_operator.local import LocalStepOperator
>>> class TestMyOperator(StepOperatorContract[LocalStepOperator]):
...     @pytest.fixture
...     def component(self, folder: Path) -> LocalStepOperator:
...         return LocalStepOperator(name="mine", folder=str(folder / "environments"))
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import signal
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, Generic, TypeVar

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from typing_extensions import override

from stackkit import (
    ARTIFACT_STORE,
    METADATA_STORE,
    ORCHESTRATOR,
    STEP_OPERATOR,
    BaseStepOperator,
    Component,
    Stack,
    StepRecord,
    from_builtins,
)
from stackkit.core.component import as_component
from stackkit.errors import StepError
from stackkit.pipelines import pipeline, run
from stackkit.testing.commands import HOLDS, RECORDS, is_held, is_released, python, small_wheel
from stackkit.testing.contracts.component import ComponentContract, few
from stackkit.testing.interrupts import interrupted, whichever_thread_takes_it
from stackkit.testing.steps import Deed, Journal, act

Op = TypeVar("Op", bound=BaseStepOperator)

PATIENCE: float = 60.0
"""How long is waited for what has to happen, in seconds."""

arguments: Final = st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8")), min_size=3, max_size=12)


@pipeline
def operated(operator: str, path: str, deed: Deed, times: int) -> None:
    """A step here, and one on the operator that takes what the first gave.

    Args:
        operator: The operator's name.
        path: The file of the journal.
        deed: What the second step does.
        times: In how many attempts.
    """
    first = act.with_options(name="here")(path, 0, "work", 0, [], [])
    act.with_options(name="there", step_operator=operator)(path, 1, deed, times, [], [first])


class StepOperatorContract(ComponentContract[Op], Generic[Op]):
    """The laws of every step operator. A subclass gives the fixture `component`; the others have defaults.

    The commands write to files in `folder`, which they have to reach under the same path.
    """

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """A folder that the commands reach under the same path; by default one of this machine."""
        return tmp_path

    @pytest.fixture
    def hurried(self) -> Op:
        """A component of the flavor that gives a command one second."""
        pytest.skip("give the fixture `hurried`, a component with a time limit of a second, to have this tested")

    @pytest.fixture
    def narrow(self) -> Op:
        """A component of the flavor that gives a process 512 MiB of memory."""
        pytest.skip("give the fixture `narrow`, a component with a memory limit of 512 MiB, to have this tested")

    @pytest.fixture
    def requirement(self, folder: Path) -> tuple[str, str]:
        """What can be installed where commands run, and a module that is there then; by default a file of the folder."""
        name = f"small_{hashlib.sha256(str(folder).encode()).hexdigest()[:8]}"
        return small_wheel(folder, name), name

    @pytest.fixture
    def neighbours(self, folder: Path) -> Sequence[Component]:
        """The orchestrator and the stores of the stack that a pipeline runs on; by default of this machine."""
        return (
            _component(ORCHESTRATOR.slug, "local", {"workers": 1}),
            _component(ARTIFACT_STORE.slug, "local", {"path": str(folder / "artifacts")}),
            _component(METADATA_STORE.slug, "sqlite", {"path": str(folder / "metadata.db")}),
        )

    def test_it_is_a_step_operator(self, component: Op) -> None:
        assert as_component(component).TYPE == STEP_OPERATOR

    # Commands

    def test_a_command_has_run_once_to_its_end_when_launch_returns(self, component: Op, folder: Path) -> None:
        program = RECORDS + "import time; time.sleep(0.2); open(sys.argv[1], 'a').write('ended')"
        component.launch("training", "monday", [], python(program, folder / "record"))
        began, ended = (folder / "record").read_text("utf-8").splitlines()
        assert ended == "ended"
        assert json.loads(began)[0] != os.getpid()

    def test_a_command_that_fails_is_not_run_again(self, component: Op, folder: Path) -> None:
        with pytest.raises(StepError):
            component.launch("training", "monday", [], python(f"{RECORDS}sys.exit(1)", folder / "record"))
        assert (folder / "record").read_text("utf-8").count("\n") == 1

    @settings(few, max_examples=2)
    @given(given_ones=arguments)
    @example(
        ["", " ", "'", '"', "$HOME", "`id`", "\n", "\\", "-x", "--", "a b", "*", "~", "%PATH%", "{}", "é\u2028\u0001", ";"]
    )
    @example(["long " * 20_000, "--path=/"])
    def test_arguments_arrive_as_they_are(self, component: Op, folder: Path, given_ones: list[str]) -> None:
        (folder / "record").unlink(missing_ok=True)
        component.launch("training", "monday", [], python(RECORDS, folder / "record", *given_ones))
        assert json.loads((folder / "record").read_text("utf-8"))[1:] == given_ones

    @pytest.mark.parametrize("status", [1, 77])
    def test_another_status_than_0_is_told_with_what_was_printed_last(self, component: Op, status: int) -> None:
        program = f"import sys; print('first'); print('the disk is full', file=sys.stderr); sys.exit({status})"
        with pytest.raises(StepError, match=rf"\b{status}\b") as failed:
            component.launch("training", "monday", [], python(program))
        assert "the disk is full" in str(failed.value)
        assert len(str(failed.value).splitlines()) <= 3

    def test_a_command_that_is_killed_has_failed(self, component: Op) -> None:
        with pytest.raises(StepError):
            component.launch("training", "monday", [], python("import os; os.kill(os.getpid(), 9)"))

    def test_a_program_that_there_is_not_is_told(self, component: Op) -> None:
        with pytest.raises(StepError, match="no-such-program"):
            component.launch("training", "monday", [], ["no-such-program", "--version"])

    def test_a_command_has_nothing_to_read(self, component: Op) -> None:
        component.launch("training", "monday", [], python("import sys; sys.exit(len(sys.stdin.read()))"))

    def test_what_a_command_leaves_behind_is_ended(self, component: Op, folder: Path) -> None:
        component.launch("training", "monday", [], python(HOLDS, folder / "lock", PATIENCE, "goes"))
        assert (folder / "lock").read_text("utf-8") == "held"
        assert is_released(folder / "lock", PATIENCE / 2)

    def test_commands_in_several_threads_have_each_their_own_end(self, component: Op, folder: Path) -> None:
        def launch(status: int) -> bool:
            try:
                component.launch("training", str(status), [], python(f"{RECORDS}sys.exit({status})", folder / "record"))
            except StepError as error:
                return f" {status}" not in str(error)
            return True

        with ThreadPoolExecutor(3) as threads:
            assert [*threads.map(launch, [0, 13, 0, 14])] == [True, False, True, False]
        assert (folder / "record").read_text("utf-8").count("\n") == 4

    # Environments

    def test_the_environment_is_its_own_and_has_the_kit_alone(self, component: Op, folder: Path) -> None:
        program = (
            "import importlib.util, sys, stackkit.pipelines.entrypoint; "
            "open(sys.argv[1], 'w').write(sys.prefix); sys.exit(importlib.util.find_spec('pytest') is not None)"
        )
        component.launch("training", "monday", [], python(program, folder / "prefix"))
        assert (folder / "prefix").read_text("utf-8") not in ("", sys.prefix)

    def test_requirements_are_there_for_those_who_ask_and_for_no_others(
        self, component: Op, requirement: tuple[str, str]
    ) -> None:
        text, module = requirement
        has = python(f"import importlib.util, sys; sys.exit(importlib.util.find_spec({module!r}) is None)")
        component.launch("training", "monday", [text], has)
        with pytest.raises(StepError):
            component.launch("training", "monday", [], has)
        component.launch("training", "tuesday", [text], has)

    def test_a_requirement_that_cannot_be_had_is_told(self, component: Op, folder: Path) -> None:
        nowhere = f"no-such-package @ {(folder / 'no-such-package-1.0-py3-none-any.whl').as_uri()}"
        with pytest.raises(StepError, match="no-such-package"):
            component.launch("training", "monday", [nowhere], python(RECORDS, folder / "record"))
        assert not (folder / "record").exists()

    # What is printed

    def test_what_a_command_prints_is_printed_here_in_order(self, component: Op, capfd: pytest.CaptureFixture[str]) -> None:
        program = (
            "import os; os.write(1, b'one\\n'); os.write(2, b'two\\n'); os.write(1, 'drei \\u00e9\\n'.encode()); "
            "os.write(1, b'\\xff\\n'); [print(n) for n in range(20_000)]"
        )
        component.launch("training", "monday", [], python(program))
        printed = capfd.readouterr().out.splitlines()
        assert printed[:3] == ["one", "two", "drei \u00e9"]
        assert printed[4:] == [str(number) for number in range(20_000)]

    def test_what_a_command_prints_is_printed_while_it_runs(
        self, component: Op, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        program = (
            "import os, sys, time\nprint('waiting', flush=True)\nuntil = time.monotonic() + float(sys.argv[2])\n"
            "while not os.path.exists(sys.argv[1]) and time.monotonic() < until: time.sleep(0.01)\n"
            "sys.exit(not os.path.exists(sys.argv[1]))"
        )
        monkeypatch.setattr(sys, "stdout", _Answers(folder / "answer"))
        component.launch("training", "monday", [], python(program, folder / "answer", PATIENCE / 2))

    # Limits and interruption

    def test_a_command_that_takes_too_long_is_ended_with_all_that_it_started(self, hurried: Op, folder: Path) -> None:
        with pytest.raises(StepError, match=r"\b1 s"):
            hurried.launch("training", "monday", [], python(HOLDS, folder / "lock", PATIENCE, "stays"))
        assert is_released(folder / "lock", PATIENCE / 2)

    def test_a_command_has_as_much_memory_as_it_may(self, narrow: Op) -> None:
        program = "import sys; size = int(sys.argv[1]) << 20; sys.exit(len(bytearray(size)) != size)"
        narrow.launch("training", "monday", [], python(program, 64))
        with pytest.raises(StepError, match="MemoryError"):
            narrow.launch("training", "monday", [], python(program, 2048))

    @whichever_thread_takes_it
    def test_an_interrupt_ends_the_command_with_all_that_it_started(
        self, component: Op, folder: Path, capfd: pytest.CaptureFixture[str], blocked: Sequence[signal.Signals]
    ) -> None:
        lock = folder / "lock"
        component.launch("training", "monday", [], python(""))  # the environment is there
        with interrupted(lambda: is_held(lock), PATIENCE / 2, blocked):
            component.launch("training", "monday", [], python(HOLDS, lock, PATIENCE, "stays"))
        assert (folder / "lock").read_text("utf-8") == "held"
        assert is_released(folder / "lock", PATIENCE / 2)
        assert "Traceback" not in capfd.readouterr().err

    # Steps of pipelines

    def test_a_step_of_a_pipeline_runs_there_and_is_taken_from_the_cache_afterwards(
        self, component: Op, neighbours: Sequence[Component], folder: Path
    ) -> None:
        journal, stack = Journal(str(folder / "journal")), Stack(*neighbours, as_component(component))
        deployment = operated.compile(component.name, journal.path, "work", 0)
        assert run(deployment, stack).status == "completed"
        here, there = (event for event in journal.read() if event.what == "end")
        assert (here.process == os.getpid(), there.process == os.getpid(), there.value) == (True, False, 2)
        assert _kept(stack, "there") == "step 1 has ended\n"
        assert {name: step.status for name, step in _steps(stack).items()} == {"here": "completed", "there": "completed"}
        run(deployment, stack)
        assert {name: step.status for name, step in _steps(stack).items()} == {"here": "cached", "there": "cached"}
        assert journal.ended(1) == 1

    def test_a_step_that_fails_there_is_told_with_its_own_error(
        self, component: Op, neighbours: Sequence[Component], folder: Path
    ) -> None:
        journal, stack = Journal(str(folder / "journal")), Stack(*neighbours, as_component(component))
        with pytest.raises(StepError, match=r"^there: ValueError: the step fails as it was told$"):
            run(operated.compile(component.name, journal.path, "fail", 1), stack)
        assert _steps(stack)["there"].status == "failed"
        assert "the step fails as it was told" in _steps(stack)["there"].error

    def test_a_step_that_dies_there_is_recorded_as_failed(
        self, component: Op, neighbours: Sequence[Component], folder: Path
    ) -> None:
        journal, stack = Journal(str(folder / "journal")), Stack(*neighbours, as_component(component))
        with pytest.raises(StepError):
            run(operated.compile(component.name, journal.path, "die", 1), stack)
        assert (_steps(stack)["there"].status, journal.begun(1), journal.ended(1)) == ("failed", 1, 0)


class _Answers(io.StringIO):
    """A standard output that makes a file when it has heard something."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file

    @override
    def write(self, text: str, /) -> int:
        written = super().write(text)
        if "waiting" in self.getvalue():
            self._file.touch()
        return written


def _component(kind: str, flavor: str, config: dict[str, object]) -> Component:
    """A component of the kit."""
    return from_builtins({"type": kind, "flavor": flavor, "version": 1, "config": {"name": flavor, **config}})


def _steps(stack: Stack) -> dict[str, StepRecord]:
    """What is recorded of the steps of the last run."""
    last = stack[METADATA_STORE].get_runs(limit=1)[0]
    return {step.step: step for step in stack[METADATA_STORE].get_steps(last.id)}


def _kept(stack: Stack, step: str) -> str:
    """What a step has printed."""
    with stack[ARTIFACT_STORE].open(_steps(stack)[step].logs, "r") as file:
        return str(file.read())
