"""GitHub's Container registry."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final, final

import attrs
from typing_extensions import override

from stackkit.core.secret import Secret
from stackkit.errors import Problem
from stackkit.flavors.container_registry.oci import OciRegistry
from stackkit.flavors.container_registry.protocol.authentication import Credentials
from stackkit.flavors.container_registry.reference import Address

_HOST: Final = "ghcr.io"


@final
class GitHubContainerRegistry(OciRegistry):
    """GitHub's registry: `ghcr.io/OWNER`, the owner in lower case.

    Args:
        uri: The address, with the owner of the images: a user or an organization.
        token: A personal access token with the right `write:packages`, or the `GITHUB_TOKEN` of a workflow.

    Raises:
        ConfigurationError: The address is another one.

    >>> GitHubContainerRegistry(name="github", uri="ghcr.io/ada").token is None
    True
    """

    FLAVOR: ClassVar[str] = "github"

    CHUNK_SIZE: ClassVar[int] = 4 * 2**20
    """GitHub refuses larger chunks."""

    token: Secret | None = attrs.field(default=None, metadata={"help": "a personal access token that may write packages"})

    @override
    def _address_problems(self, address: Address) -> Iterable[Problem]:
        if address.host != _HOST or not address.namespace:
            yield Problem("has no owner at ghcr.io", where=f"uri: {self.uri}", remedy="write ghcr.io/OWNER, in lower case")

    @override
    def _credentials(self) -> Credentials | None:
        return None if self.token is None else Credentials("token", self.token)  # any user name does
