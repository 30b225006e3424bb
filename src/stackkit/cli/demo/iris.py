"""Which iris is it? A pipeline that learns it from Fisher's measurements, and puts what it learned to work."""

from __future__ import annotations

import csv
import json
import math
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from attrs import asdict, frozen

from stackkit import ALERTER, ARTIFACT_STORE, EXPERIMENT_TRACKER, MODEL_DEPLOYER, ModelDeployment, Workspace
from stackkit.pipelines import current_stack, pipeline, step

SPECIES = ("setosa", "versicolor", "virginica")
FILE = "models/iris.json"


@frozen
class Flower:
    """A flower: the lengths and widths of its leaves in centimetres, and what it is."""

    sepal_length: float
    sepal_width: float
    petal_length: float
    petal_width: float
    species: str

    @property
    def measures(self) -> tuple[float, ...]:
        """What is known of a flower before anybody says what it is."""
        return self.sepal_length, self.sepal_width, self.petal_length, self.petal_width


@frozen
class Model:
    """What tells the species apart: each has a weight for every measure, and one more; the largest sum is the answer."""

    rate: float
    means: tuple[float, ...]
    spreads: tuple[float, ...]
    weights: tuple[tuple[float, ...], ...]

    def species(self, measures: Sequence[float]) -> str:
        """The likeliest species of a flower."""
        chances = likelihoods(self.weights, standardized(measures, self.means, self.spreads))
        return SPECIES[chances.index(max(chances))]


@frozen
class Result:
    """A model, and the share of the flowers unknown to it that it told right."""

    model: Model
    accuracy: float


class Parts(NamedTuple):
    """Flowers to learn from, and flowers to try it on."""

    known: list[Flower]
    unknown: list[Flower]


def standardized(measures: Sequence[float], means: Sequence[float], spreads: Sequence[float]) -> list[float]:
    """Measures by how many standard deviations they are off their means, and a 1."""
    return [*((x - mean) / spread for x, mean, spread in zip(measures, means, spreads, strict=True)), 1.0]


def likelihoods(weights: Sequence[Sequence[float]], row: Sequence[float]) -> list[float]:
    """The probability of each species."""
    sums = [sum(weight * x for weight, x in zip(own, row, strict=True)) for own in weights]
    powers = [math.exp(value - max(sums)) for value in sums]
    return [power / sum(powers) for power in powers]


@step(enable_cache=False, retries=2)  # the file may be another one today; the next steps look at what is in it
def load() -> list[Flower]:
    """All flowers."""
    with Path(__file__).with_name("iris.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        flowers = [Flower(species=row.pop("species"), **{name: float(text) for name, text in row.items()}) for row in rows]
    print(len(flowers), "flowers")
    return flowers


@step(retries=2)
def split(flowers: list[Flower], share: float = 0.6) -> Parts:
    """Some flowers of each species are left out of what is learned from."""
    by_species: defaultdict[str, list[Flower]] = defaultdict(list)
    for flower in flowers:
        by_species[flower.species].append(flower)
    parts = [(group, round(len(group) * share)) for group in by_species.values()]
    return Parts([f for group, cut in parts for f in group[:cut]], [f for group, cut in parts for f in group[cut:]])


@step(retries=2)
def train(flowers: list[Flower], rate: float, epochs: int) -> Model:
    """Logistic regression, by gradient descent; how it goes is written down by the experiment tracker."""
    columns = [*zip(*(flower.measures for flower in flowers), strict=True)]
    means = tuple(sum(column) / len(column) for column in columns)
    spreads = tuple(math.dist(c, [m] * len(c)) / math.sqrt(len(c)) for c, m in zip(columns, means, strict=True))
    rows = [standardized(flower.measures, means, spreads) for flower in flowers]
    kinds = [SPECIES.index(flower.species) for flower in flowers]
    weights = [[0.0] * (len(columns) + 1) for _ in SPECIES]
    with current_stack()[EXPERIMENT_TRACKER].run("iris", name=f"rate {rate}") as run:
        run.log_params({"rate": rate, "epochs": epochs})
        for epoch in range(epochs):
            chances = [likelihoods(weights, row) for row in rows]
            for kind, own in enumerate(weights):
                wrong = [guess[kind] - (kind == true) for guess, true in zip(chances, kinds, strict=True)]
                for place, column in enumerate(zip(*rows, strict=True)):
                    own[place] -= rate * sum(w * x for w, x in zip(wrong, column, strict=True)) / len(rows)
            if epoch % 20 == 0 or epoch == epochs - 1:
                loss = -sum(math.log(guess[true]) for guess, true in zip(chances, kinds, strict=True)) / len(rows)
                run.log_metrics({"loss": loss}, step=epoch)
    return Model(rate, means, spreads, tuple(tuple(own) for own in weights))


@step(retries=2)
def evaluate(model: Model, flowers: list[Flower]) -> Result:
    """Try a model on flowers that it does not know."""
    right = sum(model.species(flower.measures) == flower.species for flower in flowers)
    print(f"rate {model.rate}: {right} of {len(flowers)} right")
    return Result(model, right / len(flowers))


@step(retries=2)
def best(results: list[Result]) -> Result:
    """The result with the most right answers."""
    return max(results, key=lambda result: result.accuracy)


@step(enable_cache=False, retries=2)  # what a run does to the world is done each time
def deploy(result: Result) -> str:
    """Put the model to work, in the place of the one before; gives the address that answers."""
    stack = current_stack()
    with stack[ARTIFACT_STORE].open(FILE, "w") as file:
        json.dump(asdict(result.model), file)
    model = ModelDeployment(model_name="iris", model_uri="iris:Iris", pipeline_name="training", step_name="deploy")
    return stack[MODEL_DEPLOYER].deploy_model(model, replace=True).url


@step(enable_cache=False, retries=2)
def announce(result: Result, url: str) -> None:
    """Tell people."""
    current_stack()[ALERTER].post(f"iris: {result.accuracy:.0%} right at rate {result.model.rate}, at {url}")


@pipeline
def training(rates: tuple[float, ...] = (0.02, 0.2, 1.0), epochs: int = 200) -> None:
    """Learn at several rates, and deploy what came out best."""
    parts = split(load())
    results = [evaluate(train(parts.known, rate, epochs), parts.unknown) for rate in rates]
    winner = best(results)
    announce(winner, deploy(winner))


class Iris:
    """The model as it is served, read when its server starts."""

    def __init__(self) -> None:
        with Workspace.find() as workspace, workspace.stacks.get()[ARTIFACT_STORE].open(FILE) as file:
            self.model: Model = Model(**json.load(file))

    def predict(self, sepal_length: float, sepal_width: float, petal_length: float, petal_width: float) -> str:
        """The species of a flower, by its measures in centimetres."""
        return self.model.species([sepal_length, sepal_width, petal_length, petal_width])
