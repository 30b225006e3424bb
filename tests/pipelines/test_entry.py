"""Steps on step operators: a command that needs nothing but the stack's document."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, final

import attrs
import pytest
from tests.pipelines.conftest import WriteModule
from tests.pipelines.loop import LoopOrchestrator
from typing_extensions import override

from stackkit import METADATA_STORE, BaseAlerter, BaseStepOperator, Retry, Secret, Stack, StepRecord
from stackkit.errors import InvalidStackError, NotSerializableError, StepError
from stackkit.flavors.artifact_store.local import LocalArtifactStore
from stackkit.flavors.metadata_store.sqlite import SqliteMetadataStore
from stackkit.pipelines import run
from stackkit.pipelines.entry import entry_command, read_stack, stack_document
from stackkit.pipelines.entrypoint import main

launched: list[list[str]] = []


@final
class ProcessOperator(BaseStepOperator):
    """Runs commands in processes of this machine."""

    FLAVOR: ClassVar[str] = "process"

    @override
    def launch(self, pipeline_name: str, run_name: str, requirements: Sequence[str], entrypoint_command: Sequence[str]) -> None:
        launched.append([pipeline_name, run_name, *requirements])
        environment = {"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": "/usr/bin:/bin"}
        done = subprocess.run(
            [sys.executable, *entrypoint_command[1:]], cwd="/", env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise StepError(f"ended with {done.returncode}: {done.stderr[-300:]}")


@final
class UselessOperator(BaseStepOperator):
    """Does what it is told not to."""

    FLAVOR: ClassVar[str] = "useless"
    raises: str = ""

    @override
    def launch(self, pipeline_name: str, run_name: str, requirements: Sequence[str], entrypoint_command: Sequence[str]) -> None:
        if self.raises:
            raise StepError(self.raises)


@final
class SecretiveAlerter(BaseAlerter):
    """Has a password."""

    FLAVOR: ClassVar[str] = "secretive"
    password: Secret | None = None
    places: tuple[str, ...] = attrs.field(default=())

    @override
    def post(self, message: str) -> bool:
        return True

    @override
    def ask(self, question: str) -> bool:
        return True


MODULE = """
import os, sys
from stackkit.pipelines import Retry, pipeline, step

@step
def load() -> list[int]:
    return [1, 2]

@step(step_operator="there", requirements=["numpy"])
def train(data: list[int], broken: bool = False) -> tuple[int, int]:
    print("training")
    if broken:
        raise ValueError("broken there")
    return sum(data), os.getpid()

@step(step_operator="there", timeout=0.05, retries=Retry(times=1, delay=0.0))
def slow() -> None:
    import time
    time.sleep(60)

@step
def tell(number: int, process: int) -> bool:
    return number == 3 and process != os.getpid()

@pipeline
def flow(broken: bool = False) -> None:
    tell(*train(load(), broken))

@pipeline
def slow_flow() -> None:
    slow()
"""


@pytest.fixture
def operated(store: LocalArtifactStore, metadata: SqliteMetadataStore) -> Stack:
    return Stack(LoopOrchestrator(name="loop"), store, metadata, ProcessOperator(name="there"), name="here")


def steps(stack: Stack) -> dict[str, StepRecord]:
    metadata = stack[METADATA_STORE]
    return {found.step: found for found in metadata.get_steps(metadata.get_runs()[0].id)}


def test_a_step_runs_where_its_operator_runs_it(operated: Stack, store: LocalArtifactStore, write_module: WriteModule) -> None:
    done = run(write_module(MODULE).flow.compile(), operated, name="monday")
    assert launched[-1] == ["flow", "monday", "numpy"]
    found = steps(operated)
    assert {name: record.status for name, record in found.items()} == dict.fromkeys(found, "completed")
    assert found["train"].worker != found["load"].worker
    with store.open(found["train"].logs, "r") as file:
        assert file.read() == "training\n"
    result = operated[METADATA_STORE].get_artifact(found["tell"].outputs[0])
    with store.open(result.uri, "r") as file:
        assert file.read() == "true"
    count = len(launched)
    again = run(write_module(MODULE).flow.compile(), operated)
    assert again.status == done.status
    assert len(launched) == count, "what is in the cache is not launched"


def test_a_step_that_fails_there_is_told_with_its_own_error(operated: Stack, write_module: WriteModule) -> None:
    with pytest.raises(StepError, match=r"^train: ValueError: broken there$"):
        run(write_module(MODULE).flow.compile(broken=True), operated)
    record = steps(operated)["train"]
    assert record.status == "failed"
    assert 'raise ValueError("broken there")' in record.error


def test_limits_and_retries_hold_there(operated: Stack, write_module: WriteModule) -> None:
    with pytest.raises(StepError, match=r"took longer than its limit of 0\.05 s"):
        run(write_module(MODULE).slow_flow.compile(), operated)
    assert (steps(operated)["slow"].status, steps(operated)["slow"].attempt) == ("failed", 2)


@pytest.mark.parametrize(
    ("raises", "told"),
    [
        ("no such host", "train: no such host"),
        ("", "train: there recorded nothing of its end; does it reach the metadata store?"),
    ],
)
def test_an_operator_that_fails_is_recorded(operated: Stack, write_module: WriteModule, raises: str, told: str) -> None:
    useless = UselessOperator(name="there", raises=raises)
    stack = Stack(*operated.components[:3], useless)
    with pytest.raises(StepError) as failed:
        run(write_module(MODULE).flow.compile(), stack)
    assert str(failed.value) == told
    assert steps(stack)["train"].status == "failed"


def test_a_stack_is_told_as_a_document_and_read_again(operated: Stack) -> None:
    assert read_stack(stack_document(operated)) == operated
    with pytest.raises(InvalidStackError, match="is no document of a stack"):
        read_stack("[]")
    with pytest.raises(InvalidStackError, match="json:loads: is no flavor"):
        read_stack('{"name": "a", "components": [{"class": "json:loads", "document": {}}]}')


def test_a_command_has_references_to_secrets_and_never_their_values(operated: Stack, write_module: WriteModule) -> None:
    made = write_module(MODULE).flow.compile()
    done = run(made, operated)
    referring = SecretiveAlerter(name="alerts", password=Secret("mail.password"))
    command = entry_command(Stack(*operated.components, referring), done.id, made.step("train"), 1)
    assert any('{"$secret": "mail.password"}' in argument for argument in command)
    plain = SecretiveAlerter(name="alerts", password=Secret.plain("hunter2"))
    with pytest.raises(NotSerializableError) as refused:
        entry_command(Stack(*operated.components, plain), done.id, made.step("train"), 1)
    assert "hunter2" not in str(refused.value)


def test_a_command_that_makes_no_sense_fails_with_a_line(operated: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    run_id = "00000000-0000-0000-0000-000000000000"
    arguments = [f"--stack={stack_document(operated)}", f"--run={run_id}", "--step=train", "--attempt=1"]
    assert main(arguments) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_retries_wait_as_told() -> None:
    assert [Retry(times=2, delay=0.5).wait_before(attempt) for attempt in (1, 2, 3)] == [0.0, 0.5, 1.0]
