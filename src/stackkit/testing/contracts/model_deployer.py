"""What holds for every model deployer: what it serves answers, is found, gives way to a new version, and goes when told to.

>>> class TestMyDeployer(ModelDeployerContract[BaseModelDeployer]):
...     @pytest.fixture
...     def component(self, tmp_path):
...         deployer = MyDeployer(name="mine", folder=str(tmp_path))
...         yield deployer
...         deployer.deprovision()
...
...     @pytest.fixture
...     def model_uri(self):
...         return "models:/churn/1"
"""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Generator
from contextlib import contextmanager
from uuid import uuid4

import attrs
import pytest
from typing_extensions import TypeVar

from stackkit.components.model_deployer import MODEL_DEPLOYER, BaseModelDeployer, ModelDeployment, ModelServer
from stackkit.core.component import as_component
from stackkit.errors import LifecycleError, ModelServerNotFoundError, NameTakenError
from stackkit.testing.contracts.component import ComponentContract, bring_down, bring_up

D = TypeVar("D", bound=BaseModelDeployer)

PATIENCE = 30.0
"""How long an address may take to answer, in seconds."""


def answers(server: ModelServer) -> bool:
    """Whether somebody speaks HTTP at a server's address, whatever is said.

    Args:
        server: The server.
    """
    try:
        with urllib.request.urlopen(server.url, timeout=PATIENCE):  # noqa: S310 - the deployer made it
            return True
    except urllib.error.HTTPError as error:
        error.close()
        return error.code < 500  # what is above, a server does not say of its own accord
    except (OSError, ValueError):
        return False


