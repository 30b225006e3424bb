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

    An image is named `repository:tag` or `repository@digest`; the registry's address may stand before it.

    Laws:

    - After `digest = push_image(image, source)`, `image_digest(image) == digest`, and its tag is among
      `tags(repository)`. `digest` names what was pushed for ever: `image_digest(f"{repository}@{digest}") == digest`.
    - Pushing the same image again changes nothing. Pushing another by the same name moves the tag; the first one is still
      there by its digest.
    - `pull_image(image, target)` gives the digest of what it wrote, and `push_image` takes what it wrote: the digest is the
      same again.
    - A push that fails leaves the name as it was; a pull that fails leaves nothing. What is at the target of a pull already
      raises `ImageExistsError`, and stays.
    - What is not there raises `ImageNotFoundError`; a name that is none, or one of another registry, `ConfigurationError`;
      a source that is no image, or is damaged, `InvalidImageError`.
    """

    TYPE: ClassVar[ComponentType[ContainerRegistry]]

    @property
    def uri(self) -> str:
        """The registry's address, as image names begin with it."""
        ...

    def push_image(self, image: str, source: StrPath) -> str: ...
    def pull_image(self, image: str, target: StrPath) -> str: ...
    def image_digest(self, image: str) -> str: ...
    def tags(self, repository: str) -> list[str]: ...
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
            source: The image on disk: an OCI layout, or an archive as `docker save` writes it.

        Returns:
            The digest of its manifest, `sha256:…`.

        Raises:
            ConfigurationError: The name is none, or one of another registry.
            InvalidImageError: The source is no image, or damaged.
            ImageAccessError: The registry refuses the credentials.
            ImageTransferError: The registry cannot be reached, or breaks off.
        """

    @abstractmethod
    def pull_image(self, image: str, target: StrPath) -> str:
        """Pull an image to an OCI layout.

        Args:
            image: Its name, `repository:tag` or `repository@digest`.
            target: The folder of the layout; it must not exist.

        Returns:
            The digest of its manifest, `sha256:…`.

        Raises:
            ConfigurationError: The name is none, or one of another registry.
            ImageNotFoundError: The registry has no such image.
            ImageExistsError: There is something at the target.
            InvalidImageError: What the registry gives is not what its digest says.
            ImageAccessError: The registry refuses the credentials.
            ImageTransferError: The registry cannot be reached, or breaks off.
        """

    @abstractmethod
    def image_digest(self, image: str) -> str:
        """The digest of an image's manifest, `sha256:…`.

        Args:
            image: Its name, `repository:tag` or `repository@digest`.

        Raises:
            ConfigurationError: The name is none, or one of another registry.
            ImageNotFoundError: The registry has no such image.
            ImageAccessError: The registry refuses the credentials.
            ImageTransferError: The registry cannot be reached.
        """

    @abstractmethod
    def tags(self, repository: str) -> list[str]:
        """The tags of a repository, sorted.

        Args:
            repository: Its name, with or without the registry's address.

        Raises:
            ConfigurationError: The name is none, or one of another registry.
            ImageNotFoundError: The registry has no such repository.
            ImageAccessError: The registry refuses the credentials.
            ImageTransferError: The registry cannot be reached.
        """
