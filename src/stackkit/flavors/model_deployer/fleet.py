"""All the servers of a folder: adding and finding them, and bringing them up and down together."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final
from uuid import UUID

import attrs

from stackkit.components.model_deployer import ModelDeployment, ModelServer
from stackkit.errors import LifecycleError, ModelServerNotFoundError, NameTakenError, Problem, StackkitError
from stackkit.flavors.model_deployer.locks import locked
from stackkit.flavors.model_deployer.records import ServerFolder, ServerRecord, folders
from stackkit.flavors.model_deployer.servers import LocalServer

_LOCK: Final = "lock"
_SUSPENDED: Final = "suspended"
_FAILED_LOG: Final = "failed.log"


@attrs.frozen
class Fleet:
    """The servers of a folder.

    Args:
        root: The folder.
        name: What the deployer is called, for messages.
        model_path: The folder that models are imported from.
        threads: How many requests a model answers at once.
    """

    root: Path
    name: str
    model_path: str
    threads: int

    # The folder as a whole

    @property
    def is_suspended(self) -> bool:
        """Whether its servers are stopped until `resume`."""
        return (self.root / _SUSPENDED).exists()

    @property
    def is_lost(self) -> bool:
        """Whether servers are to run, and none does."""
        wanted = [server for server, record in self._all() if record.wanted]
        return bool(wanted) and not any(server.is_alive() for server in wanted)

    def make(self) -> None:
        """Make the folder, for its owner alone.

        Raises:
            LifecycleError: It cannot be made.
        """
        try:
            self.root.parent.mkdir(parents=True, exist_ok=True)
            self.root.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            what = f"cannot be made: {error.strerror}"
            raise LifecycleError(Problem(what, where=str(self.root), remedy="choose another folder")) from error

    def suspend(self, timeout: float) -> None:
        """Stop all servers, so that `resume` starts them again; requests under way are cut off after `timeout` seconds."""
        with self._whole(time.monotonic() + timeout):
            (self.root / _SUSPENDED).touch()
        self._each(lambda server: server.stop(timeout, force=True, wanted=True))

    def resume(self, timeout: float) -> None:
        """Start the servers that are to run; each has `timeout` seconds.

        Raises:
            LifecycleError: Some did not come up; all of them are named.
        """
        self.make()
        (self.root / _SUSPENDED).unlink(missing_ok=True)
        self._each(lambda server: server.start(time.monotonic() + timeout), lambda record: record.wanted)

    def remove(self, timeout: float) -> None:
        """Delete all servers, and the folder with them; files of others in it stay, and the folder then, too."""
        if not self.root.is_dir():
            return
        with self._whole(time.monotonic() + timeout):
            (self.root / _SUSPENDED).touch()  # so that nobody deploys meanwhile
        self._each(lambda server: server.delete(timeout, force=True))
        for folder in folders(self.root):  # what killed processes left
            folder.remove()
        for name in (_FAILED_LOG, _SUSPENDED, _LOCK):
            (self.root / name).unlink(missing_ok=True)
        with suppress(OSError):
            self.root.rmdir()

    def _each(self, act: Callable[[LocalServer], None], meant: Callable[[ServerRecord], bool] = lambda _: True) -> None:
        problems: list[Problem] = []
        for server, record in list(self._all()):
            if not meant(record):
                continue
            try:
                act(server)
            except ModelServerNotFoundError:  # somebody else has deleted it
                continue
            except StackkitError as error:
                problems += [problem.under(record.deployment.model_name) for problem in error.problems]
        if problems:
            raise LifecycleError(*problems)

    @contextmanager
    def _whole(self, deadline: float) -> Generator[None]:
        """Keep others from adding servers, and from bringing the deployer down."""
        try:
            with locked(self.root / _LOCK, deadline):
                yield
        except FileNotFoundError:  # the folder was removed
            raise self._down() from None

    def _down(self) -> LifecycleError:
        remedy = f"bring it up: stackkit model-deployer up {self.name}"
        return LifecycleError(Problem("is down", where=f"model deployer {self.name}", remedy=remedy))

    def require_up(self) -> None:
        """Refuse to go on where the deployer is down.

        Raises:
            LifecycleError: It is.
        """
        if self.is_suspended:
            raise self._down()

    # The servers

    def server(self, uuid: UUID) -> LocalServer:
        """A server by its identifier, whether there is one or not.

        Args:
            uuid: What identifies it.
        """
        return self._at(ServerFolder(self.root / str(uuid)))

    def _at(self, folder: ServerFolder) -> LocalServer:
        return LocalServer(folder=folder, model_path=self.model_path, threads=self.threads, require_up=self.require_up)

    def _all(self) -> Iterator[tuple[LocalServer, ServerRecord]]:
        found = [(self._at(folder), record) for folder in folders(self.root) if (record := folder.read()) is not None]
        yield from sorted(found, key=lambda pair: (pair[1].created, str(pair[1].uuid)))

    def servers(self) -> Iterator[ModelServer]:
        """All servers as they are now, the first deployed first."""
        for server, _ in self._all():
            with suppress(ModelServerNotFoundError):  # deleted meanwhile
                yield server.info()

    def deploy(self, deployment: ModelDeployment, deadline: float, *, replace: bool) -> ModelServer:
        """Serve a model, or take over from what has its name.

        Args:
            deployment: What is to be served.
            deadline: Until when to wait, on the monotonic clock.
            replace: Whether another of its name is to be taken over.

        Raises:
            NameTakenError: There is one of its name, and it is not to be taken over.
            LifecycleError: It did not come up, or the deployer is down.
        """
        while True:
            with ExitStack() as held:
                with self._whole(deadline):
                    self.require_up()
                    taken = self._named(deployment.model_name)
                    record = ServerRecord(deployment=deployment, starting=True)
                    server = taken or self._added(record, held, deadline)
                if taken is None:
                    return self._first(server, record, deadline)
            if not replace:
                remedy = "take it over with replace, or choose another name"
                raise NameTakenError(Problem(f"{deployment.model_name} is deployed already", remedy=remedy))
            with suppress(ModelServerNotFoundError):  # deleted meanwhile
                return server.replace(deployment, deadline)

    def _named(self, model_name: str) -> LocalServer | None:
        return next((server for server, record in self._all() if record.deployment.model_name == model_name), None)

    def _added(self, record: ServerRecord, held: ExitStack, deadline: float) -> LocalServer:
        """The folder of a new server, which is held before anybody can find it."""
        server = self.server(record.uuid)
        server.folder.path.mkdir(mode=0o700)
        held.enter_context(server.held(deadline))
        server.folder.write(record)
        return server

    def _first(self, server: LocalServer, record: ServerRecord, deadline: float) -> ModelServer:
        """Start a new server; if it does not come up, nothing of it is left but its log, which the next failure replaces."""
        try:
            return server.launch(record, record.deployment, deadline)
        except BaseException as error:
            kept = self.root / _FAILED_LOG
            with suppress(FileNotFoundError):
                server.folder.log.replace(kept)
            server.folder.remove()
            if isinstance(error, LifecycleError):
                raise LifecycleError(*(_moved(problem, server.folder.log, kept) for problem in error.problems)) from error
            raise


def _moved(problem: Problem, log: Path, kept: Path) -> Problem:
    return attrs.evolve(problem, remedy=problem.remedy.replace(str(log), str(kept)))
