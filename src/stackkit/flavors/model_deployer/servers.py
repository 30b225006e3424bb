"""One server, as the processes see it that deploy, start and stop it, one at a time."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from typing import Final

import attrs

from stackkit.components.model_deployer import ModelDeployment, ModelServer, ServerStatus
from stackkit.errors import LifecycleError, ModelServerNotFoundError, Problem
from stackkit.flavors.model_deployer.launching import GRACE, launch
from stackkit.flavors.model_deployer.locks import is_locked, locked
from stackkit.flavors.model_deployer.orders import Answer, Order, give
from stackkit.flavors.model_deployer.records import ServerFolder, ServerRecord
from stackkit.flavors.model_deployer.specs import SupervisorSpec

_HOST: Final = "127.0.0.1"
_ASKING: Final = 5.0
"""How long a supervisor may take to say how its server stands, in seconds."""


@attrs.frozen(kw_only=True)
class LocalServer:
    """A server that there is, or was.

    Args:
        folder: Its folder.
        model_path: The folder that models are imported from.
        threads: How many requests a model answers at once.
        require_up: Raises where the deployer is down.
    """

    folder: ServerFolder
    model_path: str
    threads: int
    require_up: Callable[[], None]

    def require(self) -> ServerRecord:
        """Its record.

        Raises:
            ModelServerNotFoundError: It was deleted.
        """
        record = self.folder.read()
        if record is None:
            remedy = "see which there are: stackkit model-deployer servers list"
            raise ModelServerNotFoundError(Problem(f"there is no model server {self.folder.path.name}", remedy=remedy))
        return record

    def is_alive(self) -> bool:
        """Whether its supervisor lives."""
        return is_locked(self.folder.alive)

    # How it stands

    def info(self) -> ModelServer:
        """The server as it is now.

        Raises:
            ModelServerNotFoundError: It was deleted.
        """
        told = self._told()
        record = self.require()
        if isinstance(told, Answer):
            return _as_told(record, told)
        if told:
            return _server(record, "failed", told)
        if record.starting and is_locked(self.folder.lock):
            return _server(record, "starting")
        if record.failure or record.starting:
            return _server(record, "failed", record.failure or "whoever started it was killed")
        if record.wanted and self._is_up():
            return _server(record, "failed", "its supervisor was killed")
        return _server(record, "stopped")

    def _told(self) -> Answer | str:
        """What its supervisor says, or why it says nothing; the empty string where there is none."""
        if not self.is_alive():
            return ""
        try:
            return give(self.folder.control, Order(do="status"), time.monotonic() + _ASKING, self.is_alive)
        except LifecycleError as error:
            return error.problems[0].what if self.is_alive() else ""

    def _is_up(self) -> bool:
        try:
            self.require_up()
        except LifecycleError:
            return False
        return True

    # What is done with it. Each of these waits until nobody else does anything with it.

    @contextmanager
    def held(self, deadline: float) -> Generator[None]:
        """Keep others from starting, stopping, replacing or deleting it.

        Args:
            deadline: Until when to wait for them, on the monotonic clock.

        Raises:
            ModelServerNotFoundError: It was deleted.
            LifecycleError: They are at it still.
        """
        try:
            with locked(self.folder.lock, deadline):
                yield
        except FileNotFoundError:
            self.require()
            raise

    def start(self, deadline: float) -> None:
        """Start it, unless it runs; one that waits to be started again need not wait.

        Raises:
            ModelServerNotFoundError: It was deleted.
            LifecycleError: It did not come up; or the deployer is down.
        """
        with self.held(deadline):
            record = self.require()
            self.require_up()
            self._await_end(deadline)
            if not self.is_alive():
                self.launch(record, record.deployment, deadline)
            elif self.info().status == "failed":
                self._give(Order(do="replace", deployment=record.deployment, timeout=_left(deadline)))

    def replace(self, deployment: ModelDeployment, deadline: float) -> ModelServer:
        """Serve another deployment in its place. If that does not come up, everything stays as it is.

        Raises:
            ModelServerNotFoundError: It was deleted.
            LifecycleError: The new one did not come up; or the deployer is down.
        """
        with self.held(deadline):
            record = self.require()
            self.require_up()
            self._await_end(deadline)
            if not self.is_alive():
                return self.launch(record, deployment, deadline)
            answer = self._give(Order(do="replace", deployment=deployment, timeout=_left(deadline)))
            return _as_told(record, answer)

    def _await_end(self, deadline: float) -> None:
        """Where it was told to stop, wait until it has answered the requests under way."""
        if self.is_alive() and self.info().status == "stopped":
            with locked(self.folder.alive, deadline):
                pass

    def launch(self, record: ServerRecord, deployment: ModelDeployment, deadline: float) -> ModelServer:
        """Start its supervisor; for whoever holds it.

        Raises:
            LifecycleError: It did not come up.
        """
        before = attrs.evolve(record, starting=False)
        spec = SupervisorSpec(
            folder=str(self.folder.path),
            root=self.model_path,
            threads=self.threads,
            deployment=deployment,
            timeout=_left(deadline),
        )
        self.folder.write(attrs.evolve(record, starting=True))
        try:
            answer = _carried_out(launch(spec, self.folder.log))
        except LifecycleError as error:
            failure = error.problems[0].what if deployment == record.deployment else record.failure
            self.folder.write(attrs.evolve(before, failure=failure))
            raise LifecycleError(*map(self._with_log, error.problems)) from error
        except BaseException:
            self.folder.write(before)
            raise
        return _as_told(record, answer)

    def _with_log(self, problem: Problem) -> Problem:
        return problem if problem.remedy else attrs.evolve(problem, remedy=f"look into {self.folder.log}")

    def stop(self, timeout: float, *, force: bool, wanted: bool = False) -> None:
        """Stop it, unless it has stopped.

        Args:
            timeout: How long to wait for requests under way, in seconds.
            force: Whether to cut them off when the time is over.
            wanted: Whether it is to come back when the deployer does.

        Raises:
            ModelServerNotFoundError: It was deleted.
            LifecycleError: Requests are under way still.
        """
        with self.held(time.monotonic() + timeout):
            self._stop(timeout, force=force, wanted=wanted)

    def delete(self, timeout: float, *, force: bool) -> None:
        """Stop it and forget it.

        Args:
            timeout: How long to wait for requests under way, in seconds.
            force: Whether to cut them off when the time is over.

        Raises:
            ModelServerNotFoundError: It was deleted.
            LifecycleError: Requests are under way still; it is not deleted.
        """
        with self.held(time.monotonic() + timeout):
            self._stop(timeout, force=force, wanted=False)
            self.folder.remove()

    def _stop(self, timeout: float, *, force: bool, wanted: bool) -> None:
        record = self.require()
        if not self.is_alive():
            if not wanted:
                self.folder.write(attrs.evolve(record, wanted=False, starting=False, failure=""))
            return
        try:
            self._give(Order(do="stop", timeout=timeout, force=force, wanted=wanted))
        except LifecycleError:
            if self.is_alive() and not force:
                raise
            self._kill()
            self.folder.write(attrs.evolve(record, wanted=wanted))
        with locked(self.folder.alive, time.monotonic() + GRACE):
            pass  # it has ended

    def _kill(self) -> None:
        """End a supervisor that does not answer; what it has started ends with it."""
        if self.is_alive():
            with suppress(ProcessLookupError, ValueError):
                os.kill(int(self.folder.alive.read_text(encoding="ascii")), signal.SIGKILL)

    def _give(self, order: Order) -> Answer:
        try:
            return _carried_out(give(self.folder.control, order, time.monotonic() + order.timeout + GRACE, self.is_alive))
        except LifecycleError as error:
            raise LifecycleError(*map(self._with_log, error.problems)) from error


def _carried_out(answer: Answer) -> Answer:
    if answer.problems:
        raise LifecycleError(*answer.problems)
    return answer


def _left(deadline: float) -> float:
    return max(0.0, deadline - time.monotonic())


def _server(record: ServerRecord, status: ServerStatus, message: str = "") -> ModelServer:
    return ModelServer(uuid=record.uuid, deployment=record.deployment, status=status, message=message)


def _as_told(record: ServerRecord, told: Answer) -> ModelServer:
    url = f"http://{_HOST}:{told.port}/predict" if told.status == "running" else ""
    return ModelServer(uuid=record.uuid, deployment=told.deployment, status=told.status, url=url, message=told.message)
