"""GitHub's registry: the owner is in the address."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.flavors.container_registry.internet import PASSWORD, Internet

from stackkit.core.secret import Secret
from stackkit.errors import ConfigurationError, ImageAccessError
from stackkit.flavors.container_registry.github import GitHubContainerRegistry


def test_images_are_pushed_in_chunks_that_github_takes(connected: Internet, layout: Path) -> None:
    token = Secret.plain(PASSWORD)
    registry = GitHubContainerRegistry(name="github", uri="ghcr.io/ada", token=token, ca_file=connected.ca_file)
    assert registry.push_image("ghcr.io/ada/model:1", layout) == registry.image_digest("model:1")
    assert set(connected.asked) == {"CONNECT ghcr.io:443"}
    assert GitHubContainerRegistry.CHUNK_SIZE <= 4 * 2**20


def test_a_wrong_token_is_told(connected: Internet) -> None:
    token = Secret.plain("wrong")
    with pytest.raises(ImageAccessError, match=r"^ghcr\.io: the registry refuses access"):
        GitHubContainerRegistry(name="github", uri="ghcr.io/ada", token=token, ca_file=connected.ca_file).tags("model")


@pytest.mark.parametrize("uri", ["ghcr.io", "docker.io/ada", "localhost:5000/ada", "ghcr.io:80/ada"])
def test_another_address_is_refused(uri: str) -> None:
    with pytest.raises(ConfigurationError, match=r"has no owner at ghcr.io; write ghcr.io/OWNER, in lower case"):
        GitHubContainerRegistry(name="github", uri=uri)


def test_an_owner_in_upper_case_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="'Ada' is no part of an image's name; use lower case"):
        GitHubContainerRegistry(name="github", uri="ghcr.io/Ada")
