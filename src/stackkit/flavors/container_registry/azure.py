"""Azure's Container Registry."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import ClassVar, Final, final

import attrs
from typing_extensions import override

from stackkit.errors import Problem
from stackkit.flavors.container_registry.passwords import PasswordRegistry
from stackkit.flavors.container_registry.reference import Address

_HOST: Final = re.compile(r"[a-zA-Z0-9]{5,50}(?:-[a-z0-9]+)?\.azurecr\.(?:io|cn|us)")
TOKEN_USER: Final = "00000000-0000-0000-0000-000000000000"  # noqa: S105 - everybody's user name
"""The user name that goes with a token."""


@final
class AzureContainerRegistry(PasswordRegistry):
    """A registry of Azure: `NAME.azurecr.io`.

    Args:
        uri: The address, with or without a namespace.
        username: The ID of a service principal, the name of a token or of the admin user; by default the one that stands
            for no user, with what `az acr login --expose-token` prints as the password.
        password: The password, or the token.

    Raises:
        ConfigurationError: The address is another one, or there is a user name without a password.

    >>> AzureContainerRegistry(name="azure", uri="models.azurecr.io/team").uri
    'models.azurecr.io/team'
    """

    FLAVOR: ClassVar[str] = "azure"

    CHUNK_SIZE: ClassVar[int] = 4 * 2**20
    """As much as Azure's own client sends at once."""

    username: str | None = attrs.field(
        default=TOKEN_USER,
        metadata={"help": "a service principal, a token's name or the admin user; by default none, with a token"},
    )

    @override
    def _address_problems(self, address: Address) -> Iterable[Problem]:
        if not _HOST.fullmatch(address.host):
            yield Problem("is no registry of Azure", where=f"uri: {self.uri}", remedy="write NAME.azurecr.io")

    @override
    def _credential_problems(self) -> Iterable[Problem]:
        if self.password is not None or self.username != TOKEN_USER:
            yield from super()._credential_problems()
