"""`stackkit model-deployer deploy` and `servers …`, and what `up` and `down` do to servers."""

from __future__ import annotations

from collections.abc import Generator
from uuid import uuid4

import httpx
import pytest
from tests.cli.command_line import CommandLine

DEPLOY = "model-deployer deploy"
SERVERS = "model-deployer servers"

MODEL = """
def predict(age: int, plan: str = "basic") -> float:
    return age / 100

def one(text: str) -> str:
    print(f"asked for {text}", flush=True)
    return text
"""


@pytest.fixture
def here(stackkit: CommandLine) -> Generator[CommandLine]:
    """With a model deployer in the active stack, and the module churn in the project's folder."""
    stackkit.write("churn.py", MODEL)
    stackkit.done("model-deployer register here --flavor=local")
    stackkit.done("stack register laptop --model-deployer here --set")
    yield stackkit
    stackkit.done("stack down laptop --force --yes")


def ask(url: str, **arguments: object) -> object:
    return httpx.post(url, json=arguments).json()


def test_a_model_is_deployed_listed_described_stopped_started_and_deleted(here: CommandLine) -> None:
    said = here.done(f"{DEPLOY} churn churn:predict --type=python --run=r1").out
    url = said.removeprefix("model churn is served at ").strip()
    assert ask(url, age=30) == 0.3
    assert here.done(f"{SERVERS} list").rows == [["churn", "churn:predict", "running", url]]
    told = here.done(f"{SERVERS} describe churn --output json").json
    assert {**told, "uuid": ""} == {
        "model": "churn",
        "uri": "churn:predict",
        "type": "python",
        "pipeline": "",
        "run": "r1",
        "step": "",
        "status": "running",
        "url": url,
        "message": "",
        "uuid": "",
    }
    assert here.done(f"{SERVERS} list --run r1 --status running --output json").json == [told]
    for criterion in ("--model x", "--uri x", "--type x", "--pipeline x", "--run x", "--step x", "--status failed"):
        assert here.done(f"{SERVERS} list {criterion} --output json").json == []
    assert here.done(f"{SERVERS} stop churn").out == "the server of churn is stopped\n"
    assert here.done(f"{SERVERS} describe {told['uuid']} --output json").json["status"] == "stopped"
    assert here.done(f"{SERVERS} start churn").out == f"model churn is served at {url}\n"
    assert here.done(f"{SERVERS} delete churn --yes").out == "the server of churn is deleted\n"
    assert here(f"{SERVERS} list").err == "no such server: stackkit model-deployer deploy MODEL MODEL_URI\n"


def test_a_new_version_takes_over_when_it_is_asked_to(here: CommandLine) -> None:
    first = here.done(f"{DEPLOY} churn churn:predict --output json").json
    assert here.refused(f"{DEPLOY} churn churn:one") == (
        "churn is deployed already; take it over with replace, or choose another name"
    )
    second = here.done(f"{DEPLOY} churn churn:one --replace --output json").json
    assert second == {**first, "uri": "churn:one"}
    assert ask(second["url"], text="x") == "x"
    assert here.done(f"{SERVERS} logs churn").out.splitlines()[-1] == "asked for x"
    assert here.done(f"{SERVERS} logs churn --tail 0").out == ""


def test_what_does_not_come_up_is_told_in_a_few_lines(here: CommandLine) -> None:
    assert here.refused(f"{DEPLOY} churn churn:predikt") == "churn:predikt: churn has no predikt; did you mean churn:predict?"
    assert here.refused(f"{DEPLOY} churn churn.py") == (
        'model_uri: "churn.py" is no import path; write module:name, of a function or class'
    )
    assert here.done(f"{SERVERS} list --output json").json == []


def test_down_stops_servers_and_up_starts_those_that_ran(here: CommandLine) -> None:
    def running() -> str:
        (row,) = (row for row in here.done("status --output json").json["components"] if row["type"] == "model_deployer")
        return f"{row['provisioned']} {row['running']}"

    assert running() == "False False"
    assert here.done("model-deployer up").out == "model deployer here is up\n"
    assert running() == "True True"
    url = here.done(f"{DEPLOY} churn churn:predict --output json").json["url"]
    here.done("stack down")
    assert running() == "True False"
    with pytest.raises(httpx.ConnectError):
        ask(url, age=30)
    assert here.done(f"{SERVERS} list").rows == [["churn", "churn:predict", "stopped"]]
    assert here.refused(f"{DEPLOY} other churn:one") == (
        "model deployer here: is down; bring it up: stackkit model-deployer up here"
    )
    here.done("stack up")
    assert running() == "True True"
    assert ask(url, age=30) == 0.3
    here.done("model-deployer down --force --yes")
    assert running() == "False False"
    with pytest.raises(httpx.ConnectError):
        ask(url, age=30)


def test_servers_are_kept_in_the_workspace_that_is_named(stackkit: CommandLine) -> None:
    other = stackkit.folder.parent / "other"
    stackkit.done(f"init {other}")
    named = f"--workspace {other} model-deployer"
    stackkit.done(f"{named} register here --flavor=local")
    config = stackkit.done(f"{named} describe here --output json").json["config"]
    assert (config["path"], config["model_path"]) == (str(other / ".stackkit" / "model_servers"), str(other))
    stackkit.done("model-deployer register there --flavor=local")
    assert stackkit.done("model-deployer describe there --output json").json["config"]["model_path"] == str(stackkit.folder)


def test_servers_that_do_not_exist_are_told(here: CommandLine) -> None:
    uuid = uuid4()
    for command in ("describe", "start", "stop", "delete --yes", "logs"):
        assert here.refused(f"{SERVERS} {command} churn") == (
            "no model churn is deployed; see which there are: stackkit model-deployer servers list"
        )
        assert here.refused(f"{SERVERS} {command} {uuid}").startswith(f"there is no model server {uuid}")


def test_a_deployer_that_cannot_be_told_is_asked_for(stackkit: CommandLine) -> None:
    refused = stackkit.refused(f"{SERVERS} list")
    assert refused.startswith("there is no model deployer yet; stackkit model-deployer register NAME --flavor=")
    stackkit.done("model-deployer register one --flavor=local")
    assert stackkit.done(f"{SERVERS} list --output json").json == []
    stackkit.done("model-deployer register two --flavor=local --path=elsewhere")
    assert stackkit.refused(f"{SERVERS} list") == "there are several model deployers: one, two; choose one: --deployer NAME"
    assert stackkit.done(f"{SERVERS} list --deployer two --output json").json == []
