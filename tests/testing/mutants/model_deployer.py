"""Model deployers with a bug each, and one without, whose servers are threads of the test.

The local flavor, which is quite another, is under the same suite in `tests/flavors/model_deployer/test_local_laws.py`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import ClassVar
from urllib.request import urlopen
from uuid import UUID, uuid4

import attrs
import pytest
from typing_extensions import override

from stackkit import BaseModelDeployer, ModelDeployment, ModelServer
from stackkit.components.model_deployer import ServerStatus
from stackkit.errors import LifecycleError, ModelServerNotFoundError, NameTakenError, Problem
from stackkit.testing.contracts.model_deployer import ModelDeployerContract


@attrs.define
class Thing:
    """A server: what it serves, and the thread that does."""

    deployment: ModelDeployment
    uuid: UUID = attrs.field(factory=uuid4)
    wanted: bool = True
    lines: list[str] = attrs.field(factory=list[str])
    http: ThreadingHTTPServer | None = None
    serves: str = ""
    busy: bool = False
    hidden: bool = False
    refused: Event = attrs.field(factory=Event)

    def start(self) -> None:
        if self.http is None:
            thing = self

            class Handler(BaseHTTPRequestHandler):
                def do_GET(self) -> None:
                    body, is_busy = json.dumps(thing.serves).encode(), thing.busy
                    self.send_response(503 if is_busy else 200)
                    self.send_header("content-length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                    if is_busy:
                        thing.refused.set()

                @override
                def log_message(self, format: str, *args: object) -> None:
                    thing.lines.append(format)

            self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()
            self.lines.append("started")

    def stop(self) -> None:
        if self.http is not None:
            self.http.shutdown()
            self.http.server_close()
            self.http = None
            self.lines.append("stopped")

    def seen(self) -> ModelServer:
        url = "" if self.http is None or self.hidden else f"http://127.0.0.1:{self.http.server_port}/"
        return ModelServer(uuid=self.uuid, deployment=self.deployment, status="running" if url else "stopped", url=url)


@attrs.define
class Things:
    """What a deployer keeps, for all objects of its folder."""

    up: bool = False
    things: dict[UUID, Thing] = attrs.field(factory=dict[UUID, Thing])


KEPT: dict[str, Things] = {}


class Pretended(BaseModelDeployer):
    """Serves the names of models, by threads of this process. A mutant does one thing otherwise."""

    FLAVOR: ClassVar[str] = "pretended"

    folder: str

    @property
    def kept(self) -> Things:
        return KEPT.setdefault(self.folder, Things())

    @property
    @override
    def is_provisioned(self) -> bool:
        return self.folder in KEPT

    @property
    @override
    def is_running(self) -> bool:
        return self.is_provisioned and self.kept.up

    @override
    def provision(self) -> None:
        self.kept.up = True

    @override
    def resume(self) -> None:
        self.kept.up = True
        for thing in self.kept.things.values():
            if thing.wanted:
                thing.start()

    @override
    def suspend(self) -> None:
        if self.is_provisioned:
            self.kept.up = False
            for thing in self.kept.things.values():
                thing.stop()

    @override
    def deprovision(self) -> None:
        self.suspend()
        KEPT.pop(self.folder, None)

    def thing(self, uuid: UUID) -> Thing:
        if uuid not in self.kept.things:
            raise ModelServerNotFoundError(Problem(f"there is no model server {uuid}"))
        return self.kept.things[uuid]

    @override
    def deploy_model(self, deployment: ModelDeployment, *, replace: bool = False, timeout: float = 60.0) -> ModelServer:
        self.kept.up = True
        things = self.kept.things
        taken = next((t for t in things.values() if t.deployment.model_name == deployment.model_name), None)
        if taken is not None and not replace:
            raise NameTakenError(Problem("is deployed already"))
        if deployment.model_uri == "broken":
            raise LifecycleError(Problem("is broken"))
        if taken is None:
            taken = Thing(deployment)
            things[taken.uuid] = taken
        self.put(taken, deployment)
        return taken.seen()

    def put(self, thing: Thing, deployment: ModelDeployment) -> None:
        thing.deployment, thing.serves, thing.wanted = deployment, deployment.model_uri, True
        thing.start()

    @override
    def find_model_server(
        self,
        *,
        model_name: str | None = None,
        model_uri: str | None = None,
        model_type: str | None = None,
        pipeline_name: str | None = None,
        run_name: str | None = None,
        step_name: str | None = None,
        status: ServerStatus | None = None,
    ) -> list[ModelServer]:
        asked = self.criteria(
            {
                "model_name": model_name,
                "model_uri": model_uri,
                "model_type": model_type,
                "pipeline_name": pipeline_name,
                "run_name": run_name,
                "step_name": step_name,
            }
        )
        return [
            thing.seen()
            for thing in self.kept.things.values()
            if status in (None, thing.seen().status)
            and all(getattr(thing.deployment, name) == value for name, value in asked.items())
        ]

    def criteria(self, given: dict[str, str | None]) -> dict[str, str]:
        return {name: value for name, value in given.items() if value is not None}

    @override
    def get_model_server_info(self, uuid: UUID) -> ModelServer:
        return self.thing(uuid).seen()

    @override
    def get_model_server_logs(self, uuid: UUID, *, tail: int | None = None) -> list[str]:
        lines = self.thing(uuid).lines
        return list(lines if tail is None else lines[max(0, len(lines) - tail) :])

    @override
    def start_model_server(self, uuid: UUID, *, timeout: float = 60.0) -> None:
        thing = self.thing(uuid)
        thing.wanted = True
        thing.start()

    @override
    def stop_model_server(self, uuid: UUID, *, timeout: float = 60.0, force: bool = False) -> None:
        thing = self.thing(uuid)
        thing.wanted = False
        thing.stop()

    @override
    def delete_model_server(self, uuid: UUID, *, timeout: float = 60.0, force: bool = False) -> None:
        self.thing(uuid).stop()
        del self.kept.things[uuid]


class Laws(ModelDeployerContract[BaseModelDeployer]):
    """The contract, with a flavor of the class's own."""

    FLAVOR_CLASS: ClassVar[type[Pretended]] = Pretended

    @pytest.fixture
    @override
    def component(self, tmp_path: Path) -> Generator[BaseModelDeployer]:
        made = self.FLAVOR_CLASS(name="pretended", folder=str(tmp_path))
        yield made
        things = list(made.kept.things.values())
        made.deprovision()
        for thing in things:
            thing.stop()

    @pytest.fixture
    @override
    def model_uri(self) -> str:
        return "one"

    @pytest.fixture
    @override
    def other_uri(self, model_uri: str) -> str:
        return "two"

    @pytest.fixture
    @override
    def broken_uri(self) -> str:
        return "broken"

    @pytest.fixture
    @override
    def predict(self) -> Callable[[ModelServer], object]:
        def asked(server: ModelServer) -> object:
            with urlopen(server.url, timeout=30) as answer:  # noqa: S310 - its own
                return json.load(answer)

        return asked


