"""The registry of Debian keeps the laws of container registries."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from tests.flavors.container_registry.configurations import passwords, timeouts, uris
from tests.flavors.container_registry.docker_registry import DockerRegistry
from typing_extensions import override

from stackkit.flavors.container_registry.default import DefaultContainerRegistry
from stackkit.testing.contracts.container_registry import ContainerRegistryContract
from stackkit.testing.strategies import components


class TestDefault(ContainerRegistryContract[DefaultContainerRegistry]):
    @pytest.fixture
    @override
    def component(self, server: DockerRegistry) -> DefaultContainerRegistry:
        return DefaultContainerRegistry(name="registry", uri=server.address)

    @pytest.fixture
    @override
    def configurations(self) -> st.SearchStrategy[DefaultContainerRegistry]:
        open_ones = components(
            DefaultContainerRegistry,
            uri=uris,
            timeout=timeouts,
            username=st.none(),
            password=st.none(),
            insecure=st.sampled_from([False]),
            chunk_size=st.integers(0, 2**40),
        )
        guarded = components(
            DefaultContainerRegistry,
            uri=uris,
            timeout=timeouts,
            username=st.sampled_from(["ada", "bób"]),
            password=passwords,
            ca_file=st.none(),
            chunk_size=st.just(0),
        )
        return open_ones | guarded


class TestWithANamespace(TestDefault):
    @pytest.fixture
    @override
    def component(self, server: DockerRegistry, namespace: str) -> DefaultContainerRegistry:
        return DefaultContainerRegistry(name="registry", uri=f"{server.address}/{namespace}/deep", chunk_size=500_000)