class ModelDeployerContract(ComponentContract[D]):
    """The laws of every model deployer. A subclass gives the fixtures `component`, without servers, and `model_uri`.

    What the laws deploy is the fixture's to take away: `yield` the component, and `deprovision()` it then.
    """

    @pytest.fixture
    def model_uri(self) -> str:
        """A model that comes up, as the flavor names models."""
        raise NotImplementedError(f"{type(self).__name__} needs a fixture `model_uri`, a model that the flavor can serve")

    @pytest.fixture
    def other_uri(self, model_uri: str) -> str:
        """Another model that comes up, or the same."""
        return model_uri

    @pytest.fixture
    def broken_uri(self) -> str:
        """A model that does not come up. By default the laws about it are skipped."""
        pytest.skip("give the fixture `broken_uri`, a model that does not come up")

    @pytest.fixture
    def predict(self) -> Callable[[ModelServer], object]:
        """What a server predicts for something that the models of `model_uri` and `other_uri` say different things of.

        By default the law about it is skipped.
        """
        pytest.skip("give the fixtures `predict` and `other_uri`, so that two models can be told apart")

    @pytest.fixture
    def ask(self) -> Callable[[ModelServer], bool]:
        """Asks a server something, and tells whether it answered. By default, any HTTP answer of its own accord will do."""
        return answers

    def test_it_is_a_model_deployer(self, component: D) -> None:
        assert as_component(component).TYPE == MODEL_DEPLOYER

    # Deploying

    def test_a_deployed_model_runs_answers_and_is_told_as_it_was_deployed(
        self, component: D, model_uri: str, ask: Callable[[ModelServer], bool]
    ) -> None:
        deployment = ModelDeployment(
            model_name="churn", model_uri=model_uri, model_type="t", pipeline_name="p", run_name="r", step_name="s"
        )
        server = component.deploy_model(deployment)
        assert (server.status, server.deployment) == ("running", deployment)
        assert ask(server), f"nobody answers at {server.url!r}"
        assert component.get_model_server_info(server.uuid) == server
        assert component.find_model_server() == [server]

    def test_a_server_is_found_by_every_part_of_its_deployment_and_by_all_of_them_together(
        self, component: D, model_uri: str
    ) -> None:
        first = component.deploy_model(_deployment(model_uri, "first"))
        second = component.deploy_model(_deployment(model_uri, "second"))
        component.stop_model_server(second.uuid)
        find = _by_name(component.find_model_server)
        for server in (first, second):
            parts = {name: value for name, value in attrs.asdict(server.deployment).items() if name != "model_uri"}
            criteria = {**parts, "status": "running" if server is first else "stopped"}
            for name, value in criteria.items():
                assert _uuids(find(**{name: value})) == {server.uuid}, name
                assert find(**{name: "failed"}) == [], name
            assert _uuids(find(**criteria, model_uri=model_uri)) == {server.uuid}
        assert component.find_model_server(model_name="first", run_name="second run_name") == []
        assert _uuids(component.find_model_server(model_uri=model_uri)) == {first.uuid, second.uuid}
        assert component.find_model_server(model_uri=f"{model_uri}x") == []
        assert _uuids(component.find_model_server()) == {first.uuid, second.uuid}

    def test_an_empty_part_is_a_criterion_like_any_other(self, component: D, model_uri: str) -> None:
        component.deploy_model(_deployment(model_uri, "first"))
        assert component.find_model_server(run_name="") == []

    def test_a_taken_name_is_refused_and_what_has_it_stays_running_or_not(
        self, component: D, model_uri: str, other_uri: str
    ) -> None:
        server = component.deploy_model(_deployment(model_uri, "first"))
        other = attrs.evolve(server.deployment, model_uri=other_uri, run_name="another")
        with pytest.raises(NameTakenError):
            component.deploy_model(other)
        assert component.find_model_server() == [server]
        component.stop_model_server(server.uuid)
        with pytest.raises(NameTakenError):
            component.deploy_model(other)
        assert [(s.uuid, s.status, s.deployment) for s in component.find_model_server()] == [
            (server.uuid, "stopped", server.deployment)
        ]

    def test_a_deployment_that_takes_over_keeps_the_uuid_and_the_url_and_no_request_fails(
        self, component: D, model_uri: str, other_uri: str, ask: Callable[[ModelServer], bool]
    ) -> None:
        server = component.deploy_model(_deployment(model_uri, "first"))
        other = attrs.evolve(server.deployment, model_uri=other_uri, run_name="another")
        with _asked(server, ask) as answered:
            taken_over = component.deploy_model(other, replace=True)
        assert all(answered), f"{answered.count(False)} of {len(answered)} requests were not answered"
        assert (taken_over.uuid, taken_over.url, taken_over.deployment) == (server.uuid, server.url, other)
        assert component.find_model_server() == [taken_over]
        assert ask(taken_over)

    def test_when_a_deployment_has_taken_over_it_is_what_answers(
        self, component: D, model_uri: str, other_uri: str, predict: Callable[[ModelServer], object]
    ) -> None:
        server = component.deploy_model(_deployment(model_uri, "first"))
        said = predict(server)
        taken_over = component.deploy_model(attrs.evolve(server.deployment, model_uri=other_uri), replace=True)
        assert predict(taken_over) != said
        component.stop_model_server(server.uuid)
        component.start_model_server(server.uuid)
        assert predict(component.get_model_server_info(server.uuid)) != said

    def test_replacing_what_is_not_there_deploys_it_and_what_was_stopped_is_started(
        self, component: D, model_uri: str, ask: Callable[[ModelServer], bool]
    ) -> None:
        server = component.deploy_model(_deployment(model_uri, "first"), replace=True)
        component.stop_model_server(server.uuid)
        other = attrs.evolve(server.deployment, run_name="another")
        again = component.deploy_model(other, replace=True)
        assert (again.uuid, again.status, again.deployment) == (server.uuid, "running", other)
        assert ask(again)

    def test_a_deployment_that_fails_leaves_everything_as_it_was(
        self, component: D, model_uri: str, broken_uri: str, ask: Callable[[ModelServer], bool]
    ) -> None:
        with pytest.raises(LifecycleError):
            component.deploy_model(_deployment(broken_uri, "first"))
        assert component.find_model_server() == []
        server = component.deploy_model(_deployment(model_uri, "first"))
        with pytest.raises(LifecycleError):
            component.deploy_model(attrs.evolve(server.deployment, model_uri=broken_uri), replace=True)
        assert component.find_model_server() == [server]
        assert ask(server)

    # Stopping, starting and deleting

    def test_a_stopped_server_answers_nobody_and_is_kept_and_starts_again(
        self, component: D, model_uri: str, ask: Callable[[ModelServer], bool]
    ) -> None:
        server = component.deploy_model(_deployment(model_uri, "first"))
        for _ in range(2):
            component.stop_model_server(server.uuid)
            stopped = component.get_model_server_info(server.uuid)
            assert (stopped.status, stopped.url, stopped.deployment) == ("stopped", "", server.deployment)
        assert not ask(server)
        for _ in range(2):
            component.start_model_server(server.uuid)
            started = component.get_model_server_info(server.uuid)
            assert (started.status, started.deployment) == ("running", server.deployment)
            assert ask(started)

    def test_a_deleted_server_answers_nobody_is_unknown_and_leaves_its_name(
        self, component: D, model_uri: str, ask: Callable[[ModelServer], bool]
    ) -> None:
        server = component.deploy_model(_deployment(model_uri, "first"))
        kept = component.deploy_model(_deployment(model_uri, "second"))
        component.delete_model_server(server.uuid)
        assert component.find_model_server() == [kept]
        assert not ask(server)
        for method in _methods(component):
            with pytest.raises(ModelServerNotFoundError):
                method(server.uuid)
        again = component.deploy_model(server.deployment)
        assert again.uuid != server.uuid

    def test_a_stopped_server_can_be_deleted(self, component: D, model_uri: str) -> None:
        server = component.deploy_model(_deployment(model_uri, "first"))
        component.stop_model_server(server.uuid)
        component.delete_model_server(server.uuid)
        assert component.find_model_server() == []

    def test_what_never_was_is_told_by_every_method(self, component: D) -> None:
        bring_up(component)
        for method in _methods(component):
            with pytest.raises(ModelServerNotFoundError):
                method(uuid4())
        assert component.find_model_server() == []

    # Who sees it, and what it says

    def test_another_object_of_the_same_configuration_has_the_same_servers(self, component: D, model_uri: str) -> None:
        server = component.deploy_model(_deployment(model_uri, "first"))
        twin = component.replace()
        assert twin.find_model_server() == [server]
        twin.stop_model_server(server.uuid)
        assert component.get_model_server_info(server.uuid).status == "stopped"

    def test_a_log_has_lines_of_which_the_last_are_given(self, component: D, model_uri: str) -> None:
        server = component.deploy_model(_deployment(model_uri, "first"))
        component.stop_model_server(server.uuid)
        lines = component.get_model_server_logs(server.uuid)
        assert [line for line in lines if line.splitlines() not in ([line], [])] == []
        for tail in (0, 1, 2, len(lines) + 1):
            assert component.get_model_server_logs(server.uuid, tail=tail) == lines[max(0, len(lines) - tail) :]

    # Its states

    def test_suspending_stops_what_runs_and_resuming_starts_just_that(
        self, component: D, model_uri: str, ask: Callable[[ModelServer], bool]
    ) -> None:
        running = component.deploy_model(_deployment(model_uri, "first"))
        stopped = component.deploy_model(_deployment(model_uri, "second"))
        component.stop_model_server(stopped.uuid)
        bring_down(component)
        assert not ask(running)
        assert {server.status for server in component.find_model_server()} == {"stopped"}
        bring_up(component)
        assert component.get_model_server_info(running.uuid).status == "running"
        assert component.get_model_server_info(stopped.uuid).status == "stopped"
        assert ask(component.get_model_server_info(running.uuid))

    def test_nothing_is_left_after_it_was_brought_down_for_good(
        self, component: D, model_uri: str, ask: Callable[[ModelServer], bool]
    ) -> None:
        server = component.deploy_model(_deployment(model_uri, "first"))
        bring_down(component, force=True)
        assert not ask(server)
        bring_up(component)
        assert component.find_model_server() == []


