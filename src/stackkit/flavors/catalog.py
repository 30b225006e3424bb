"""The flavors of the kit, by name; imports none of them."""

from __future__ import annotations

from typing import Final

import attrs


@attrs.frozen
class FlavorEntry:
    """Where a flavor is.

    Args:
        type: The slug of its component type.
        name: Its name.
        path: Its import path, `module:Class`.
        summary: What it does, in a line.
        extra: The extra of stackkit that installs what it needs; empty where nothing is needed.
    """

    type: str
    name: str
    path: str
    summary: str
    extra: str = ""


FLAVORS: Final[tuple[FlavorEntry, ...]] = (
    FlavorEntry(
        "artifact_store",
        "local",
        "stackkit.flavors.artifact_store.local:LocalArtifactStore",
        "a folder of this machine",
    ),
    FlavorEntry(
        "secrets_manager",
        "local",
        "stackkit.flavors.secrets_manager.local:LocalSecretsManager",
        "an encrypted file of this machine",
    ),
    FlavorEntry(
        "experiment_tracker",
        "local",
        "stackkit.flavors.experiment_tracker.local:LocalExperimentTracker",
        "files of this machine that people can read",
    ),
    FlavorEntry(
        "feature_store",
        "local",
        "stackkit.flavors.feature_store.local:LocalFeatureStore",
        "Parquet files and SQLite in a folder of this machine",
        extra="features",
    ),
    FlavorEntry(
        "model_deployer",
        "local",
        "stackkit.flavors.model_deployer.local:LocalModelDeployer",
        "supervised processes of this machine",
        extra="serving",
    ),
    FlavorEntry(
        "container_registry",
        "default",
        "stackkit.flavors.container_registry.default:DefaultContainerRegistry",
        "any OCI registry, by its address",
        extra="images",
    ),
    FlavorEntry(
        "container_registry",
        "dockerhub",
        "stackkit.flavors.container_registry.dockerhub:DockerHubContainerRegistry",
        "Docker Hub",
        extra="images",
    ),
    FlavorEntry(
        "container_registry",
        "gcp",
        "stackkit.flavors.container_registry.gcp:GcpContainerRegistry",
        "Google's Artifact Registry",
        extra="images",
    ),
    FlavorEntry(
        "container_registry",
        "azure",
        "stackkit.flavors.container_registry.azure:AzureContainerRegistry",
        "Azure's Container Registry",
        extra="images",
    ),
    FlavorEntry(
        "container_registry",
        "github",
        "stackkit.flavors.container_registry.github:GitHubContainerRegistry",
        "GitHub's Container registry",
        extra="images",
    ),
    FlavorEntry(
        "metadata_store",
        "sqlite",
        "stackkit.flavors.metadata_store.sqlite:SqliteMetadataStore",
        "an SQLite file of this machine",
    ),
    FlavorEntry(
        "metadata_store",
        "postgresql",
        "stackkit.flavors.metadata_store.postgresql:PostgresqlMetadataStore",
        "a database of PostgreSQL",
        extra="postgresql",
    ),
    FlavorEntry(
        "metadata_store",
        "mysql",
        "stackkit.flavors.metadata_store.mysql:MysqlMetadataStore",
        "a database of MySQL or MariaDB",
        extra="mysql",
    ),
    FlavorEntry(
        "orchestrator",
        "local",
        "stackkit.flavors.orchestrator.local:LocalOrchestrator",
        "processes of this machine, side by side",
    ),
    FlavorEntry(
        "orchestrator",
        "dask",
        "stackkit.flavors.orchestrator.dask:DaskOrchestrator",
        "the workers of a Dask cluster",
        extra="dask",
    ),
    FlavorEntry(
        "step_operator",
        "local",
        "stackkit.flavors.step_operator.local:LocalStepOperator",
        "environments and processes of this machine",
        extra="local-steps",
    ),
    FlavorEntry(
        "step_operator",
        "ssh",
        "stackkit.flavors.step_operator.ssh:SshStepOperator",
        "environments and processes of another machine, over SSH",
        extra="ssh",
    ),
    FlavorEntry("alerter", "console", "stackkit.flavors.alerter.console:ConsoleAlerter", "the terminal"),
)
