"""Azure's registries: a token goes without a user name."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.flavors.container_registry.internet import PASSWORD, Internet

from stackkit.core.secret import Secret
from stackkit.errors import ConfigurationError, ImageAccessError
from stackkit.flavors.container_registry.azure import AzureContainerRegistry


def test_images_are_pushed_with_a_token_or_a_user_name(connected: Internet, layout: Path) -> None:
    token = Secret.plain(PASSWORD)
    registry = AzureContainerRegistry(name="azure", uri="models.azurecr.io/team", password=token, ca_file=connected.ca_file)
    digest = registry.push_image("model:1", layout)
    assert registry.replace(username="ada").image_digest("models.azurecr.io/team/model:1") == digest
    assert set(connected.asked) == {"CONNECT models.azurecr.io:443"}


def test_a_user_who_is_not_known_is_told(connected: Internet) -> None:
    with pytest.raises(ImageAccessError, match=r"^models\.azurecr\.io: the registry refuses access"):
        AzureContainerRegistry(
            name="azure", uri="models.azurecr.io", username="eve", password=Secret.plain(PASSWORD), ca_file=connected.ca_file
        ).tags("model")


@pytest.mark.parametrize(
    "uri", ["ghcr.io/ada", "azurecr.io", "abcd.azurecr.io", "models.azurecr.io.evil", "a.models.azurecr.io"]
)
def test_another_address_is_refused(uri: str) -> None:
    with pytest.raises(ConfigurationError, match=r"is no registry of Azure; write NAME.azurecr.io"):
        AzureContainerRegistry(name="azure", uri=uri)


def test_a_user_name_needs_a_password() -> None:
    with pytest.raises(ConfigurationError, match="password: is missing"):
        AzureContainerRegistry(name="azure", uri="models.azurecr.io", username="ada")