class IntactPretended(Laws):
    """Has no bug, and nothing of the local flavor."""


class ForgetsSteps(Pretended):
    FLAVOR: ClassVar[str] = "forgets-steps"

    @override
    def criteria(self, given: dict[str, str | None]) -> dict[str, str]:
        return super().criteria({**given, "step_name": None})


class MutantForgetsSteps(Laws):
    """Finds servers of every step, whichever is asked for."""

    FLAVOR_CLASS = ForgetsSteps
    CAUGHT_BY: ClassVar[str] = "test_a_server_is_found_by_every_part_of_its_deployment_and_by_all_of_them_together"


class TakesEmptyForAny(Pretended):
    FLAVOR: ClassVar[str] = "takes-empty-for-any"

    @override
    def criteria(self, given: dict[str, str | None]) -> dict[str, str]:
        return {name: value for name, value in given.items() if value}


class MutantTakesEmptyForAny(Laws):
    """Takes the empty text for no criterion."""

    FLAVOR_CLASS = TakesEmptyForAny
    CAUGHT_BY: ClassVar[str] = "test_an_empty_part_is_a_criterion_like_any_other"


class RefusesOnlyRunning(Pretended):
    FLAVOR: ClassVar[str] = "refuses-only-running"

    @override
    def deploy_model(self, deployment: ModelDeployment, *, replace: bool = False, timeout: float = 60.0) -> ModelServer:
        stopped = self.find_model_server(model_name=deployment.model_name, status="stopped")
        return super().deploy_model(deployment, replace=replace or bool(stopped), timeout=timeout)


