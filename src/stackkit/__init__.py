"""A strictly typed kit of stack components.

Everything public is imported from here, and loaded when it is first named: a command line that lists four rows pays for
nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stackkit.components.alerter import ALERTER, Alerter, BaseAlerter
    from stackkit.components.artifact_store import ARTIFACT_STORE, ArtifactStore, BaseArtifactStore, FileStat, OpenMode, StrPath
    from stackkit.components.container_registry import CONTAINER_REGISTRY, BaseContainerRegistry, ContainerRegistry
    from stackkit.components.experiment_runs import ExperimentRun, MetricHistory, MetricPoint
    from stackkit.components.experiment_tracker import (
        EXPERIMENT_TRACKER,
        ActiveRun,
        BaseExperimentTracker,
        ExperimentTracker,
    )
    from stackkit.components.feature_store import (
        FEATURE_STORE,
        ArrowTable,
        BaseFeatureStore,
        FeatureStore,
        FeatureView,
    )
    from stackkit.components.memory_file import memory_file
    from stackkit.components.metadata_store import METADATA_STORE, BaseMetadataStore, MetadataStore
    from stackkit.components.model_deployer import (
        MODEL_DEPLOYER,
        BaseModelDeployer,
        ModelDeployer,
        ModelDeployment,
        ModelServer,
    )
    from stackkit.components.orchestrator import ORCHESTRATOR, BaseOrchestrator, Orchestrator
    from stackkit.components.secrets_manager import (
        SECRETS_MANAGER,
        BaseSecretsManager,
        SecretGroup,
        SecretSchema,
        SecretsManager,
    )
    from stackkit.components.step_operator import STEP_OPERATOR, BaseStepOperator, StepOperator
    from stackkit.core.component import StackComponent
    from stackkit.core.component_type import Component, ComponentType, HasFlavor
    from stackkit.core.deployment import PipelineDeployment, Resources, Retry, StepSpec
    from stackkit.core.lifecycle import HasLifecycle
    from stackkit.core.lookup import Components, RunComponents
    from stackkit.core.migrations import Migration
    from stackkit.core.reference import Reference
    from stackkit.core.runs import ArtifactRecord, RunRecord, StepRecord
    from stackkit.core.secret import Secret
    from stackkit.documents import dumps, from_builtins, loads, to_builtins
    from stackkit.errors import Problem, StackkitError
    from stackkit.registry.advice import advice
    from stackkit.registry.check import check
    from stackkit.registry.registry import FlavorRecord, FlavorRegistry
    from stackkit.serialization.schemas.schema import json_schema
    from stackkit.stack.stack import Stack
    from stackkit.workspace.workspace import Workspace

__version__ = "0.1.0"

_HOMES = {
    "stackkit.components.alerter": (
        "ALERTER",
        "Alerter",
        "BaseAlerter",
    ),
    "stackkit.components.artifact_store": (
        "ARTIFACT_STORE",
        "ArtifactStore",
        "BaseArtifactStore",
        "FileStat",
        "OpenMode",
        "StrPath",
    ),
    "stackkit.components.container_registry": (
        "CONTAINER_REGISTRY",
        "BaseContainerRegistry",
        "ContainerRegistry",
    ),
    "stackkit.components.experiment_runs": (
        "ExperimentRun",
        "MetricHistory",
        "MetricPoint",
    ),
    "stackkit.components.experiment_tracker": (
        "EXPERIMENT_TRACKER",
        "ActiveRun",
        "BaseExperimentTracker",
        "ExperimentTracker",
    ),
    "stackkit.components.feature_store": (
        "FEATURE_STORE",
        "ArrowTable",
        "BaseFeatureStore",
        "FeatureStore",
        "FeatureView",
    ),
    "stackkit.components.memory_file": ("memory_file",),
    "stackkit.components.metadata_store": (
        "METADATA_STORE",
        "BaseMetadataStore",
        "MetadataStore",
    ),
    "stackkit.components.model_deployer": (
        "MODEL_DEPLOYER",
        "BaseModelDeployer",
        "ModelDeployer",
        "ModelDeployment",
        "ModelServer",
    ),
    "stackkit.components.orchestrator": (
        "ORCHESTRATOR",
        "BaseOrchestrator",
        "Orchestrator",
    ),
    "stackkit.components.secrets_manager": (
        "SECRETS_MANAGER",
        "BaseSecretsManager",
        "SecretGroup",
        "SecretSchema",
        "SecretsManager",
    ),
    "stackkit.components.step_operator": (
        "STEP_OPERATOR",
        "BaseStepOperator",
        "StepOperator",
    ),
    "stackkit.core.component": ("StackComponent",),
    "stackkit.core.component_type": (
        "Component",
        "ComponentType",
        "HasFlavor",
    ),
    "stackkit.core.deployment": (
        "PipelineDeployment",
        "Resources",
        "Retry",
        "StepSpec",
    ),
    "stackkit.core.lifecycle": ("HasLifecycle",),
    "stackkit.core.lookup": (
        "Components",
        "RunComponents",
    ),
    "stackkit.core.migrations": ("Migration",),
    "stackkit.core.reference": ("Reference",),
    "stackkit.core.runs": (
        "ArtifactRecord",
        "RunRecord",
        "StepRecord",
    ),
    "stackkit.core.secret": ("Secret",),
    "stackkit.documents": (
        "dumps",
        "from_builtins",
        "loads",
        "to_builtins",
    ),
    "stackkit.errors": (
        "Problem",
        "StackkitError",
    ),
    "stackkit.registry.advice": ("advice",),
    "stackkit.registry.check": ("check",),
    "stackkit.registry.registry": (
        "FlavorRecord",
        "FlavorRegistry",
    ),
    "stackkit.serialization.schemas.schema": ("json_schema",),
    "stackkit.stack.stack": ("Stack",),
    "stackkit.workspace.workspace": ("Workspace",),
}

__all__ = [
    "ALERTER",
    "ARTIFACT_STORE",
    "CONTAINER_REGISTRY",
    "EXPERIMENT_TRACKER",
    "FEATURE_STORE",
    "METADATA_STORE",
    "MODEL_DEPLOYER",
    "ORCHESTRATOR",
    "SECRETS_MANAGER",
    "STEP_OPERATOR",
    "ActiveRun",
    "Alerter",
    "ArrowTable",
    "ArtifactRecord",
    "ArtifactStore",
    "BaseAlerter",
    "BaseArtifactStore",
    "BaseContainerRegistry",
    "BaseExperimentTracker",
    "BaseFeatureStore",
    "BaseMetadataStore",
    "BaseModelDeployer",
    "BaseOrchestrator",
    "BaseSecretsManager",
    "BaseStepOperator",
    "Component",
    "ComponentType",
    "Components",
    "ContainerRegistry",
    "ExperimentRun",
    "ExperimentTracker",
    "FeatureStore",
    "FeatureView",
    "FileStat",
    "FlavorRecord",
    "FlavorRegistry",
    "HasFlavor",
    "HasLifecycle",
    "MetadataStore",
    "MetricHistory",
    "MetricPoint",
    "Migration",
    "ModelDeployer",
    "ModelDeployment",
    "ModelServer",
    "OpenMode",
    "Orchestrator",
    "PipelineDeployment",
    "Problem",
    "Reference",
    "Resources",
    "Retry",
    "RunComponents",
    "RunRecord",
    "Secret",
    "SecretGroup",
    "SecretSchema",
    "SecretsManager",
    "Stack",
    "StackComponent",
    "StackkitError",
    "StepOperator",
    "StepRecord",
    "StepSpec",
    "StrPath",
    "Workspace",
    "advice",
    "check",
    "dumps",
    "from_builtins",
    "json_schema",
    "loads",
    "memory_file",
    "to_builtins",
]

_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found: object = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
