"""Google's registries: the project is in the address, and there are two kinds of credentials."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.flavors.container_registry.internet import PASSWORD, Internet

from stackkit.core.secret import Secret
from stackkit.errors import ConfigurationError, ImageAccessError
from stackkit.flavors.container_registry.gcp import GcpContainerRegistry

PROJECT = "europe-west3-docker.pkg.dev/project/models"


@pytest.mark.parametrize("uri", [PROJECT, "eu.gcr.io/project"])
@pytest.mark.parametrize("kind", ["access_token", "service_account_key"])
def test_images_are_pushed_with_either_kind_of_credentials(connected: Internet, layout: Path, uri: str, kind: str) -> None:
    registry = GcpContainerRegistry(name="google", uri=uri, ca_file=connected.ca_file)
    registry = registry.replace(**{kind: Secret.plain(PASSWORD)})
    assert registry.push_image(f"{kind}:1", layout) == registry.image_digest(f"{uri}/{kind}:1")
    assert set(connected.asked) == {f"CONNECT {uri.partition('/')[0]}:443"}


def test_without_credentials_they_are_asked_for(connected: Internet) -> None:
    with pytest.raises(ImageAccessError, match="asks who is there; give the registry credentials"):
        GcpContainerRegistry(name="google", uri=PROJECT, ca_file=connected.ca_file).tags("model")


@pytest.mark.parametrize(
    "uri",
    [
        "ghcr.io/ada",
        "europe-west3-docker.pkg.dev/project",
        "gcr.io",
        "pkg.dev/a/b",
        "evilgcr.io/a",
        "a-docker.pkg.dev.evil/b/c",
    ],
)
def test_another_address_is_refused(uri: str) -> None:
    with pytest.raises(ConfigurationError, match=r"is no registry of Google with its project; write LOCATION-docker.pkg.dev"):
        GcpContainerRegistry(name="google", uri=uri)


def test_one_kind_of_credentials_is_enough() -> None:
    secret = Secret("google.key")
    with pytest.raises(ConfigurationError, match="service_account_key: is given beside access_token; give one of them"):
        GcpContainerRegistry(name="google", uri=PROJECT, access_token=secret, service_account_key=secret)
