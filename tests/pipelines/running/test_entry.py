"""Steps on step operators: a command that needs nothing but the stack's document."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import ClassVar, final

import attrs
import pytest
from tests.pipelines.conftest import WriteModule
from tests.pipelines.loop import LoopOrchestrator
from typing_extensions import override

from stackkit import (
    ARTIFACT_STORE,
    METADATA_STORE,
    BaseAlerter,
    BaseStepOperator,
    Component,
    Retry,
    Secret,
    Stack,
    StepRecord,
    StepSpec,
)
from stackkit.errors import InvalidStackError, NotSerializableError, StepError
from stackkit.flavors.artifact_store.local import LocalArtifactStore
from stackkit.flavors.metadata_store.postgresql import PostgresqlMetadataStore
from stackkit.flavors.metadata_store.sqlite import SqliteMetadataStore
from stackkit.pipelines import run
from stackkit.pipelines.code.origins import folder_of, requirement_of
from stackkit.pipelines.entrypoint import main
from stackkit.pipelines.running.entry import entry_command, entry_requirements, read_stack, stack_document
from stackkit.pipelines.running.execution import now

launched: list[list[str]] = []
began: list[datetime] = []


@final
class ProcessOperator(BaseStepOperator):
    """Runs commands in processes of this machine."""

    FLAVOR: ClassVar[str] = "process"

    @override
    def launch(self, pipeline_name: str, run_name: str, requirements: Sequence[str], entrypoint_command: Sequence[str]) -> None:
        launched.append([pipeline_name, run_name, *requirements])
        began.append(now())
        environment = {"PYTHONPATH": str(Path(__file__).parents[3]), "PATH": "/usr/bin:/bin"}
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
    assert found["train"].started <= began[-1], "the start of its process is part of it"
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


def test_a_command_has_what_a_step_may_use_of_its_stack_and_nothing_of_what_runs_it(
    operated: Stack, write_module: WriteModule
) -> None:
    made = write_module(MODULE).flow.compile()
    done = run(made, operated)
    alerter = SecretiveAlerter(name="alerts", password=Secret("mail.password"))
    document = entry_command(Stack(*operated.components, alerter, name="here"), done.id, made.step("train"), 1)[3]
    assert read_stack(document.removeprefix("--stack=")) == Stack(*operated.components[1:3], alerter, name="here")


def test_a_document_has_references_to_secrets_and_never_their_values() -> None:
    referring = SecretiveAlerter(name="alerts", password=Secret("mail.password"))
    assert '{"$secret": "mail.password"}' in stack_document(Stack(referring))
    plain = SecretiveAlerter(name="alerts", password=Secret.plain("hunter2"))
    with pytest.raises(NotSerializableError) as refused:
        stack_document(Stack(plain))
    assert "hunter2" not in str(refused.value)


def test_what_a_step_needs_is_installed_with_what_its_stores_need(operated: Stack) -> None:
    spec = StepSpec(name="train", source="yaml:safe_load", requirements=("numpy", "polars"))
    assert entry_requirements(operated, spec) == ["numpy", "polars", f"PyYAML=={metadata.version('PyYAML')}"]
    server = PostgresqlMetadataStore(name="records", host="db", database="records", username="ada")
    stack = Stack(*operated.components[:2], server)
    assert entry_requirements(stack, StepSpec(name="train", source="here:train")) == ["stackkit[postgresql]"]


def test_folders_of_a_project_go_with_a_step_and_packages_do_not(write_module: WriteModule) -> None:
    folder = Path(str(write_module(MODULE).__file__)).parent
    assert folder_of("written_module") == str(folder)
    assert requirement_of("written_module") is None
    del sys.modules["written_module"]
    assert folder_of("written_module") == str(folder)
    assert folder_of("yaml") is folder_of("yaml.nodes") is folder_of("stackkit.errors") is folder_of("no_such_module") is None
    assert requirement_of("yaml.nodes") == f"PyYAML=={metadata.version('PyYAML')}"
    assert requirement_of("stackkit.errors") is requirement_of("no_such_module") is None


@pytest.mark.parametrize("kind", ["artifact", "metadata"])
def test_a_step_that_sees_other_stores_than_its_run_does_not_begin(
    operated: Stack, write_module: WriteModule, tmp_path: Path, kind: str
) -> None:
    others: dict[str, Component] = {
        "artifact": LocalArtifactStore(name="files", path=str(tmp_path / "other")),
        "metadata": SqliteMetadataStore(name="records", path=str(tmp_path / "other.db")),
    }

    @final
    class ElsewhereOperator(BaseStepOperator):
        FLAVOR: ClassVar[str] = "elsewhere"

        @override
        def launch(
            self, pipeline_name: str, run_name: str, requirements: Sequence[str], entrypoint_command: Sequence[str]
        ) -> None:
            stack = read_stack(entrypoint_command[3].removeprefix("--stack="))
            kept = [component for component in stack if not component.TYPE.slug.startswith(kind)]
            document = stack_document(Stack(*kept, others[kind]))
            assert main([f"--stack={document}", *entrypoint_command[4:]]) == 1
            raise StepError("ended with 1")

    stack = Stack(*operated.components[:3], ElsewhereOperator(name="there"))
    with pytest.raises(StepError, match=r"^train: ended with 1$"):
        run(write_module(MODULE).flow.compile(), stack)
    record = steps(stack)["train"]
    assert (record.status, record.outputs) == ("failed", ())
    with stack[ARTIFACT_STORE].open(record.logs, "r") as file:
        assert f"{kind} store {others[kind].name} is another one here" in str(file.read())
    assert stack[ARTIFACT_STORE].glob("runs/**/*.here") == []


def test_a_step_that_was_recorded_as_done_is_done_however_its_operator_ended(
    operated: Stack, write_module: WriteModule
) -> None:
    @final
    class LostOperator(BaseStepOperator):
        FLAVOR: ClassVar[str] = "lost"

        @override
        def launch(
            self, pipeline_name: str, run_name: str, requirements: Sequence[str], entrypoint_command: Sequence[str]
        ) -> None:
            ProcessOperator(name="there").launch(pipeline_name, run_name, requirements, entrypoint_command)
            raise StepError("the connection was lost")

    stack = Stack(*operated.components[:3], LostOperator(name="there"))
    assert run(write_module(MODULE).flow.compile(), stack).status == "completed"


def test_a_command_that_makes_no_sense_fails_with_a_line(operated: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    run_id = "00000000-0000-0000-0000-000000000000"
    arguments = [f"--stack={stack_document(operated)}", f"--run={run_id}", "--step=train", "--attempt=1"]
    assert main(arguments) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_retries_wait_as_told() -> None:
    assert [Retry(times=2, delay=0.5).wait_before(attempt) for attempt in (1, 2, 3)] == [0.0, 0.5, 1.0]
