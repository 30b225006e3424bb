"""What pipelines are wired of has the types of the steps' own functions, and what runs them is known by its token."""

from __future__ import annotations

from typing import ClassVar, NamedTuple, assert_type, final
from uuid import UUID

import attrs

from stackkit import (
    METADATA_STORE,
    ORCHESTRATOR,
    STEP_OPERATOR,
    ArtifactRecord,
    BaseMetadataStore,
    BaseOrchestrator,
    BaseStepOperator,
    ComponentType,
    MetadataStore,
    Orchestrator,
    PipelineDeployment,
    Resources,
    Retry,
    RunComponents,
    RunRecord,
    Stack,
    StepOperator,
    StepRecord,
    StepSpec,
)
from stackkit.pipelines import Pipeline, Step, map_step, pipeline, resume, settle, step
from stackkit.pipelines import run as run_pipeline


@attrs.frozen
class Model:
    """A model."""

    weight: float


class Parts(NamedTuple):
    """Two parts of the data."""

    train: list[float]
    test: list[float]


@step
def load(rows: int = 10) -> list[float]:
    """Rows."""
    return [0.0] * rows


@step
def split(data: list[float], share: float) -> Parts:
    """The rows, in two parts."""
    cut = int(len(data) * share)
    return Parts(data[:cut], data[cut:])


@step(retries=Retry(times=2), timeout=5.0, resources=Resources(cpu=1), enable_cache=False)
def train(data: list[float], rate: float) -> Model:
    """A model of some rows."""
    return Model(sum(data) * rate)


@step
def best(models: list[Model]) -> tuple[Model, float]:
    """One of several models, and how good it is."""
    return models[0], 1.0


@step
def report(model: Model) -> None:
    """Tell about a model."""


@pipeline
def training(rows: int, rate: float = 0.1) -> None:
    """Train several models, and take the best."""
    data = load(rows)
    assert_type(data, list[float])
    parts = split(data, share=0.8)
    assert_type(parts, Parts)
    assert_type(parts.train, list[float])
    models = [train(parts.train, rate), train.with_options(name="again", retries=1)(parts.train, rate)]
    chosen, score = best(models)
    assert_type(chosen, Model)
    assert_type(score, float)
    assert_type(map_step(load, [1, 2, 3]), list[list[float]])
    assert_type(map_step(train, [parts.train, parts.test], rate), list[Model])
    report.with_options(after=[chosen])(chosen)


def use_all(stack: Stack, run_id: UUID) -> None:
    assert_type(ORCHESTRATOR, ComponentType[Orchestrator])
    assert_type(METADATA_STORE, ComponentType[MetadataStore])
    assert_type(STEP_OPERATOR, ComponentType[StepOperator])
    assert_type(stack[ORCHESTRATOR], Orchestrator)
    assert_type(stack[METADATA_STORE].get_run(run_id), RunRecord)
    assert_type(stack[METADATA_STORE].get_steps(run_id), list[StepRecord])
    assert_type(stack[METADATA_STORE].get_artifact(run_id), ArtifactRecord)
    assert_type(stack[METADATA_STORE].find_cached_step("key"), StepRecord | None)
    stack[STEP_OPERATOR].launch("training", "monday", ["scikit-learn"], ["python", "-V"])
    assert_type(training.compile(10, rate=0.2), PipelineDeployment)
    assert_type(training.compile(10).steps, tuple[StepSpec, ...])
    assert_type(run_pipeline(training.compile(10), stack), RunRecord)
    assert_type(settle(stack[METADATA_STORE]), list[RunRecord])
    assert_type(resume(run_id, stack), RunRecord)


def of_bases(orchestrator: BaseOrchestrator, metadata: BaseMetadataStore, operator: BaseStepOperator) -> None:
    """Each base is what its Protocol asks for."""
    _orchestrator: Orchestrator = orchestrator
    _metadata: MetadataStore = metadata
    _operator: StepOperator = operator


def of_steps() -> None:
    """A step has the parameters of its function."""
    _step: Step[[list[float], float], Model] = Step(_train)
    _pipeline: Pipeline[[]] = Pipeline(_nothing)


def _train(data: list[float], rate: float) -> Model:
    return Model(sum(data) * rate)


def _nothing() -> None:
    load()


@final
class LoopOrchestrator(BaseOrchestrator):
    """One step after the other."""

    FLAVOR: ClassVar[str] = "loop"

    def run_pipeline(self, deployment: PipelineDeployment, components: RunComponents) -> None:
        for spec in deployment.steps:
            assert_type(self.run_step(spec, components), StepRecord)
