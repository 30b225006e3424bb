"""Workspaces whose documents are on a server: what several machines share, and what is each one's own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.servers.server import PASSWORD, Server

from stackkit.components.alerter import ALERTER
from stackkit.errors import StackNotFoundError, StoreError
from stackkit.flavors.alerter.console import ConsoleAlerter
from stackkit.store.server import ServerStore
from stackkit.store.sqlite import SqliteStore
from stackkit.workspace.location import PLACE, place
from stackkit.workspace.workspace import Workspace

VARIABLE = "STACKKIT_STORE_URL"
DRIVERS = {"postgresql": "postgresql+psycopg", "mariadb": "mysql+pymysql"}


@pytest.fixture(params=DRIVERS)
def server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Server:
    found: object = request.getfixturevalue(f"{request.param}_server")
    assert isinstance(found, Server)
    database = found.fresh_database()
    monkeypatch.setenv(VARIABLE, database.url(DRIVERS[request.param]))
    return database


def test_machines_share_components_and_stacks_and_each_checkout_has_an_active_stack_of_its_own(
    server: Server, tmp_path: Path
) -> None:
    with Workspace.init(tmp_path / "one") as one, Workspace.init(tmp_path / "two") as two:
        assert isinstance(one.store, ServerStore)
        assert one.store.url.endswith(f"@{server.host}:{server.port}/{server.database}")
        one.components.register(ConsoleAlerter(name="terminal"))
        one.stacks.register("laptop", {"alerter": "terminal"}, activate=True)
        assert [record.name for record in two.stacks.all()] == ["laptop"]
        assert two.stacks.get("laptop")[ALERTER].name == "terminal"
        assert (one.stacks.active, two.stacks.active) == ("laptop", None)

        two.stacks.copy("laptop", "cluster")
        two.stacks.activate("cluster")
        assert (one.stacks.active, two.stacks.active) == ("laptop", "cluster")

        two.stacks.rename("laptop", "desk")
        assert (one.stacks.active, two.stacks.active) == ("desk", "cluster")

        two.stacks.delete("desk")
        assert (one.stacks.active, two.stacks.active) == (None, "cluster")
        with pytest.raises(StackNotFoundError):
            one.stacks.get()
    assert not list(tmp_path.rglob("*.db"))
    with Workspace.open(tmp_path / "two") as again:
        assert again.stacks.active == "cluster"


def test_no_command_shows_the_password(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = stackkit(tmp_path, "init")
    assert "its documents are shared: " in printed
    with Workspace.open(tmp_path) as workspace:  # the default stack, which is of one machine, is not made for others
        assert workspace.is_shared
        assert (workspace.stacks.all(), workspace.components.all(), workspace.stacks.active) == ([], [], None)
    printed += stackkit(tmp_path, "status")
    assert f"://{server.user}@{server.host}:{server.port}/{server.database}" in printed
    monkeypatch.setenv(VARIABLE, f"postgresql+psycopg://{server.user}:{PASSWORD[:7]}s3cr3t@{server.host}:1/{server.database}")
    refused = stackkit(tmp_path, "status", status=1)
    assert len(refused.splitlines()) == 1
    assert f"{server.user}@{server.host}:1" in refused
    printed += refused + stackkit(tmp_path, "--debug", "status", status=1)
    assert PASSWORD not in printed
    assert "%3A%2F" not in printed
    assert "s3cr3t" not in printed


def stackkit(folder: Path, *arguments: str, status: int = 0) -> str:
    """What a command prints."""
    command = [sys.executable, "-m", "stackkit", *arguments]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == status, ran.stderr
    return ran.stdout + ran.stderr


def test_a_url_that_is_wrong_is_refused_before_anything_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "oracle://me:s3cr3t@db/team")
    with pytest.raises(StoreError, match="no store can be on oracle") as caught:
        Workspace.init(tmp_path / "project")
    assert caught.value.problems[0].where == VARIABLE
    assert list(tmp_path.iterdir()) == []


def test_without_the_variable_or_with_an_empty_one_the_store_is_embedded_and_nothing_of_servers_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "")
    with Workspace.init(tmp_path) as workspace:
        assert isinstance(workspace.store, SqliteStore)
    monkeypatch.delenv(VARIABLE)
    program = """
import sys
from stackkit.cli.main import main
try:
    main()
except SystemExit:
    pass
print([name for name in sys.modules if name.startswith(("sqlalchemy", "psycopg", "pymysql", "stackkit.store.server"))])
"""
    command = [sys.executable, "-c", program, "stack", "list"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.splitlines()[-1] == "[]"


def test_a_place_is_made_up_once(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    assert place(first) == place(first) != place(second)
    assert sorted(file.name for file in (first / ".stackkit").iterdir()) == [".gitignore", PLACE]
