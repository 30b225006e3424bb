"""Docker Hub."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final, final

import attrs
from typing_extensions import override

from stackkit.errors import Problem
from stackkit.flavors.container_registry.passwords import PasswordRegistry
from stackkit.flavors.container_registry.reference import Address

_HOST: Final = "docker.io"


@final
class DockerHubContainerRegistry(PasswordRegistry):
    """Docker Hub: images are named `docker.io/user/image`, or `docker.io/image` for the official ones.

    Args:
        uri: `docker.io`, or `docker.io/user`.
        username: The Docker ID.
        password: A personal access token, or the password.

    Raises:
        ConfigurationError: The address is another one, or there is a user name without a password.

    >>> DockerHubContainerRegistry(name="hub", uri="docker.io/ada").uri
    'docker.io/ada'
    """

    FLAVOR: ClassVar[str] = "dockerhub"

    uri: str = attrs.field(default=_HOST, metadata={"help": "docker.io, or docker.io/USER"})

    @override
    def _address_problems(self, address: Address) -> Iterable[Problem]:
        if address.host != _HOST:
            yield Problem(
                "is not Docker Hub", where=f"uri: {self.uri}", remedy="write docker.io/USER, or use the flavor default"
            )

    @override
    def _service(self, address: Address) -> Address:
        return Address("registry-1.docker.io")

    @override
    def _service_path(self, path: str) -> str:
        return path if "/" in path else f"library/{path}"
