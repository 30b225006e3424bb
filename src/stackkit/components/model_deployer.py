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
        status: What it does now.
        url: Where it takes requests; empty while it does not.
        message: Why it failed, where it did.
    """

    uuid: UUID
    deployment: ModelDeployment
    status: ServerStatus
    url: str = ""
    message: str = ""


class ModelDeployer(Component, Protocol):
    """Servers of models.

    Laws: a deployed model is found by every part of its deployment; stopping keeps a server, deleting does not; a server
    that does not exist raises `ModelServerNotFoundError`.
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
            replace: Whether a server of the same model name is to be taken over.
            timeout: How long to wait until it answers.

        Returns:
            The server, running.

        Raises:
            NameTakenError: The model is served already, and `replace` is not set.
            LifecycleError: The server did not come up in time.
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
        """Start a stopped server; a running one is left alone.

        Raises:
            ModelServerNotFoundError: There is no such server.
            LifecycleError: It did not come up in time.
        """

    @abstractmethod
    def stop_model_server(self, uuid: UUID, *, timeout: float = 60.0, force: bool = False) -> None:
        """Stop a server and keep it; a stopped one is left alone.

        Args:
            uuid: Which server.
            timeout: How long to wait for requests under way.
            force: Whether to end it at once when the time is over.

        Raises:
            ModelServerNotFoundError: There is no such server.
        """

    @abstractmethod
    def delete_model_server(self, uuid: UUID, *, timeout: float = 60.0, force: bool = False) -> None:
        """Stop a server and forget it.

        Args:
            uuid: Which server.
            timeout: How long to wait for requests under way.
            force: Whether to end it at once when the time is over.

        Raises:
            ModelServerNotFoundError: There is no such server.
        """
