"""Deploying, asking, finding, stopping, starting and deleting, with real servers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.flavors.model_deployer.processes import is_held, port_of, processes, supervisors, until

from stackkit.components.model_deployer import ModelDeployment
from stackkit.errors import (
    ConfigurationError,
    LifecycleError,
    ModelServerNotFoundError,
    NameTakenError,
)
from stackkit.flavors.model_deployer.local import LocalModelDeployer

Echo = Callable[..., ModelDeployment]


def ask(url: str, text: str = "x") -> str:
    answer = httpx.post(url, json={"text": text})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert isinstance(found, str)
    return found


def test_a_model_is_deployed_asked_stopped_started_and_deleted(deployer: LocalModelDeployer, echo: Echo) -> None:
    server = deployer.deploy_model(echo())
    port = port_of(server)
    assert (server.status, server.message, server.deployment) == ("running", "", echo())
    assert ask(server.url) == "one x"
    deployer.stop_model_server(server.uuid)
    stopped = deployer.get_model_server_info(server.uuid)
    assert (stopped.status, stopped.url, stopped.message) == ("stopped", "", "")
    assert not is_held(port)
    deployer.start_model_server(server.uuid)
    again = deployer.get_model_server_info(server.uuid)
    assert again == server
    assert ask(again.url) == "one x"
    deployer.delete_model_server(server.uuid)
    assert deployer.find_model_server() == []
    assert not is_held(port)
    until(lambda: not processes(Path(deployer.path)))
    with pytest.raises(ModelServerNotFoundError):
        deployer.get_model_server_info(server.uuid)


def test_a_taken_name_is_refused_unless_it_is_to_be_replaced(deployer: LocalModelDeployer, echo: Echo) -> None:
    first = deployer.deploy_model(echo())
    with pytest.raises(NameTakenError, match="echo is deployed already"):
        deployer.deploy_model(echo("echo:two"))
    assert ask(first.url) == "one x"
    second = deployer.deploy_model(echo("echo:two", run_name="second"), replace=True)
    assert (second.uuid, second.url) == (first.uuid, first.url)
    assert ask(first.url) == "two x"
    assert deployer.find_model_server(model_uri="echo:one") == []
    assert deployer.find_model_server(run_name="second") == [second]
    assert len(supervisors(Path(deployer.path))) == 1


def test_a_new_version_that_does_not_come_up_leaves_the_old_one(deployer: LocalModelDeployer, echo: Echo) -> None:
    first = deployer.deploy_model(echo())
    with pytest.raises(LifecycleError, match=r"echo:three: echo has no three"):
        deployer.deploy_model(echo("echo:three"), replace=True)
    assert deployer.get_model_server_info(first.uuid) == first
    assert ask(first.url) == "one x"


def test_a_first_version_that_does_not_come_up_leaves_nothing_but_a_log(deployer: LocalModelDeployer, echo: Echo) -> None:
    with pytest.raises(LifecycleError, match=r"there is no module ecko; did you mean echo\?"):
        deployer.deploy_model(echo("ecko:one"))
    assert deployer.find_model_server() == []
    until(lambda: not processes(Path(deployer.path)))
    assert sorted(entry.name for entry in Path(deployer.path).iterdir()) == ["failed.log", "lock"]
    assert "ecko" in Path(deployer.path, "failed.log").read_text(encoding="utf-8")


@pytest.mark.parametrize("uri", ["", "echo", "echo one:x", ":one", "echo:", "os;exit:x", "../echo:one", "echo:one()"])
def test_what_is_no_import_path_is_refused_before_anything_is_made(deployer: LocalModelDeployer, echo: Echo, uri: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        deployer.deploy_model(echo(uri, ""))
    assert [problem.where for problem in raised.value.problems] == ["model_name", "model_uri"]
    assert not deployer.is_provisioned


def test_what_does_not_exist_is_not_found_by_any_method(deployer: LocalModelDeployer) -> None:
    for method in (
        deployer.get_model_server_info,
        deployer.get_model_server_logs,
        deployer.start_model_server,
        deployer.stop_model_server,
        deployer.delete_model_server,
    ):
        with pytest.raises(ModelServerNotFoundError):
            method(uuid4())


def test_a_folder_whose_path_is_longer_than_that_of_a_socket_may_be(tmp_path: Path, models_folder: Path, echo: Echo) -> None:
    far = LocalModelDeployer(name="far", path=str(tmp_path / ("x" * 120)), model_path=str(models_folder))
    try:
        assert ask(far.deploy_model(echo()).url) == "one x"
    finally:
        far.deprovision()


def test_what_a_model_prints_and_what_its_server_meets_is_in_its_log(
    deployer: LocalModelDeployer, models_folder: Path, echo: Echo
) -> None:
    (models_folder / "loud.py").write_text("def say(text: str) -> str:\n    print('heard', text)\n    return text\n")
    server = deployer.deploy_model(echo("loud:say"))
    ask(server.url, "ß")
    assert deployer.get_model_server_logs(server.uuid, tail=1) == ["heard ß"]
    assert "echo: heard ß" in list(deployer.logs())


def test_it_listens_on_loopback_and_nowhere_else(deployer: LocalModelDeployer, echo: Echo) -> None:
    port = port_of(deployer.deploy_model(echo()))
    lines = [line.split() for name in ("tcp", "tcp6") for line in Path("/proc/net", name).read_text().splitlines()[1:]]
    addresses = {fields[1] for fields in lines if fields[1].endswith(f":{port:04X}") and fields[3] == "0A"}
    assert addresses == {f"0100007F:{port:04X}"}


def test_a_model_that_does_not_come_up_in_time_is_given_up(
    deployer: LocalModelDeployer, models_folder: Path, echo: Echo
) -> None:
    (models_folder / "endless.py").write_text("while True: pass\n")
    with pytest.raises(LifecycleError, match=r"did not come up within 0\.\d+ s"):
        deployer.deploy_model(echo("endless:predict"), timeout=0.5)
    assert deployer.find_model_server() == []
    server = deployer.deploy_model(echo())
    with pytest.raises(LifecycleError, match=r"did not come up within 0\.\d+ s"):
        deployer.deploy_model(echo("endless:predict"), replace=True, timeout=0.5)
    assert ask(server.url) == "one x"


def test_a_folder_of_models_that_is_not_there_is_told(deployer: LocalModelDeployer, echo: Echo) -> None:
    nowhere = deployer.replace(model_path=f"{deployer.model_path}/nowhere")
    with pytest.raises(LifecycleError, match=r"nowhere: no process can be started: No such file or directory"):
        nowhere.deploy_model(echo())


def test_names_that_are_no_text_are_refused(deployer: LocalModelDeployer, echo: Echo) -> None:
    with pytest.raises(ConfigurationError, match=r"run_name: is no text"):
        deployer.deploy_model(echo(run_name="\ud800"))


def test_any_text_is_a_name(deployer: LocalModelDeployer, echo: Echo) -> None:
    name = "../\0\n\x1b[31m '\"ß" * 3
    server = deployer.deploy_model(echo(name=name))
    assert deployer.find_model_server(model_name=name) == [server]


ABSENT = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == sys.argv[1]:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
from stackkit.errors import MissingExtraError
from stackkit.flavors.model_deployer.local import LocalModelDeployer, ModelDeployment
deployer = LocalModelDeployer(name="here", path=sys.argv[2])
assert deployer.find_model_server() == []
try:
    deployer.deploy_model(ModelDeployment(model_name="echo", model_uri="echo:one"))
except MissingExtraError as error:
    print(error)
"""


