"""Any OCI registry, by its address."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, final

import attrs
from typing_extensions import override

from stackkit.errors import Problem
from stackkit.flavors.container_registry.oci import OciRegistry
from stackkit.flavors.container_registry.passwords import PasswordRegistry


@final
class DefaultContainerRegistry(PasswordRegistry):
    """Any registry that speaks the OCI distribution protocol.

    It is reached with TLS, unless its address is a loopback one or `insecure` is set. A loopback one with a `ca_file` is
    reached with TLS too.

    Args:
        uri: The registry's address: `host`, `host:port` or `host/namespace`.
        username: Who asks; with a password.
        password: The password, or a token in its place.
        insecure: Whether the registry is reached without TLS: others can read and change what is sent.
        chunk_size: How many bytes of a blob a request carries at most; 0 sends every blob in one.
        ca_file: The certificates of the authorities that vouch for the registry, in PEM form.
        timeout: For how many seconds an answer is waited for.

    Raises:
        ConfigurationError: The address is none, or values do not go together.

    >>> from stackkit import Secret
    >>> registry = DefaultContainerRegistry(name="mine", uri="localhost:5000", username="ada", password=Secret("hub.password"))
    >>> registry.password
    Secret('hub.password')
    """

    FLAVOR: ClassVar[str] = "default"

    insecure: bool = attrs.field(default=False, metadata={"help": "whether it is reached without TLS"})
    chunk_size: int = attrs.field(
        default=OciRegistry.CHUNK_SIZE, metadata={"help": "how many bytes a request carries at most; 0 for no limit"}
    )

    @override
    def _credential_problems(self) -> Iterable[Problem]:
        yield from super()._credential_problems()
        if self.chunk_size < 0:
            yield Problem("is below 0", where="chunk_size", remedy="give a number of bytes")
        if self.insecure and self.ca_file is not None:
            yield Problem("has no use without TLS", where="ca_file", remedy="leave it out, or insecure")

    @property
    @override
    def _is_insecure(self) -> bool:
        return self.insecure

    @property
    @override
    def _chunk_size(self) -> int:
        return self.chunk_size
