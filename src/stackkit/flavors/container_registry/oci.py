"""What all registries have in common that speak the OCI distribution protocol."""

from __future__ import annotations

import os
from abc import ABC
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

import attrs
from typing_extensions import override

from stackkit.components.artifact_store import StrPath
from stackkit.components.container_registry import BaseContainerRegistry
from stackkit.errors import ConfigurationError, Problem
from stackkit.flavors.container_registry.images.images import opened_image
from stackkit.flavors.container_registry.images.manifests import Manifest
from stackkit.flavors.container_registry.images.source import SourceImage
from stackkit.flavors.container_registry.protocol.authentication import Credentials
from stackkit.flavors.container_registry.protocol.connection import Connection
from stackkit.flavors.container_registry.protocol.downloads import Puller
from stackkit.flavors.container_registry.protocol.endpoint import Endpoint
from stackkit.flavors.container_registry.protocol.tag_list import list_tags
from stackkit.flavors.container_registry.protocol.uploads import Pusher
from stackkit.flavors.container_registry.reference import (
    DEFAULT_TAG,
    Address,
    Reference,
    parse_address,
    parse_reference,
    parse_repository,
)


def _absolute(path: Path | None) -> Path | None:
    # Path.resolve would follow symbolic links, and Path.expanduser raises for a user that is not there
    return None if path is None else Path(os.path.abspath(os.path.expanduser(path)))  # noqa: PTH100, PTH111


