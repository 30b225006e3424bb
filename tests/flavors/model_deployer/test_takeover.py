"""A new version takes over while clients are asking, and none of them notices but by its answers."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import attrs
import httpx
import pytest
from tests.flavors.model_deployer.processes import PATIENCE, is_held, models, port_of, until

from stackkit.components.model_deployer import ModelDeployment, ModelServer
from stackkit.errors import LifecycleError
from stackkit.flavors.model_deployer.local import LocalModelDeployer

Echo = Callable[..., ModelDeployment]

SLOW = """
import time
from pathlib import Path

def predict(begun: str, go_on: str) -> str:
    Path(begun).touch()
    while not Path(go_on).exists():
        time.sleep(0.01)
    return "old"
"""


@attrs.define
class Client:
    """Asks one request after the other, and notes when each was begun and what came of it.

    Args:
        server: Whom to ask.
        keeps: Whether it keeps its connection, as long as the server does.
        pause: How long it waits after each answer, in seconds.
    """

    server: ModelServer
    keeps: bool
    pause: float
    answers: list[tuple[float, str]] = attrs.field(init=False, factory=list[tuple[float, str]])

    def ask(self, stop: threading.Event) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port_of(self.server), timeout=PATIENCE)
        body = json.dumps({"text": "x"})
        kept = {"connection": "keep-alive" if self.keeps else "close"}
        while not stop.wait(self.pause):
            begun = time.monotonic()
            try:
                connection.request("POST", "/predict", body, {"content-type": "application/json", **kept})
                answer = connection.getresponse()
                self.answers.append((begun, answer.read().decode()))
            except (OSError, http.client.HTTPException) as error:
                self.answers.append((begun, repr(error)))
                connection.close()
        connection.close()


@contextmanager
def load(server: ModelServer) -> Generator[list[Client]]:
    """Clients of all kinds that ask a server at once."""
    pauses = [(keeps, pause) for keeps in (True, False) for pause in (0.0, 0.001, 0.05)]
    clients = [Client(server, keeps, pause) for keeps, pause in pauses]
    stop = threading.Event()
    threads = [threading.Thread(target=client.ask, args=(stop,)) for client in clients]
    for thread in threads:
        thread.start()
    try:
        until(lambda: all(client.answers for client in clients))
        yield clients
    finally:
        stop.set()
        for thread in threads:
            thread.join(PATIENCE)


def test_no_request_fails_while_versions_take_over_and_afterwards_the_new_one_answers(
    deployer: LocalModelDeployer, echo: Echo
) -> None:
    server = deployer.deploy_model(echo("echo:one"))
    taken: list[float] = []
    with load(server) as clients:
        for uri in ("echo:two", "echo:one", "echo:two"):
            assert deployer.deploy_model(echo(uri), replace=True).url == server.url
            taken.append(time.monotonic())
            until(lambda: all(client.answers[-1][0] > taken[-1] for client in clients))
    answers = [answer for client in clients for answer in client.answers]
    assert {text for _, text in answers} == {'"one x"', '"two x"'}
    assert {text for begun, text in answers if begun > taken[2]} == {'"two x"'}


def test_a_client_that_kept_its_connection_is_answered_by_the_new_version(deployer: LocalModelDeployer, echo: Echo) -> None:
    server = deployer.deploy_model(echo("echo:one"))
    with httpx.Client() as client:
        assert client.post(server.url, json={"text": "x"}).json() == "one x"
        deployer.deploy_model(echo("echo:two"), replace=True)
        assert client.post(server.url, json={"text": "x"}).json() == "two x"
    assert len(models(Path(deployer.path).parent)) == 2  # a guard and a model: nothing of the old version


@pytest.fixture
def slow(deployer: LocalModelDeployer, models_folder: Path, tmp_path: Path) -> Generator[tuple[ModelServer, Callable[[], str]]]:
    """A server with a request under way, and what lets it go on and waits for its answer."""
    (models_folder / "slow.py").write_text(SLOW, encoding="utf-8")
    server = deployer.deploy_model(ModelDeployment(model_name="echo", model_uri="slow:predict"))
    begun, go_on = tmp_path / "begun", tmp_path / "go_on"
    answers: list[str] = []

    def ask() -> None:
        try:
            answer = httpx.post(server.url, json={"begun": str(begun), "go_on": str(go_on)}, timeout=PATIENCE)
            answers.append(answer.text)
        except httpx.HTTPError as error:
            answers.append(type(error).__name__)

    thread = threading.Thread(target=ask)
    thread.start()
    until(begun.exists)

    def finish() -> str:
        go_on.touch()
        thread.join(PATIENCE)
        return answers[0]

    yield server, finish
    finish()


def test_a_request_under_way_is_answered_by_the_version_that_it_was_sent_to(
    deployer: LocalModelDeployer, echo: Echo, slow: tuple[ModelServer, Callable[[], str]]
) -> None:
    server, finish = slow
    taken_over = threading.Thread(target=lambda: deployer.deploy_model(echo("echo:two"), replace=True))
    taken_over.start()
    until(lambda: httpx.post(server.url, json={"text": "x"}).text == '"two x"')
    assert taken_over.is_alive()
    assert finish() == '"old"'
    taken_over.join(PATIENCE)
    assert len(models(Path(deployer.path).parent)) == 2


def test_a_server_is_not_stopped_before_requests_are_answered_unless_it_is_forced(
    deployer: LocalModelDeployer, slow: tuple[ModelServer, Callable[[], str]]
) -> None:
    server, finish = slow
    with pytest.raises(LifecycleError, match="requests are under way"):
        deployer.delete_model_server(server.uuid, timeout=0.1)
    until(lambda: not is_held(port_of(server)))  # it takes no more
    still = deployer.get_model_server_info(server.uuid)
    assert (still.status, still.url, still.message) == ("stopped", "", "answers the requests under way")
    deployer.stop_model_server(server.uuid, timeout=0.1, force=True)
    assert deployer.get_model_server_info(server.uuid).status == "stopped"
    assert finish() == "RemoteProtocolError"


def test_a_server_that_could_not_be_stopped_at_once_stops_when_it_has_answered_and_can_be_started_then(
    deployer: LocalModelDeployer, slow: tuple[ModelServer, Callable[[], str]]
) -> None:
    server, finish = slow
    with pytest.raises(LifecycleError, match="requests are under way"):
        deployer.stop_model_server(server.uuid, timeout=0.1)
    starting = threading.Thread(target=lambda: deployer.start_model_server(server.uuid))
    starting.start()
    assert finish() == '"old"'
    starting.join(PATIENCE)  # which waits for the end before
    again = deployer.get_model_server_info(server.uuid)
    assert (again.status, again.message) == ("running", "")
