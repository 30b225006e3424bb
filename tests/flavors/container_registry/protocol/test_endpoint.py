"""TLS: who vouches for a registry, and what is told when nobody does."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from tests.flavors.container_registry.docker_registry import DockerRegistry
from tests.flavors.container_registry.internet import PASSWORD, Internet

from stackkit.core.secret import Secret
from stackkit.errors import ConfigurationError, ImageTransferError
from stackkit.flavors.container_registry.default import DefaultContainerRegistry
from stackkit.flavors.container_registry.protocol.endpoint import Endpoint
from stackkit.flavors.container_registry.reference import Address


@pytest.mark.parametrize(
    ("host", "insecure", "has_ca", "scheme"),
    [
        ("ghcr.io", False, False, "https"),
        ("ghcr.io", True, False, "http"),
        ("localhost:5000", False, False, "http"),
        ("localhost:5000", False, True, "https"),
        ("10.0.0.1", False, False, "https"),
    ],
)
def test_only_loopback_addresses_and_insecure_ones_go_without_tls(host: str, insecure: bool, has_ca: bool, scheme: str) -> None:
    endpoint = Endpoint(Address(host), insecure, Path("ca.pem") if has_ca else None, None, 1.0)
    assert endpoint.url == f"{scheme}://{host}"


def test_a_registry_on_this_machine_can_be_reached_with_tls(services: Internet, layout: Path) -> None:
    address = services.registry.address.replace("127.0.0.1", "localhost")
    registry = DefaultContainerRegistry(
        name="tls", uri=address, ca_file=services.ca_file, username="ada", password=Secret.plain(PASSWORD)
    )
    assert registry.push_image("tls:1", layout) == registry.image_digest("tls:1")


def test_a_certificate_for_another_host_is_not_trusted(services: Internet) -> None:
    with pytest.raises(ImageTransferError, match=r"that is not trusted \(IP address mismatch.*\); name the authority's"):
        DefaultContainerRegistry(name="tls", uri=services.registry.address, ca_file=services.ca_file).tags("model")


def test_an_authority_that_nobody_named_is_not_trusted(connected: Internet) -> None:
    assert connected.proxy
    with pytest.raises(ImageTransferError, match=r"^ghcr\.io: has a certificate that is not trusted \(unable to get "):
        DefaultContainerRegistry(name="tls", uri="ghcr.io").tags("model")


def test_a_registry_without_tls_is_not_spoken_to_in_the_clear(server: DockerRegistry, services: Internet) -> None:
    with pytest.raises(ImageTransferError, match="does not speak TLS; set insecure, if it is meant to go without"):
        DefaultContainerRegistry(name="tls", uri=server.address, ca_file=services.ca_file).tags("model")


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_certificates_that_cannot_be_read_are_told(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(
        ConfigurationError, match=r"^ca_file: .*ca\.pem: cannot be used: .*; name a file in PEM form$"
    ) as caught:
        DefaultContainerRegistry(name="tls", uri="localhost:5000", ca_file=file).tags("model")
    assert isinstance(caught.value.__cause__, OSError | ssl.SSLError)


def test_certificates_have_no_use_without_tls() -> None:
    with pytest.raises(ConfigurationError, match="ca_file: has no use without TLS; leave it out, or insecure"):
        DefaultContainerRegistry(name="tls", uri="host", insecure=True, ca_file=Path("ca.pem"))


def test_a_relative_path_of_certificates_stays_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    registry = DefaultContainerRegistry(name="tls", uri="host", ca_file=Path("ca.pem"))
    assert registry.ca_file == tmp_path / "ca.pem"
