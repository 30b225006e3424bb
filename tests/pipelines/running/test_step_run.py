"""One step of a run: the cache, retries, time limits, and what is recorded."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import attrs
import pytest
from tests.pipelines.conftest import WriteModule
from typing_extensions import override

from stackkit import METADATA_STORE, Retry, Stack, StepRecord
from stackkit.core.deployment import PipelineDeployment
from stackkit.errors import StepError
from stackkit.flavors.artifact_store.local import LocalArtifactStore
from stackkit.pipelines import pipeline, run, step
from stackkit.pipelines.artifacts.materializers import Materializer, materializer
from stackkit.pipelines.running.step_run import StepRun

HERE = __name__


@step
def numbers(count: int = 3) -> list[int]:
    return list(range(count))


@step
def total(data: list[int], factor: int = 1) -> int:
    return sum(data) * factor


@step(materializers={"output": "json"})
def text(data: list[int]) -> str:
    return str(data)


@step
def noisy(folder: Path, times: int) -> int:
    """Fails as often as told, and counts in a file."""
    file = folder / "count"
    count = len(file.read_text()) if file.exists() else 0
    file.write_text("x" * (count + 1))
    print("attempt", count + 1)
    if count < times:
        raise ValueError("not yet\nin two lines")
    return count + 1


@step(timeout=60)
def in_a_process(data: list[int]) -> int:
    print("in a process of its own")
    return os.getpid()


@step(timeout=1.5)
def slow(folder: Path) -> None:
    print("sleeping", flush=True)
    (folder / "pid").write_text(str(os.getpid()))
    time.sleep(60)


@step(timeout=60)
def killed(data: list[int]) -> None:
    print("before the end")
    os.kill(os.getpid(), 9)


@step(timeout=60)
def failing_elsewhere() -> None:
    raise KeyError("elsewhere")


@step
def leaving() -> None:
    raise SystemExit(3)


@step
def interrupted() -> None:
    raise KeyboardInterrupt


@step
def wrong() -> tuple[int, int]:
    return 1, 2, 3  # type: ignore[return-value] # the mistake  # ty: ignore[invalid-explicit-return]


def steps(stack: Stack, deployment: PipelineDeployment, **options: Any) -> dict[str, StepRecord]:
    done = run(deployment, stack, **options)
    return {found.step: found for found in stack[METADATA_STORE].get_steps(done.id)}


def failed(stack: Stack, deployment: PipelineDeployment, name: str) -> tuple[StepRecord, str]:
    with pytest.raises(StepError) as error:
        run(deployment, stack)
    metadata = stack[METADATA_STORE]
    return metadata.get_step(metadata.get_runs()[0].id, name), str(error.value)


def compiled(function: Callable[[], object]) -> PipelineDeployment:
    return pipeline(function).compile()


def printed(store: LocalArtifactStore, record: StepRecord) -> str:
    with store.open(record.logs, "r") as file:
        return file.read()


# the cache


def statuses(stack: Stack, first: PipelineDeployment, second: PipelineDeployment) -> dict[str, str]:
    assert {found.status for found in steps(stack, first).values()} == {"completed"}
    return {name: found.status for name, found in steps(stack, second).items()}


def flow(count: int = 3, factor: int = 1) -> None:
    total(numbers(count), factor)


def test_a_step_is_taken_from_the_cache_and_says_so(stack: Stack) -> None:
    made = compiled(flow)
    first, second = steps(stack, made), steps(stack, made)
    assert [found.status for found in second.values()] == ["cached", "cached"]
    assert [found.outputs for found in second.values()] == [found.outputs for found in first.values()]
    assert [found.cache_key for found in second.values()] == [found.cache_key for found in first.values()]


def test_another_parameter_runs_a_step_again_and_those_whose_inputs_change(stack: Stack) -> None:
    assert statuses(stack, compiled(flow), compiled(lambda: flow(factor=2))) == {"numbers": "cached", "total": "completed"}
    assert statuses(stack, compiled(lambda: flow(4)), compiled(lambda: flow(5))) == {
        "numbers": "completed",
        "total": "completed",
    }


def test_a_step_whose_inputs_come_out_the_same_is_not_run_again(stack: Stack) -> None:
    def other() -> None:
        total(text_list(1))

    def same() -> None:
        total(text_list(2))

    assert statuses(stack, compiled(other), compiled(same)) == {"text_list": "completed", "total": "cached"}


@step
def text_list(seed: int) -> list[int]:
    return [seed - seed]


@pytest.mark.parametrize(
    "options",
    [{"retries": 3}, {"timeout": 60.0}, {"name": "other"}, {"requirements": ["x"]}],
    ids=lambda options: next(iter(options)),
)
def test_how_a_step_runs_does_not_matter(stack: Stack, options: dict[str, Any]) -> None:
    made = compiled(numbers.with_options(**options))
    assert [*statuses(stack, compiled(numbers), made).values()] == ["cached"]


MODULE = """
from stackkit.pipelines import pipeline, step

