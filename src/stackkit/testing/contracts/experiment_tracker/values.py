"""What the laws of experiment trackers log."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Generic, TypeVar
from uuid import uuid4

from hypothesis import strategies as st

from stackkit import BaseExperimentTracker, ExperimentTracker
from stackkit.testing.contracts.component import ComponentContract

T = TypeVar("T", bound=BaseExperimentTracker)

UNKNOWN: Final = ("unknown", "", "../x", "0" * 32, "20260101-000000-00000000", "a/b", ".")
"""Identifiers that no run has."""

FINITE: Final = st.floats(allow_nan=False, allow_infinity=False)
STEPS: Final = st.integers(-(2**63), 2**63 - 1)

_LETTERS: Final = st.sampled_from("abcXYZ019")
_MIDDLE: Final = st.text(st.sampled_from("abcXYZ019 _-"))
NAMES: Final[st.SearchStrategy[str]] = st.one_of(
    st.sampled_from(("loss", "Loss", "val/loss", "val_loss", "f1 score", "a.b-c", "a:b", "x", "x" * 250, "1")),
    st.tuples(_LETTERS, _MIDDLE, _LETTERS).map("".join),
)
"""Names that every experiment tracker keeps."""

ODD_NAMES: Final = (
    "..",
    ".",
    "../up",
    "a/../b",
    "/absolute",
    "a//b",
    "é\N{BOMB}",
    'say "hi"',
    "a,b",
    "50%",
    "#torn",
    " ",
    "-x",
    "a\\b",
    "a=b&c",
    "<b>",
    "nan",
    "con",
)
"""Names that an experiment tracker keeps or refuses."""

BAD_NAMES: Final = ("", "a\nb", "a\0b", "x" * 251, "\ud800", "bell\a")
"""Names that every experiment tracker refuses."""

TEXTS: Final = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60)
PARAMS: Final = st.one_of(st.none(), st.booleans(), st.integers(), FINITE, TEXTS)


def fresh(word: str = "iris") -> str:
    """The name of an experiment that no run belongs to."""
    return f"{word}-{uuid4().hex}"


def bits(values: Mapping[str, object]) -> dict[str, object]:
    """Values in a form that is equal for equal types and bits only: not for 1 and True, nor for 0.0 and -0.0."""
    return {name: (type(value).__name__, _bits(value)) for name, value in values.items()}


def _bits(value: object) -> object:
    return struct.pack("<d", value) if isinstance(value, float) else value


CALLS: Final[Mapping[str, Callable[[ExperimentTracker, str, Path], object]]] = {
    "get_run": lambda tracker, run_id, _: tracker.get_run(run_id),
    "log_params": lambda tracker, run_id, _: tracker.log_params(run_id, {"depth": 3}),
    "set_tags": lambda tracker, run_id, _: tracker.set_tags(run_id, {"by": "ada"}),
    "log_metrics": lambda tracker, run_id, _: tracker.log_metrics(run_id, {"loss": 0.5}),
    "log_artifact": lambda tracker, run_id, file: tracker.log_artifact(run_id, file),
    "end_run": lambda tracker, run_id, _: tracker.end_run(run_id),
    "get_metric_history": lambda tracker, run_id, _: tracker.get_metric_history(run_id, "loss"),
    "list_artifacts": lambda tracker, run_id, _: tracker.list_artifacts(run_id),
    "open_artifact": lambda tracker, run_id, _: tracker.open_artifact(run_id, "file"),
    "start_run": lambda tracker, run_id, _: tracker.start_run(fresh(), parent=run_id),
}
"""A call of each method that takes a run's identifier, with a file to log."""


class TrackerLaws(ComponentContract[T], Generic[T]):
    """What the laws of experiment trackers have in common."""