@pytest.mark.parametrize("library", ["fastapi", "uvicorn"])
def test_a_library_that_is_absent_is_told_in_a_line_that_says_what_to_install(library: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", ABSENT, library, str(tmp_path / "servers")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"{library} is not installed; pip install 'stackkit[serving]'\n"
    assert not (tmp_path / "servers").exists()


@pytest.mark.parametrize(("field", "value"), [("path", ""), ("path", "a\0b"), ("model_path", ""), ("threads", 0)])
def test_what_is_no_configuration_is_refused(field: str, value: object) -> None:
    configuration: dict[str, Any] = {"path": "servers", "model_path": "models", "threads": 1, field: value}
    with pytest.raises(ValueError, match=field):
        LocalModelDeployer(name="here", **configuration)


def test_it_is_in_the_workspace_around_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STACKKIT_WORKSPACE", raising=False)
    inner = tmp_path / "project" / "src"
    inner.mkdir(parents=True)
    (tmp_path / "project" / ".stackkit").mkdir()
    monkeypatch.chdir(inner)
    made = LocalModelDeployer(name="here")
    assert (made.path, made.model_path) == (str(tmp_path / "project/.stackkit/model_servers"), str(tmp_path / "project"))
    monkeypatch.setenv("STACKKIT_WORKSPACE", str(tmp_path))
    assert LocalModelDeployer(name="here").model_path == str(tmp_path)


def test_outside_of_projects_servers_are_among_the_users_data_and_no_folder_becomes_a_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STACKKIT_WORKSPACE", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    made = LocalModelDeployer(name="here")
    assert (made.path, made.model_path) == (str(tmp_path / "data/stackkit/model_servers"), str(tmp_path / "work"))