LIMIT = 3

def helper(n: int) -> int:
    return n + LIMIT

@step
def count(n: int = 1) -> int:
    return helper(n)

@pipeline
def flow() -> None:
    count()
"""


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        ("return helper(n)", "return helper(n) + 1", "completed"),
        ("return n + LIMIT", "return n - LIMIT", "completed"),
        ("LIMIT = 3", "LIMIT = 4", "completed"),
        ("n: int = 1", "n: int = 2", "completed"),
        ("    return helper(n)", "    # twice\n    return helper( n )", "cached"),
        ("@step\n", "@step(retries=2)\n", "cached"),
    ],
    ids=["code", "helper", "constant", "default", "comments", "options"],
)
def test_the_code_of_a_step_decides(stack: Stack, write_module: WriteModule, old: str, new: str, status: str) -> None:
    first = write_module(MODULE).flow.compile()
    assert [found.status for found in steps(stack, first).values()] == ["completed"]
    second = write_module(MODULE.replace(old, new)).flow.compile()
    assert [found.status for found in steps(stack, second).values()] == [status]


class Twice(Materializer[str]):
    """Texts, twice."""

    @override
    def save(self, value: str, file: Any, tp: object) -> None:
        file.write(value.encode() * 2)

    @override
    def load(self, file: Any, tp: object, folder: Path) -> str:
        return str(file.read().decode())


def test_the_materializer_and_its_version_decide(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    def by(name: Any) -> dict[str, StepRecord]:
        return steps(stack, compiled(lambda: step(materializers={"output": name})(text.function)([1])))

    assert [found.status for found in by("json").values()] == ["completed"]
    assert [found.status for found in by(Twice).values()] == ["completed"]
    assert [found.status for found in by(Twice).values()] == ["cached"]
    monkeypatch.setattr(type(materializer(f"{HERE}:Twice")), "VERSION", 2)
    assert [found.status for found in by(Twice).values()] == ["completed"]


def test_a_cached_step_whose_artifact_is_gone_or_cut_off_runs_again(stack: Stack, store: LocalArtifactStore) -> None:
    made = compiled(flow)
    first = steps(stack, made)
    artifact = stack[METADATA_STORE].get_artifact(first["numbers"].outputs[0])
    store.remove(artifact.uri)
    assert [found.status for found in steps(stack, made).values()] == ["completed", "cached"]
    with store.open(artifact.uri, "wb") as file:
        file.write(b"[")
    assert [found.status for found in steps(stack, made).values()] == ["completed", "cached"]
    assert [found.status for found in steps(stack, made).values()] == ["cached", "cached"]


def test_the_cache_is_left_out_where_it_is_not_wanted(stack: Stack) -> None:
    steps(stack, compiled(flow))
    assert {found.status for found in steps(stack, compiled(flow), use_cache=False).values()} == {"completed"}
    made = compiled(lambda: total(numbers.with_options(enable_cache=False)()))
    assert {name: found.status for name, found in steps(stack, made).items()} == {"numbers": "completed", "total": "cached"}


# attempts


def test_a_step_that_fails_is_tried_again_and_the_last_attempt_is_recorded(
    stack: Stack, store: LocalArtifactStore, tmp_path: Path
) -> None:
    again = noisy.with_options(retries=Retry(times=2, delay=0.01))
    record = steps(stack, compiled(lambda: again(tmp_path, 2)))["noisy"]
    assert (record.status, record.attempt, record.error) == ("completed", 3, "")
    assert printed(store, record) == "attempt 3\n"


def test_a_step_that_fails_each_time_is_recorded_with_its_error_and_what_it_printed(
    stack: Stack, store: LocalArtifactStore, tmp_path: Path
) -> None:
    again = noisy.with_options(retries=Retry(times=1, delay=0.01))
    record, told = failed(stack, compiled(lambda: again(tmp_path, 9)), "noisy")
    assert told == "noisy: ValueError: not yet"
    assert (record.status, record.attempt) == ("failed", 2)
    assert 'raise ValueError("not yet\\nin two lines")' in record.error
    assert printed(store, record) == "attempt 2\n"


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (leaving, "called sys.exit(3); raise an error, or return"),
        (wrong, "returned tuple, not the 2 values that it is annotated with; return what it says, or change what it says"),
        (failing_elsewhere, "KeyError: 'elsewhere'"),
    ],
)
def test_what_a_step_does_wrong_is_told_in_a_line(stack: Stack, broken: Any, message: str) -> None:
    record, told = failed(stack, compiled(broken), broken.name)
    assert message in told
    assert "\n" not in told
    assert record.status == "failed"
    assert record.ended


def test_an_interrupted_step_is_recorded_as_killed(stack: Stack) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(compiled(interrupted), stack)
    metadata = stack[METADATA_STORE]
    (done,) = metadata.get_runs()
    assert done.status == "killed"
    assert [found.status for found in metadata.get_steps(done.id)] == ["killed"]


def test_a_step_with_a_time_limit_runs_in_a_process_of_its_own(stack: Stack, store: LocalArtifactStore) -> None:
    found = steps(stack, compiled(lambda: in_a_process(numbers())))["in_a_process"]
    metadata = stack[METADATA_STORE]
    artifact = metadata.get_artifact(found.outputs[0])
    with store.open(artifact.uri, "r") as file:
        assert int(file.read()) != os.getpid()
    assert printed(store, found) == "in a process of its own\n"


def test_a_step_that_takes_too_long_is_killed_and_recorded_with_the_reason(
    stack: Stack, store: LocalArtifactStore, tmp_path: Path
) -> None:
    record, told = failed(stack, compiled(lambda: slow(tmp_path)), "slow")
    assert told == "slow: took longer than its limit of 1.5 s"
    assert (record.status, "took longer than its limit of 1.5 s" in record.error) == ("failed", True)
    if (tmp_path / "pid").exists():  # the process was up in time
        assert not Path(f"/proc/{(tmp_path / 'pid').read_text()}").exists()
        assert printed(store, record) == "sleeping\n"


def test_a_process_that_is_killed_is_a_failed_attempt_and_not_the_end_of_the_run(
    stack: Stack, store: LocalArtifactStore
) -> None:
    record, told = failed(stack, compiled(lambda: killed(numbers())), "killed")
    assert told == "killed: its process was ended by SIGKILL; was there memory enough?"
    assert printed(store, record) == "before the end\n"


def test_a_step_does_not_run_before_those_that_it_waits_for(stack: Stack) -> None:
    def waiting() -> None:
        first = total([1])
        numbers.with_options(after=[first])()
        total(numbers.with_options(name="again")())

    made = compiled(waiting)
    done = run(made, stack)
    metadata = stack[METADATA_STORE]
    other = attrs.evolve(metadata.get_run(done.id), id=uuid4())
    metadata.record_run(other)
    for name, missing in (("numbers", "total"), ("total_2", "again")):
        with pytest.raises(StepError, match=f"{name}: waits for {missing}, which is not done"):
            StepRun(made, stack, other.id, name).record()
    assert metadata.get_steps(other.id) == []
