"""Any OCI registry, by its address."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, final

import attrs
from typing_extensions import override

from stackkit.core.secret import Secret
from stackkit.errors import Problem
from stackkit.flavors.container_registry.authentication import Credentials
from stackkit.flavors.container_registry.oci import OciRegistry


@final
class DefaultContainerRegistry(OciRegistry):
    """Any registry that speaks the OCI distribution protocol.

    It is reached with TLS, unless its address is a loopback one or `insecure` is set.

    Args:
        uri: The registry's address: `host`, `host:port` or `host/namespace`.
        username: Who asks; with a password.
        password: The password, or a token in its place.
        insecure: Whether the registry is reached without TLS: others can read and change what is sent.
        chunk_size: How many bytes of a blob a request carries at most; 0 sends every blob in one.

    Raises:
        ConfigurationError: The address is none, or there is a user name without a password, or the other way round.

    >>> registry = DefaultContainerRegistry(name="mine", uri="localhost:5000", username="ada", password=Secret("hub.password"))
    >>> registry.password
    Secret('hub.password')
    """

    FLAVOR: ClassVar[str] = "default"

    username: str | None = attrs.field(default=None, metadata={"help": "who asks; with a password"})
    password: Secret | None = attrs.field(default=None, metadata={"help": "the password, or a token in its place"})
    insecure: bool = attrs.field(default=False, metadata={"help": "whether it is reached without TLS"})
    chunk_size: int = attrs.field(
        default=OciRegistry.CHUNK_SIZE, metadata={"help": "how many bytes a request carries at most; 0 for no limit"}
    )

    @override
    def _credential_problems(self) -> Iterable[Problem]:
        if (self.username is None) != (self.password is None):
            missing = "username" if self.username is None else "password"
            yield Problem("is missing", where=missing, remedy="give both, or neither")
        if self.chunk_size < 0:
            yield Problem("is below 0", where="chunk_size", remedy="give a number of bytes")

    @override
    def _credentials(self) -> Credentials | None:
        return None if self.username is None or self.password is None else Credentials(self.username, self.password)

    @property
    @override
    def _is_insecure(self) -> bool:
        return self.insecure

    @property
    @override
    def _chunk_size(self) -> int:
        return self.chunk_size
