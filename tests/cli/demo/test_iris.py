"""The demo's pipeline learns what it should, from the flowers that Fisher published."""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest

from stackkit import EXPERIMENT_TRACKER, Stack
from stackkit.cli.demo import iris
from stackkit.flavors.experiment_tracker.local import LocalExperimentTracker
from stackkit.pipelines import on_stack


def test_the_flowers_are_fishers() -> None:
    flowers = iris.load()
    assert [flower.species for flower in flowers] == [species for species in iris.SPECIES for _ in range(50)]
    columns = [*zip(*(flower.measures for flower in flowers), strict=True)]
    assert [round(statistics.mean(column), 4) for column in columns] == [5.8433, 3.0573, 3.758, 1.1993]
    assert [round(statistics.stdev(column), 4) for column in columns] == [0.8281, 0.4359, 1.7653, 0.7622]


def test_no_flower_is_learned_from_and_tried_too() -> None:
    flowers = iris.load()
    known, unknown = iris.split(flowers, share=0.6)
    assert (len(known), len(unknown)) == (90, 60)
    assert sorted(map(repr, known + unknown)) == sorted(map(repr, flowers))


def test_more_flowers_are_told_right_after_more_learning(tmp_path: Path) -> None:
    known, unknown = iris.split(iris.load())
    stack = Stack(LocalExperimentTracker(name="trials", path=str(tmp_path)))
    with on_stack(stack):
        results = [iris.evaluate(iris.train(known, 0.5, epochs), unknown) for epochs in (0, 100)]
    assert results[0].accuracy == pytest.approx(1 / 3)
    assert results[1].accuracy > 0.9
    assert iris.best(results) == results[1]
    (run,) = [run for run in stack[EXPERIMENT_TRACKER].list_runs("iris") if run.params["epochs"] == 100]
    losses = stack[EXPERIMENT_TRACKER].get_metric_history(run.run_id, "loss").value
    assert [*losses] == sorted(losses, reverse=True)
