"""Model deployers: where trained models answer requests."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Final, Literal, Protocol
from uuid import UUID

import attrs

from stackkit.core.component import StackComponent
from stackkit.core.component_type import Component, ComponentType

ServerStatus = Literal["starting", "running", "stopped", "failed"]


@attrs.frozen(kw_only=True)
class ModelDeployment:
    """What is to be served.

    Args:
        model_name: What people call the model; one server stands for one name.
        model_uri: Where the model is: a path, an address, or an import path, as the flavor says.
        model_type: What kind it is, in the flavor's own words.
        pipeline_name: The pipeline that made the model.
        run_name: The run that made it.
        step_name: The step that made it.
    """

    model_name: str
    model_uri: str
    model_type: str = ""
    pipeline_name: str = ""
    run_name: str = ""
    step_name: str = ""


@attrs.frozen(kw_only=True)
class ModelServer:
    """A server of a deployed model, as it was when asked.

    Args:
        uuid: What identifies the server.
        deployment: What it serves.
        status: What it does now. One that failed may be about to be started again; it is told in the message.
        url: Where predictions are asked for; empty while it does not run.
        message: What went wrong last, if anything did since somebody last started it.
    """

    uuid: UUID
    deployment: ModelDeployment
    status: ServerStatus
    url: str = ""
    message: str = ""


class ModelDeployer(Component, Protocol):
    """Servers of models.

    Laws:

    - A server that `deploy_model` or `start_model_server` returned from is running and answers at its url, until it is
      stopped. One that is stopped or deleted answers nobody.
    - A server is found by every part of its deployment, by its status, and by any of them together.
    - One server stands for one model name. Another deployment of the name is refused; with `replace` it takes over: the
      server keeps its uuid and its url, no request fails meanwhile, and afterwards the new deployment answers.
    - A deployment that fails leaves everything as it was: no server where there was none, and the old one where it was.
    - Stopping keeps a server, deleting does not. Both, and starting, can be repeated or not needed, without harm; a server
      that does not exist raises `ModelServerNotFoundError`.
    - Servers belong to the deployer's configuration, not to the object: another object, in another process, finds them.
    - `suspend` stops what runs and `resume` starts just that again; `deprovision` deletes every server.
    """

    TYPE: ClassVar[ComponentType[ModelDeployer]]

    def deploy_model(self, deployment: ModelDeployment, *, replace: bool = False, timeout: float = 60.0) -> ModelServer: ...
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
    ) -> list[ModelServer]: ...
    def get_model_server_info(self, uuid: UUID) -> ModelServer: ...
    def get_model_server_logs(self, uuid: UUID, *, tail: int | None = None) -> list[str]: ...
    def start_model_server(self, uuid: UUID, *, timeout: float = 60.0) -> None: ...
    def stop_model_server(self, uuid: UUID, *, timeout: float = 60.0, force: bool = False) -> None: ...
    def delete_model_server(self, uuid: UUID, *, timeout: float = 60.0, force: bool = False) -> None: ...


MODEL_DEPLOYER: Final = ComponentType[ModelDeployer]("model_deployer")


class BaseModelDeployer(StackComponent, ABC):
    """The base of every model deployer. Time limits are in seconds."""

    TYPE: ClassVar[ComponentType[ModelDeployer]] = MODEL_DEPLOYER

    @abstractmethod
    def deploy_model(self, deployment: ModelDeployment, *, replace: bool = False, timeout: float = 60.0) -> ModelServer:
        """Serve a model.

        Args:
            deployment: What is to be served.
            replace: Whether a server of the same model name is to be taken over: it keeps its uuid and url, and goes on
                answering until the new deployment does. One that was stopped is started.
            timeout: How long to wait until it answers.

        Returns:
            The server, running.

        Raises:
            ConfigurationError: The deployment is not such as the flavor can serve.
            NameTakenError: There is a server of this model name, running or not, and `replace` is not set.
            LifecycleError: The model did not come up, or not in time; everything is as it was. Or the deployer is down.
        """

    @abstractmethod
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
        """The servers for which everything given is so; all of them when nothing is given."""

    @abstractmethod
    def get_model_server_info(self, uuid: UUID) -> ModelServer:
        """A server as it is now.

        Raises:
            ModelServerNotFoundError: There is no such server.
        """

    @abstractmethod
    def get_model_server_logs(self, uuid: UUID, *, tail: int | None = None) -> list[str]:
        """The lines that a server has logged, oldest first; those of before it was last started may be gone.

        Args:
            uuid: Which server.
            tail: How many lines at most, the last ones; all there are by default.

        Returns:
            The lines; none where the server keeps no log.

        Raises:
            ModelServerNotFoundError: There is no such server.
        """

    @abstractmethod
    def start_model_server(self, uuid: UUID, *, timeout: float = 60.0) -> None:
        """Start a stopped or failed server; a running one is left alone.

        Args:
            uuid: Which server.
            timeout: How long to wait until it answers.

        Raises:
            ModelServerNotFoundError: There is no such server.
            LifecycleError: It did not come up, or not in time; or the deployer is down.
        """

    @abstractmethod
    def stop_model_server(self, uuid: UUID, *, timeout: float = 60.0, force: bool = False) -> None:
        """Stop a server and keep it; a stopped one is left alone.

        Args:
            uuid: Which server.
            timeout: How long to wait for requests under way.
            force: Whether to cut them off when the time is over.

        Raises:
            ModelServerNotFoundError: There is no such server.
            LifecycleError: Requests are under way still, and `force` is not set. It takes no more, and stops when they are
                answered.
        """

    @abstractmethod
    def delete_model_server(self, uuid: UUID, *, timeout: float = 60.0, force: bool = False) -> None:
        """Stop a server and forget it.

        Args:
            uuid: Which server.
            timeout: How long to wait for requests under way.
            force: Whether to cut them off when the time is over.

        Raises:
            ModelServerNotFoundError: There is no such server, any more or ever.
            LifecycleError: Requests are under way still, and `force` is not set. It takes no more, stops when they are
                answered, and is there still.
        """
