"""The flavors for services keep the laws: GitHub's those of container registries, the others those of components."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from tests.flavors.container_registry.configurations import passwords, timeouts
from tests.flavors.container_registry.internet import PASSWORD, Internet
from typing_extensions import override

from stackkit.core.secret import Secret
from stackkit.flavors.container_registry.azure import AzureContainerRegistry
from stackkit.flavors.container_registry.dockerhub import DockerHubContainerRegistry
from stackkit.flavors.container_registry.gcp import GcpContainerRegistry
from stackkit.flavors.container_registry.github import GitHubContainerRegistry
from stackkit.testing.contracts.component import ComponentContract
from stackkit.testing.contracts.container_registry import ContainerRegistryContract
from stackkit.testing.strategies import components

SECRET = Secret("registry.password")
users = st.sampled_from(["ada", "bób"])


class TestGitHub(ContainerRegistryContract[GitHubContainerRegistry]):
    @pytest.fixture
    @override
    def component(self, connected: Internet, namespace: str) -> GitHubContainerRegistry:
        token = SECRET.resolved(PASSWORD)
        return GitHubContainerRegistry(name="github", uri=f"ghcr.io/{namespace}", token=token, ca_file=connected.ca_file)

    @pytest.fixture
    @override
    def configurations(self) -> st.SearchStrategy[GitHubContainerRegistry]:
        uris = st.sampled_from(["ghcr.io/ada", "ghcr.io/ada/team"])
        return components(GitHubContainerRegistry, uri=uris, timeout=timeouts, token=passwords | st.none())


class TestDockerHub(ComponentContract[DockerHubContainerRegistry]):
    @pytest.fixture
    @override
    def component(self) -> DockerHubContainerRegistry:
        return DockerHubContainerRegistry(name="hub", uri="docker.io/ada", username="ada", password=SECRET)

    @pytest.fixture
    @override
    def configurations(self) -> st.SearchStrategy[DockerHubContainerRegistry]:
        uris = st.sampled_from(["docker.io", "docker.io/ada"])
        guarded = components(DockerHubContainerRegistry, uri=uris, timeout=timeouts, username=users, password=passwords)
        return guarded | components(
            DockerHubContainerRegistry, uri=uris, timeout=timeouts, username=st.none(), password=st.none()
        )


class TestGcp(ComponentContract[GcpContainerRegistry]):
    @pytest.fixture
    @override
    def component(self) -> GcpContainerRegistry:
        return GcpContainerRegistry(name="google", uri="gcr.io/project", service_account_key=SECRET)

    @pytest.fixture
    @override
    def configurations(self) -> st.SearchStrategy[GcpContainerRegistry]:
        uris = st.sampled_from(["gcr.io/project", "us-east1-docker.pkg.dev/project/models"])
        with_token = components(
            GcpContainerRegistry, uri=uris, timeout=timeouts, access_token=passwords, service_account_key=st.none()
        )
        with_key = components(
            GcpContainerRegistry, uri=uris, timeout=timeouts, access_token=st.none(), service_account_key=passwords
        )
        return with_token | with_key


class TestAzure(ComponentContract[AzureContainerRegistry]):
    @pytest.fixture
    @override
    def component(self) -> AzureContainerRegistry:
        return AzureContainerRegistry(name="azure", uri="models.azurecr.io", password=SECRET)

    @pytest.fixture
    @override
    def configurations(self) -> st.SearchStrategy[AzureContainerRegistry]:
        uris = st.sampled_from(["models.azurecr.io", "models.azurecr.cn/team"])
        return components(AzureContainerRegistry, uri=uris, timeout=timeouts, username=users, password=passwords)
