"""The component types of the kit, by name; imports none of them."""

from __future__ import annotations

from typing import Final

import attrs


@attrs.frozen
class TypeEntry:
    """Where a component type is.

    Args:
        slug: Its slug.
        base: The import path of its base class, `module:Class`.
        summary: What it is for, in a line.
    """

    slug: str
    base: str
    summary: str


def _entry(slug: str, base: str, summary: str) -> TypeEntry:
    return TypeEntry(slug, f"stackkit.components.{slug}:{base}", summary)


COMPONENT_TYPES: Final[tuple[TypeEntry, ...]] = (
    _entry("orchestrator", "BaseOrchestrator", "where pipelines run"),
    _entry("artifact_store", "BaseArtifactStore", "where the files that pipelines make are kept"),
    _entry("metadata_store", "BaseMetadataStore", "what ran, with what, and what came of it"),
    _entry("container_registry", "BaseContainerRegistry", "where the images are kept that steps and models run in"),
    _entry("secrets_manager", "BaseSecretsManager", "where passwords, keys and tokens live"),
    _entry("step_operator", "BaseStepOperator", "where single steps run that need an environment of their own"),
    _entry("model_deployer", "BaseModelDeployer", "where trained models answer requests"),
    _entry("feature_store", "BaseFeatureStore", "the inputs of models, as they were and as they are"),
    _entry("experiment_tracker", "BaseExperimentTracker", "what was tried, and how it went"),
    _entry("alerter", "BaseAlerter", "who is told, and who is asked"),
)
