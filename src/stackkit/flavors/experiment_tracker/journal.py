"""What happened to a run, in a file of JSON lines: its start, parameters, tags, its end. The run is what they add up to."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

import attrs

from stackkit.components.experiment_runs import EndStatus, ExperimentRun, ParamValue, RunStatus
from stackkit.core.narrow import is_dict
from stackkit.errors import NameTakenError, Problem, TrackingError
from stackkit.flavors.experiment_tracker.lines import LineFile, appending, read_lines, whole_lines

JOURNAL: Final = "run.jsonl"

_STATUSES: Final[Mapping[object, EndStatus]] = {"finished": "finished", "failed": "failed", "killed": "killed"}


@attrs.define(eq=False)
class _State:
    """A run, as far as its lines are read."""

    start: Mapping[object, object] = attrs.field(factory=dict[object, object])
    started: str = ""
    status: RunStatus = "running"
    ended: str | None = None
    params: dict[str, ParamValue] = attrs.field(factory=dict[str, ParamValue])
    tags: dict[str, str] = attrs.field(factory=dict[str, str])


@attrs.define(eq=False)
class KnownParams:
    """The parameters of a run, as far as its journal was read: to write one more, only what is new has to be.

    Args:
        inode: Which file it was.
        end: Up to where it was read.
        params: What was found there.
    """

    inode: int = 0
    end: int = 0
    params: dict[str, ParamValue] = attrs.field(factory=dict[str, ParamValue])

    def catch_up(self, path: str, file: LineFile) -> None:
        """Read the lines that are new; who does so holds the file.

        Args:
            path: The journal.
            file: The same, open.

        Raises:
            TrackingError: It is damaged.
        """
        inode = os.fstat(file.descriptor).st_ino
        if inode != self.inode or file.size < self.end:
            self.inode, self.end = inode, 0
            self.params.clear()
        new = os.pread(file.descriptor, file.size - self.end, self.end)
        new = new[: new.rfind(b"\n") + 1]
        self.params |= _state(path, whole_lines(new)).params
        self.end += len(new)


def first_line(run_id: str, experiment: str, name: str, parent: str | None, tags: Mapping[str, str]) -> bytes:
    """The line that a run begins with.

    Args:
        run_id: What identifies the run.
        experiment: The experiment it belongs to.
        name: What people call it.
        parent: The run it is nested in.
        tags: Its first tags.
    """
    start = {"run_id": run_id, "experiment": experiment, "name": name, "parent": parent}
    return _line({"start": start, **({"tags": dict(tags)} if tags else {})})


def write_params(path: str, params: Mapping[str, ParamValue], so_far: KnownParams) -> None:
    """Write parameters that have no other value yet.

    Args:
        path: The run's journal, which is there.
        params: The values by name.
        so_far: What is known of the run's parameters; brought up to date.

    Raises:
        OSError: As the operating system says.
        NameTakenError: Some have another value; all of them are named.
        TrackingError: The journal is damaged.
    """
    with appending(path, create=False) as file:
        so_far.catch_up(path, file)
        known = so_far.params
        taken = [name for name, value in params.items() if name in known and not _same(known[name], value)]
        if taken:
            remedy = "a parameter is written once: choose another name, or start another run"
            raise NameTakenError(
                *(Problem(f"has the value {known[n]!r} already", where=f"parameter {n!r}", remedy=remedy) for n in taken)
            )
        new = {name: _written(value) for name, value in params.items() if name not in known}
        if new:
            file.append(_line({"params": new}))


def write_tags(path: str, tags: Mapping[str, str]) -> None:
    """Write tags.

    Args:
        path: The run's journal, which is there.
        tags: The texts by name.

    Raises:
        OSError: As the operating system says.
    """
    with appending(path, create=False) as file:
        file.append(_line({"tags": dict(tags)}))


def write_end(path: str, status: EndStatus) -> None:
    """Write that a run has ended.

    Args:
        path: The run's journal, which is there.
        status: How.

    Raises:
        OSError: As the operating system says.
    """
    with appending(path, create=False) as file:
        file.append(_line({"status": status}))


def read_run(path: str, metrics: Callable[[], Mapping[str, float]]) -> ExperimentRun:
    """A run as it is now.

    Args:
        path: Its journal.
        metrics: What gives the last value of each of its metrics.

    Raises:
        OSError: As the operating system says.
        TrackingError: The journal is damaged.
    """
    state = _state(path, read_lines(path))
    start, parent = state.start, state.start.get("parent")
    try:
        return ExperimentRun(
            run_id=_text(start["run_id"]),
            experiment=_text(start["experiment"]),
            name=_text(start["name"]),
            status=state.status,
            started=datetime.fromisoformat(state.started),
            ended=None if state.ended is None else datetime.fromisoformat(state.ended),
            parent=None if parent is None else _text(parent),
            params=state.params,
            tags=state.tags,
            metrics=metrics(),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise _damaged(path) from error


def _state(path: str, lines: bytes) -> _State:
    state = _State()
    try:
        for line in lines.split(b"\n")[:-1]:
            _apply(state, json.loads(line))
    except (KeyError, ValueError, TypeError) as error:
        raise _damaged(path) from error
    return state


def _apply(state: _State, event: object) -> None:
    if not is_dict(event):
        raise TypeError(event)
    time = _text(event["time"])
    if is_dict(start := event.get("start")):
        state.start, state.started = start, time
    if is_dict(tags := event.get("tags")):
        state.tags |= {_text(name): _text(value) for name, value in tags.items()}
    if is_dict(params := event.get("params")):
        state.params |= {_text(name): _read(value) for name, value in params.items()}
    if "status" in event:
        state.status, state.ended = _STATUSES[event["status"]], time


def _line(event: Mapping[str, object]) -> bytes:
    time = datetime.now(UTC).isoformat(timespec="microseconds")
    return json.dumps({"time": time, **event}, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _written(value: ParamValue) -> object:
    """A parameter as JSON, which has no word for infinite numbers and NaN."""
    return {"float": repr(value)} if isinstance(value, float) and not math.isfinite(value) else value


def _read(value: object) -> ParamValue:
    if is_dict(value):
        return float(_text(value["float"]))
    if value is None or isinstance(value, (str, int, float)):
        return value
    raise TypeError(value)


def _same(one: ParamValue, other: ParamValue) -> bool:
    return type(one) is type(other) and repr(one) == repr(other)


def _damaged(path: str) -> TrackingError:
    return TrackingError(Problem("has a line that tells nothing of a run", where=path, remedy="take that line out"))
