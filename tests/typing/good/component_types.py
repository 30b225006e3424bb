"""What the components of each type give is known to type checkers, through their Protocols."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Literal, assert_type
from uuid import UUID, uuid4

from stackkit import (
    ALERTER,
    ARTIFACT_STORE,
    CONTAINER_REGISTRY,
    EXPERIMENT_TRACKER,
    FEATURE_STORE,
    MODEL_DEPLOYER,
    SECRETS_MANAGER,
    ActiveRun,
    Alerter,
    ArrowTable,
    ArtifactStore,
    BaseAlerter,
    BaseContainerRegistry,
    BaseExperimentTracker,
    BaseFeatureStore,
    BaseModelDeployer,
    BaseSecretsManager,
    Components,
    ComponentType,
    ContainerRegistry,
    ExperimentRun,
    ExperimentTracker,
    FeatureStore,
    FeatureView,
    MetricHistory,
    MetricPoint,
    ModelDeployer,
    ModelDeployment,
    ModelServer,
    SecretGroup,
    SecretsManager,
    Stack,
)

assert_type(ALERTER, ComponentType[Alerter])
assert_type(ARTIFACT_STORE, ComponentType[ArtifactStore])
assert_type(CONTAINER_REGISTRY, ComponentType[ContainerRegistry])
assert_type(EXPERIMENT_TRACKER, ComponentType[ExperimentTracker])
assert_type(FEATURE_STORE, ComponentType[FeatureStore])
assert_type(MODEL_DEPLOYER, ComponentType[ModelDeployer])
assert_type(SECRETS_MANAGER, ComponentType[SecretsManager])
assert_type(ALERTER.slug, str)
assert_type(ALERTER.option, str)
assert_type(ALERTER.title, str)


def use_all(components: Components) -> None:
    use_alerter(components[ALERTER])
    use_container_registry(components[CONTAINER_REGISTRY], "model:1")
    use_experiment_tracker(components[EXPERIMENT_TRACKER])
    use_model_deployer(components[MODEL_DEPLOYER], ModelDeployment(model_name="m", model_uri="models:/m"))
    use_secrets_manager(components[SECRETS_MANAGER])


def use_alerter(alerter: Alerter) -> None:
    assert_type(alerter.post("done"), bool)
    assert_type(alerter.ask("go on?"), bool)


def use_container_registry(registry: ContainerRegistry, image: str) -> None:
    assert_type(registry.uri, str)
    assert_type(registry.push_image(image, Path("image.tar")), str)
    assert_type(registry.pull_image(image, "layout"), str)
    assert_type(registry.image_digest(image), str)
    assert_type(registry.tags("model"), list[str])


def use_experiment_tracker(tracker: ExperimentTracker) -> None:
    run_id = tracker.start_run("iris", tags={"by": "ada"})
    assert_type(run_id, str)
    tracker.log_params(run_id, {"depth": 3, "loss": None})
    tracker.log_metrics(run_id, {"accuracy": 0.93}, step=1)
    tracker.end_run(run_id, status="failed")
    with tracker.run("iris") as run:
        assert_type(run, ActiveRun)
        run.log_metrics({"loss": 0.5})
        run.log_batch([MetricPoint("loss", 0.25, step=7)])
        with run.run(name="fold") as fold:
            assert_type(fold.run_id, str)
    history = tracker.get_metric_history(run_id, "loss")
    assert_type(history, MetricHistory)
    assert_type(history.step, array[int])
    assert_type(history.value, array[float])
    assert_type(tracker.list_experiments(), list[str])
    assert_type(tracker.list_runs("iris", status="finished", parent=run_id), list[ExperimentRun])
    assert_type(tracker.list_artifacts(run_id), list[str])
    assert_type(tracker.open_artifact(run_id, "model.bin"), IO[bytes])
    assert_type(tracker.get_run(run_id), ExperimentRun)
    assert_type(tracker.get_run(run_id).status, Literal["running", "finished", "failed", "killed"])
    assert_type(tracker.get_run(run_id).params, Mapping[str, str | int | float | bool | None])
    assert_type(tracker.get_run(run_id).metrics, Mapping[str, float])


def use_feature_store(store: FeatureStore, rows: ArrowTable) -> None:
    view = FeatureView("driver", {"driver_id": "int64"}, {"rating": "float64"}, ttl=timedelta(days=1))
    store.apply([view])
    assert_type(store.list_feature_views(), list[FeatureView])
    assert_type(store.get_feature_view("driver"), FeatureView)
    assert_type(view.features, Mapping[str, Literal["bool", "bytes", "float64", "int64", "string"]])
    store.write("driver", rows)
    store.materialize_incremental(datetime.now(UTC), views=["driver"])
    assert_type(store.materialized_until("driver"), datetime | None)
    assert_type(store.get_historical_features(rows, ["driver:rating"]), ArrowTable)
    online = store.get_online_features([{"driver": 1}], ["driver:rating"], full_feature_names=True)
    assert_type(online, dict[str, list[str | int | float | bool | bytes | None]])


def use_model_deployer(deployer: ModelDeployer, deployment: ModelDeployment) -> None:
    server = deployer.deploy_model(deployment, replace=True)
    assert_type(server, ModelServer)
    assert_type(server.uuid, UUID)
    assert_type(server.deployment, ModelDeployment)
    assert_type(server.status, Literal["starting", "running", "stopped", "failed"])
    assert_type(deployer.find_model_server(status="running"), list[ModelServer])
    assert_type(deployer.get_model_server_info(uuid4()), ModelServer)
    assert_type(deployer.get_model_server_logs(uuid4(), tail=10), list[str])
    deployer.stop_model_server(server.uuid, timeout=1.0, force=True)


def use_secrets_manager(manager: SecretsManager) -> None:
    manager.register_secret(SecretGroup("database", {"password": "hunter2"}))
    assert_type(manager.get_secret("database"), SecretGroup)
    assert_type(manager.get_all_secret_keys(), list[str])


def bases_are_components(
    alerter: BaseAlerter,
    registry: BaseContainerRegistry,
    tracker: BaseExperimentTracker,
    store: BaseFeatureStore,
    deployer: BaseModelDeployer,
    manager: BaseSecretsManager,
) -> Stack:
    return Stack(alerter, registry, tracker, store, deployer, manager, name="all")
