"""Models served by supervised processes of this machine, on loopback."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Final, final
from uuid import UUID

import attrs
from typing_extensions import override

from stackkit.components.model_deployer import BaseModelDeployer, ModelDeployment, ModelServer, ServerStatus
from stackkit.core.extras import Extra
from stackkit.errors import ConfigurationError, Problem
from stackkit.flavors.local_files.project import kept_in_project, project_folder
from stackkit.flavors.model_deployer.fleet import Fleet

_IMPORT_PATH: Final = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")
_SUSPENDING: Final = 10.0
"""How long requests under way are waited for when the deployer goes down, in seconds."""
_RESUMING: Final = 60.0


def _model_folder() -> str:
    return str(project_folder())


def _servers_folder() -> str:
    return str(kept_in_project("model_servers"))


def _absolute(path: str) -> str:
    if not path:
        return path  # refused later, by name
    # Path.resolve would follow symbolic links, and Path.expanduser raises for a user that is not there
    return os.path.abspath(os.path.expanduser(path))  # noqa: PTH100, PTH111


@final
class LocalModelDeployer(BaseModelDeployer):
    """Models served by supervised processes of this machine, on 127.0.0.1 and nowhere else.

    What is served is a typed callable, or a class that has one, named by its import path: `churn:predict`. A request is
    the JSON of its arguments by name, sent to the server's `url` by POST, and what comes back is the JSON of what it
    returns; both are read and written by the annotations, strictly. `/health` and `/openapi.json` are beside it.

    A server outlives the process that deployed it; every process that uses the same folder finds it. It consists of a
    supervisor, which holds the port, and of the model's process, which ends when the supervisor does, however it ends. A
    model that ends unasked is started again, at once and then later each time, up to 30 seconds.

    Args:
        path: The folder of the servers' records and logs; by default in the project's workspace or, outside of projects,
            among the user's data. Deployers of one folder have the same servers.
        model_path: The folder whose modules models are imported from, beside what is installed, and in which they run; by
            default the project's or, outside of projects, the current one.
        threads: How many requests a model answers at once, each in a thread of its own. An async callable takes all at once.

    Raises:
        ConfigurationError: A path is empty, or there is no thread.
    """

    FLAVOR: ClassVar[str] = "local"

    path: str = attrs.field(
        factory=_servers_folder, converter=_absolute, metadata={"help": "the folder that servers are kept in"}
    )
    model_path: str = attrs.field(
        factory=_model_folder, converter=_absolute, metadata={"help": "the folder that models are imported from"}
    )
    threads: int = attrs.field(
        default=1, validator=attrs.validators.ge(1), metadata={"help": "how many requests a model answers at once"}
    )

    def __attrs_post_init__(self) -> None:
        wrong = [name for name, path in (("path", self.path), ("model_path", self.model_path)) if not path or "\0" in path]
        if wrong:
            raise ConfigurationError(*(Problem("is no path", where=name, remedy="name a folder") for name in wrong))

    @property
    def _fleet(self) -> Fleet:
        return Fleet(Path(self.path), self.name, self.model_path, self.threads)

    @property
    @override
    def is_provisioned(self) -> bool:
        """Whether the folder is there."""
        return Path(self.path).is_dir()

    @property
    @override
    def is_running(self) -> bool:
        """Whether models can be deployed, and those that are to be served are: one of them at least, if there are any."""
        return self.is_provisioned and not self._fleet.is_suspended and not self._fleet.is_lost

    @override
    def provision(self) -> None:
        """Make the folder.

        Raises:
            LifecycleError: It cannot be made.
        """
        self._fleet.make()

    @override
    def deprovision(self) -> None:
        """Stop and delete all servers, and remove the folder.

        Raises:
            LifecycleError: A server cannot be stopped.
        """
        self._fleet.remove(_SUSPENDING)

    @override
    def resume(self) -> None:
        """Start the servers that ran before `suspend`, or before the machine went down.

        Raises:
            LifecycleError: Some did not come up; all of them are named, and the others run.
        """
        self._fleet.resume(_RESUMING)

    @override
    def suspend(self) -> None:
        """Stop all servers. Requests under way are waited for, for 10 seconds."""
        if self.is_provisioned:
            self._fleet.suspend(_SUSPENDING)

    @override
    def logs(self) -> Iterator[str]:
        """The lines of all servers' logs, each after the name of its model."""
        for server in self.find_model_server():
            for line in self.get_model_server_logs(server.uuid):
                yield f"{server.deployment.model_name}: {line}"

    @override
    def deploy_model(self, deployment: ModelDeployment, *, replace: bool = False, timeout: float = 60.0) -> ModelServer:
        """Serve a model. Makes the folder at the first.

        A model that takes over from another does so when it answers requests; none fails meanwhile. Those of before are
        answered first; for what takes longer than `timeout` is not waited.

        Args:
            deployment: What is to be served; `model_uri` is an import path, `module:name`.
            replace: Whether a server of the same model name is to be taken over. It keeps its identifier and address.
            timeout: How long to wait until it answers.

        Returns:
            The server, running.

        Raises:
            ConfigurationError: The name is empty, or the address no import path.
            NameTakenError: The model is served already, and `replace` is not set.
            LifecycleError: The server did not come up, and why; what was served before is served still. Or the deployer
                is down.
            MissingExtraError: FastAPI or uvicorn is not installed.
        """
        _check(deployment)
        _require_libraries()
        self._fleet.make()
        return self._fleet.deploy(deployment, time.monotonic() + timeout, replace=replace)

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
        """The servers for which everything given is so, the first deployed first; all of them when nothing is given."""
        asked = {
            "model_name": model_name,
            "model_uri": model_uri,
            "model_type": model_type,
            "pipeline_name": pipeline_name,
            "run_name": run_name,
            "step_name": step_name,
        }
        wanted = {name: value for name, value in asked.items() if value is not None}
        return [
            server
            for server in self._fleet.servers()
            if status in (None, server.status)
            and all(getattr(server.deployment, name) == value for name, value in wanted.items())
        ]

    @override
    def get_model_server_info(self, uuid: UUID) -> ModelServer:
        return self._fleet.server(uuid).info()

    @override
    def get_model_server_logs(self, uuid: UUID, *, tail: int | None = None) -> list[str]:
        server = self._fleet.server(uuid)
        server.require()
        return server.folder.lines(tail)

    @override
    def start_model_server(self, uuid: UUID, *, timeout: float = 60.0) -> None:
        """Start a stopped server, at the port that it had, if that is free; a running one is left alone.

        Raises:
            ModelServerNotFoundError: There is no such server.
            LifecycleError: It did not come up, and why; or the deployer is down.
            MissingExtraError: FastAPI or uvicorn is not installed.
        """
        _require_libraries()
        self._fleet.server(uuid).start(time.monotonic() + timeout)

    @override
    def stop_model_server(self, uuid: UUID, *, timeout: float = 60.0, force: bool = False) -> None:
        self._fleet.server(uuid).stop(timeout, force=force)

    @override
    def delete_model_server(self, uuid: UUID, *, timeout: float = 60.0, force: bool = False) -> None:
        self._fleet.server(uuid).delete(timeout, force=force)


def _check(deployment: ModelDeployment) -> None:
    parts: dict[str, str] = attrs.asdict(deployment)
    problems = [Problem("is no text", where=name, remedy="use Unicode") for name, text in parts.items() if not _is_text(text)]
    if not deployment.model_name:
        problems.append(Problem("is empty", where="model_name", remedy="give the model a name"))
    if not _IMPORT_PATH.fullmatch(deployment.model_uri):
        what = f'"{deployment.model_uri}" is no import path'
        problems.append(Problem(what, where="model_uri", remedy="write module:name, of a function or class"))
    if problems:
        raise ConfigurationError(*problems)


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a character
        return False
    return True


def _require_libraries() -> None:
    """Look for what serves; the server's own process imports it."""
    from importlib.util import find_spec

    with Extra("serving"):
        for name in ("fastapi", "uvicorn"):
            if find_spec(name) is None:
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)
