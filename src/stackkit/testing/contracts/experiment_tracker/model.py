"""What an experiment tracker is, in the simplest words."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from stackkit.components.experiment_runs import ParamValue
from stackkit.errors import NameTakenError
from stackkit.testing.contracts.experiment_tracker.values import bits


@attrs.define
class RunModel:
    """A run: what was logged to it."""

    experiment: str
    parent: str | None
    status: str = "running"
    params: dict[str, ParamValue] = attrs.field(factory=dict[str, ParamValue])
    tags: dict[str, str] = attrs.field(factory=dict[str, str])
    points: dict[str, list[tuple[int, float]]] = attrs.field(factory=dict[str, list[tuple[int, float]]])
    files: dict[str, bytes] = attrs.field(factory=dict[str, bytes])

    def log_params(self, params: Mapping[str, ParamValue]) -> None:
        """Each is written once."""
        both = self.params.keys() & params.keys()
        if bits({name: self.params[name] for name in both}) != bits({name: params[name] for name in both}):
            raise NameTakenError
        self.params.update(params)

    def log_metric(self, name: str, value: float, step: int | None) -> None:
        """A point after the last one, or where it says."""
        logged = self.points.setdefault(name, [])
        last = logged[-1][0] if logged else -1
        logged.append((last + 1 if step is None else step, value))

    def may_log(self, name: str, step: int | None) -> bool:
        """Whether steps do not go back: where they do, trackers may differ about which point is the last."""
        logged = self.points.get(name)
        return not logged or step is None or step > logged[-1][0]
