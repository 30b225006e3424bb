"""Container registries: where the images are kept that steps and models run in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Final, Protocol

import attrs

from stackkit.components.artifact_store import StrPath
from stackkit.core.component import StackComponent
from stackkit.core.component_type import Component, ComponentType


class ContainerRegistry(Component, Protocol):
    """A registry of container images.

    Laws: after `digest = push_image(image, source)`, `image_digest(image) == digest`; pushing the same image again changes
    nothing; an image that is not there raises `ImageNotFoundError`.
    """

    TYPE: ClassVar[ComponentType[ContainerRegistry]]

    @property
    def uri(self) -> str:
        """The registry's address, as image names begin with it."""
        ...

    def push_image(self, image: str, source: StrPath) -> str: ...
    def image_digest(self, image: str) -> str: ...
    def prepare_image_push(self, image: str) -> None: ...


CONTAINER_REGISTRY: Final = ComponentType[ContainerRegistry]("container_registry")


class BaseContainerRegistry(StackComponent, ABC):
    """The base of every container registry.

    Args:
        uri: The registry's address: `host`, `host:port` or `host/namespace`.
    """

    TYPE: ClassVar[ComponentType[ContainerRegistry]] = CONTAINER_REGISTRY

    uri: str = attrs.field(metadata={"help": "the registry's address"})

    def prepare_image_push(self, image: str) -> None:
        """Called before each push: make a repository, renew a login. Does nothing by default.

        Args:
            image: The name about to be pushed.
        """

    @abstractmethod
    def push_image(self, image: str, source: StrPath) -> str:
        """Push an image.

        Args:
            image: Its name, `repository:tag`, with or without the registry's address.
            source: The image on disk: an OCI layout or an archive.

        Returns:
            The digest of its manifest, `sha256:…`.
        """

    @abstractmethod
    def image_digest(self, image: str) -> str:
        """The digest of an image's manifest, `sha256:…`.

        Args:
            image: Its name, `repository:tag`.

        Raises:
            ImageNotFoundError: The registry has no such image.
        """