class OciRegistry(BaseContainerRegistry, ABC, abstract=True):
    """A registry that speaks the OCI distribution protocol; a flavor says what its addresses and credentials are.

    Args:
        ca_file: The certificates of the authorities that vouch for the registry, in PEM form.
        timeout: For how many seconds an answer is waited for.

    Raises:
        ConfigurationError: The address, or what belongs together, is wrong.
    """

    CHUNK_SIZE: ClassVar[int] = 16 * 2**20
    """How many bytes of a blob a request carries at most; 0 sends every blob in one."""

    ca_file: Path | None = attrs.field(
        default=None,
        converter=_absolute,
        kw_only=True,
        metadata={"help": "certificates of the authorities that vouch for it, in PEM form"},
    )
    timeout: float = attrs.field(default=60.0, kw_only=True, metadata={"help": "for how many seconds an answer is waited for"})
    _known: dict[str, str] = attrs.field(init=False, factory=dict[str, str], repr=False)

    def __attrs_post_init__(self) -> None:
        problems: list[Problem] = []
        try:
            problems.extend(self._address_problems(parse_address(self.uri)))
        except ConfigurationError as error:
            problems.extend(error.problems)
        problems.extend(self._credential_problems())
        if not self.timeout > 0:
            problems.append(Problem("is no time to wait for", where="timeout", remedy="give a number of seconds above 0"))
        if problems:
            raise ConfigurationError(*problems)

    def _address_problems(self, address: Address) -> Iterable[Problem]:  # noqa: ARG002 - for flavors
        """What is wrong with an address for this flavor; nothing by default."""
        return ()

    def _credential_problems(self) -> Iterable[Problem]:
        """What is wrong with the credentials of this flavor; nothing by default."""
        return ()

    def _credentials(self) -> Credentials | None:
        """Who asks; None for everybody."""
        return None

    def _service(self, address: Address) -> Address:
        """Where the registry's service is, if elsewhere than image names say."""
        return address

    def _service_path(self, path: str) -> str:
        """How the service calls a path of image names."""
        return path

    @property
    def _is_insecure(self) -> bool:
        return False

    @property
    def _chunk_size(self) -> int:
        return self.CHUNK_SIZE

    @override
    def push_image(self, image: str, source: StrPath) -> str:
        """Push an image: an OCI layout (a folder or an archive of it), or an archive that `docker save` wrote.

        Blobs that the registry has are not sent again. What breaks off goes on where it stopped. The name stands for the
        new image only once all of it is there.

        Args:
            image: Its name, `repository:tag`, with or without the registry's address; the tag is `latest` by default.
            source: The image on disk. Where it has several, the tag says which.

        Returns:
            The digest of its manifest, `sha256:…`.

        Raises:
            ConfigurationError: The name is none, or one of another registry.
            InvalidImageError: The source is no image, or damaged.
            ImageAccessError: The registry refuses the credentials.
            ImageTransferError: The registry cannot be reached, or breaks off.
            MissingExtraError: httpx is not installed.
        """
        address, reference = self._parsed(image)
        names = (reference.tag or DEFAULT_TAG, f"{address.host}/{reference}", str(reference), image)
        with opened_image(Path(source), names) as opened:
            root = opened.root
            if reference.digest and reference.digest != root.digest:
                what = f"has another digest: {root.digest}"
                raise ConfigurationError(Problem(what, where=image, remedy="push it by a tag, or by its own digest"))
            self.prepare_image_push(image)
            mounts = self._mounts(opened, address)
            repositories = {repository for repository in mounts.values() if repository != reference.path}
            scopes = [f"repository:{reference.path}:pull,push", *(f"repository:{other}:pull" for other in sorted(repositories))]
            with self._connection(address, scopes) as connection:
                Pusher(connection, reference, self._chunk_size, mounts).push(opened)
        self._remember(opened.manifests, reference.path)
        return root.digest

    @override
    def pull_image(self, image: str, target: StrPath) -> str:
        """Pull an image, for all of its platforms, to an OCI layout that is written whole or not at all.

        Args:
            image: Its name, `repository:tag` or `repository@digest`.
            target: The folder of the layout; it must not exist. Folders above it are made.

        Returns:
            The digest of its manifest, `sha256:…`.

        Raises:
            ConfigurationError: The name is none, or one of another registry.
            ImageNotFoundError: The registry has no such image.
            ImageExistsError: There is something at the target.
            InvalidImageError: What the registry gives is not what its digest says.
            ImageAccessError: The registry refuses the credentials.
            ImageTransferError: The registry cannot be reached, or the target cannot be written.
            MissingExtraError: httpx is not installed.
        """
        address, reference = self._parsed(image)
        with self._connection(address, [f"repository:{reference.path}:pull"]) as connection:
            root = Puller(connection, reference).pull(Path(target))
        self._remember((root,), reference.path)
        return root.digest

    @override
    def image_digest(self, image: str) -> str:
        """The digest of an image's manifest, `sha256:…`.

        Args:
            image: Its name, `repository:tag` or `repository@digest`.

        Raises:
            ConfigurationError: The name is none, or one of another registry.
            ImageNotFoundError: The registry has no such image.
            ImageAccessError: The registry refuses the credentials.
            ImageTransferError: The registry cannot be reached.
            MissingExtraError: httpx is not installed.
        """
        address, reference = self._parsed(image)
        with self._connection(address, [f"repository:{reference.path}:pull"]) as connection:
            return Puller(connection, reference).digest()

    @override
    def tags(self, repository: str) -> list[str]:
        """The tags of a repository, sorted.

        Args:
            repository: Its name, with or without the registry's address.

        Raises:
            ConfigurationError: The name is none, or one of another registry, or has a tag.
            ImageNotFoundError: The registry has no such repository.
            ImageAccessError: The registry refuses the credentials.
            ImageTransferError: The registry cannot be reached.
            MissingExtraError: httpx is not installed.
        """
        address = parse_address(self.uri)
        path = self._service_path(parse_repository(repository, address))
        with self._connection(address, [f"repository:{path}:pull"]) as connection:
            return list_tags(connection, path)

    def _parsed(self, image: str) -> tuple[Address, Reference]:
        address = parse_address(self.uri)
        reference = parse_reference(image, address)
        return address, attrs.evolve(reference, path=self._service_path(reference.path))

    def _connection(self, address: Address, scopes: list[str]) -> Connection:
        service = self._service(address)
        endpoint = Endpoint(service, self._is_insecure, self.ca_file, self._credentials(), self.timeout)
        return Connection(endpoint, scopes)

    def _mounts(self, image: SourceImage, address: Address) -> dict[str, str]:
        """Which repositories are known to have which blobs: those of before, and of the image that it was made from."""
        base = self._base(image.root, address)
        found = {digest: self._known.get(digest, base) for digest in image.blobs}
        return {digest: repository for digest, repository in found.items() if repository}

    def _base(self, manifest: Manifest, address: Address) -> str:
        if not manifest.base.startswith(f"{address.host}/"):
            return ""
        try:
            return self._service_path(parse_reference(manifest.base, Address(address.host)).path)
        except ConfigurationError:  # somebody else wrote it; without it, more is sent
            return ""

    def _remember(self, manifests: tuple[Manifest, ...], path: str) -> None:
        for manifest in manifests:
            self._known.update({blob.digest: path for blob in manifest.blobs})
