"""How a registry is reached: its address, TLS, and why it is not."""

from __future__ import annotations

import ssl
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import attrs

from stackkit.core.extras import Extra
from stackkit.errors import ConfigurationError, Problem
from stackkit.flavors.container_registry.protocol.authentication import Credentials
from stackkit.flavors.container_registry.reference import Address


@attrs.frozen
class Endpoint:
    """How a registry is reached.

    Args:
        address: Where it is.
        insecure: Whether it is reached without TLS, wherever it is.
        ca_file: The certificates of the authorities that vouch for it; None for those that the machine trusts.
        credentials: Who asks; None for everybody.
        timeout: For how many seconds an answer is waited for.
    """

    address: Address
    insecure: bool
    ca_file: Path | None
    credentials: Credentials | None
    timeout: float

    @property
    def has_tls(self) -> bool:
        """Whether what is sent is encrypted."""
        return not self.insecure and (self.ca_file is not None or not self.address.is_loopback)

    @property
    def url(self) -> str:
        """The address with its scheme."""
        return f"{'https' if self.has_tls else 'http'}://{self.address.host}"


def trust(endpoint: Endpoint) -> ssl.SSLContext:
    """Whose certificates are trusted, by the registry's own and by those that it leads to.

    Raises:
        ConfigurationError: The file with the certificates cannot be used.
    """
    if endpoint.ca_file is None:
        return _trusted_by_all()
    try:
        return ssl.create_default_context(cafile=str(endpoint.ca_file))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it has no certificates"
        problem = Problem(f"cannot be used: {reason}", where=f"ca_file: {endpoint.ca_file}", remedy="name a file in PEM form")
        raise ConfigurationError(problem) from error


@cache
def _trusted_by_all() -> ssl.SSLContext:
    """What httpx trusts; reading all these certificates takes longer than many a request."""
    with Extra("images"):
        import httpx

    return httpx.create_ssl_context()


def unreachable(host: str, error: Exception) -> Problem:
    """Why a registry cannot be reached, and what to do.

    Args:
        host: The registry.
        error: What the connection failed with.
    """
    said = str(error)
    if "CERTIFICATE_VERIFY_FAILED" in said:
        reason = said.partition("verify failed: ")[2].partition(" (_ssl")[0]
        what, remedy = f"has a certificate that is not trusted ({reason})", "name the authority's certificate: ca_file"
    elif "SSL:" in said:
        what, remedy = "does not speak TLS", "set insecure, if it is meant to go without"
    else:
        what, remedy = f"cannot be reached: {said or type(error).__name__}", "check uri, and whether it is up"
    return Problem(what, where=host, remedy=remedy)


def origin(url: str) -> tuple[str, str | None, int | None]:
    """The scheme, the host and the port of an address: who is trusted with what is told to it."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