class MutantRefusesOnlyRunning(Laws):
    """Lets a deployment take over from a stopped server that has its name, unasked."""

    FLAVOR_CLASS = RefusesOnlyRunning
    CAUGHT_BY: ClassVar[str] = "test_a_taken_name_is_refused_and_what_has_it_stays_running_or_not"


class MovesAway(Pretended):
    FLAVOR: ClassVar[str] = "moves-away"

    @override
    def put(self, thing: Thing, deployment: ModelDeployment) -> None:
        thing.stop()
        super().put(thing, deployment)


class MutantMovesAway(Laws):
    """Has another address when another deployment has taken over."""

    FLAVOR_CLASS = MovesAway
    CAUGHT_BY: ClassVar[str] = "test_a_deployment_that_takes_over_keeps_the_uuid_and_the_url_and_no_request_fails"


class Renumbers(Pretended):
    FLAVOR: ClassVar[str] = "renumbers"

    @override
    def put(self, thing: Thing, deployment: ModelDeployment) -> None:
        if thing.http:
            del self.kept.things[thing.uuid]
            thing.uuid = uuid4()
            self.kept.things[thing.uuid] = thing
        super().put(thing, deployment)


class MutantRenumbers(Laws):
    """Gives a server another identifier when another deployment takes over."""

    FLAVOR_CLASS = Renumbers
    CAUGHT_BY: ClassVar[str] = "test_a_deployment_that_takes_over_keeps_the_uuid_and_the_url_and_no_request_fails"


class Hesitates(Pretended):
    FLAVOR: ClassVar[str] = "hesitates"

    @override
    def put(self, thing: Thing, deployment: ModelDeployment) -> None:
        thing.busy = thing.http is not None
        if thing.busy:
            thing.refused.wait(60)  # until a client came in vain
            thing.busy = False
        super().put(thing, deployment)


class MutantHesitates(Laws):
    """Turns clients away while another deployment takes over."""

    FLAVOR_CLASS = Hesitates
    CAUGHT_BY: ClassVar[str] = "test_a_deployment_that_takes_over_keeps_the_uuid_and_the_url_and_no_request_fails"


class SaysSo(Pretended):
    FLAVOR: ClassVar[str] = "says-so"

    @override
    def put(self, thing: Thing, deployment: ModelDeployment) -> None:
        serves = thing.serves if thing.http else deployment.model_uri
        super().put(thing, deployment)
        thing.serves = serves


class MutantSaysSo(Laws):
    """Says that another deployment has taken over, and goes on serving the old one."""

    FLAVOR_CLASS = SaysSo
    CAUGHT_BY: ClassVar[str] = "test_when_a_deployment_has_taken_over_it_is_what_answers"


class GivesUpTheOld(Pretended):
    FLAVOR: ClassVar[str] = "gives-up-the-old"

    @override
    def deploy_model(self, deployment: ModelDeployment, *, replace: bool = False, timeout: float = 60.0) -> ModelServer:
        try:
            return super().deploy_model(deployment, replace=replace, timeout=timeout)
        except LifecycleError:
            for server in self.find_model_server(model_name=deployment.model_name):
                self.thing(server.uuid).stop()
            raise


