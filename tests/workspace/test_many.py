"""Many processes in one workspace, and many components."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.store.sqlite_trace import traced

from stackkit.components.alerter import ALERTER
from stackkit.components.artifact_store import ARTIFACT_STORE
from stackkit.flavors.alerter.console import ConsoleAlerter
from stackkit.serialization.document import dump_component
from stackkit.workspace import records
from stackkit.workspace.records import ComponentRecord
from stackkit.workspace.workspace import Workspace

from .projects import assert_consistent

WORKER = Path(__file__).with_name("workspace_worker.py")
PROCESSES = 8
COUNT = 6


def test_eight_processes_at_once_lose_nothing_and_share_every_name_once(workspace: Workspace) -> None:
    workers = [
        subprocess.Popen(
            [sys.executable, str(WORKER), str(workspace.root), str(number), str(COUNT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(PROCESSES)
    ]
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    answers = [worker.communicate(timeout=120)[0] for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * PROCESSES
    got = [json.loads(answer) for answer in answers]
    stacks = {record.name: dict(record.components) for record in workspace.stacks.all()}
    names = {record.name for record in workspace.components.all(ALERTER)}
    for index in range(COUNT):
        assert sum(f"shared-{index}" in answer["stacks"] for answer in got) == 1
    for number in range(PROCESSES):
        for index in range(COUNT):
            kept = f"renamed-{number}-{index}" if index % 2 else f"own-{number}-{index}"
            assert kept in names
            assert (f"own-{number}-{index}" in stacks) == (index % 2 == 0)
    assert all(components["alerter"] in names for components in stacks.values())
    assert workspace.stacks.active in {f"shared-{index}" for index in range(COUNT)}
    assert_consistent(workspace)


def test_ten_thousand_components_are_listed_with_one_query(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    document = dump_component(ConsoleAlerter(name="x"))
    with workspace.store.write() as transaction:
        for number in range(10_000):
            record = ComponentRecord.of(document | {"config": {"name": f"bell-{number:05}", "uuid": f"{number:032x}"}})
            transaction.put(records.COMPONENT, record.key, records.encode(record.document), revision=0)
    _, statements = traced(monkeypatch)
    with Workspace.open(workspace.root) as opened:
        listed = opened.components.all(ALERTER)
        assert [record.name for record in listed] == [f"bell-{number:05}" for number in range(10_000)]
        assert sum(statement.startswith("SELECT kind") for statement in statements) == 1
        statements.clear()
        assert opened.components.all(ARTIFACT_STORE) == []
        assert opened.components.record(ALERTER, "bell-09999").name == "bell-09999"
        assert sum(statement.startswith("SELECT kind") for statement in statements) == 2


def test_a_stack_is_taken_with_one_query_for_each_of_its_documents(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.components.register(ConsoleAlerter(name="terminal"))
    workspace.stacks.register("laptop", {"alerter": "terminal"}, activate=True)
    _, statements = traced(monkeypatch)
    with Workspace.open(workspace.root) as opened:
        assert opened.stacks.get()[ALERTER].name == "terminal"
    reads = [statement for statement in statements if statement.startswith("SELECT kind")]
    assert len(reads) == 4  # the flavors, which is the active one, the stack, its component


def test_the_statements_that_are_counted_are_all_there_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the tests above are seen to see something."""
    _, statements = traced(monkeypatch)
    with Workspace.init(tmp_path) as workspace:
        workspace.stacks.all()
    assert any(statement.startswith("SELECT kind") for statement in statements)
