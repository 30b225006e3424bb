"""Pipelines that are wired wrongly: what type checkers refuse, and for which reason."""

from __future__ import annotations

from pathlib import Path

import attrs

from stackkit import PipelineDeployment, Resources, Retry
from stackkit.pipelines import Materializer, map_step, pipeline, step


@attrs.frozen
class Model:
    weight: float


@step
def load(rows: int = 10) -> list[float]:
    return [0.0] * rows


@step(retries=2)
def train(data: list[float], rate: float) -> Model:
    return Model(sum(data) * rate)


@step
def evaluate(model: Model, data: list[float]) -> tuple[float, str]:
    return model.weight, str(data)


@step
def best(models: list[Model]) -> Model:
    return models[0]


@step
def tell(score: float) -> None: ...


@pipeline
def wired_wrongly(rows: int) -> None:
    data = load(rows)
    model = train(data, 0.1)
    evaluate(data, data)  # type: ignore[arg-type]  # ty: ignore[invalid-argument-type]
    evaluate(model, model)  # type: ignore[arg-type]  # ty: ignore[invalid-argument-type]
    train(data, "fast")  # type: ignore[arg-type]  # ty: ignore[invalid-argument-type]
    train(data)  # type: ignore[call-arg]  # ty: ignore[missing-argument]
    train(data, 0.1, 0.2)  # type: ignore[call-arg]  # ty: ignore[too-many-positional-arguments]
    train(data, speed=0.1)  # type: ignore[call-arg]  # ty: ignore[missing-argument, unknown-argument]
    best([model, data])  # type: ignore[list-item]  # ty: ignore[invalid-argument-type]
    best(model)  # type: ignore[arg-type]  # ty: ignore[invalid-argument-type]
    map_step(train, ["a"], 0.1)  # type: ignore[misc]  # ty: ignore[invalid-argument-type]
    map_step(train, [data], "fast")  # type: ignore[arg-type]  # ty: ignore[invalid-argument-type]
    score, _ = evaluate(model, data)
    best([score])  # type: ignore[list-item]  # ty: ignore[invalid-argument-type]
    tell.with_options(after=[model])("high")  # type: ignore[arg-type]  # ty: ignore[invalid-argument-type]
    model.height  # type: ignore[attr-defined]  # ty: ignore[missing-attribute] # noqa: B018 - the mistake


def options() -> None:
    step(colour="red")  # type: ignore[call-overload]  # ty: ignore[no-matching-overload]
    step(retries="often")  # type: ignore[call-overload]  # ty: ignore[invalid-argument-type]
    step(materializers={"output": Model})  # type: ignore[dict-item]  # ty: ignore[invalid-argument-type]
    load.with_options(timeout="long")  # type: ignore[arg-type]  # ty: ignore[invalid-argument-type]
    load.with_options(resources=Retry())  # type: ignore[arg-type]  # ty: ignore[invalid-argument-type]
    load.with_options(color="red")  # type: ignore[call-arg]  # ty: ignore[unknown-argument]
    Resources(cpu="all")  # type: ignore[arg-type]  # ty: ignore[invalid-argument-type]
    Resources(4)  # type: ignore[call-arg]  # ty: ignore[too-many-positional-arguments]


def compiling() -> PipelineDeployment:
    wired_wrongly.compile()  # type: ignore[call-arg]  # ty: ignore[missing-argument]
    wired_wrongly.compile("10")  # type: ignore[arg-type]  # ty: ignore[invalid-argument-type]
    wired_wrongly(10)  # type: ignore[operator]  # ty: ignore[not-callable]
    return load(10)  # type: ignore[return-value]  # ty: ignore[invalid-explicit-return]


class Silent(Materializer[str]):
    def save(self, value: str, file: Path, tp: object) -> None: ...  # type: ignore[override]  # ty: ignore[incompatible-method-override]


Silent()  # type: ignore[abstract]  # ty: ignore[abstract-class-instantiation]