class MutantGivesUpTheOld(Laws):
    """Stops what was served when another deployment cannot take over."""

    FLAVOR_CLASS = GivesUpTheOld
    CAUGHT_BY: ClassVar[str] = "test_a_deployment_that_fails_leaves_everything_as_it_was"


class StopsOnPaper(Pretended):
    FLAVOR: ClassVar[str] = "stops-on-paper"

    @override
    def stop_model_server(self, uuid: UUID, *, timeout: float = 60.0, force: bool = False) -> None:
        thing = self.thing(uuid)
        thing.hidden = True


class MutantStopsOnPaper(Laws):
    """Says of a server that it is stopped, and lets it answer."""

    FLAVOR_CLASS = StopsOnPaper
    CAUGHT_BY: ClassVar[str] = "test_a_stopped_server_answers_nobody_and_is_kept_and_starts_again"


class DeletesOnPaper(Pretended):
    FLAVOR: ClassVar[str] = "deletes-on-paper"

    @override
    def delete_model_server(self, uuid: UUID, *, timeout: float = 60.0, force: bool = False) -> None:
        self.thing(uuid)
        del self.kept.things[uuid]


class MutantDeletesOnPaper(Laws):
    """Forgets a server that goes on answering."""

    FLAVOR_CLASS = DeletesOnPaper
    CAUGHT_BY: ClassVar[str] = "test_a_deleted_server_answers_nobody_is_unknown_and_leaves_its_name"


class StopsAnything(Pretended):
    FLAVOR: ClassVar[str] = "stops-anything"

    @override
    def stop_model_server(self, uuid: UUID, *, timeout: float = 60.0, force: bool = False) -> None:
        if uuid in self.kept.things:
            super().stop_model_server(uuid, timeout=timeout, force=force)


class MutantStopsAnything(Laws):
    """Says nothing when a server is to be stopped that never was."""

    FLAVOR_CLASS = StopsAnything
    CAUGHT_BY: ClassVar[str] = "test_what_never_was_is_told_by_every_method"


class KeepsToItself(Pretended):
    FLAVOR: ClassVar[str] = "keeps-to-itself"

    _own: Things = attrs.field(init=False, factory=Things)

    @property
    @override
    def kept(self) -> Things:
        return self._own


class MutantKeepsToItself(Laws):
    """Knows the servers that this very object has deployed."""

    FLAVOR_CLASS = KeepsToItself
    CAUGHT_BY: ClassVar[str] = "test_another_object_of_the_same_configuration_has_the_same_servers"


class CutsLogs(Pretended):
    FLAVOR: ClassVar[str] = "cuts-logs"

    @override
    def get_model_server_logs(self, uuid: UUID, *, tail: int | None = None) -> list[str]:
        return super().get_model_server_logs(uuid)[-(tail or 0) :]


class MutantCutsLogs(Laws):
    """Gives all lines of a log where none is asked for."""

    FLAVOR_CLASS = CutsLogs
    CAUGHT_BY: ClassVar[str] = "test_a_log_has_lines_of_which_the_last_are_given"


class ResumesAll(Pretended):
    FLAVOR: ClassVar[str] = "resumes-all"

    @override
    def resume(self) -> None:
        super().resume()
        for thing in self.kept.things.values():
            thing.start()


class MutantResumesAll(Laws):
    """Starts servers that were stopped before it went down."""

    FLAVOR_CLASS = ResumesAll
    CAUGHT_BY: ClassVar[str] = "test_suspending_stops_what_runs_and_resuming_starts_just_that"


class LeavesServers(Pretended):
    FLAVOR: ClassVar[str] = "leaves-servers"

    @override
    def deprovision(self) -> None:
        KEPT.pop(self.folder, None)

    @override
    def suspend(self) -> None:
        if self.is_provisioned:
            self.kept.up = False


class MutantLeavesServers(Laws):
    """Forgets its servers when it goes down for good, and leaves them running."""

    FLAVOR_CLASS = LeavesServers
    CAUGHT_BY: ClassVar[str] = "test_nothing_is_left_after_it_was_brought_down_for_good"