def _deployment(model_uri: str, name: str) -> ModelDeployment:
    return ModelDeployment(
        model_name=name,
        model_uri=model_uri,
        model_type=f"{name} model_type",
        pipeline_name=f"{name} pipeline_name",
        run_name=f"{name} run_name",
        step_name=f"{name} step_name",
    )


def _uuids(servers: list[ModelServer]) -> set[object]:
    uuids = {server.uuid for server in servers}
    assert len(uuids) == len(servers), "a server is found twice"
    return {*uuids}


def _by_name(find: Callable[..., list[ModelServer]]) -> Callable[..., list[ModelServer]]:
    """A method that is called with criteria by names that are values here."""
    return find


def _methods(component: BaseModelDeployer) -> list[Callable[..., object]]:
    """What is done with a server that there is."""
    return [
        component.get_model_server_info,
        component.get_model_server_logs,
        component.start_model_server,
        component.stop_model_server,
        component.delete_model_server,
    ]


@contextmanager
def _asked(server: ModelServer, ask: Callable[[ModelServer], bool]) -> Generator[list[bool]]:
    """Clients that ask a server meanwhile, and whether each request was answered."""
    answered: list[bool] = []
    stop = threading.Event()

    def client() -> None:
        while not stop.is_set():
            answered.append(ask(server))

    threads = [threading.Thread(target=client) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield answered
    finally:
        stop.set()
        for thread in threads:
            thread.join()
