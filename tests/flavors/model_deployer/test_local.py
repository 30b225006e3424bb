"""Deploying, asking, finding, stopping, starting and deleting, with real servers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
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
