"""A registry that runs, and images to push."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from uuid import uuid4

import pytest
from tests.flavors.container_registry.docker_registry import DockerRegistry, docker_registry
from tests.flavors.container_registry.internet import Internet, internet

from stackkit.flavors.container_registry.default import DefaultContainerRegistry
from stackkit.testing.images import layer_of, write_layout


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[DockerRegistry]:
    """A registry for everybody."""
    with docker_registry(tmp_path_factory.mktemp("registry")) as running:
        yield running


@pytest.fixture
def namespace() -> str:
    """A namespace of the test's own."""
    return f"t{uuid4().hex[:12]}"


@pytest.fixture
def registry(server: DockerRegistry, namespace: str) -> DefaultContainerRegistry:
    """The component for it."""
    return DefaultContainerRegistry(name="registry", uri=f"{server.address}/{namespace}")


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    """An image of two layers, as a layout."""
    folder = tmp_path / "image"
    write_layout(folder, layer_of({"base": b"system"}), layer_of({"model": bytes(range(256)) * 64}))
    return folder


@pytest.fixture(scope="package")
def services(tmp_path_factory: pytest.TempPathFactory) -> Generator[Internet]:
    """The registries of the internet."""
    with internet(tmp_path_factory.mktemp("internet")) as running:
        yield running


@pytest.fixture
def connected(services: Internet, monkeypatch: pytest.MonkeyPatch) -> Internet:
    """The internet, as far as this test sees it."""
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, services.proxy)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    services.asked.clear()
    return services
