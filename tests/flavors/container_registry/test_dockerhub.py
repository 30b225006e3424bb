"""Docker Hub: its images are at another address than their names say."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.flavors.container_registry.internet import PASSWORD, Internet

from stackkit.core.secret import Secret
from stackkit.errors import ConfigurationError, ImageAccessError
from stackkit.flavors.container_registry.dockerhub import DockerHubContainerRegistry


def hub(internet: Internet, uri: str = "docker.io/ada", password: str = PASSWORD) -> DockerHubContainerRegistry:
    return DockerHubContainerRegistry(
        name="hub", uri=uri, username="ada", password=Secret.plain(password), ca_file=internet.ca_file
    )


def test_images_are_pushed_to_the_service_under_their_paths(connected: Internet, layout: Path, tmp_path: Path) -> None:
    registry = hub(connected)
    digest = registry.push_image("model:1", layout)
    assert registry.image_digest("docker.io/ada/model:1") == digest == registry.pull_image("model:1", tmp_path / "pulled")
    assert registry.tags("model") == ["1"]
    assert set(connected.asked) == {"CONNECT registry-1.docker.io:443"}
    assert (connected.registry.folder / "docker/registry/v2/repositories/ada/model").is_dir()


def test_an_image_without_a_user_is_an_official_one(connected: Internet, layout: Path) -> None:
    registry = hub(connected, "docker.io")
    registry.push_image("python:3", layout)
    assert (connected.registry.folder / "docker/registry/v2/repositories/library/python").is_dir()
    assert registry.tags("docker.io/python") == ["3"]


def test_a_wrong_password_is_told(connected: Internet, layout: Path) -> None:
    with pytest.raises(ImageAccessError, match=r"^registry-1\.docker\.io: the registry refuses access"):
        hub(connected, password="wrong").push_image("model:1", layout)


@pytest.mark.parametrize("uri", ["ghcr.io/ada", "docker.io:443/ada", "localhost:5000", "registry-1.docker.io"])
def test_another_address_is_refused(uri: str) -> None:
    with pytest.raises(ConfigurationError, match=r"is not Docker Hub; write docker.io/USER, or use the flavor default"):
        DockerHubContainerRegistry(name="hub", uri=uri)


def test_a_password_needs_a_user_name() -> None:
    with pytest.raises(ConfigurationError, match="username: is missing"):
        DockerHubContainerRegistry(name="hub", password=Secret("hub.password"))
